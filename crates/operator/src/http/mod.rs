//! The operator's routes: `/sim-controller/v1` for the scheme, `/handset` for the demo. One file an endpoint; the folders
//! mirror the paths.

mod error;
mod extract;
mod handset;
mod health;
mod log;
mod misbehave;
mod ready;
mod sim_controller;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;

use crate::operator::Operator;

pub use self::error::ApiError;

/// Largest body, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The state of every handler.
type Shared = Arc<Operator>;

/// All routes of this operator.
pub fn router(operator: Shared) -> Router {
    let mut router = Router::new()
        .nest("/sim-controller/v1", sim_controller::routes(&operator))
        .route("/health", get(health::get))
        .route("/ready", get(ready::get));
    if operator.is_demo() {
        router = router.merge(handset::routes());
    }
    router
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&operator),
            log::requests,
        ))
        .with_state(operator)
}
