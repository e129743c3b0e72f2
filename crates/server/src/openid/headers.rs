//! Security headers of the answers.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Pages: our own files only, no inline script, no frame, forms to this origin only, no script from strings.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// [`PAGE_POLICY`] for a page that holds one form, which posts to a partner.
const FORM_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// [`PAGE_POLICY`] for a page that holds a photo of its reader.
const PHOTO_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// Other answers: a browser that opens one shows and runs nothing.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Headers of every answer: no cache, no guessed content type, no frame, no referrer.
const COMMON: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=()"),
    ),
];

fn with_common(mut response: Response, policy: &'static str) -> Response {
    let headers = response.headers_mut();
    headers.reserve(COMMON.len() + 1);
    for (name, value) in COMMON {
        headers.insert(name, value);
    }
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    response
}

/// A page.
pub fn page(status: StatusCode, html: String) -> Response {
    let content_type = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    with_common((status, content_type, html).into_response(), PAGE_POLICY)
}

/// The page whose form takes a response to a partner. It has no `form-action`, since Chromium applies it to the redirects of the
/// partner too, and its referrer is the origin, so that the partner's check of `Origin` has something to compare.
pub fn form_page(html: String) -> Response {
    let mut response = page(StatusCode::OK, html);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(FORM_POLICY),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("origin"));
    response
}

/// The page that holds a photo of its reader.
pub fn photo_page(html: String) -> Response {
    let mut response = page(StatusCode::OK, html);
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PHOTO_POLICY),
    );
    response
}

/// JSON.
pub fn json(status: StatusCode, body: Vec<u8>) -> Response {
    with_common(
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        DATA_POLICY,
    )
}

/// A JWT.
pub fn jwt(token: String) -> Response {
    let content_type = [(header::CONTENT_TYPE, "application/jwt")];
    with_common((content_type, token).into_response(), DATA_POLICY)
}

/// Redirects the browser with GET, whatever the method of its request.
pub fn see_other(url: &str) -> Response {
    match HeaderValue::from_str(url) {
        Ok(location) => {
            let response = (
                StatusCode::SEE_OTHER,
                [(header::LOCATION, location)],
                Body::empty(),
            )
                .into_response();
            with_common(response, DATA_POLICY)
        }
        // No URL that we build contains a control character.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// An empty answer.
pub fn empty(status: StatusCode) -> Response {
    with_common(status.into_response(), DATA_POLICY)
}
