//! How a phone sends HTTP requests.

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, StatusCode};
use url::{Position, Url};

use crate::Result;
use crate::error::{Error, local};

/// A request to send.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// HTTP method.
    pub method: &'a Method,
    /// Scheme, host and port, without a slash at the end.
    pub origin: &'a str,
    /// Path with query, from the root.
    pub path: &'a str,
    /// Names in lower case, and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// Body; empty for a GET.
    pub body: &'a [u8],
}

impl Outgoing<'_> {
    pub(crate) fn url(&self) -> Result<Url> {
        parse_url(&format!("{}{}", self.origin, self.path))
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

/// Sends requests.
pub trait Transport: Send {
    /// Sends a request and reads the whole answer. Redirects are answers; they are not followed.
    ///
    /// # Errors
    /// `offline` when no answer came, `answer_unreadable` when it is too large.
    fn send(&mut self, request: Outgoing<'_>) -> impl Future<Output = Result<Answer>> + Send;
}

impl<T: Transport> Transport for &mut T {
    fn send(&mut self, request: Outgoing<'_>) -> impl Future<Output = Result<Answer>> + Send {
        (**self).send(request)
    }
}

impl Answer {
    /// A header whose value is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The address that a redirect names; `from` is the address that redirected.
    pub(crate) fn location(&self, from: &Url) -> Result<Url> {
        self.header(LOCATION.as_str())
            .and_then(|to| from.join(to).ok())
            .ok_or_else(|| Error::of(local::ANSWER).with("reason", "redirect without an address"))
    }
}

/// Sends to an absolute address.
pub(crate) async fn send_to(
    transport: &mut impl Transport,
    method: &Method,
    url: &Url,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer> {
    transport
        .send(Outgoing {
            method,
            origin: &url.origin().ascii_serialization(),
            path: &url[Position::BeforePath..Position::AfterQuery],
            headers,
            body,
        })
        .await
}

pub(crate) fn parse_url(text: &str) -> Result<Url> {
    Url::parse(text).map_err(|_| Error::of(local::OFFLINE).with("reason", "not an address"))
}
