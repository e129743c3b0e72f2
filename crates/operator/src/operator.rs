//! The operator as one value: configuration, database, keys and the way to the cards.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use ipse_jose::{JwkSet, VerifyingKey};
use ipse_sim::phone_number;
use ipse_sim::statement::Readiness;
use ipse_store::{Clock, Store, StoreError};

use crate::cards::Channel;
use crate::challenge::Parts;
use crate::config::{Config, ConfigError, Fault, Profile};
use crate::keys::OperatorKeys;
use crate::registry;
use crate::store::MIGRATIONS;

/// Why an operator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keystore.
    #[error("the keystore: {0}")]
    Keys(#[from] ipse_keys::Error),
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// Simulated cards in production.
    #[error(
        "the production profile needs real cards: give this operator an over-the-air channel, or use profile = \"demo\""
    )]
    SimulatedCards,
    /// A keystore without hardware in production.
    #[error("the production profile needs a keystore in hardware")]
    DevelopmentKeys,
    /// A pinned key of the scheme.
    #[error("scheme.jwks has no usable signature key; take the set from the scheme's `jwks_uri`")]
    SchemeKeys,
    /// A number in the configuration.
    #[error("the number {0} in the configuration: {1}")]
    Number(String, phone_number::NumberProblem),
    /// The HTTP client for events.
    #[error("no client for the scheme's event URL: {0}")]
    Client(String),
    /// The network.
    #[error("{0}: {1}")]
    Listen(String, std::io::Error),
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
    pub(crate) scheme_keys: Vec<(String, VerifyingKey)>,
    fault: AtomicU8,
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
        let keys = OperatorKeys::open(home)?;
        let store = Store::open(&config.database_url(home), &MIGRATIONS, Clock::system())?;
        Self::new(config, store, keys, Channel::Resident)
    }

    /// Puts an operator together.
    ///
    /// # Errors
    /// [`StartError`] says what to do.
    pub fn new(
        config: Config,
        store: Store,
        keys: OperatorKeys,
        channel: Channel,
    ) -> Result<Arc<Self>, StartError> {
        if config.profile == Profile::Production {
            if matches!(channel, Channel::Resident) {
                return Err(StartError::SimulatedCards);
            }
            if !keys.is_production() {
                return Err(StartError::DevelopmentKeys);
            }
        }
        let scheme_keys = scheme_keys(&config.scheme.jwks)?;
        let fault = AtomicU8::new(config.fault.map_or(0, code));
        Ok(Arc::new(Self {
            config,
            store,
            keys: Arc::new(keys),
            channel,
            scheme_keys,
            fault,
        }))
    }

    /// Adds the configured SIMs that the registry never had.
    ///
    /// # Errors
    /// [`StartError`] says what to do.
    pub async fn seed(&self) -> Result<(), StartError> {
        let wanted = wanted(&self.config)?;
        for batch in wanted.chunks(500) {
            let (parts, scheme) = (self.parts(), self.config.scheme.issuer.clone());
            let batch = batch.to_vec();
            self.store
                .write(move |tx| {
                    let context = registry::Context {
                        keys: &parts.keys,
                        scheme: &scheme,
                        scheme_id: parts.scheme_id,
                    };
                    registry::seed(tx, &context, &batch)
                })
                .await?;
        }
        Ok(())
    }

    pub(crate) fn parts(&self) -> Parts {
        Parts {
            keys: Arc::clone(&self.keys),
            scheme_id: self.config.scheme_id(),
        }
    }

    /// Whether the simulated handset and faults are there.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.config.profile == Profile::Demo
    }

    /// How it misbehaves now.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        FAULTS
            .into_iter()
            .find(|fault| code(*fault) == self.fault.load(Ordering::Relaxed))
    }

    /// Misbehaves from now on, or no longer. Without effect outside the demo profile.
    pub fn set_fault(&self, fault: Option<Fault>) {
        if self.is_demo() {
            self.fault.store(fault.map_or(0, code), Ordering::Relaxed);
        }
    }
}

const FAULTS: [Fault; 5] = [
    Fault::Silent,
    Fault::Slow,
    Fault::Lying,
    Fault::Garbage,
    Fault::Error,
];

fn code(fault: Fault) -> u8 {
    fault as u8 + 1
}

fn scheme_keys(jwks: &JwkSet) -> Result<Vec<(String, VerifyingKey)>, StartError> {
    let mut keys = Vec::new();
    for jwk in &jwks.keys {
        if jwk.verifies(ipse_jose::Alg::Es256) {
            let key = VerifyingKey::from_jwk(jwk, ipse_jose::Alg::Es256)
                .map_err(|_| StartError::SchemeKeys)?;
            let kid = jwk.kid.clone().unwrap_or_else(|| jwk.thumbprint_b64());
            keys.push((kid, key));
        }
    }
    if keys.is_empty() {
        return Err(StartError::SchemeKeys);
    }
    Ok(keys)
}

/// The SIMs of the configuration, with their numbers normalised.
fn wanted(config: &Config) -> Result<Vec<(String, Readiness)>, StartError> {
    let number = |text: &str| {
        phone_number::normalise(text)
            .map_err(|problem| StartError::Number(text.to_owned(), problem))
    };
    let mut wanted = Vec::new();
    for sim in &config.sims {
        wanted.push((number(&sim.number)?, sim.readiness));
    }
    for range in &config.ranges {
        let first = number(&range.first)?;
        let start: u64 = first[1..].parse().unwrap_or_default();
        for i in 0..u64::from(range.count) {
            wanted.push((number(&format!("+{}", start + i))?, Readiness::Ready));
        }
    }
    Ok(wanted)
}
