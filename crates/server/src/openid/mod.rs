//! The API for partners and for the browsers of people who log in: OpenID Connect, and the sign-in page.
//!
//! A handler parses, calls one function of the scheme and renders. [`ipse_openid`] defines what the parameters mean,
//! [`ipse_scheme`] what is allowed.

// Endpoints.
mod authorize;
mod configuration;
mod jwks;
mod me;
mod not_found;
mod par;
mod phone_config;
mod return_to_partner;
mod revoke;
mod sign_in;
mod static_files;
mod token;
mod userinfo;

// What they share.
mod browser;
mod client;
mod cookie;
pub(crate) mod cors;
mod disclosure;
mod dpop;
mod error;
mod form;
mod headers;
pub mod id_token_keys;
mod login_result;
mod navigation;
mod pages;
mod provider;
mod published_keys;
mod qr;
mod texts;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Router, middleware};
use ipse_openid::discovery::path;
use ipse_openid::params::MAX_BYTES;

use crate::clock;

pub use provider::Provider;

/// The routes, on the issuer's origin.
pub fn router(provider: Arc<Provider>) -> Router {
    Router::new()
        .merge(readable_from_everywhere())
        .route(path::PAR, post(par::post))
        .route(
            path::AUTHORIZE,
            get(authorize::get)
                .post(authorize::post)
                .layer(middleware::from_fn(navigation::require)),
        )
        .route(
            "/sign-in",
            get(sign_in::page::get).layer(middleware::from_fn(navigation::require)),
        )
        .route(
            "/sign-in/answer",
            get(sign_in::answer::get).layer(middleware::from_fn(navigation::require)),
        )
        .route("/sign-in/state", get(sign_in::state::get))
        .route("/sign-in/qr", get(sign_in::qr::get))
        .route("/sign-in/cancel", post(sign_in::cancel::post))
        .route(
            "/return/{token}",
            get(return_to_partner::get).layer(middleware::from_fn(navigation::require)),
        )
        .merge(own_pages())
        .route(path::TOKEN, post(token::post))
        .route(path::REVOKE, post(revoke::post))
        .route("/static/{name}", get(static_files::get))
        .route("/phone/v1/config", get(phone_config::get))
        .fallback(not_found::get)
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .layer(middleware::from_fn_with_state(provider.clone(), guard))
        .with_state(provider)
}

/// The pages on which people see their own data: for visits only.
fn own_pages() -> Router<Arc<Provider>> {
    Router::new()
        .route(me::PATH, get(me::page::get))
        .route("/me/login", post(me::login::post))
        .route("/me/export", post(me::export::post))
        .route("/me/sign-out", post(me::sign_out::post))
        .route(me::data::PATH, get(me::data::get))
        .route(me::data::FILE, get(me::data::file))
        .route_layer(middleware::from_fn(navigation::require))
}

/// What scripts of other origins may read.
fn readable_from_everywhere() -> Router<Arc<Provider>> {
    Router::new()
        .route(path::CONFIGURATION, get(configuration::get))
        .route(path::METADATA, get(configuration::get))
        .route(path::JWKS, get(jwks::get))
        .route(path::USERINFO, get(userinfo::get).post(userinfo::post))
        .route_layer(middleware::from_fn(cors::allow))
}

/// Refuses what needs the time while the clock cannot be trusted. Documents and files are served.
async fn guard(State(provider): State<Arc<Provider>>, request: Request, next: Next) -> Response {
    let Some(error) = clock::fault(&provider.scheme) else {
        return next.run(request).await;
    };
    let error = error::Error::from(error);
    match request.uri().path() {
        path::PAR | path::TOKEN | path::REVOKE => error.into_json(),
        // A preflight needs no time.
        path::USERINFO if request.method() == Method::OPTIONS => next.run(request).await,
        path::USERINFO => cors::readable(error.into_userinfo(None)),
        path::AUTHORIZE => error.into_page(&provider, request.headers()),
        other
            if ["/sign-in", "/return/", me::PATH]
                .iter()
                .any(|prefix| other.starts_with(prefix)) =>
        {
            error.into_page(&provider, request.headers())
        }
        _ => next.run(request).await,
    }
}
