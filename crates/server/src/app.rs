//! `/app/`: the phone app's files, with headers that keep scripts of other origins out.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tower_http::services::{ServeDir, ServeFile};

use crate::config::ServerConfig;

/// `/app/`, and a redirect to it from `/`.
pub fn router(config: &ServerConfig) -> Router {
    let Some(dir) = &config.app_dir else {
        return Router::new().route(
            "/app/",
            get(|| async { "The phone app is not installed here. Set `app_dir` in scheme.toml." }),
        );
    };
    let policy = policy(config);
    // Any other path is a place in the app. A file of the build is there or it is not: after an update, an old page must not
    // get a document for its script.
    let pages = ServeDir::new(dir).fallback(ServeFile::new(dir.join("index.html")));
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/app/") }))
        .nest_service("/app/assets", ServeDir::new(dir.join("assets")))
        .nest_service("/app", pages)
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let policy = policy.clone();
            async move { with_headers(request, next, policy).await }
        }))
}

/// Allows the app's own files only; OPAQUE's WebAssembly needs `wasm-unsafe-eval`. In the demo the app also calls handsets and the
/// mailbox.
fn policy(config: &ServerConfig) -> HeaderValue {
    let mailbox = config.mail.as_ref().and_then(|m| m.mailbox_url.as_deref());
    let handsets: String = config
        .operators
        .iter()
        .filter_map(|o| o.handset_url.as_deref())
        .chain(mailbox)
        .map(|url| format!(" {url}"))
        .collect();
    let text = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'{handsets}; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; \
         frame-ancestors 'none'; form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
         trusted-types ipse-wasm"
    );
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}

async fn with_headers(request: Request, next: Next, policy: HeaderValue) -> Response {
    let asset = request.uri().path().starts_with("/app/assets/");
    let mut response = next.run(request).await.into_response();
    let named_by_hash = asset && response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(self), geolocation=(), microphone=()"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if named_by_hash {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        }),
    );
    response
}
