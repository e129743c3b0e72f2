//! `/sim-controller/v1`: what the scheme calls.

mod challenges;
mod events;
mod jwks;
mod resolve;
mod sims;
mod statement;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{delete, get, post};

use super::{ApiError, Shared, extract, log, misbehave};

pub(super) fn routes(operator: &Shared) -> Router<Shared> {
    // A fault changes only the answers about SIMs. Tokens, keys and the feed are not affected.
    let mut about_sims = Router::new()
        .route("/resolve", post(resolve::post))
        .route("/sims/{handle}", get(sims::get))
        .route("/sims/{handle}/binding", delete(sims::binding::delete))
        .route("/sims/{handle}/challenges", post(sims::challenges::post))
        .route("/sims/{handle}/notices", post(sims::notices::post))
        .route(
            "/challenges/{challenge}/answer",
            post(challenges::answer::post),
        );
    if operator.is_demo() {
        about_sims = about_sims.layer(middleware::from_fn_with_state(
            Arc::clone(operator),
            misbehave::layer,
        ));
    }
    about_sims
        .route("/token", post(token::post))
        .route("/events", get(events::get))
        .route("/jwks", get(jwks::get))
}
