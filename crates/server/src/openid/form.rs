//! Bodies of forms.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use ipse_openid::{OAuthError, OAuthErrorCode, Params};
use ipse_scheme::Fault;

use super::headers;
use crate::fault;

/// A whole body. One that is too long is refused with an OAuth error.
pub struct Body(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Bytes::from_request(request, state).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(rejection) => {
                let what = match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => "the body is too long",
                    _ => "the body could not be read",
                };
                let error = OAuthError::new(OAuthErrorCode::InvalidRequest, what);
                fault::log(Fault::Caller, error.code.as_str(), what);
                Err(headers::json(rejection.status(), error.body()))
            }
        }
    }
}

/// Reads a form. RFC 6749 appendix B requires the content type of a form.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Params, OAuthError> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidRequest,
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    Ok(Params::parse(body)?)
}

/// The `Authorization` header. One that is not text counts as malformed, not as missing.
pub fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap_or_default())
}
