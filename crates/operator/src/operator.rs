//! The operator as one value: configuration, database, keys, clock, randomness and the channel to the cards.

use std::path::Path;
use std::sync::Arc;

use ipse_jose::{Alg, JwkSet, VerifyingKey};
use ipse_protocol::{Clock, Random};
use ipse_sim::phone_number::NumberProblem;
use ipse_sim::statement::Readiness;
use ipse_store::{Store, StoreError};
use ipse_texts::{Texts, TextsError};
use tokio::sync::watch;

use crate::cards::Channel;
use crate::config::{Config, ConfigError, Fault, Profile};
use crate::context::Context;
use crate::ids::PhoneNumber;
use crate::keys::OperatorKeys;
use crate::registry::{self, RegistryError};
use crate::store::MIGRATIONS;
use crate::texts;

/// SIMs that are seeded in one transaction.
const SEED_BATCH: usize = 500;

/// Why an operator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keystore.
    #[error("the keystore cannot be used")]
    Keys(#[from] ipse_keys::Error),
    /// The database.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The SIMs of the configuration.
    #[error("the configured SIMs cannot be added")]
    Seed(#[from] RegistryError),
    /// Simulated cards in production.
    #[error(
        "the production profile needs real cards: give this operator an over-the-air channel, or use profile = \"demo\""
    )]
    SimulatedCards,
    /// A keystore without hardware in production.
    #[error("the production profile needs a keystore in hardware")]
    DevelopmentKeys,
    /// A pinned key of the scheme.
    #[error("scheme.jwks has no usable signature key; copy the set from the scheme's `jwks_uri`")]
    SchemeKeys,
    /// The texts of this program.
    #[error("the texts cannot be used")]
    Texts(#[from] TextsError),
    /// A number in the configuration.
    #[error("the configuration has the number {0}")]
    Number(String, #[source] NumberProblem),
    /// The HTTP client for events.
    #[error("no HTTP client for the scheme's event URL")]
    Client(#[from] reqwest::Error),
    /// The network.
    #[error("cannot listen on {0}")]
    Listen(String, #[source] std::io::Error),
}

/// What an operator is made of, besides its configuration.
pub struct Parts {
    /// Its database.
    pub store: Store,
    /// Its keys.
    pub keys: Arc<OperatorKeys>,
    /// How it reaches cards.
    pub channel: Channel,
    /// Its clock, for what happens outside transactions.
    pub clock: Clock,
    /// Its source of ids, secrets and simulated cards.
    pub random: Random,
}

/// A running operator. Shared by all requests.
pub struct Operator {
    /// Its configuration.
    pub config: Config,
    /// Its database.
    pub store: Store,
    /// Its keys.
    pub keys: Arc<OperatorKeys>,
    /// How it reaches cards.
    pub channel: Channel,
    /// Its clock, for what happens outside transactions.
    pub clock: Clock,
    /// Its source of ids, secrets and simulated cards.
    pub random: Random,
    /// The pinned keys of the scheme, by key id.
    pub(crate) scheme_keys: Vec<(String, VerifyingKey)>,
    /// The texts of messages and pages.
    pub(crate) texts: Texts,
    fault: watch::Sender<Option<Fault>>,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operator({})", self.config.name)
    }
}

impl Operator {
    /// Opens the operator in `home`, with simulated cards.
    ///
    /// # Errors
    /// [`StartError`] says what to do.
    pub fn open(home: &Path) -> Result<Arc<Self>, StartError> {
        let config = Config::read(home)?;
        let clock = Clock::system();
        let parts = Parts {
            keys: Arc::new(OperatorKeys::open(home)?),
            store: Store::open(&config.database_url(home), &MIGRATIONS, clock.clone())?,
            channel: Channel::Simulated,
            clock,
            random: Random::system(),
        };
        Self::new(config, parts)
    }

    /// Puts an operator together.
    ///
    /// # Errors
    /// [`StartError`] says what to do.
    pub fn new(config: Config, parts: Parts) -> Result<Arc<Self>, StartError> {
        if config.profile == Profile::Production {
            if matches!(parts.channel, Channel::Simulated) {
                return Err(StartError::SimulatedCards);
            }
            if !parts.keys.is_production() {
                return Err(StartError::DevelopmentKeys);
            }
        }
        let scheme_keys = scheme_keys(&config.scheme.jwks)?;
        let fault = watch::Sender::new(config.fault);
        Ok(Arc::new(Self {
            config,
            store: parts.store,
            keys: parts.keys,
            channel: parts.channel,
            clock: parts.clock,
            random: parts.random,
            scheme_keys,
            texts: texts::load()?,
            fault,
        }))
    }

    /// Adds the configured SIMs that the registry never had.
    ///
    /// # Errors
    /// [`StartError`] says what to do.
    pub async fn seed(&self) -> Result<(), StartError> {
        let wanted = configured_sims(&self.config)?;
        for batch in wanted.chunks(SEED_BATCH) {
            let (context, batch) = (self.context(), batch.to_vec());
            self.store
                .write_rule(move |tx| registry::seed(tx, &context, &batch))
                .await?;
        }
        Ok(())
    }

    /// What this operator's rules need besides the transaction.
    #[must_use]
    pub fn context(&self) -> Context {
        Context::new(&self.config, Arc::clone(&self.keys), self.random.clone())
    }

    /// Whether this operator has the simulated handset and may misbehave on request.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.config.profile == Profile::Demo
    }

    /// How it misbehaves now.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        *self.fault.borrow()
    }

    /// Makes it misbehave from now on, or behave again. Without effect outside the demo profile.
    pub fn set_fault(&self, fault: Option<Fault>) {
        if self.is_demo() {
            self.fault.send_replace(fault);
        }
    }
}

fn scheme_keys(jwks: &JwkSet) -> Result<Vec<(String, VerifyingKey)>, StartError> {
    let mut keys = Vec::new();
    for jwk in &jwks.keys {
        if jwk.verifies(Alg::Es256) {
            let key =
                VerifyingKey::from_jwk(jwk, Alg::Es256).map_err(|_| StartError::SchemeKeys)?;
            let kid = jwk.kid.clone().unwrap_or_else(|| jwk.thumbprint_b64());
            keys.push((kid, key));
        }
    }
    if keys.is_empty() {
        return Err(StartError::SchemeKeys);
    }
    Ok(keys)
}

/// The numbers of the configuration, and what each one's SIM can do.
fn configured_sims(config: &Config) -> Result<Vec<(PhoneNumber, Readiness)>, StartError> {
    let wrong = |text: &str, problem| StartError::Number(text.to_owned(), problem);
    let mut sims = Vec::new();
    for sim in &config.sims {
        let number =
            PhoneNumber::normalise(&sim.number).map_err(|problem| wrong(&sim.number, problem))?;
        sims.push((number, sim.readiness));
    }
    for range in &config.ranges {
        let first =
            PhoneNumber::normalise(&range.first).map_err(|problem| wrong(&range.first, problem))?;
        for n in 0..range.count {
            let number = first
                .plus(n)
                .map_err(|problem| wrong(&range.first, problem))?;
            sims.push((number, Readiness::Ready));
        }
    }
    Ok(sims)
}
