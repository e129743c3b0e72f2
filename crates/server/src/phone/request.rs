//! Extracts the parts of a phone's request that its signature covers.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{Method, StatusCode, header};
use ipse_protocol::device_request::HEADER;
use ipse_protocol::problem::ProblemCode;
use ipse_scheme::device::Incoming;
use serde::de::DeserializeOwned;

use crate::problem::ApiError;

/// Longest body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The parts of a request that the device signs. The signature is not verified yet: [`ipse_scheme::Scheme`] does that.
pub struct DeviceRequest {
    method: Method,
    target: String,
    signature: Option<String>,
    body: Bytes,
}

impl DeviceRequest {
    /// The form that the scheme verifies.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            method: self.method.as_str(),
            target: &self.target,
            signature: self.signature.as_deref(),
            body: &self.body,
        }
    }

    /// The body, parsed strictly as a `T`.
    ///
    /// # Errors
    /// `malformed_request`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        ipse_jose::strict_json(&self.body).map_err(|_| ProblemCode::MalformedRequest.into())
    }
}

impl<S: Send + Sync> FromRequest<S> for DeviceRequest {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        // A nested router shortens the path; the phone signed all of it.
        let target = request
            .extensions()
            .get::<axum::extract::OriginalUri>()
            .map_or_else(|| request.uri(), |original| &original.0)
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default();
        let method = request.method().clone();
        let mut signatures = request.headers().get_all(HEADER).iter();
        let signature = match (signatures.next(), signatures.next()) {
            (Some(one), None) => one.to_str().ok().map(str::to_owned),
            _ => None,
        };
        if method == Method::POST {
            let kind = request
                .headers()
                .get(header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            let media = kind.split(';').next().unwrap_or_default().trim();
            if !media.eq_ignore_ascii_case("application/json") {
                return Err(ProblemCode::UnsupportedMediaType.into());
            }
        }
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                ApiError::from(if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    ProblemCode::TooLarge
                } else {
                    ProblemCode::MalformedRequest
                })
            })?;
        Ok(Self {
            method,
            target,
            signature,
            body,
        })
    }
}
