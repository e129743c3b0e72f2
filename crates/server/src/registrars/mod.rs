//! Banks as registrars: the route to which they send a browser back, and the client of their OpenID providers.

mod answer;
mod callback;
mod client;
mod endpoints;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ipse_keys::KeyStore;
use ipse_protocol::{Clock, Random};
use ipse_scheme::Scheme;
use ipse_scheme::config::Profile;
use ipse_scheme::registrar::Registrar;

use crate::config::ServerConfig;
use crate::cookies::{FlowCookie, Names};
use crate::fetch::Fetch;

/// Path to which banks send the browser back.
const CALLBACK: &str = "/registrars/callback";

/// The cookie by which the callback recognises the browser that started the visit. With a planted cookie, an attacker's bank
/// account would verify another person's phone.
const COOKIE: Names = Names {
    https: "__Host-ipse_scheme_registrar",
    http: "ipse_scheme_registrar",
    http_path: "/registrars",
};

/// The routes, on the app's origin.
pub fn router(scheme: Arc<Scheme>) -> Router {
    Router::new()
        .route(CALLBACK, get(callback::get))
        .with_state(scheme)
}

/// An answer that also sets the cookie of a visit.
pub fn with_cookie(scheme: &Scheme, value: &str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let max_age = scheme.config.lifetimes.enrolment / 1000;
    if let Some(cookie) = cookie(scheme).header(value, Some(max_age)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie(scheme: &Scheme) -> FlowCookie {
    FlowCookie::new(&COOKIE, &scheme.config.app)
}

/// Clients of the configured banks, in the order of the configuration.
///
/// # Errors
/// When the configuration of a bank does not fit the profile; the text says which bank and why.
pub fn clients(
    server: &ServerConfig,
    keys: &dyn KeyStore,
    fetch: &Fetch,
    clock: &Clock,
    random: &Random,
) -> anyhow::Result<Vec<Arc<dyn Registrar>>> {
    let callback = format!("{}{CALLBACK}", server.app);
    let demo = server.profile == Profile::Demo;
    server
        .banks
        .iter()
        .map(|bank| {
            let client =
                client::BankClient::new(bank, &callback, demo, keys, fetch, clock, random)?;
            Ok(Arc::new(client) as Arc<dyn Registrar>)
        })
        .collect()
}
