//! Operators: the API on which they report events, and the client of their `/sim-controller/v1`.

mod client;
mod events;
pub mod feed;
mod token;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use axum::{Router, middleware};
use ipse_keys::KeyStore;
use ipse_protocol::{Clock, Random};
use ipse_scheme::Scheme;
use ipse_scheme::sim_controller::SimController;

use crate::clock;
use crate::config::ServerConfig;
use crate::fetch::Fetch;

/// The routes, on the issuer's origin.
pub fn router(scheme: Arc<Scheme>) -> Router {
    Router::new()
        .route("/operators/events", post(events::post))
        .layer(DefaultBodyLimit::max(events::MAX_BODY))
        .layer(middleware::from_fn_with_state(scheme.clone(), clock::guard))
        .with_state(scheme)
}

/// Clients of the configured operators, in the order of the configuration.
///
/// # Errors
/// When the configuration of an operator does not fit the profile; the text says which operator and why.
pub fn clients(
    server: &ServerConfig,
    keys: &dyn KeyStore,
    fetch: &Fetch,
    clock: &Clock,
    random: &Random,
) -> anyhow::Result<Vec<Arc<dyn SimController>>> {
    server
        .operators
        .iter()
        .map(|operator| {
            let client = client::OperatorClient::new(operator, keys, fetch, clock, random)?;
            Ok(Arc::new(client) as Arc<dyn SimController>)
        })
        .collect()
}
