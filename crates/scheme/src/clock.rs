//! The clock: whether it can be trusted, and what happens when it could not (decision 0015).
//!
//! While the clocks disagree, the store refuses every transaction that asks for the time. Here is what must survive a restart,
//! what ends when an earlier time is accepted, and when something may be destroyed that an earlier time would need.

use ipse_store::clock;
use ipse_store::{
    ClockFault, StoreError, Tx, action, enrolment, grant, outbox, pushed_request, recovery,
    registrar, sim,
};

use crate::error::Error;
use crate::scheme::Scheme;
use crate::{code, sweep};

/// How often the time is recorded, in milliseconds.
const RECORD_EVERY_MS: i64 = 2_000;
/// A client assertion lives at most an hour (`LEGACY_HORIZON`), a DPoP proof ten minutes, and both are remembered a little longer. A server that has run for less
/// does not forget those that were alive at the time that was recorded before its start: it may have started with a wrong time.
const ASSERTION_MS: i64 = 70 * 60_000;
/// Effects wait at most this long for their next try.
const LONGEST_WAIT_MS: i64 = 3_600_000;

impl Scheme {
    /// Why no request can be handled now: the clock cannot be trusted.
    pub fn clock_fault(&self) -> Option<ClockFault> {
        self.store.clock().fault
    }

    /// Begins to watch the clock: a time before the last recorded one, or more than a month after it, is a disagreement.
    ///
    /// # Errors
    /// When the store fails.
    pub fn watch_clock(&self) -> Result<(), StoreError> {
        let record = self.store.read_blocking(clock::record)?;
        let recorded = record.map(|record| record.recorded);
        self.timekeeper.change(|kept| kept.begun = recorded);
        self.store.watch_clock(recorded)
    }

    /// Reads the clock, once a second on each node. Records the time and each disagreement. When an earlier time was
    /// accepted, ends what is open.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_time(&self) -> Result<(), Error> {
        let _turn = self.timekeeper.turn.lock().await;
        match self.store.read(|tx| tx.now().map(drop)).await {
            Ok(()) | Err(StoreError::Clock(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let state = self.store.clock();
        if state.disagreements > self.timekeeper.kept().disagreements {
            self.store.write(clock::disagreed).await?;
            self.timekeeper.change(|kept| {
                kept.disagreements = state.disagreements;
                kept.last = None;
            });
        }
        if let Some(now) = state.earlier {
            self.end_open(now).await?;
            self.store.ended();
            tracing::warn!("what was open when the earlier time was accepted has ended");
            return Ok(());
        }
        let due = self.timekeeper.kept().last.is_none_or(|(_, at)| {
            let since = self.clock.monotonic_ms().saturating_sub(at);
            !(0..RECORD_EVERY_MS).contains(&since)
        });
        if state.fault.is_none() && due {
            self.record_time().await?;
        }
        Ok(())
    }

    /// Records the time. A node that can do this can write.
    ///
    /// # Errors
    /// When the store fails, and while the clock cannot be trusted.
    pub async fn record_time(&self) -> Result<(), Error> {
        let record = self.store.write(clock::keep).await?;
        let at = self.clock.monotonic_ms();
        self.timekeeper
            .change(|kept| kept.last = Some((record, at)));
        Ok(())
    }

    /// Whether the clocks have agreed for a day: what an earlier time would need may be destroyed.
    pub fn is_settled(&self) -> bool {
        let state = self.store.clock();
        let kept = self.timekeeper.kept();
        state.fault.is_none()
            && state.disagreements == kept.disagreements
            && kept.last.is_some_and(|(record, _)| record.is_settled())
    }

    /// Destroys the keys of days that are over.
    ///
    /// # Errors
    /// When the store or the keystore fails.
    pub async fn destroy_day_keys(&self) -> Result<(), Error> {
        if self.is_settled() {
            let now = self.store.read(Tx::now).await?;
            self.keys.destroy_days(code::day(now))?;
        }
        Ok(())
    }

    /// Wraps person keys under the key of this week, and destroys those of weeks that are over.
    ///
    /// # Errors
    /// When the store or the keystore fails.
    pub async fn rewrap_person_keys(&self) -> Result<(), Error> {
        if self.is_settled() {
            self.persons.rewrap().await?;
        }
        Ok(())
    }

    /// Forgets client assertions and DPoP proofs whose time is over.
    pub(crate) async fn forget_assertions(&self) -> Result<(), Error> {
        if !self.is_settled() {
            return Ok(());
        }
        let kept = self.timekeeper.kept();
        let running = self.clock.monotonic_ms().saturating_sub(kept.started);
        let until = kept.begun.filter(|_| running < ASSERTION_MS);
        self.store
            .write(move |tx| {
                let now = tx.now()?;
                pushed_request::forget_assertions(tx, until.map_or(now, |until| until.min(now)))
            })
            .await?;
        Ok(())
    }

    /// Ends what is open, since it would live longer by the earlier time `now`: actions with their QR texts, pushed requests,
    /// codes and tokens, enrolments, recoveries and visits to banks. Nothing else runs before it is done.
    async fn end_open(&self, now: i64) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                tx.at(now);
                pushed_request::sweep(tx, i64::MAX)?;
                action::end_unclaimed(tx, now)?;
                enrolment::end_open(tx, now)?;
                recovery::sweep(tx, i64::MAX)?;
                registrar::sweep(tx, i64::MAX)?;
                sim::sweep_connections(tx, i64::MAX)?;
                sim::forget_later(tx, now)?;
                outbox::hasten(tx, now, now.saturating_add(LONGEST_WAIT_MS))
            })
            .await?;
        while self
            .store
            .write(move |tx| {
                tx.at(now);
                sweep::end_overdue(tx, i64::MAX)
            })
            .await?
            == action::PAGE
        {}
        let mut after = Some(String::new());
        while let Some(last) = after {
            after = self
                .store
                .write(move |tx| grant::revoke_live(tx, &last, now))
                .await?;
        }
        Ok(())
    }
}
