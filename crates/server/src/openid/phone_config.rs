//! `GET /phone/v1/config` on the issuer's origin: a phone that was given the issuer's address is sent to the app's origin.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;

use super::Provider;

/// Redirects.
pub async fn get(State(provider): State<Arc<Provider>>) -> Redirect {
    Redirect::temporary(&format!("{}/phone/v1/config", provider.scheme.config.app))
}
