//! Statements that are being made while people read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ipse_store::sim::Binding;
use tokio::sync::watch;

use super::Refused;
use crate::sim_controller::{SimController, SimError};

/// How long an attempt waits for a statement before it says "wait".
const PATIENCE: Duration = Duration::from_millis(2_000);
/// A statement that was asked for longer ago is of no use to an attempt.
const ENTRY_LIFE: Duration = Duration::from_secs(180);
/// After this long the person is told that the SIM is being contacted.
const SLOW: Duration = Duration::from_secs(2);
/// So many entries are kept before old ones are looked for.
const SWEEP_AT: usize = 4_096;

/// What came of asking an operator, and when.
type Told = Option<(Result<Arc<str>, SimError>, i64)>;

struct PendingStatement {
    binding: Binding,
    nonce_hash: [u8; 32],
    since: Instant,
    told: watch::Receiver<Told>,
}

/// Statements that are being made, by action. Memory only, and a hint only: another node, or this one after a restart,
/// simply asks again.
#[derive(Default)]
pub struct Statements(Mutex<HashMap<String, PendingStatement>>);

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
    Refused(Refused),
    /// Not there yet.
    Pending {
        /// Whether it takes so long that the person is told.
        slow: bool,
    },
    /// The operator does not answer.
    Unavailable,
}

impl Statements {
    fn entries(&self) -> std::sync::MutexGuard<'_, HashMap<String, PendingStatement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the operator, unless it is being asked already or has answered. Call it as soon as a phone has claimed;
    /// `now` is the database's time.
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
            .is_some_and(|asked| asked.fits(binding, &nonce_hash))
        {
            return;
        }
        // Each time that their number has doubled, so that a crowd is not looked through for every one in it.
        if entries.len() >= SWEEP_AT && entries.len().is_power_of_two() {
            entries.retain(|_, asked| asked.since.elapsed() < ENTRY_LIFE);
        }
        let (tell, told) = watch::channel(None);
        let since = Instant::now();
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
            let took = i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
            // Nobody listens any more when the action was decided meanwhile.
            let _ = tell.send(Some((answer.map(Into::into), now.saturating_add(took))));
        });
    }

    /// Waits a little for the statement; asks for it if nobody has, or if asking failed.
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
                    slow: since.elapsed() >= SLOW,
                };
            }
            Ok(Ok(told)) => told.clone(),
            // The task that asked is gone without a word.
            Ok(Err(_)) => None,
        };
        match answer {
            Some((Ok(jws), arrived)) => Waited::Statement {
                jws: jws.to_string(),
                arrived,
            },
            Some((Err(SimError::NotReady(_) | SimError::NotFound), _)) => {
                self.forget(action);
                Waited::Refused(Refused::Mismatch)
            }
            _ => {
                // The next attempt asks again.
                self.forget(action);
                Waited::Unavailable
            }
        }
    }

    /// The SIM that was asked for an action, as it was bound then.
    pub fn bound(&self, action: &str) -> Option<Binding> {
        let entries = self.entries();
        entries.get(action).map(|asked| asked.binding.clone())
    }

    /// Forgets what was asked for an action.
    pub fn forget(&self, action: &str) {
        self.entries().remove(action);
    }
}

impl PendingStatement {
    fn fits(&self, binding: &Binding, nonce_hash: &[u8; 32]) -> bool {
        self.binding.handle == binding.handle
            && self.nonce_hash == *nonce_hash
            && self.since.elapsed() < ENTRY_LIFE
    }
}

#[cfg(test)]
mod tests;
