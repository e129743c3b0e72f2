//! Connections of a listener. Their number and their times are limited, so that slow clients block nobody else (threat 38).

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipse_protocol::Random;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::Service;
use tracing::Instrument;

use crate::request_id;
use crate::shutdown::{self, Stopped};

/// Time for a request's head to arrive, also for the next one on a kept connection.
const HEAD: Duration = Duration::from_secs(30);
/// Time from the head to the start of the answer. A stream may go on after it has started.
const ANSWER: Duration = Duration::from_secs(60);
/// Most connections of one listener; further ones wait to be accepted. The limit is per listener, so that a flood on one keeps
/// file descriptors free for the other and for the database.
const CONNECTIONS: usize = 8_192;
/// Pause after a failed `accept`, which usually means that too many files are open.
const PAUSE: Duration = Duration::from_millis(100);

/// A listener: its routes, and whether it is https.
#[derive(Clone)]
pub struct Listener {
    /// The routes.
    pub router: Router,
    /// Whether the origin is https; then browsers are told to use https only (RFC 6797).
    pub https: bool,
    /// Random bytes of request ids.
    pub random: Random,
}

impl Listener {
    /// Answers within [`ANSWER`]. What applies to every answer is here and not in a layer: axum boxes each layer for each request.
    async fn answer(
        mut self,
        mut request: hyper::Request<Incoming>,
    ) -> Result<Response, Infallible> {
        let (id, span) = request_id::assign(&self.random, &mut request);
        let answer = tokio::time::timeout(ANSWER, self.router.call(request));
        let mut response = match answer.instrument(span.clone()).await {
            Ok(Ok(response)) => response,
            Err(_elapsed) => {
                let seconds = ANSWER.as_secs();
                span.in_scope(|| tracing::warn!(code = "request_timeout", seconds, "cut off"));
                StatusCode::REQUEST_TIMEOUT.into_response()
            }
        };
        let headers = response.headers_mut();
        request_id::write(id, headers);
        if self.https {
            headers
                .entry(header::STRICT_TRANSPORT_SECURITY)
                .or_insert(HeaderValue::from_static("max-age=63072000"));
        }
        Ok(response)
    }
}

/// Serves `listener` on `socket` until the server stops, then finishes the requests that are running.
pub async fn serve(socket: TcpListener, listener: Listener, mut stopped: Stopped) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        let (stream, permit) = tokio::select! {
            accepted = accept(&socket, &slots) => accepted,
            Some(_) = open.join_next() => continue,
            () = shutdown::wait(&mut stopped) => break,
        };
        // Nagle's algorithm would hold back small answers.
        let _ = stream.set_nodelay(true);
        let (listener, mut stopped) = (listener.clone(), stopped.clone());
        open.spawn(async move {
            let _permit = permit;
            let service = service_fn(move |request| listener.clone().answer(request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = pin!(connection);
            // An error here means that the client broke the connection.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = shutdown::wait(&mut stopped) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        });
    }
    drop(socket);
    while open.join_next().await.is_some() {}
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so this always gives a permit.
    let permit = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::watch;

    use super::*;

    /// Sends `sent` and nothing more. Returns what comes back until the connection closes, and after how long that was.
    async fn exchange(sent: &[u8]) -> (String, Duration) {
        exchange_with(sent, false).await
    }

    async fn exchange_with(sent: &[u8], https: bool) -> (String, Duration) {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/", post(|body: String| async move { body }));
        let (stop, stopped) = watch::channel(false);
        let listener = Listener {
            router,
            https,
            random: Random::seeded(1),
        };
        let serving = tokio::spawn(serve(socket, listener, stopped));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(sent).await.unwrap();
        // A paused clock jumps to the next timer, so that the test does not wait.
        tokio::time::pause();
        let start = tokio::time::Instant::now();
        let mut read = String::new();
        let _ = client.read_to_string(&mut read).await;
        let waited = start.elapsed();
        tokio::time::resume();
        stop.send_replace(true);
        serving.await.unwrap();
        (read, waited)
    }

    #[tokio::test]
    async fn t38_a_slow_request_head_is_cut_off() {
        for sent in [&b""[..], b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: 1"] {
            let (_, waited) = exchange(sent).await;
            assert!(waited <= HEAD + PAUSE, "{waited:?}");
        }
    }

    /// What is logged.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn t38_a_slow_request_body_is_answered_408_and_logged() {
        let log = Written::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_writer(move || writer.clone())
            .finish();
        let _installed = tracing::subscriber::set_default(subscriber);
        let (read, waited) =
            exchange(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc").await;
        assert!(read.starts_with("HTTP/1.1 408"), "{read}");
        assert!(waited <= ANSWER + HEAD + PAUSE, "{waited:?}");
        let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["fields"]["code"], "request_timeout");
        let id = line["span"]["id"].as_str().unwrap();
        assert!(read.contains(&format!("x-request-id: {id}")), "{read}");
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_request_is_answered() {
        let (read, _) = exchange(REQUEST).await;
        assert!(read.ends_with("\r\n\r\nhere"), "{read}");
        assert!(!read.contains("strict-transport-security"), "{read}");
        assert!(read.contains("x-request-id: "), "{read}");
    }

    #[tokio::test]
    async fn an_https_origin_sends_strict_transport_security() {
        let (read, _) = exchange_with(REQUEST, true).await;
        assert!(
            read.contains("strict-transport-security: max-age="),
            "{read}"
        );
    }
}
