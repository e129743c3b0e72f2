//! What the answers of both listeners have in common. `ipse_listener` limits the connections.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use ipse_listener::{Limits, Peer, in_time};
use ipse_protocol::Random;
use tokio::net::TcpListener;
use tracing::Instrument;

use crate::client_address::ClientAddress;
use crate::request_id;
use crate::shutdown::Stopped;

/// A listener: its routes, and whether it is https.
#[derive(Clone)]
pub struct Listener {
    /// The routes.
    pub router: Router,
    /// Whether the origin is https; then browsers are told to use https only (RFC 6797).
    pub https: bool,
    /// Random bytes of request ids.
    pub random: Random,
    /// Number and times of connections.
    pub limits: Limits,
}

impl Listener {
    /// What applies to every answer is here and not in a layer: axum boxes each layer for each request.
    async fn answer(self, mut request: Request<Incoming>) -> Response {
        if let Some(peer) = request.extensions().get::<Peer>().copied() {
            let client = ClientAddress::of(peer, request.headers(), &self.limits);
            request.extensions_mut().insert(client);
        }
        let (id, span) = request_id::assign(&self.random, &mut request);
        let answer = in_time(&self.limits, self.router, request).instrument(span);
        let mut response = answer.await;
        let headers = response.headers_mut();
        request_id::write(id, headers);
        if self.https {
            headers
                .entry(header::STRICT_TRANSPORT_SECURITY)
                .or_insert(HeaderValue::from_static("max-age=63072000"));
        }
        response
    }
}

/// Serves `listener` on `socket` until the server stops, then finishes the requests that are running.
pub async fn serve(socket: TcpListener, listener: Listener, stopped: Stopped) {
    let limits = listener.limits.clone();
    let answer = move |request| listener.clone().answer(request);
    ipse_listener::serve(socket, limits, answer, stopped).await;
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::watch;

    use super::*;

    async fn exchange(sent: &[u8], https: bool) -> String {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let listener = Listener {
            router: Router::new()
                .route("/", get(|| async { "here" }))
                .route("/", post(|body: String| async move { body })),
            https,
            random: Random::seeded(1),
            limits: Limits {
                answer: Duration::from_millis(50),
                ..Limits::shared_by(1)
            },
        };
        let serving = tokio::spawn(serve(socket, listener, stopped));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(sent).await.unwrap();
        // A paused clock jumps to the next timer, so that the test does not wait.
        tokio::time::pause();
        let mut read = String::new();
        let _ = client.read_to_string(&mut read).await;
        tokio::time::resume();
        stop.send_replace(true);
        serving.await.unwrap();
        read
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_request_is_answered() {
        let read = exchange(REQUEST, false).await;
        assert!(read.ends_with("\r\n\r\nhere"), "{read}");
        assert!(!read.contains("strict-transport-security"), "{read}");
        assert!(read.contains("x-request-id: "), "{read}");
    }

    #[tokio::test]
    async fn an_https_origin_sends_strict_transport_security() {
        let read = exchange(REQUEST, true).await;
        assert!(
            read.contains("strict-transport-security: max-age="),
            "{read}"
        );
    }

    /// What is logged.
    #[derive(Clone, Default)]
    pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        /// All of it.
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

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
        let slow = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc";
        let read = exchange(slow, false).await;
        assert!(read.starts_with("HTTP/1.1 408"), "{read}");
        let line: serde_json::Value = serde_json::from_str(&log.text()).unwrap();
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["fields"]["code"], "request_timeout");
        let id = line["span"]["id"].as_str().unwrap();
        assert!(read.contains(&format!("x-request-id: {id}")), "{read}");
    }
}
