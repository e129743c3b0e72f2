//! Connections: each has bounds on its time and there are only so many, so that slow clients hold nothing up
//! (threat 38).

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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower::Service;

use crate::jobs::until;

/// A request's head, and the next one on a connection that is kept, must come within this time.
const HEAD: Duration = Duration::from_secs(30);
/// A request's body must have come, and its answer begun, within this time. What streams on has begun.
const ANSWER: Duration = Duration::from_secs(60);
/// Most connections of one listener; further ones wait to be accepted. Each listener has its own, so that a flood on one leaves
/// files and sockets for the other and for the database.
const CONNECTIONS: usize = 8_192;
/// After a connection could not be accepted (too many files are open), the next is tried this much later.
const PAUSE: Duration = Duration::from_millis(100);

/// A listener: its routes, and whether it is https.
#[derive(Clone)]
pub struct Listener {
    /// The routes.
    pub router: Router,
    /// An origin that is https is never asked for in the clear again (RFC 6797).
    pub https: bool,
}

impl Listener {
    /// Answers in time. What holds for each answer stands here rather than in layers, each of which would be boxed for each request.
    async fn answer(mut self, request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
        let mut response = match tokio::time::timeout(ANSWER, self.router.call(request)).await {
            Ok(Ok(response)) => response,
            Err(_elapsed) => StatusCode::REQUEST_TIMEOUT.into_response(),
        };
        if self.https {
            let headers = response.headers_mut();
            headers
                .entry(header::STRICT_TRANSPORT_SECURITY)
                .or_insert(HeaderValue::from_static("max-age=63072000"));
        }
        Ok(response)
    }
}

/// Serves `listener` on `socket` until `ended` becomes true, and then what is still under way.
pub async fn serve(socket: TcpListener, listener: Listener, mut ended: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        let (stream, permit) = tokio::select! {
            accepted = accept(&socket, &room) => accepted,
            Some(_) = open.join_next() => continue,
            () = until(&mut ended) => break,
        };
        // Nagle's algorithm would hold back small answers.
        let _ = stream.set_nodelay(true);
        let (listener, mut ended) = (listener.clone(), ended.clone());
        open.spawn(async move {
            let _permit = permit;
            let service = service_fn(move |request| listener.clone().answer(request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = pin!(connection);
            // How a connection ends is its client's business.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = until(&mut ended) => {
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
    room: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // It is never closed, so there always is one to wait for.
    let leave = Arc::clone(room).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, leave),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// What a client reads to the end that sends these bytes and then nothing, and after how long.
    async fn told(sent: &[u8]) -> (String, Duration) {
        told_by(sent, false).await
    }

    async fn told_by(sent: &[u8], https: bool) -> (String, Duration) {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/", post(|body: String| async move { body }));
        let (stop, ended) = watch::channel(false);
        let listener = Listener { router, https };
        let serving = tokio::spawn(serve(socket, listener, ended));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(sent).await.unwrap();
        // From here on the clock jumps to whatever is due next, so nobody waits.
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
    async fn t38_a_head_that_never_ends_is_not_waited_for() {
        for sent in [&b""[..], b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: 1"] {
            let (_, waited) = told(sent).await;
            assert!(waited <= HEAD + PAUSE, "{waited:?}");
        }
    }

    #[tokio::test]
    async fn t38_a_body_that_never_ends_is_not_waited_for() {
        let (read, waited) =
            told(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc").await;
        assert!(read.starts_with("HTTP/1.1 408"), "{read}");
        assert!(waited <= ANSWER + HEAD + PAUSE, "{waited:?}");
    }

    const ASKED: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_request_is_answered() {
        let (read, _) = told(ASKED).await;
        assert!(read.ends_with("\r\n\r\nhere"), "{read}");
        assert!(!read.contains("strict-transport-security"), "{read}");
    }

    #[tokio::test]
    async fn https_is_asked_for_from_then_on() {
        let (read, _) = told_by(ASKED, true).await;
        assert!(
            read.contains("strict-transport-security: max-age="),
            "{read}"
        );
    }
}
