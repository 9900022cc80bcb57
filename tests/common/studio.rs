//! A studio of the built program, and plain HTTP over TCP to it.

use serde_json::Value;
use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A studio that runs; it is killed when dropped.
pub struct Studio {
    pub child: Child,
    pub port: u16,
    /// The key of its printed address, which has been used.
    pub key: String,
    pub token: String,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

impl Studio {
    /// Starts one in `home/studio`, with its store beside it.
    pub fn start(home: &Path) -> Studio {
        let mut child = Command::new(env!("CARGO_BIN_EXE_telework"))
            .args(["studio", "--no-open", "--threads", "2", "--folder"])
            .arg(home.join("studio"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let (address, key) = line.trim().split_once("/#key=").unwrap_or_else(|| panic!("no address: {line:?}"));
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        let mut studio = Studio { child, port, key: key.to_string(), token: String::new() };
        studio.token = studio.enter(key).json()["token"].as_str().unwrap().to_string();
        studio
    }

    /// Gives a key for the token.
    pub fn enter(&self, key: &str) -> Answer {
        let host = format!("Host: 127.0.0.1:{}\r\n", self.port);
        self.ask_with("POST", "/api/session", &host, &serde_json::json!({ "key": key }).to_string())
    }

    /// Saves a text as a scenario, in place of whatever is saved under its name.
    pub fn save(&self, name: &str, toml: &str) -> Answer {
        let draft = format!("/api/drafts/{name}");
        self.ask("DELETE", &draft, "");
        self.ask("DELETE", &format!("/api/scenarios/{name}"), "");
        let opened =
            self.ask("POST", "/api/drafts", &serde_json::json!({ "name": name, "toml": toml }).to_string()).json();
        let version = serde_json::json!({ "version": opened["version"] });
        let saved = self.ask("POST", &format!("{draft}/save"), &version.to_string());
        self.ask("DELETE", &draft, "");
        saved
    }

    /// Sends a request as the page does.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.ask_as("tab", method, path, body)
    }

    /// Sends a request as a certain tab does.
    pub fn ask_as(&self, tab: &str, method: &str, path: &str, body: &str) -> Answer {
        let (port, token) = (self.port, &self.token);
        let headers = format!(
            "Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nX-Tab: {tab}\r\n"
        );
        self.ask_with(method, path, &headers, body)
    }

    /// Sends a request with headers of its own.
    pub fn ask_with(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let request =
            format!("{method} {path} HTTP/1.1\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        let answer = self.send(request.as_bytes());
        answer.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// Sends bytes; `None` when the connection ends without an answer.
    pub fn send(&self, request: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(request);
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        let end = all.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&all[..end]).to_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = all[end + 4..].to_vec();
        let body = if head.contains("transfer-encoding: chunked") { unchunked(&body) } else { body };
        Some(Answer { status, head, body })
    }

    /// Waits until a job has ended and gives it.
    pub fn ended(&self, id: u64) -> Value {
        self.until(id, |job| !matches!(job["state"].as_str(), Some("queued" | "running")))
    }

    /// Waits until something holds of a job.
    pub fn until(&self, id: u64, holds: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let job = self.ask("GET", &format!("/api/jobs/{id}"), "").json();
            if holds(&job) {
                return job;
            }
            assert!(begun.elapsed() < Duration::from_secs(600), "job {id} does not come so far: {job}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Sends the process a signal and waits for its end; gives whether it ended well.
    pub fn end(&mut self, signal: &str) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&bytes[..end]), 16).unwrap_or(0);
        if size == 0 || bytes.len() < end + 2 + size {
            break;
        }
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = bytes.get(end + 4 + size..).unwrap_or_default();
    }
    whole
}

/// A small scenario: so many firms and replicates, the first weeks only.
pub fn small(title: &str, replicates: u32) -> String {
    let mut text = format!("title = \"{title}\"\nquestion = \"?\"\nextends = \"baseline.toml\"\n");
    let _ = write!(text, "\n[run]\nend = 2022-03-31\nsample = 6000\nreplicates = {replicates} # few\n");
    text
}
