//! `/evidence`: what anybody needs to check a confirmation object (docs/evidence.md).

mod keys;
mod proof;

use std::sync::Arc;

use axum::routing::get;
use axum::{Router, middleware};
use ipse_scheme::Scheme;

use crate::openid::cors;

/// The routes.
pub fn router(scheme: Arc<Scheme>) -> Router {
    Router::new()
        .route("/evidence/keys", get(keys::get))
        .route("/evidence/proof", get(proof::get))
        .layer(middleware::from_fn(cors::allow))
        .with_state(scheme)
}
