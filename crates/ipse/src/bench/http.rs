//! The load generator's HTTP: one kept connection per worker and party, so that little of what is measured is ours.

use std::collections::HashMap;

use anyhow::{Context, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One worker's connections.
#[derive(Default)]
pub struct Client {
    open: HashMap<String, SendRequest<Full<Bytes>>>,
}

/// An answer.
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Whole body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text, for messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// One header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Client {
    /// Sends one request; `authority` is `host:port`.
    pub async fn send(
        &mut self,
        authority: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> anyhow::Result<Answer> {
        if self.open.get(authority).is_none_or(|c| c.is_closed()) {
            let connection = connect(authority).await?;
            self.open.insert(authority.to_owned(), connection);
        }
        let connection = self
            .open
            .get_mut(authority)
            .context("connection just opened")?;
        connection.ready().await?;
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", authority);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = connection
            .send_request(request.body(Full::new(Bytes::from(body)))?)
            .await?;
        let (parts, body) = answer.into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}

async fn connect(authority: &str) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(authority)
        .await
        .with_context(|| format!("cannot connect to {authority}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// Fails with the body unless the status is the one expected.
pub fn expect(answer: Answer, status: u16, step: &str) -> anyhow::Result<Answer> {
    if answer.status.as_u16() != status {
        bail!("{step}: {} {}", answer.status, answer.text());
    }
    Ok(answer)
}
