//! Opens the parts of a server and connects them.

use std::path::Path;
use std::sync::Arc;

use crate::partner_events::Pushed;
use anyhow::{Context, bail};
use axum::Router;
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_protocol::{Clock, Random};
use ipse_scheme::config::Profile;
use ipse_scheme::mail::Mailer;
use ipse_scheme::setup::Databases;
use ipse_scheme::{Parts, Scheme};
use ipse_store::{PERSONS, RowKeys, SCHEME, Store, identity};

use crate::config::{KeySchemas, SHARED, ServerConfig};
use crate::limits::Limits;
use crate::mail::Smtp;
use crate::{app, evidence, fetch, health, openid, operators, phone, registrars};

/// The scheme, and the state of each API.
pub struct Server {
    /// The rules, with their database and keys.
    pub scheme: Arc<Scheme>,
    /// How many calls to other parties may run at a time.
    pub limits: Arc<Limits>,
    /// `scheme.toml`.
    pub config: ServerConfig,
    /// Random bytes for request ids.
    pub random: Random,
    provider: Arc<openid::Provider>,
    phone: phone::Api,
}

impl Server {
    /// Opens the database and the keystore, and sets up the clients of operators and banks.
    ///
    /// # Errors
    /// When one of them does not open, when they do not belong together, or when production is configured with a file
    /// keystore.
    pub fn open(home: &Path, config: ServerConfig) -> anyhow::Result<Self> {
        Self::open_with(home, config, Clock::system(), Random::system())
    }

    /// As [`Server::open`], with the clock and the random bytes of a test.
    ///
    /// # Errors
    /// As [`Server::open`].
    pub fn open_with(
        home: &Path,
        config: ServerConfig,
        clock: Clock,
        random: Random,
    ) -> anyhow::Result<Self> {
        let scheme = Arc::new(open_scheme(home, &config, clock.clone(), &random)?);
        let limits = Arc::new(Limits::new(&config));
        let provider = openid::Provider::new(
            scheme.clone(),
            &config.trust_frameworks(),
            clock,
            random.clone(),
        )?;
        Ok(Self {
            provider: Arc::new(provider),
            phone: phone::Api::new(scheme.clone(), limits.clone(), &config),
            scheme,
            limits,
            config,
            random,
        })
    }

    /// Routes of the issuer's origin: for partners, operators and monitors.
    pub fn issuer_router(&self) -> Router {
        Router::new()
            .merge(openid::router(self.provider.clone()))
            .merge(evidence::router(self.scheme.clone()))
            .merge(operators::router(self.scheme.clone()))
            .merge(health::router(self.scheme.clone()))
    }

    /// Routes of the app's origin: the app's files, phones, and browsers that come back from banks.
    pub fn app_router(&self) -> Router {
        Router::new()
            .nest("/phone/v1", phone::router(self.phone.clone()))
            .merge(registrars::router(self.scheme.clone()))
            .merge(health::router(self.scheme.clone()))
            .merge(app::router(&self.config))
    }
}

/// Opens the database and the keystore, and sets up the clients of operators and banks.
///
/// # Errors
/// As [`Server::open`].
pub fn open_scheme(
    home: &Path,
    config: &ServerConfig,
    clock: Clock,
    random: &Random,
) -> anyhow::Result<Scheme> {
    let (store, persons, keys) = open_home(home, config, &clock)?;
    let keys: Arc<dyn KeyStore> = Arc::new(keys);
    let fetch = fetch::Fetch::new(config.profile)?;
    let operators = operators::clients(config, &*keys, &fetch, &clock, random)?;
    let registrars = registrars::clients(config, &*keys, &fetch, &clock, random)?;
    let mailer = match &config.mail {
        None => None,
        Some(mail) => Some(Arc::new(Smtp::new(home, mail, random)?) as Arc<dyn Mailer>),
    };
    let partner_events = Arc::new(Pushed::new(&*keys, config.profile)?);
    let scheme = Scheme::new(Parts {
        clock,
        random: random.clone(),
        store,
        persons,
        keys,
        config: config.scheme(),
        operators,
        registrars,
        mailer,
        partner_events,
    })?;
    scheme.watch_clock().context("cannot read the clock")?;
    Ok(scheme)
}

/// Opens the scheme's database, the store of person keys and the keystore of a home, and gives the store the keys of rows.
///
/// # Errors
/// When one of them does not open, when they do not belong together, or when production is configured with a file keystore.
pub fn open_home(
    home: &Path,
    config: &ServerConfig,
    clock: &Clock,
) -> anyhow::Result<(Store, Store, FileKeyStore)> {
    let keys = FileKeyStore::open(&home.join("keys")).context("cannot open the keystore")?;
    if config.profile == Profile::Production && !keys.is_production() {
        bail!("the file keystore is for development: production needs a hardware module");
    }
    let (store, persons) = open_databases(config, clock)?;
    let databases = Databases {
        scheme: &store,
        persons: &persons,
    };
    databases.check(&keys)?;
    store.authenticate(row_keys(&keys)?);
    Ok((store, persons, keys))
}

/// Opens the scheme's database and the store of person keys.
///
/// # Errors
/// When one of them does not open.
pub fn open_databases(config: &ServerConfig, clock: &Clock) -> anyhow::Result<(Store, Store)> {
    let store = Store::open(&config.database, &SCHEME, clock.clone()).with_context(|| {
        let shown = without_password(&config.database);
        format!("cannot open the database {shown}")
    })?;
    let person_keys = config.person_keys(|schemas| keeps_shared_keys(&store, schemas))?;
    let persons = Store::open(&person_keys, &PERSONS, clock.clone())
        .context("cannot open the store of person keys")?;
    Ok((store, persons))
}

/// The keys that authenticate the rows of the scheme's database.
///
/// # Errors
/// When the keystore cannot give them.
pub fn row_keys(keys: &dyn KeyStore) -> anyhow::Result<RowKeys> {
    let known = keys.row_keys().context("cannot read the keys of rows")?;
    let current = known
        .key(known.current)
        .context("the keystore has no current key of rows")?;
    let older = known
        .keys
        .iter()
        .filter(|(version, _)| *version != known.current);
    let older = older.map(|(version, key)| (*version, &**key));
    Ok(RowKeys::new((known.current, current), older))
}

/// Whether an installation keeps its person keys in the schema that all installations once shared: it has people, and no keys of
/// its own yet.
fn keeps_shared_keys(store: &Store, schemas: &KeySchemas) -> anyhow::Result<bool> {
    let kept = !store.has_schema(&schemas.own)?
        && store.has_schema(SHARED)?
        && store.read_blocking(identity::has_people)?;
    if kept {
        tracing::warn!(
            schema = SHARED,
            "the person keys are in a schema that other installations of this database may share"
        );
    }
    Ok(kept)
}

/// A database URL without user and password.
fn without_password(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, rest)| rest)
}
