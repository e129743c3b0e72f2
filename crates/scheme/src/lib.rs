//! The rules of the scheme: one module a noun. Knows no HTTP and no SQL dialect.
//!
//! A rule that changes state is a plain function over an open transaction and returns an [`Outcome`]: a refusal is
//! an outcome and commits like any other. The functions on [`Scheme`] do the slow work (signatures, OPAQUE, sealing)
//! before such a transaction, never inside, and let nothing leave before the commit has returned.

pub mod action;
pub mod approval;
pub mod block;
pub mod code;
pub mod config;
pub mod device;
pub mod enrolment;
pub mod error;
mod idempotency;
pub mod identity;
pub mod log;
pub mod login;
pub mod me;
pub mod partner;
pub mod person;
pub mod receipt;
pub mod recovery;
pub mod registrar;
pub mod sim;
pub mod sim_controller;
pub mod sim_event;
pub mod sweep;
pub mod view;
pub mod webauthn;

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_store::Store;

pub use config::Config;
pub use error::{Error, Outcome};

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
    /// Operators, in the order of the configuration.
    pub operators: Vec<Arc<dyn sim_controller::SimController>>,
    /// Banks, in the order of the configuration.
    pub registrars: Vec<Arc<dyn registrar::Registrar>>,
    pub(crate) code: code::CodeService,
    pub(crate) statements: sim::Statements,
    pub(crate) signer: receipt::Signer,
}

impl Scheme {
    /// Puts the parts together; creates what keys are missing.
    ///
    /// # Errors
    /// When the keystore cannot give the keys.
    pub fn new(
        store: Store,
        persons: Store,
        keys: Arc<dyn KeyStore>,
        config: Config,
        operators: Vec<Arc<dyn sim_controller::SimController>>,
        registrars: Vec<Arc<dyn registrar::Registrar>>,
    ) -> Result<Self, Error> {
        let signer = receipt::Signer::new(&*keys, &config.issuer)?;
        Ok(Self {
            persons: person::PersonKeys::new(persons, keys.clone()),
            code: code::CodeService::new(&*keys)?,
            statements: sim::Statements::default(),
            signer,
            store,
            keys,
            config,
            operators,
            registrars,
        })
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
