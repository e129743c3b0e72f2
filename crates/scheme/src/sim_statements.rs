//! Statements that operators make while people read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ipse_protocol::Clock;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::BlockReason;
use ipse_store::sim::{Binding, BindingStatus};
use tokio::sync::watch;

use crate::sim_controller::{SimController, SimError};

/// How long an attempt waits for a statement before it says "wait".
const PATIENCE: Duration = Duration::from_millis(2_000);
/// A statement that was asked for longer ago is of no use to an attempt.
const ENTRY_LIFE: Duration = Duration::from_secs(180);
/// After this long the person is told that the SIM is being contacted.
const SLOW: Duration = Duration::from_secs(2);
/// So many entries are kept before old ones are looked for.
const SWEEP_AT: usize = 4_096;

/// What an operator said happened to a SIM. Either suspends the identity until the person connects a SIM again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimChange {
    /// The SIM was swapped, ported or cloned.
    Changed,
    /// The SIM was reported lost.
    Lost,
}

impl SimChange {
    pub(crate) const fn reason(self) -> BlockReason {
        match self {
            Self::Changed => BlockReason::SimChanged,
            Self::Lost => BlockReason::SimLost,
        }
    }

    pub(crate) const fn status(self) -> BindingStatus {
        match self {
            Self::Changed => BindingStatus::Changed,
            Self::Lost => BindingStatus::Lost,
        }
    }
}

/// Why a SIM is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimRefusal {
    /// The operator signed that the SIM changed or was lost. The identity is then suspended.
    Changed(SimChange),
    /// Of another SIM, or of one that cannot answer.
    Mismatch,
    /// The statement is no answer to what was asked.
    Unusable,
}

impl SimRefusal {
    /// The stable code for the phone.
    pub const fn code(self) -> ProblemCode {
        match self {
            Self::Changed(_) | Self::Mismatch => ProblemCode::SimMismatch,
            Self::Unusable => ProblemCode::SimUnavailable,
        }
    }
}

/// The answer of an operator, and when it came.
type Told = Option<(Result<Arc<str>, SimError>, i64)>;

struct PendingStatement {
    binding: Binding,
    nonce_hash: [u8; 32],
    since: Instant,
    told: watch::Receiver<Told>,
}

/// The statements that were asked for, by action. They are only in memory: another node, or this one after a restart, asks
/// again.
pub struct Statements {
    clock: Clock,
    entries: Mutex<HashMap<String, PendingStatement>>,
}

/// How far a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waited {
    /// Here it is, not yet verified.
    Statement {
        /// The JWS.
        jws: String,
        /// When it came, in milliseconds of the database's time: its age runs from here.
        arrived: i64,
    },
    /// The operator says that this SIM cannot answer.
    Refused(SimRefusal),
    /// Not there yet.
    Pending {
        /// Whether it takes so long that the person is told.
        slow: bool,
    },
    /// The operator does not answer.
    Unavailable,
}

impl Statements {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            entries: Mutex::default(),
        }
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<String, PendingStatement>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn since(&self, start: Instant) -> Duration {
        self.clock.instant().saturating_duration_since(start)
    }

    /// Asks the operator, unless it was asked already. Called as soon as a phone has claimed; `now` is the database's time.
    pub fn ask(
        &self,
        operator: Arc<dyn SimController>,
        action: &str,
        binding: &Binding,
        nonce_hash: [u8; 32],
        now: i64,
    ) {
        let mut entries = self.entries();
        if entries
            .get(action)
            .is_some_and(|asked| self.fits(asked, binding, &nonce_hash))
        {
            return;
        }
        // Only when their number has doubled, so that the sweep does not run for every entry.
        if entries.len() >= SWEEP_AT && entries.len().is_power_of_two() {
            entries.retain(|_, asked| self.since(asked.since) < ENTRY_LIFE);
        }
        let (tell, told) = watch::channel(None);
        let (clock, since) = (self.clock.clone(), self.clock.instant());
        let asked = PendingStatement {
            binding: binding.clone(),
            nonce_hash,
            since,
            told,
        };
        entries.insert(action.to_owned(), asked);
        drop(entries);
        let handle = binding.handle.clone();
        tokio::spawn(async move {
            let answer = operator.silent(&handle, &nonce_hash).await;
            let took = clock.instant().saturating_duration_since(since).as_millis();
            let took = i64::try_from(took).unwrap_or(i64::MAX);
            // Nobody waits for it when the action was decided since.
            let _ = tell.send(Some((answer.map(Into::into), now.saturating_add(took))));
        });
    }

    /// Waits for the statement for a moment. Asks for it if nobody has, or if that failed.
    pub async fn wait(
        &self,
        operator: Arc<dyn SimController>,
        action: &str,
        binding: &Binding,
        nonce_hash: [u8; 32],
        now: i64,
    ) -> Waited {
        self.ask(operator, action, binding, nonce_hash, now);
        let Some((mut told, since)) = self
            .entries()
            .get(action)
            .map(|asked| (asked.told.clone(), asked.since))
        else {
            return Waited::Unavailable;
        };
        let arrived = tokio::time::timeout(PATIENCE, told.wait_for(Option::is_some)).await;
        let answer = match arrived {
            Err(_) => {
                return Waited::Pending {
                    slow: self.since(since) >= SLOW,
                };
            }
            Ok(Ok(told)) => told.clone(),
            // The task that asked ended without an answer.
            Ok(Err(_)) => None,
        };
        match answer {
            Some((Ok(jws), arrived)) => Waited::Statement {
                jws: jws.to_string(),
                arrived,
            },
            Some((Err(SimError::NotReady(_) | SimError::NotFound), _)) => {
                self.forget(action);
                Waited::Refused(SimRefusal::Mismatch)
            }
            _ => {
                // The next attempt asks again.
                self.forget(action);
                Waited::Unavailable
            }
        }
    }

    fn fits(&self, asked: &PendingStatement, binding: &Binding, nonce_hash: &[u8; 32]) -> bool {
        asked.binding.handle == binding.handle
            && asked.nonce_hash == *nonce_hash
            && self.since(asked.since) < ENTRY_LIFE
    }

    /// The SIM that was asked for an action, as it was bound then.
    pub fn bound(&self, action: &str) -> Option<Binding> {
        let entries = self.entries();
        entries.get(action).map(|asked| asked.binding.clone())
    }

    /// Drops what was asked for an action.
    pub fn forget(&self, action: &str) {
        self.entries().remove(action);
    }
}

#[cfg(test)]
mod tests;
