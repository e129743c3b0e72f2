//! Accepts connections and serves them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::Service;

use crate::limits::Limits;
use crate::paced::Paced;
use crate::table::{Place, Table};

/// Pause after a failed `accept`, which usually means that too many files are open.
const PAUSE: Duration = Duration::from_millis(100);

/// Becomes true when the server stops.
pub type Stopped = watch::Receiver<bool>;

/// Where a connection comes from; each request has it among its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Answers within the time that `limits` give, otherwise with 408.
pub async fn in_time(limits: &Limits, mut router: Router, request: Request<Incoming>) -> Response {
    match tokio::time::timeout(limits.answer, router.call(request)).await {
        Ok(Ok(response)) => response,
        Err(_elapsed) => {
            let seconds = limits.answer.as_secs();
            tracing::warn!(code = "request_timeout", seconds, "cut off");
            StatusCode::REQUEST_TIMEOUT.into_response()
        }
    }
}

/// Serves `router` on `socket` until the server stops, then finishes the requests that are running.
pub async fn serve_router(socket: TcpListener, limits: Limits, router: Router, stopped: Stopped) {
    let within = limits.clone();
    let answer = move |request| {
        let (router, limits) = (router.clone(), within.clone());
        async move { in_time(&limits, router, request).await }
    };
    serve(socket, limits, answer, stopped).await;
}

/// As [`serve_router`], with a function that answers; it calls [`in_time`].
pub async fn serve<A, F>(socket: TcpListener, limits: Limits, answer: A, mut stopped: Stopped)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let table = Table::new(limits.clone());
    let mut open = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&socket) => accepted,
            Some(_) = open.join_next() => continue,
            () = stops(&mut stopped) => break,
        };
        // Without a place, all connections are answering requests: this one is closed.
        if let Some(place) = table.place(peer.ip()) {
            let (limits, answer, stopped) = (limits.clone(), answer.clone(), stopped.clone());
            open.spawn(connection(stream, peer, place, limits, answer, stopped));
        }
    }
    drop(socket);
    while open.join_next().await.is_some() {}
}

async fn connection<A, F>(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    limits: Limits,
    answer: A,
    mut stopped: Stopped,
) where
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response>,
{
    // Nagle's algorithm would hold back small answers.
    let _ = stream.set_nodelay(true);
    let stream = Paced::new(stream, limits.write, limits.rate);
    let place = Arc::new(place);
    let served = place.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let busy = served.busy();
        request.extensions_mut().insert(Peer(peer));
        let answered = answer(request);
        async move {
            let answered = answered.await;
            drop(busy);
            Ok::<_, Infallible>(answered)
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .serve_connection(TokioIo::new(stream), service)
    );
    // An error here means that the client broke the connection, or was too slow.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = place.closed() => {}
        () = stops(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn stops(stopped: &mut Stopped) {
    // `wait_for` returns a guard, which must not be held while other work runs.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(test)]
mod tests;
