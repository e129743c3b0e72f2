//! `GET /jwks`: the keys of ID tokens (RFC 7517 §5).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::configuration;
use crate::Server;

/// Serves the key set.
pub async fn get(State(server): State<Arc<Server>>) -> Response {
    configuration::public(server.openid.jwks.clone())
}
