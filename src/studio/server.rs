//! HTTP/1.1 on the loopback: connections, limits, and the way of an answer into a response.

use super::{
    Settings, Studio, guard,
    reply::{Reply, Writer},
    routes::{Asked, answer},
};
use crate::error::{Kind, Problem, Problems};
use http_body_util::{BodyExt, Channel, Full, LengthLimitError, Limited, channel, combinators::BoxBody};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use std::{
    convert::Infallible,
    io::{self, BufWriter, Write},
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    runtime::Handle,
    task::{AbortHandle, spawn_blocking},
    time::timeout,
};
use tokio_io_timeout::TimeoutStream;

/// Largest body of a request: a scenario has at most 1 MiB, and JSON escapes its line breaks.
const LARGEST_BODY: usize = 2 << 20;
/// Largest head of a request.
const LARGEST_HEAD: usize = 16 << 10;
/// Time in which a request's head must be there.
const HEAD: Duration = Duration::from_secs(10);
/// Time in which a request's body must be there.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time in which the client must take a piece of an answer.
const TAKEN: Duration = Duration::from_secs(10);
/// Connections at a time: each holds a descriptor, a few buffers, and at most one answer.
const CONNECTIONS: usize = 64;
/// How often the server looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);
/// Pieces in which downloads are sent.
const PIECE: usize = 64 << 10;

type Body = BoxBody<Bytes, io::Error>;

/// A studio that listens.
pub struct Server {
    studio: Arc<Studio>,
    listener: TcpListener,
}

impl Server {
    /// Takes the port and opens the folder.
    ///
    /// # Errors
    /// A port that is taken, a folder that is in use or cannot be used, a missing or damaged table.
    pub fn open(settings: &Settings) -> Result<Server, Problems> {
        let wanted = settings.port.unwrap_or(0);
        let cannot = |e: io::Error| {
            Problem::error(Kind::Files, format!("cannot listen on 127.0.0.1:{wanted}: {e}"))
                .advise("leave --port out: a free one is taken")
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let port = listener.local_addr().map_err(cannot)?.port();
        Ok(Server { studio: Arc::new(Studio::open(settings, port)?), listener })
    }

    /// Where the page is, with a key in the part that browsers do not send. It opens one browser.
    pub fn address(&self) -> String {
        address(&self.studio)
    }

    /// Answers until `stop` is set; then the running job stops between two weeks, and goes on at the next start. `renewed`
    /// is told the address for the next browser whenever one has opened the page.
    ///
    /// # Errors
    /// When the system gives no sockets or threads.
    pub fn run(self, stop: &AtomicBool, renewed: impl Fn(&str)) -> Result<(), Problems> {
        let cannot = |e| Problem::error(Kind::Files, format!("the studio cannot go on: {e}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
        let workers = [
            {
                let studio = self.studio.clone();
                thread::Builder::new().name("jobs".into()).spawn(move || studio.jobs.work())
            },
            {
                let studio = self.studio.clone();
                thread::Builder::new().name("previews".into()).spawn(move || studio.quick.work(&studio))
            },
        ];
        let accepted = runtime.block_on(accept(&self.studio, self.listener, stop, &renewed)).map_err(cannot);
        self.studio.quick.close();
        self.studio.jobs.close();
        for worker in workers {
            // A worker that failed has nothing left to end.
            let _ = worker.map_err(cannot)?.join();
        }
        // Answers that are still being worked out are given up.
        runtime.shutdown_background();
        Ok(accepted?)
    }
}

fn address(studio: &Studio) -> String {
    format!("http://127.0.0.1:{}/#key={}", studio.port, studio.entry.key())
}

/// An open connection, and whether it has shown the token.
type Connection = (Arc<AtomicBool>, AbortHandle);

async fn accept(
    studio: &Arc<Studio>,
    listener: TcpListener,
    stop: &AtomicBool,
    renewed: &impl Fn(&str),
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut open: Vec<Connection> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        if studio.entry.is_renewed() {
            renewed(&address(studio));
        }
        let Ok(accepted) = timeout(LOOK, listener.accept()).await else { continue };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, or the client has gone: the next one may fare better.
            tokio::time::sleep(LOOK).await;
            continue;
        };
        open.retain(|(_, task)| !task.is_finished());
        if open.len() >= CONNECTIONS {
            // The oldest one that has not shown the token makes room: strangers cannot keep the user out.
            match open.iter().position(|(trusted, _)| !trusted.load(Ordering::Relaxed)) {
                Some(oldest) => open.remove(oldest).1.abort(),
                // The browser tries again.
                None => continue,
            }
        }
        let trusted = Arc::<AtomicBool>::default();
        let task = tokio::spawn(converse(studio.clone(), stream, trusted.clone()));
        open.push((trusted, task.abort_handle()));
    }
    Ok(())
}

/// Answers the requests of one connection. A client that breaks off, takes nothing or sends no HTTP is its own affair.
async fn converse(studio: Arc<Studio>, stream: TcpStream, trusted: Arc<AtomicBool>) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(TAKEN));
    let service = service_fn(|request| respond(studio.clone(), request, trusted.clone()));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(LARGEST_HEAD);
    let _ = http.serve_connection(TokioIo::new(Box::pin(stream)), service).await;
}

