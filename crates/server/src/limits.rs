//! Limits the concurrent calls per party that people may cause before they are enrolled, so that a flood of them, or a party
//! that does not answer, delays neither approvals nor other parties (threat 38).

use std::collections::HashMap;

use ipse_protocol::problem::{Problem, ProblemCode};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::ServerConfig;

/// Most exports that are made at a time. Each may hold a history of years in memory.
pub const EXPORTS: usize = 8;
/// Most concurrent calls to one party.
pub const SLOTS_PER_PARTY: usize = 64;
/// How long the phone should wait when all slots are in use.
const RETRY_AFTER_MS: u64 = 1_000;

/// Permit for one call; hold it until the party has answered. `None` when no party of that name exists, so no call is made.
pub type Permit<'a> = Option<SemaphorePermit<'a>>;

/// The slots of each party.
pub struct Limits {
    /// For starting an enrolment, which calls all operators at the same time.
    pub enrolments: Semaphore,
    mails: Semaphore,
    exports: Semaphore,
    operators: HashMap<String, Semaphore>,
    banks: HashMap<String, Semaphore>,
}

impl Limits {
    /// Slots for each party of a configuration.
    pub fn new(config: &ServerConfig) -> Self {
        let each = |name: &String| (name.clone(), Semaphore::new(SLOTS_PER_PARTY));
        Self {
            enrolments: Semaphore::new(SLOTS_PER_PARTY),
            mails: Semaphore::new(SLOTS_PER_PARTY),
            exports: Semaphore::new(EXPORTS),
            operators: config.operators.iter().map(|o| each(&o.name)).collect(),
            banks: config.banks.iter().map(|b| each(&b.name)).collect(),
        }
    }

    /// Permit to start an enrolment.
    ///
    /// # Errors
    /// `too_many_requests` when all slots are in use; callers do not wait, since waiting requests would only pile up.
    pub fn enrolment(&self) -> Result<Permit<'_>, Problem> {
        acquire(Some(&self.enrolments))
    }

    /// Permit to send a mail.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn mail(&self) -> Result<Permit<'_>, Problem> {
        acquire(Some(&self.mails))
    }

    /// Permit to make an export.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn export(&self) -> Result<Permit<'_>, Problem> {
        acquire(Some(&self.exports))
    }

    /// Permit to call the operator of this name.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn operator(&self, name: Option<&str>) -> Result<Permit<'_>, Problem> {
        acquire(name.and_then(|name| self.operators.get(name)))
    }

    /// Permit to call the bank of this name.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn bank(&self, name: &str) -> Result<Permit<'_>, Problem> {
        acquire(self.banks.get(name))
    }
}

fn acquire(slots: Option<&Semaphore>) -> Result<Permit<'_>, Problem> {
    slots.map(Semaphore::try_acquire).transpose().map_err(|_| {
        Problem::new(ProblemCode::TooManyRequests).with("retry_after_ms", RETRY_AFTER_MS)
    })
}
