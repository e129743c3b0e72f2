//! The rules of the scheme: one module per concept. No HTTP, no SQL dialect.
//!
//! A rule that changes state is a synchronous function over an open transaction. A refusal ([`RuleError::Refused`]) is an
//! outcome like any other, and commits. The functions on [`Scheme`] do the slow work (signatures, OPAQUE, sealing) before
//! such a transaction, never inside it, and return nothing before the commit has returned.

pub mod action;
pub mod actor;
pub mod approval;
mod attribute;
pub mod block;
pub mod code;
pub mod config;
pub mod device;
mod effect;
pub mod enrolment;
pub mod error;
pub mod grant;
mod idempotency;
pub mod identity;
mod kind;
mod link;
pub mod log;
pub mod login;
pub mod me;
pub mod partner;
pub mod person;
pub mod receipt;
pub mod recovery;
mod refusal;
pub mod registrar;
pub mod request;
pub mod sim;
pub mod sim_controller;
pub mod sim_event;
pub mod sweep;
mod view;
pub mod webauthn;

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_protocol::{Clock, Random};
use ipse_store::{Store, Tx};

pub use config::Config;
pub use error::{Error, Fault, RuleError};
pub use ipse_store::Kind;

/// Everything that the rules need: the database, the keys, the other parties.
pub struct Scheme {
    /// The scheme's database.
    pub store: Store,
    /// Person keys, in a store of their own.
    pub persons: person::PersonKeys,
    /// Keys of the scheme.
    pub keys: Arc<dyn KeyStore>,
    /// What the deployer decided.
    pub config: Config,
    /// The time of this process. Rules take the time of the database.
    pub clock: Clock,
    /// The source of random bytes.
    pub random: Random,
    /// Operators, in the order of the configuration.
    pub operators: Vec<Arc<dyn sim_controller::SimController>>,
    /// Banks, in the order of the configuration.
    pub registrars: Vec<Arc<dyn registrar::Registrar>>,
    pub(crate) code: code::CodeService,
    pub(crate) statements: sim::Statements,
    pub(crate) signer: receipt::Signer,
    pub(crate) views: view::Views,
}

impl Scheme {
    /// Puts the parts together, and creates the keys that are missing.
    ///
    /// # Errors
    /// When the keystore cannot give the keys.
    pub fn new(
        clock: Clock,
        random: Random,
        store: Store,
        persons: Store,
        keys: Arc<dyn KeyStore>,
        config: Config,
        operators: Vec<Arc<dyn sim_controller::SimController>>,
        registrars: Vec<Arc<dyn registrar::Registrar>>,
    ) -> Result<Self, Error> {
        let signer = receipt::Signer::new(&*keys, &config.issuer)?;
        Ok(Self {
            persons: person::PersonKeys::new(persons, keys.clone(), clock.clone(), random.clone()),
            code: code::CodeService::new(&*keys, random.clone())?,
            statements: sim::Statements::new(clock.clone()),
            signer,
            views: view::Views::new()?,
            clock,
            random,
            store,
            keys,
            config,
            operators,
            registrars,
        })
    }

    /// Runs a rule that changes state, and answers after its commit. A refusal is committed too.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut Tx) -> Result<T, RuleError> + Send + 'static,
    ) -> Result<T, Error> {
        Ok(self.store.write_rule(rule).await?)
    }

    /// Runs a rule that only reads, on one snapshot.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        rule: impl FnMut(&mut Tx) -> Result<T, RuleError> + Send + 'static,
    ) -> Result<T, Error> {
        Ok(self.store.read_rule(rule).await?)
    }

    /// OPAQUE's server.
    pub fn code(&self) -> &code::CodeService {
        &self.code
    }

    /// The operator of a name.
    pub fn operator(&self, name: &str) -> Option<&Arc<dyn sim_controller::SimController>> {
        self.operators.iter().find(|o| o.name() == name)
    }

    /// The registrar of a name.
    pub fn registrar(&self, name: &str) -> Option<&Arc<dyn registrar::Registrar>> {
        self.registrars.iter().find(|r| r.name() == name)
    }
}
