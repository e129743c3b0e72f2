//! `GET /health` and `GET /ready`, for load balancers and monitors.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ipse_scheme::Scheme;

/// Both routes.
pub fn router(scheme: Arc<Scheme>) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/ready", get(ready))
        .with_state(scheme)
}

/// Ready means that the database can be read.
async fn ready(State(scheme): State<Arc<Scheme>>) -> (StatusCode, &'static str) {
    match scheme.store.read(|tx| tx.now()).await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "database unavailable"),
    }
}
