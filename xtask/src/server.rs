//! A static file server for one folder, on the loopback address only.

use anyhow::{Context, Result, anyhow};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use tiny_http::{Header, Method, Request, Response, StatusCode};

/// Enough that a slow download of weights does not hold up the page's other files.
const THREADS: usize = 8;

/// A running server; it stops when it is dropped.
pub struct Server {
    http: Arc<tiny_http::Server>,
    port: u16,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves `root` on 127.0.0.1:`port`; port 0 takes a free one.
    pub fn start(root: &Path, port: u16) -> Result<Self> {
        let root = root.canonicalize().with_context(|| format!("there is no folder {}", root.display()))?;
        let http = tiny_http::Server::http(("127.0.0.1", port))
            .map_err(|error| anyhow!("port {port} cannot be used ({error}); --port 0 takes any free one"))?;
        let port = http.server_addr().to_ip().context("the server has no address")?.port();
        let http = Arc::new(http);
        let threads = (0..THREADS)
            .map(|_| {
                let (http, root) = (Arc::clone(&http), root.clone());
                std::thread::spawn(move || {
                    while let Ok(request) = http.recv() {
                        answer(&root, request);
                    }
                })
            })
            .collect();
        Ok(Self { http, port, threads })
    }

    /// The address of the folder's `index.html`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Serves until the process ends.
    pub fn join(mut self) {
        for thread in self.threads.drain(..) {
            // A panic in one thread leaves the others serving.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One call wakes one thread.
        for _ in 0..self.threads.len() {
            self.http.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answer(root: &Path, request: Request) {
    // A client that went away before its answer is its own affair.
    let _ = match open(root, &request) {
        Ok((path, file)) => request.respond(
            Response::from_file(file)
                // With its length in the header, or the page could show no download progress.
                .with_chunked_threshold(usize::MAX)
                .with_header(header("Content-Type", mime_type(&path)))
                .with_header(header("Cache-Control", "no-cache"))
                .with_header(header("X-Content-Type-Options", "nosniff")),
        ),
        Err(code) => request.respond(
            Response::from_string(format!("{} {}\n", code.0, code.default_reason_phrase()))
                .with_status_code(code)
                .with_header(header("Content-Type", "text/plain; charset=utf-8")),
        ),
    };
}

fn open(root: &Path, request: &Request) -> Result<(PathBuf, File), StatusCode> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return Err(StatusCode(405));
    }
    let path = resolve(root, request.url()).ok_or(StatusCode(404))?;
    let file = File::open(&path).map_err(|_| StatusCode(404))?;
    Ok((path, file))
}

/// The file that a request target names, or `None` where there is none inside `root`.
fn resolve(root: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let decoded = percent_decode(path.strip_prefix('/')?)?;
    // A colon or a backslash starts another drive or folder on Windows.
    if decoded.contains(['\\', ':', '\0']) {
        return None;
    }
    // The canonical path also follows symbolic links: whatever the name says, the file must lie in root.
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

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("our own headers are ASCII")
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
    use std::net::TcpStream;

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("www");
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        std::fs::write(root.join("index.html"), "<p>page</p>").unwrap();
        std::fs::write(root.join("pkg/a b.wasm"), [7; 100_000]).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        folder
    }

    /// Status line, headers in lower case, body.
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
    }
}
