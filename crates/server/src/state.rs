//! What every handler shares.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_protocol::control::{Control, enforced};
use ipse_scheme::Scheme;
use ipse_scheme::config::Profile;
use ipse_store::{Clock, PERSONS, SCHEME, Store};

use crate::config::ServerConfig;
use crate::limits::Limits;
use crate::{fetch, openid, operators, phone, registrars};

/// What every handler shares.
pub struct Server {
    /// The rules, with their database and keys.
    pub scheme: Scheme,
    /// `scheme.toml`.
    pub config: ServerConfig,
    /// Keys, texts and pages of the OpenID provider.
    pub openid: openid::Provider,
    /// Open event streams of phones.
    pub streams: phone::Streams,
    /// Calls that anybody may make and for which other parties are asked.
    pub limits: Limits,
}

impl Server {
    /// Opens the database, the keystore and the ways to the other parties.
    ///
    /// # Errors
    /// When one of them does not open; a file keystore in production is refused.
    pub fn open(home: &Path, config: ServerConfig) -> anyhow::Result<Self> {
        Self::open_with(home, config, Clock::system())
    }

    /// As [`Server::open`], with a clock that a test may shift.
    ///
    /// # Errors
    /// As [`Server::open`].
    pub fn open_with(home: &Path, config: ServerConfig, clock: Clock) -> anyhow::Result<Self> {
        let keys: Arc<dyn KeyStore> =
            Arc::new(FileKeyStore::open(&home.join("keys")).context("cannot open the keystore")?);
        if config.profile == Profile::Production && Control::ALL.iter().any(|c| !enforced(*c)) {
            bail!(
                "this program was built without one of its controls, for a test: it serves no real people"
            );
        }
        if config.profile == Profile::Production && !keys.is_production() {
            bail!("the file keystore is for development: production needs a hardware module");
        }
        let store = Store::open(&config.database, &SCHEME, clock.clone())
            .with_context(|| format!("cannot open the database {}", shown(&config.database)))?;
        let persons = Store::open(&config.person_keys(), &PERSONS, clock)
            .context("cannot open the store of person keys")?;
        let fetch = fetch::Fetch::new(config.profile)?;
        let operators = operators::controllers(&config, &keys, &fetch)?;
        let registrars = registrars::clients(&config, &keys, &fetch)?;
        let openid = openid::Provider::new(&config, &*keys)?;
        let scheme = Scheme::new(store, persons, keys, config.scheme(), operators, registrars)?;
        Ok(Self {
            scheme,
            openid,
            streams: phone::Streams::default(),
            limits: Limits::new(&config),
            config,
        })
    }
}

/// A database URL without its password.
fn shown(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, rest)| rest)
}

/// Health for machines: alive, and able to read the database.
pub fn health_router() -> Router<Arc<Server>> {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/ready", get(ready))
}

async fn ready(State(server): State<Arc<Server>>) -> (StatusCode, &'static str) {
    match server.scheme.store.read(|tx| tx.now()).await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "database unavailable"),
    }
}
