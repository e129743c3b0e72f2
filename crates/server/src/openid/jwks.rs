//! `GET /jwks`: the keys of ID tokens (RFC 7517 §5).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Provider, configuration};

/// Serves the key set.
pub async fn get(State(provider): State<Arc<Provider>>) -> Response {
    configuration::public(provider.jwks.clone())
}
