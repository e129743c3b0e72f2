//! The endpoints of a bank, one file each.

mod agree;
mod authorize;
mod discovery;
mod events;
mod health;
mod home;
mod icon;
mod jwks;
mod not_found;
mod par;
mod refuse;
mod sign_in;
mod style;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use super::{ACR, Bank, answer, claims, client, config, error, form, pages, session, state, texts};

/// Largest body, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The state of every handler.
type Shared = Arc<Bank>;

/// All routes of a bank.
pub fn router(bank: Arc<Bank>) -> Router {
    Router::new()
        .route("/", get(home::get))
        .route("/.well-known/openid-configuration", get(discovery::get))
        .route("/jwks", get(jwks::get))
        .route("/par", post(par::post))
        .route("/authorize", get(authorize::get))
        .route("/sign-in", get(sign_in::get).post(sign_in::post))
        .route("/agree", get(agree::get).post(agree::post))
        .route("/refuse", post(refuse::post))
        .route("/token", post(token::post))
        .route("/userinfo", get(userinfo::get).post(userinfo::get))
        .route("/events", post(events::post))
        .route("/health", get(health::get))
        .route("/bank.css", get(style::get))
        .route("/icon.svg", get(icon::get))
        .fallback(not_found::get)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(bank)
}
