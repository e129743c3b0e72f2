//! The load generator's transport: one kept connection per worker and party, which costs less CPU than a full client.

use std::collections::HashMap;

use anyhow::{Context, bail};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use ipse_phone::{Answer, Error, Outgoing, Transport};
use tokio::net::TcpStream;

/// One worker's connections, by origin.
#[derive(Default)]
pub struct Connections(HashMap<String, SendRequest<Full<Bytes>>>);

impl Transport for Connections {
    async fn send(&mut self, request: Outgoing<'_>) -> ipse_phone::Result<Answer> {
        let answer = self.exchange(request).await;
        answer.map_err(|error| Error::offline(format!("{error:#}")))
    }
}

impl Connections {
    async fn exchange(&mut self, outgoing: Outgoing<'_>) -> anyhow::Result<Answer> {
        let authority = outgoing
            .origin
            .strip_prefix("http://")
            .context("the load generator speaks plain HTTP")?;
        if self
            .0
            .get(outgoing.origin)
            .is_none_or(SendRequest::is_closed)
        {
            let connection = connect(authority).await?;
            self.0.insert(outgoing.origin.to_owned(), connection);
        }
        let connection = self
            .0
            .get_mut(outgoing.origin)
            .context("connection just opened")?;
        connection.ready().await?;
        let mut request = Request::builder()
            .method(outgoing.method)
            .uri(outgoing.path)
            .header("host", authority);
        for (name, value) in outgoing.headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::copy_from_slice(outgoing.body));
        let answer = connection.send_request(request.body(body)?).await?;
        let (parts, body) = answer.into_parts();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await?.to_bytes().into(),
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

/// Fails with the body unless the answer has this status.
pub fn expect(answer: Answer, status: u16, step: &str) -> anyhow::Result<Answer> {
    if answer.status.as_u16() != status {
        bail!("{step}: {} {}", answer.status, text(&answer));
    }
    Ok(answer)
}

/// The body as text.
pub fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}
