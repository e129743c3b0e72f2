//! Banks: the client of their OpenID providers, and the way back for the browser.

mod client;
pub mod config;
mod endpoints;
mod routes;

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_scheme::registrar::Registrar;

use crate::config::ServerConfig;
use crate::fetch::Fetch;

pub use routes::{COOKIE, cookie, router};

/// Path to which banks send the browser back.
pub const CALLBACK: &str = "/registrars/callback";

/// The banks of a configuration, in its order.
///
/// # Errors
/// When one is not set up as this profile wants it; the text says which and why.
pub fn clients(
    server: &ServerConfig,
    keys: &Arc<dyn KeyStore>,
    fetch: &Fetch,
) -> anyhow::Result<Vec<Arc<dyn Registrar>>> {
    let callback = format!("{}{CALLBACK}", server.app);
    let demo = server.profile == ipse_scheme::config::Profile::Demo;
    server
        .banks
        .iter()
        .map(|bank| {
            let client = client::BankClient::new(bank, &callback, demo, &**keys, fetch)?;
            Ok(Arc::new(client) as Arc<dyn Registrar>)
        })
        .collect()
}
