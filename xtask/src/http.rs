//! The minimal HTTP/1.1 needed for static files: one request and one response per connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Limit for the request line and headers; no browser sends more.
const HEAD_LIMIT: u64 = 64 * 1024;
/// Browsers open connections in advance and close unused ones after about ten seconds. This timeout is
/// longer, so that no connection is closed just when it is about to be used.
const FIRST_BYTES: Duration = Duration::from_secs(120);
/// Time for reading anything the client sent after its request, before the connection is closed.
const LINGER: Duration = Duration::from_secs(2);

/// The first line of a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path and query as sent, percent-encoded.
    pub target: String,
}

/// The response.
pub struct Response<B> {
    /// Status code and reason, such as `200 OK`.
    pub status: &'static str,
    pub content_type: &'static str,
    /// Length of `body` in bytes.
    pub length: u64,
    pub body: B,
}

/// Reads the head of a request; `None` if it is malformed.
pub fn read_request(stream: &TcpStream) -> io::Result<Option<Request>> {
    stream.set_read_timeout(Some(FIRST_BYTES))?;
    let mut head = BufReader::new(stream.take(HEAD_LIMIT));
    let first = read_line(&mut head)?;
    // No header affects the response.
    while !read_line(&mut head)?.is_empty() {}
    Ok(parse(&first))
}

/// Reads a line without its line break; an error if the head ends in the middle of it.
fn read_line(head: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    head.read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line.pop_if(|last| *last == b'\r');
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn parse(line: &str) -> Option<Request> {
    let mut words = line.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let complete = words.next().is_none() && version.starts_with("HTTP/1.") && !method.is_empty();
    complete.then(|| Request { method: method.to_owned(), target: target.to_owned() })
}

/// Sends the response, without its body for `HEAD`, and closes the connection.
pub fn respond(stream: &mut TcpStream, request: &Request, response: Response<impl Read>) -> io::Result<()> {
    let Response { status, content_type, length, body } = response;
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        io::copy(&mut body.take(length), stream)?;
    }
    finish(stream)
}

/// Closes the connection gracefully: with unread bytes, the system would reset it, and the client might lose
/// the end of the response.
fn finish(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(LINGER))?;
    io::copy(&mut stream.take(1 << 20), &mut io::sink()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_complete_first_line_is_a_request() {
        let request = parse("GET /a%20b?x=1 HTTP/1.1");
        assert_eq!(request, Some(Request { method: "GET".into(), target: "/a%20b?x=1".into() }));
        for wrong in
            ["", "GET", "GET /", " / HTTP/1.1", "GET / HTTP/2", "GET / HTTP/1.1 x", "GET /a b HTTP/1.1"]
        {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn lines_end_with_or_without_a_carriage_return() {
        let mut head = io::Cursor::new(b"one\r\ntwo\n\r\ncut off");
        let lines = [(); 3].map(|()| read_line(&mut head).unwrap());
        assert_eq!(lines, ["one", "two", ""]);
        assert!(read_line(&mut head).is_err());
    }
}
