//! Cross-origin reads (the Fetch standard) of what is public, and of userinfo, which needs a token and no cookie.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::headers;

/// Scripts of every origin may read the answers. Browsers send no cookies then, so an answer has nothing of the visitor.
const ANSWER: [(HeaderName, HeaderValue); 2] = [
    (
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    ),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("dpop-nonce, www-authenticate, x-request-id"),
    ),
];

/// What the request after a preflight may be. The wildcard does not cover `authorization`.
const PREFLIGHT: [(HeaderName, HeaderValue); 3] = [
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    ),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, dpop"),
    ),
    (
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("86400"),
    ),
];

/// Answers a preflight, and lets scripts read the other answers, errors included.
pub async fn allow(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight {
        headers::empty(StatusCode::NO_CONTENT)
    } else {
        next.run(request).await
    };
    if preflight {
        response.headers_mut().extend(PREFLIGHT);
    }
    readable(response)
}

/// Lets scripts of every origin read an answer.
pub fn readable(mut response: Response) -> Response {
    response.headers_mut().extend(ANSWER);
    response
}
