//! Operators: the client of their `/sim-controller/v1`, and the face on which their events come in.

mod client;
pub mod config;
pub mod feed;
mod routes;
mod token;

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_scheme::sim_controller::SimController;

use crate::config::ServerConfig;
use crate::fetch::Fetch;

pub use routes::router;

/// The operators of a configuration, in its order.
///
/// # Errors
/// When one is not set up as this profile wants it; the text says which and why.
pub fn controllers(
    server: &ServerConfig,
    keys: &Arc<dyn KeyStore>,
    fetch: &Fetch,
) -> anyhow::Result<Vec<Arc<dyn SimController>>> {
    server
        .operators
        .iter()
        .map(|operator| {
            let client = client::OperatorClient::new(operator, &**keys, fetch)?;
            Ok(Arc::new(client) as Arc<dyn SimController>)
        })
        .collect()
}
