//! `GET /.well-known/openid-configuration`, and the same at `/.well-known/oauth-authorization-server` (RFC 8414).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::{Provider, headers};

/// Serves the metadata.
pub async fn get(State(provider): State<Arc<Provider>>) -> Response {
    public(provider.configuration.clone())
}

/// Public JSON: caches may keep it for five minutes.
pub fn public(body: Vec<u8>) -> Response {
    let mut response = headers::json(StatusCode::OK, body);
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}
