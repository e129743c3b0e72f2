//! Connections: each has bounds on its time and there are only so many, so that slow clients hold nothing up
//! (threat 38).

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::jobs::until;

/// A request's head, and the next one on a connection that is kept, must come within this time.
const HEAD: Duration = Duration::from_secs(30);
/// A request's body must have come, and its answer begun, within this time. What streams on has begun.
const ANSWER: Duration = Duration::from_secs(60);
/// Most connections of one face; further ones wait to be accepted. Each face has its own, so that a flood on one leaves
/// files and sockets for the other and for the database.
const CONNECTIONS: usize = 8_192;
/// After a connection could not be accepted (too many files are open), the next is tried this much later.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves a face until `ended` becomes true, and then what is still under way.
pub async fn serve(listener: TcpListener, router: Router, mut ended: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let service = TowerToHyperService::new(router.layer(middleware::from_fn(in_time)));
    let mut open = JoinSet::new();
    loop {
        let (stream, leave) = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            Some(_) = open.join_next() => continue,
            () = until(&mut ended) => break,
        };
        // Nagle's algorithm would hold back small answers.
        let _ = stream.set_nodelay(true);
        let (service, mut ended) = (service.clone(), ended.clone());
        open.spawn(async move {
            let _leave = leave;
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
    drop(listener);
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

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// What a client reads to the end that sends these bytes and then nothing, and after how long.
    async fn told(sent: &[u8]) -> (String, Duration) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/", post(|body: String| async move { body }));
        let (stop, ended) = watch::channel(false);
        let serving = tokio::spawn(serve(listener, router, ended));
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

    #[tokio::test]
    async fn a_request_is_answered() {
        let sent = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let (read, _) = told(sent).await;
        assert!(read.ends_with("\r\n\r\nhere"), "{read}");
    }
}
