//! What operators report: swaps, losses, ports. Each event is applied once, in one transaction with the record that it was.

use std::sync::Arc;

use ipse_sim::event::{self, Event, Kind, Refusal};
use ipse_store::{StoreError, Tx, enrolment, identity as identities, sim};

use crate::error::Error;
use crate::scheme::Scheme;
use crate::sim::suspend_changed;
use crate::sim_controller::SimController;
use crate::sim_statements::SimChange;

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Whether it was new.
    pub new: bool,
    /// Whether events before it are missing: pull them.
    pub gap: bool,
}

/// Why an event was not applied.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// From no operator of this scheme, not signed by it, or too old.
    #[error("event refused: {0}")]
    Refused(#[from] Refusal),
    /// The database did not take it; the operator sends it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Applies a verified event.
///
/// # Errors
/// When the store fails; then nothing of it was applied.
pub fn apply(tx: &mut Tx, operator: &str, event: &Event) -> Result<Applied, StoreError> {
    let now = tx.now()?;
    let sequence = i64::try_from(event.sequence)
        .map_err(|_| StoreError::Abort("sequence out of range".into()))?;
    let new = sim::note_event(tx, operator, sequence, now)?;
    if new && let Some(subject) = &event.subject {
        take_effect(tx, operator, event.kind, &subject.handle)?;
    }
    let gap = sim::feed(tx, operator)?.is_some_and(|feed| feed.gap);
    Ok(Applied { new, gap })
}

fn take_effect(tx: &mut Tx, operator: &str, kind: Kind, handle: &str) -> Result<(), StoreError> {
    let change = match kind {
        Kind::Swapped | Kind::Ported | Kind::CloneSuspected => Some(SimChange::Changed),
        Kind::Lost => Some(SimChange::Lost),
        Kind::PortPending => None,
        // Only the person's own proof lifts a suspension, never an operator.
        Kind::Restored | Kind::Heartbeat => return Ok(()),
    };
    enrolment::disconnect(tx, operator, handle)?;
    sim::drop_connections(tx, operator, handle)?;
    let Some(binding) = sim::by_handle(tx, operator, handle)? else {
        return Ok(());
    };
    // From now on only a live statement counts, and it says the state of the line.
    match change {
        Some(change) => suspend_changed(tx, &binding, change),
        None => {
            sim::forget_statement(tx, &binding.identity)?;
            identities::raise_epoch(tx, &binding.identity)
        }
    }
}

impl Scheme {
    /// The operator that an event says it is from. Nothing of it is believed yet.
    pub fn operator_of_event(&self, jws: &str) -> Option<&Arc<dyn SimController>> {
        #[derive(serde::Deserialize)]
        struct Source {
            source: String,
        }
        let parsed = ipse_jose::jws::decode_unverified(jws, 4096).ok()?;
        let said: Source = serde_json::from_slice(&parsed.payload).ok()?;
        self.operators.iter().find(|o| o.issuer() == said.source)
    }

    /// Verifies an event under the operator's pinned keys and applies it. When this returns, it is durable.
    ///
    /// # Errors
    /// [`EventError`].
    pub async fn operator_event(
        &self,
        operator: &Arc<dyn SimController>,
        jws: &str,
    ) -> Result<Applied, EventError> {
        let now = self.clock.unix_seconds();
        let event = event::verify(jws, operator.keys(), operator.issuer(), now)?;
        let name = operator.name().to_owned();
        let kind = event.kind;
        let applied = self.store.write(move |tx| apply(tx, &name, &event)).await?;
        if applied.new && kind != Kind::Heartbeat {
            tracing::info!(
                operator = operator.name(),
                kind = kind.as_str(),
                "SIM event applied"
            );
        }
        Ok(applied)
    }

    /// Pulls what an operator's feed lacks, and says how many events that were.
    ///
    /// # Errors
    /// When the operator does not answer, answers rubbish, or the store fails; what came before is kept.
    pub async fn repair_feed(&self, operator: &Arc<dyn SimController>) -> Result<usize, Error> {
        let mut pulled = 0;
        loop {
            let name = operator.name().to_owned();
            let before = self
                .store
                .read(move |tx| sim::feed(tx, &name))
                .await?
                .map_or(0, |feed| feed.contiguous);
            let events = operator
                .events_after(before)
                .await
                .map_err(crate::sim::refused_by_operator)?;
            for jws in &events {
                match self.operator_event(operator, jws).await {
                    Ok(_) => pulled += 1,
                    Err(EventError::Store(error)) => return Err(error.into()),
                    Err(EventError::Refused(refusal)) => {
                        tracing::warn!(operator = operator.name(), %refusal, "pulled event refused");
                        return Err(Error::Peer("an event of an operator does not verify"));
                    }
                }
            }
            let name = operator.name().to_owned();
            let after = self
                .store
                .read(move |tx| sim::feed(tx, &name))
                .await?
                .map_or(0, |feed| feed.contiguous);
            if events.is_empty() || after <= before {
                return Ok(pulled);
            }
        }
    }

    /// Whether an operator's events are known to arrive.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn feed_healthy(&self, operator: &str) -> Result<bool, Error> {
        let (name, stale) = (operator.to_owned(), self.config.lifetimes.operator_feed);
        Ok(self
            .store
            .read(move |tx| {
                let since = tx.now()? - stale;
                sim::feed_healthy(tx, &name, since)
            })
            .await?)
    }
}

#[cfg(test)]
mod tests;
