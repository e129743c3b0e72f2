//! The outbox: effects outside the database. The transaction that causes an effect writes it here; a node tries it until it
//! succeeds.
//!
//! Effects run in lanes: one for the scheme's own work (receipts) and one for each operator. An operator that does not answer
//! delays only its own lane.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use ipse_scheme::{Error, Scheme};
use ipse_store::outbox::{self, Effect, EffectKind, Lane};
use tokio::task::JoinSet;

use crate::fault;
use crate::shutdown::{self, Stopped};

/// How often the outbox is read.
const PERIOD: Duration = Duration::from_secs(1);
/// Lease of one try. After it, this or another node tries again, so an effect may happen twice.
const LEASE_MS: i64 = 60_000;
/// Time limit of one try, well below the lease.
const TRY_TIMEOUT: Duration = Duration::from_secs(20);
/// Most effects that run at the same time for one party.
const CONCURRENT: usize = 4;
/// Longest pause between two tries.
const LONGEST_PAUSE_MS: i64 = 600_000;

/// Runs effects until the server stops.
pub async fn run(scheme: Arc<Scheme>, mut stopped: Stopped) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut work = JoinSet::new();
    let mut busy = HashMap::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let due = lanes(&scheme).await.unwrap_or_else(|error| {
                    tracing::warn!(error = fault::chain(&error), "cannot read the outbox");
                    Vec::new()
                });
                for lane in due {
                    if busy.values().any(|one| *one == lane) {
                        continue;
                    }
                    let (scheme, mine) = (scheme.clone(), lane.clone());
                    let task = work.spawn(async move {
                        if let Err(error) = drain_lane(&scheme, &mine).await {
                            tracing::warn!(kind = mine.kind.as_str(), error = fault::chain(&error), "cannot run the effects of a lane");
                        }
                    });
                    busy.insert(task.id(), lane);
                }
            }
            Some(finished) = work.join_next_with_id() => {
                let id = match finished {
                    Ok((id, ())) => id,
                    Err(error) => error.id(),
                };
                busy.remove(&id);
            }
            // Running effects are dropped; they are tried again after the next start.
            () = shutdown::wait(&mut stopped) => return,
        }
    }
}

async fn lanes(scheme: &Scheme) -> Result<Vec<Lane>, Error> {
    // Effects wait until the clock can be trusted.
    if scheme.clock_fault().is_some() {
        return Ok(Vec::new());
    }
    let due = scheme.store.read(|tx| {
        let now = tx.now()?;
        outbox::lanes(tx, now)
    });
    Ok(due.await?)
}

/// Runs all effects that are due and returns how many succeeded.
///
/// # Errors
/// When the store fails.
pub async fn drain(scheme: &Scheme) -> Result<usize, Error> {
    let due = lanes(scheme).await?;
    let done = try_join_all(due.iter().map(|lane| drain_lane(scheme, lane))).await?;
    Ok(done.into_iter().sum())
}

async fn drain_lane(scheme: &Scheme, lane: &Lane) -> Result<usize, Error> {
    let mine = lane.clone();
    let due = scheme
        .store
        .read(move |tx| {
            let now = tx.now()?;
            outbox::due(tx, &mine, now)
        })
        .await?;
    // The scheme's own effects write to the log, in order.
    let concurrent = if lane.party.is_empty() { 1 } else { CONCURRENT };
    let done: Vec<bool> = stream::iter(due)
        .map(|effect| attempt(scheme, effect))
        .buffer_unordered(concurrent)
        .try_collect()
        .await?;
    Ok(done.into_iter().filter(|done| *done).count())
}

/// Tries an effect once, unless another node holds its lease. Returns whether the effect is done.
async fn attempt(scheme: &Scheme, effect: Effect) -> Result<bool, Error> {
    let store = &scheme.store;
    let mine = effect.clone();
    let taken = store
        .write(move |tx| {
            let until = tx.now()? + LEASE_MS;
            outbox::lease(tx, &mine, until)
        })
        .await?;
    if !taken {
        return Ok(false);
    }
    let tried = tokio::time::timeout(TRY_TIMEOUT, run_effect(scheme, &effect)).await;
    match tried.unwrap_or(Err(Error::Internal("the effect took too long"))) {
        Ok(()) => {
            store.write(move |tx| outbox::done(tx, &effect.id)).await?;
            Ok(true)
        }
        Err(error) => {
            tracing::warn!(
                kind = effect.kind.as_str(),
                attempts = effect.attempts + 1,
                error = fault::chain(&error),
                "an effect failed; it is tried again"
            );
            postpone(scheme, effect).await?;
            Ok(false)
        }
    }
}

async fn run_effect(scheme: &Scheme, effect: &Effect) -> Result<(), Error> {
    match effect.kind {
        EffectKind::Receipt => {
            scheme
                .write_queued_receipt(&effect.id, &effect.payload)
                .await
        }
        EffectKind::Unbind => scheme.unbind(&effect.payload).await,
        EffectKind::NewPhoneText => scheme.text_new_phone(&effect.payload).await,
        EffectKind::EmailNotice => scheme.mail_notice(&effect.payload).await,
        EffectKind::Withdrawal => scheme.tell_of_withdrawal(&effect.id).await,
        EffectKind::NewPhoneEvent => scheme.event_new_phone(&effect.id, &effect.payload).await,
    }
}

async fn postpone(scheme: &Scheme, effect: Effect) -> Result<(), Error> {
    let tried = Effect {
        attempts: effect.attempts + 1,
        ..effect
    };
    let pause = LONGEST_PAUSE_MS.min(1_000 << tried.attempts.clamp(0, 10));
    scheme
        .store
        .write(move |tx| {
            let next = tx.now()? + pause;
            outbox::lease(tx, &tried, next).map(drop)
        })
        .await?;
    Ok(())
}
