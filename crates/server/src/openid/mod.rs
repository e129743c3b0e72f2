//! The face for partners and their visitors' browsers: OpenID Connect, and the sign-in page.
//!
//! Each handler parses, calls one function of the scheme, and renders. What the parameters mean stands in
//! `ipse_openid`; what may happen stands in `ipse_scheme`.

pub mod authorize;
mod browser;
mod client;
pub mod configuration;
pub mod cookie;
mod form;
pub mod headers;
pub mod jwks;
mod login_result;
pub mod pages;
pub mod par;
pub mod qr;
pub mod return_;
pub mod revoke;
pub mod sign_in;
pub mod static_files;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod token;
pub mod userinfo;

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use ipse_jose::{Alg, JwkSet, SigningKey};
use ipse_keys::KeyStore;
use ipse_openid::client::IdTokenAlg;
use ipse_openid::discovery::{self, path};
use ipse_openid::params::MAX_BYTES;
use ipse_texts::Texts;

use self::pages::{ErrorPage, Outcome};
use crate::Server;
use crate::config::ServerConfig;

/// Keys of ID tokens, and the documents that never change while we run.
pub struct Provider {
    es256: Arc<SigningKey>,
    rs256: Arc<SigningKey>,
    configuration: Vec<u8>,
    jwks: Vec<u8>,
    registrations: client::Registrations,
    texts: Arc<Texts>,
}

impl Provider {
    /// Fetches the keys, which are made at the first start, and writes the documents.
    ///
    /// # Errors
    /// When the keystore cannot give the keys, or a file of texts has a mistake.
    pub fn new(config: &ServerConfig, keys: &dyn KeyStore) -> anyhow::Result<Self> {
        // A key of its own for each algorithm (RFC 8725 §3.1); RS256 is for clients that know nothing newer.
        let key = |purpose: &str, alg| {
            keys.signing_with(purpose, alg)
                .with_context(|| format!("the keystore does not give {purpose}"))
        };
        let es256 = key("openid/id-token/es256", Alg::Es256)?;
        let rs256 = key("openid/id-token/rs256", Alg::Rs256)?;
        let set = JwkSet {
            keys: vec![es256.public_jwk(), rs256.public_jwk()],
        };
        let jwks = serde_json::to_vec(&set)?;
        let configuration = serde_json::to_vec(&discovery::document(&config.issuer))?;
        Ok(Self {
            es256,
            rs256,
            configuration,
            jwks,
            registrations: client::Registrations::default(),
            texts: Arc::new(texts::load()?),
        })
    }

    /// The key for a client's registered algorithm.
    fn id_token_key(&self, alg: IdTokenAlg) -> &SigningKey {
        match alg {
            IdTokenAlg::ES256 => &self.es256,
            IdTokenAlg::RS256 => &self.rs256,
        }
    }
}

/// The routes of the issuer's origin.
pub fn router() -> Router<Arc<Server>> {
    Router::new()
        .route(path::CONFIGURATION, get(configuration::get))
        .route(path::METADATA, get(configuration::get))
        .route(path::JWKS, get(jwks::get))
        .route(path::PAR, post(par::post))
        .route(path::AUTHORIZE, get(authorize::get).post(authorize::post))
        .route("/sign-in", get(sign_in::get))
        .route("/sign-in/state", get(sign_in::state::get))
        .route("/sign-in/qr", get(sign_in::qr::get))
        .route("/sign-in/cancel", post(sign_in::cancel::post))
        .route("/return/{token}", get(return_::get))
        .route(path::TOKEN, post(token::post))
        .route(path::USERINFO, get(userinfo::get).post(userinfo::post))
        .route(path::REVOKE, post(revoke::post))
        .route("/static/{name}", get(static_files::get))
        .route("/phone/v1/config", get(phone_face))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_BYTES))
}

/// Phones know the scheme by either name: who was given the issuer is shown the way to the app's origin.
async fn phone_face(State(server): State<Arc<Server>>) -> Redirect {
    Redirect::temporary(&format!("{}/phone/v1/config", server.scheme.config.app))
}

/// The page for a path that does not exist, in the browser's language.
async fn not_found(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response {
    Outcome::new(
        browser::page(&server, &headers, None),
        ErrorPage::PageUnknown,
    )
    .into_response()
}