async fn respond(
    studio: Arc<Studio>,
    request: Request<Incoming>,
    trusted: Arc<AtomicBool>,
) -> Result<Response<Body>, Infallible> {
    let reply = match read(&studio, request, &trusted).await {
        Ok(asked) => {
            let answered = {
                let studio = studio.clone();
                spawn_blocking(move || answer(&studio, &asked)).await
            };
            answered.unwrap_or_else(|_| {
                let message = "the studio failed to answer: this is an error of the program";
                Reply::refused(StatusCode::INTERNAL_SERVER_ERROR, message, "please report it, with what you did")
            })
        }
        Err(refused) => refused,
    };
    Ok(response(reply))
}

/// Reads a request that may be answered. Whoever shows the token is trusted before the body has come: what the user sends
/// slowly is not cut off by strangers.
async fn read(studio: &Studio, request: Request<Incoming>, trusted: &AtomicBool) -> Result<Asked, Reply> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_string();
    let query = head.uri.query().unwrap_or_default().to_string();
    if let Some(refusal) = guard::refusal(studio, &head.headers, &path) {
        return Err(refusal);
    }
    if guard::needs_token(&path) {
        trusted.store(true, Ordering::Relaxed);
    }
    let tab = head.headers.get("x-tab").and_then(|tab| tab.to_str().ok()).unwrap_or_default();
    let tab = tab.chars().take(64).collect();
    let body = match timeout(PATIENCE, Limited::new(body, LARGEST_BODY).collect()).await {
        Ok(Ok(body)) => body.to_bytes().to_vec(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = "the request is too large";
            return Err(Reply::refused(StatusCode::PAYLOAD_TOO_LARGE, message, "a scenario has at most 1 MiB"));
        }
        Ok(Err(_)) => {
            return Err(Reply::refused(StatusCode::BAD_REQUEST, "the request broke off", "try again"));
        }
        Err(_) => {
            return Err(Reply::refused(StatusCode::REQUEST_TIMEOUT, "the request took too long", "try again"));
        }
    };
    Ok(Asked { method: head.method, path, query, tab, body })
}

fn response(reply: Reply) -> Response<Body> {
    let (status, kind, name, body): (_, _, _, Body) = match reply {
        Reply::Json(status, value) => (status, "application/json", None, whole(text(&value))),
        Reply::Page(kind, bytes) => (StatusCode::OK, kind, None, whole(bytes)),
        Reply::Download(kind, name, write) => (StatusCode::OK, kind, Some(name), written(write)),
        Reply::Shared(value) => (StatusCode::OK, "application/json", None, whole(text(&value))),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in guard::HEADERS {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    if let Some(name) = name.and_then(|name| format!("attachment; filename=\"{name}\"").parse().ok()) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn text(value: &Value) -> Bytes {
    value.to_string().into()
}

fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

/// A body that is sent while it is written. When the writer fails or the client takes nothing any more, the response
/// breaks off, so that the client knows that the download is not whole.
fn written(write: Writer) -> Body {
    let (sender, body) = Channel::new(4);
    let handle = Handle::current();
    spawn_blocking(move || {
        let mut pieces = Pieces { sender, handle };
        let mut out = BufWriter::with_capacity(PIECE, &mut pieces);
        let done = write(&mut out).and_then(|()| out.flush());
        drop(out.into_parts());
        if let Err(error) = done {
            pieces.sender.abort(error);
        }
    });
    body.boxed()
}

/// Hands on what is written, as fast as the client takes it.
struct Pieces {
    sender: channel::Sender<Bytes, io::Error>,
    handle: Handle,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let send = self.sender.send_data(Bytes::copy_from_slice(bytes));
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        self.handle.block_on(async { timeout(TAKEN, send).await }).map_err(|_| gone())?.map_err(|_| gone())?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
