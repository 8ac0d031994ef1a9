//! A static file server for one folder, on the loopback address only.

use crate::http::{Request, Response, read_request, respond};
use anyhow::{Context, Result};
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A running server, stopped when dropped.
pub struct Server {
    port: u16,
    stopping: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `root` on 127.0.0.1:`port`; port 0 picks a free one.
    pub fn start(root: &Path, port: u16) -> Result<Self> {
        let root = root.canonicalize().with_context(|| format!("there is no folder {}", root.display()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} cannot be used; --port 0 takes any free one"))?;
        let port = listener.local_addr()?.port();
        let stopping = Arc::new(AtomicBool::new(false));
        let accepting = {
            let (stopping, root) = (Arc::clone(&stopping), Arc::from(root));
            std::thread::spawn(move || accept(&listener, &root, &stopping))
        };
        Ok(Self { port, stopping, accepting: Some(accepting) })
    }

    /// The address of the folder's `index.html`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Serves until the process ends.
    pub fn join(mut self) {
        self.wait();
    }

    fn wait(&mut self) {
        if let Some(thread) = self.accepting.take() {
            // It returns nothing, and a panic has already been printed.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        // It checks the flag only after accepting a connection.
        if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
            self.wait();
        }
    }
}

/// Uses one thread per connection: browsers open many at once and leave some unused, and a fixed number of
/// threads could all be waiting for those.
fn accept(listener: &TcpListener, root: &Arc<Path>, stopping: &AtomicBool) {
    for stream in listener.incoming() {
        if stopping.load(Ordering::Acquire) {
            return;
        }
        let Ok(mut stream) = stream else {
            // Most likely out of file handles: other connections must end first.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let root = Arc::clone(root);
        let thread = std::thread::Builder::new().name("connection".into());
        // A client that disconnects early is not our concern, and neither is one too many.
        let _ = thread.spawn(move || answer(&root, &mut stream));
    }
}

fn answer(root: &Path, stream: &mut TcpStream) -> io::Result<()> {
    let Some(request) = read_request(stream)? else {
        let nothing = Request { method: String::new(), target: String::new() };
        return refuse(stream, &nothing, "400 Bad Request");
    };
    match open(root, &request) {
        Ok((content_type, file)) => {
            let length = file.metadata()?.len();
            respond(stream, &request, Response { status: "200 OK", content_type, length, body: file })
        }
        Err(status) => refuse(stream, &request, status),
    }
}

fn refuse(stream: &mut TcpStream, request: &Request, status: &'static str) -> io::Result<()> {
    let (content_type, length) = ("text/plain; charset=utf-8", status.len() as u64);
    respond(stream, request, Response { status, content_type, length, body: status.as_bytes() })
}

/// Type and content of the requested file, or an error status.
fn open(root: &Path, request: &Request) -> Result<(&'static str, File), &'static str> {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Err("405 Method Not Allowed");
    }
    let missing = "404 Not Found";
    let path = resolve(root, &request.target).ok_or(missing)?;
    let file = File::open(&path).map_err(|_| missing)?;
    Ok((mime_type(&path), file))
}

/// The file for a request target, or `None` if there is none inside `root`.
fn resolve(root: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let decoded = percent_decode(path.strip_prefix('/')?)?;
    // On Windows a colon or backslash could lead to another drive or folder.
    if decoded.contains(['\\', ':', '\0']) {
        return None;
    }
    // The canonical path also resolves symbolic links: whatever the name, the file must be inside `root`.
    let mut file = root.join(decoded.trim_start_matches('/')).canonicalize().ok()?;
    if file.is_dir() {
        file = file.join("index.html").canonicalize().ok()?;
    }
    (file.starts_with(root) && file.is_file()).then_some(file)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn mime_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("wgsl" | "txt" | "md" | "ts") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("www");
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        std::fs::write(root.join("index.html"), "<p>page</p>").unwrap();
        std::fs::write(root.join("pkg/a b.wasm"), [7; 100_000]).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        folder
    }

    /// Status line, lower-case headers, body.
    fn request(server: &Server, method: &str, target: &str) -> (String, String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        write!(stream, "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let (status, headers) = head.split_once("\r\n").unwrap();
        (status.to_owned(), headers.to_lowercase(), answer[end + 4..].to_vec())
    }

    #[test]
    fn files_come_with_type_and_length() {
        let folder = site();
        let server = Server::start(&folder.path().join("www"), 0).unwrap();
        let (status, headers, body) = request(&server, "GET", "/?x=1");
        assert!(status.contains("200"), "{status}");
        assert!(headers.contains("text/html"), "{headers}");
        assert_eq!(body, b"<p>page</p>");
        let (_, headers, body) = request(&server, "GET", "/pkg/a%20b.wasm");
        assert!(
            headers.contains("application/wasm") && headers.contains("content-length: 100000"),
            "{headers}"
        );
        assert_eq!(body.len(), 100_000);
        let (status, headers, body) = request(&server, "HEAD", "/pkg/a%20b.wasm");
        assert!(status.contains("200") && headers.contains("content-length: 100000"), "{status} {headers}");
        assert!(body.is_empty());
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let folder = site();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), folder.path().join("www/link.txt"))
            .unwrap();
        let server = Server::start(&folder.path().join("www"), 0).unwrap();
        for target in [
            "/../secret.txt",
            "/..%2fsecret.txt",
            "/pkg/../../secret.txt",
            "/%2e%2e/secret.txt",
            "//etc/hostname",
            "/link.txt",
            "/pkg/",
            "/missing",
            "/%zz",
            "/%00",
            "/c:/secret.txt",
        ] {
            let (status, _, body) = request(&server, "GET", target);
            assert!(status.contains("404"), "{target}: {status}");
            assert!(!String::from_utf8_lossy(&body).contains("secret"), "{target}");
        }
        assert!(request(&server, "POST", "/").0.contains("405"));
        assert!(request(&server, "GET", "/ /").0.contains("400"));
    }

    #[test]
    fn connections_without_a_request_hold_up_nobody() {
        let folder = site();
        let server = Server::start(&folder.path().join("www"), 0).unwrap();
        let idle: Vec<_> =
            (0..100).map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).unwrap()).collect();
        assert!(request(&server, "GET", "/").0.contains("200"));
        // A connection opened in advance is answered when its request arrives.
        let mut first = &idle[0];
        first.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        first.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("<p>page</p>"), "{answer}");
    }

    #[test]
    fn a_dropped_server_leaves_its_port() {
        let folder = site();
        let server = Server::start(folder.path(), 0).unwrap();
        let port = server.port;
        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }
}
