//! A request before and after the device signs it (docs/protocol.md §2).

use ipse_jose::SigningKey;
use ipse_protocol::device_request::{HEADER, RequestClaims};
use reqwest::Method;
use serde::Serialize;

use crate::error::{Error, local};
use crate::{Outgoing, Result};

/// What the phone wants to say: a request without audience, device and sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// HTTP method.
    pub method: Method,
    /// Path with query, from the root: `/phone/v1/…`.
    pub path: String,
    /// JSON, or empty for a GET.
    pub body: Vec<u8>,
    /// Transcript hash and proof hash (T and H), for a decision.
    pub decision: Option<([u8; 32], [u8; 32])>,
}

impl Message {
    /// A GET without a body.
    pub fn get(path: impl Into<String>) -> Self {
        Message {
            method: Method::GET,
            path: path.into(),
            body: Vec::new(),
            decision: None,
        }
    }

    /// A POST with a JSON body.
    ///
    /// # Errors
    /// `storage_failed` when the value has no JSON form, which none of the protocol's has.
    pub fn post(path: impl Into<String>, body: &impl Serialize) -> Result<Self> {
        Ok(Message {
            method: Method::POST,
            path: path.into(),
            body: serde_json::to_vec(body).map_err(|_| Error::of(local::STORAGE))?,
            decision: None,
        })
    }

    /// Adds the hashes of a decision, which the device signs too.
    #[must_use]
    pub fn with_decision(mut self, t: [u8; 32], h: [u8; 32]) -> Self {
        self.decision = Some((t, h));
        self
    }
}

/// A message with everything that the device signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The message.
    pub message: Message,
    /// Origin of the app: where the request goes, and what it is signed for.
    pub audience: String,
    /// Device id, or the thumbprint of the device key before there is one.
    pub device: String,
    /// From 1, raised by one for each new request.
    pub sequence: u64,
}

impl Request {
    /// Signs the request.
    ///
    /// # Errors
    /// `signing_failed`.
    pub fn sign(self, key: &SigningKey) -> Result<SignedRequest> {
        let Message {
            method,
            path,
            body,
            decision,
        } = self.message;
        let mut claims = RequestClaims::new(
            &self.audience,
            method.as_str(),
            &path,
            &body,
            &self.device,
            self.sequence,
        );
        if let Some((t, h)) = decision {
            claims = claims.with_decision(t, h);
        }
        Ok(SignedRequest {
            signature: claims.sign(key).map_err(Error::signing)?,
            origin: self.audience,
            method,
            path,
            body,
        })
    }
}

/// A request as it leaves the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    /// Where it goes: scheme, host and port.
    pub origin: String,
    /// HTTP method.
    pub method: Method,
    /// Path with query.
    pub path: String,
    /// Value of the header `Ipse-Device`.
    pub signature: String,
    /// JSON, or empty for a GET.
    pub body: Vec<u8>,
}

impl SignedRequest {
    /// Its headers, for [`SignedRequest::outgoing`].
    pub(crate) fn headers(&self) -> Vec<(&str, &str)> {
        let mut headers = vec![(HEADER, &*self.signature)];
        if self.method == Method::POST {
            headers.push(("content-type", "application/json"));
        }
        headers
    }

    /// The request for a transport.
    pub(crate) fn outgoing<'a>(&'a self, headers: &'a [(&'a str, &'a str)]) -> Outgoing<'a> {
        Outgoing {
            method: &self.method,
            origin: &self.origin,
            path: &self.path,
            headers,
            body: &self.body,
        }
    }
}

/// Changes requests on their way out. A phone has none, unless a test gives it one.
pub trait Interceptor: Send + Sync {
    /// Changes a request before the device signs it.
    fn before_signing(&self, request: &mut Request) {
        let _ = request;
    }

    /// Changes a request after the device signed it.
    fn after_signing(&self, request: &mut SignedRequest) {
        let _ = request;
    }
}
