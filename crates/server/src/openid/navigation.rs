//! Requests that are no visit of a person: a browser that fetches ahead, a script, an embedded frame, a program that asks for
//! the headers only. They begin no login, and take no result to a partner (threat 18).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::headers;

/// Of Fetch Metadata Request Headers, and of what browsers sent before it.
const PURPOSES: [HeaderName; 3] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-moz"),
];
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Passes on only what navigates to a page of its own. A client that sends none of the headers counts as navigating.
pub async fn require(request: Request, next: Next) -> Response {
    match refusal(request.method(), request.headers()) {
        None => next.run(request).await,
        Some(StatusCode::METHOD_NOT_ALLOWED) => {
            let mut response = headers::empty(StatusCode::METHOD_NOT_ALLOWED);
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET,POST"));
            response
        }
        Some(status) => headers::empty(status),
    }
}

/// The status for a request that must have no effect.
fn refusal(method: &Method, headers: &HeaderMap) -> Option<StatusCode> {
    if *method == Method::HEAD {
        return Some(StatusCode::METHOD_NOT_ALLOWED);
    }
    let says = |name: &HeaderName, word: &str| {
        headers.get_all(name).iter().any(|value| {
            value
                .to_str()
                .is_ok_and(|text| text.to_ascii_lowercase().contains(word))
        })
    };
    // The browser drops the answer and asks again when the person comes.
    if PURPOSES.iter().any(|name| says(name, "prefetch")) {
        return Some(StatusCode::SERVICE_UNAVAILABLE);
    }
    let is = |name: &HeaderName, word: &str| headers.get_all(name).iter().all(|v| v == word);
    if is(&MODE, "navigate") && is(&DESTINATION, "document") {
        None
    } else {
        Some(StatusCode::FORBIDDEN)
    }
}
