//! The parts that the rules need, put together.

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_protocol::{Clock, Random};
use ipse_store::{Store, Tx};
use ipse_texts::Language;

use crate::code::CodeService;
use crate::config::Config;
use crate::error::{Error, RuleError};
use crate::evidence_signer::EvidenceSigner;
use crate::mail::Mailer;
use crate::open::Open;
use crate::partner_events::PartnerEvents;
use crate::person::PersonKeys;
use crate::registrar::Registrar;
use crate::share;
use crate::signer::Signer;
use crate::sim_controller::SimController;
use crate::sim_statements::Statements;
use crate::timekeeper::Timekeeper;
use crate::view::Views;

/// Everything that the rules need: the database, the keys, the other parties.
pub struct Scheme {
    /// The scheme's database.
    pub store: Store,
    /// Person keys, in a store of their own.
    pub persons: PersonKeys,
    /// Keys of the scheme.
    pub keys: Arc<dyn KeyStore>,
    /// What the deployer decided.
    pub config: Config,
    /// The time of this process. Rules take the time of the database.
    pub clock: Clock,
    /// The source of random bytes.
    pub random: Random,
    /// Operators, in the order of the configuration.
    pub operators: Vec<Arc<dyn SimController>>,
    /// Banks, in the order of the configuration.
    pub registrars: Vec<Arc<dyn Registrar>>,
    pub(crate) mailer: Option<Arc<dyn Mailer>>,
    pub(crate) partner_events: Arc<dyn PartnerEvents>,
    pub(crate) open: Open,
    pub(crate) code: CodeService,
    pub(crate) statements: Statements,
    pub(crate) signer: Signer,
    pub(crate) evidence: EvidenceSigner,
    pub(crate) views: Views,
    pub(crate) timekeeper: Timekeeper,
}

/// What a [`Scheme`] is made of.
pub struct Parts {
    /// The time of this process.
    pub clock: Clock,
    /// The source of random bytes.
    pub random: Random,
    /// The scheme's database.
    pub store: Store,
    /// The store of person keys.
    pub persons: Store,
    /// Keys of the scheme.
    pub keys: Arc<dyn KeyStore>,
    /// What the deployer decided.
    pub config: Config,
    /// Operators, in the order of the configuration.
    pub operators: Vec<Arc<dyn SimController>>,
    /// Banks, in the order of the configuration.
    pub registrars: Vec<Arc<dyn Registrar>>,
    /// What sends mail; none where nothing does.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// What tells partners of events.
    pub partner_events: Arc<dyn PartnerEvents>,
}

impl Scheme {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the keystore cannot give the keys.
    pub fn new(parts: Parts) -> Result<Self, Error> {
        let Parts {
            clock,
            random,
            store,
            persons,
            keys,
            config,
            operators,
            registrars,
            mailer,
            partner_events,
        } = parts;
        let signer = Signer::new(&*keys, &config.issuer)?;
        Ok(Self {
            persons: PersonKeys::new(persons, keys.clone(), clock.clone(), random.clone()),
            open: Open::new(config.open),
            code: CodeService::new(&*keys, random.clone())?,
            statements: Statements::new(clock.clone()),
            signer,
            evidence: EvidenceSigner::new(&*keys)?,
            views: Views::new()?,
            timekeeper: Timekeeper::new(clock.monotonic_ms()),
            clock,
            random,
            store,
            keys,
            config,
            operators,
            registrars,
            mailer,
            partner_events,
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

    /// The label of an attribute, by the name under which partners get it.
    pub fn attribute_label(&self, language: Language, name: &str) -> String {
        self.views.label(language, name)
    }

    /// The value of an attribute, as the person reads it.
    pub fn attribute_value(&self, language: Language, name: &str, value: &str) -> String {
        match name {
            "birthdate" | "document_valid_until" | "verified_on" => share::date(value, language),
            "gender" | "document_type" => self.views.word(language, value),
            _ => value.to_owned(),
        }
    }

    /// OPAQUE's server.
    pub fn code(&self) -> &CodeService {
        &self.code
    }

    /// The operator of a name.
    pub fn operator(&self, name: &str) -> Option<&Arc<dyn SimController>> {
        self.operators.iter().find(|o| o.name() == name)
    }

    /// The registrar of a name.
    pub fn registrar(&self, name: &str) -> Option<&Arc<dyn Registrar>> {
        self.registrars.iter().find(|r| r.name() == name)
    }
}
