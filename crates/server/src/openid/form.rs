//! Bodies of forms.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use ipse_openid::{OAuthError, OAuthErrorCode, Params};
use ipse_scheme::Error;
use ipse_scheme::login::{LoginError, LoginRefusal};

use super::headers;

/// A body that was read whole. One that is too long is refused in the words of this face.
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
                Err(headers::json(rejection.status(), error.body()))
            }
        }
    }
}

/// Reads a form; any other content type is refused, as RFC 6749 appendix B wants a form.
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

/// The `Authorization` header. One that is not text counts as a broken one, not as none.
pub fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap_or_default())
}

/// The direct answer of an error (RFC 6749 §5.2).
pub fn refusal(error: &OAuthError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = headers::json(status, error.body());
    if let Some(challenge) = error.client_challenge() {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            axum::http::HeaderValue::from_static(challenge),
        );
    }
    response
}

/// What a partner is told when the scheme said no.
pub fn scheme_refused(error: LoginError) -> OAuthError {
    let refusal = match error {
        LoginError::Refused(refusal) => refusal,
        LoginError::Scheme(error) => return failed(error),
    };
    match refusal {
        LoginRefusal::AssertionUsed => OAuthError::new(
            OAuthErrorCode::InvalidClient,
            "the client assertion was used before: send a new jti",
        ),
        LoginRefusal::RequestUnknown => OAuthError::new(
            OAuthErrorCode::InvalidRequestUri,
            "the request_uri is unknown, used or expired",
        ),
        LoginRefusal::SandboxUnknown => OAuthError::new(
            OAuthErrorCode::InvalidRequest,
            "login_hint names no sandbox person",
        ),
        LoginRefusal::PromptOpen => OAuthError::new(
            OAuthErrorCode::AccessDenied,
            "a request to this person is open already",
        ),
        LoginRefusal::GrantInvalid => ipse_openid::grant::INVALID_GRANT,
    }
}

/// What a partner is told when the scheme could not.
pub fn failed(error: Error) -> OAuthError {
    if is_busy(&error) {
        OAuthError::new(
            OAuthErrorCode::TemporarilyUnavailable,
            "the database is busy: retry",
        )
    } else {
        tracing::error!(%error, "a partner's request failed");
        OAuthError::new(
            OAuthErrorCode::ServerError,
            "the request could not be handled",
        )
    }
}

/// Whether trying again may help.
pub fn is_busy(error: &Error) -> bool {
    use ipse_store::StoreError;
    matches!(
        error,
        Error::Store(StoreError::Busy | StoreError::Unavailable(_))
    )
}
