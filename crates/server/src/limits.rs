//! Calls that people who are not enrolled may make and for which other parties are asked. So many run at a time for each
//! party: a flood of them takes no approval along, and a party that does not answer takes no other one along (threat 38).

use std::collections::HashMap;

use ipse_protocol::problem::{Problem, ProblemCode};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::ServerConfig;

/// How many run at a time for one party.
pub const SLOTS_PER_PARTY: usize = 64;
/// How soon to try again when all of those are taken.
const ASK_AGAIN_MS: u64 = 1_000;

/// Permit for one call; hold it until the party has answered. None where nobody is asked.
pub type Permit<'a> = Option<SemaphorePermit<'a>>;

/// What is left of them.
pub struct Limits {
    /// Beginning an enrolment, for which all operators are asked at once.
    pub numbers: Semaphore,
    operators: HashMap<String, Semaphore>,
    banks: HashMap<String, Semaphore>,
}

impl Limits {
    /// For the parties of a configuration.
    pub fn new(config: &ServerConfig) -> Self {
        let each = |name: &String| (name.clone(), Semaphore::new(SLOTS_PER_PARTY));
        Self {
            numbers: Semaphore::new(SLOTS_PER_PARTY),
            operators: config.operators.iter().map(|o| each(&o.name)).collect(),
            banks: config.banks.iter().map(|b| each(&b.name)).collect(),
        }
    }

    /// Permit to ask whose a number is.
    ///
    /// # Errors
    /// `too_many_requests` when all are taken: waiting for one would only pile up.
    pub fn whose_number(&self) -> Result<Permit<'_>, Problem> {
        one_of(Some(&self.numbers))
    }

    /// Permit to ask an operator, if there is one of this name.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn operator(&self, name: Option<&str>) -> Result<Permit<'_>, Problem> {
        one_of(name.and_then(|name| self.operators.get(name)))
    }

    /// Permit to ask a bank, if there is one of this name.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub fn bank(&self, name: &str) -> Result<Permit<'_>, Problem> {
        one_of(self.banks.get(name))
    }
}

fn one_of(left: Option<&Semaphore>) -> Result<Permit<'_>, Problem> {
    left.map(Semaphore::try_acquire).transpose().map_err(|_| {
        Problem::new(ProblemCode::TooManyRequests).with("retry_after_ms", ASK_AGAIN_MS)
    })
}
