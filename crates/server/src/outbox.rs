//! Effects outside the database: each was written in the transaction that causes it, and is tried until it succeeds.
//!
//! They run in lanes, one for what this house does alone (receipts) and one for each operator: who does not answer holds up
//! nobody else's.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use ipse_scheme::Error;
use ipse_scheme::block::RECEIPT_EFFECT;
use ipse_scheme::sim::UNBIND_EFFECT;
use ipse_store::outbox::{self, Effect, Lane};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::state::Server;

/// How often the outbox is looked at.
const PERIOD: Duration = Duration::from_secs(1);
/// A try that has not ended after this long is made again, here or on another node: every effect may happen twice.
const PATIENCE_MS: i64 = 60_000;
/// How long one try may take: well below that.
const TRY: Duration = Duration::from_secs(20);
/// How many effects one party is asked for at the same time.
const AT_ONCE: usize = 4;
/// Longest pause between tries.
const LONGEST_PAUSE_MS: i64 = 600_000;

/// Carries out effects until `ended` becomes true.
pub async fn run(server: Arc<Server>, mut ended: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut work = JoinSet::new();
    let mut busy = HashMap::new();
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let due = lanes(&server).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "outbox not read");
                    Vec::new()
                });
                for lane in due {
                    if busy.values().any(|one| *one == lane) {
                        continue;
                    }
                    let (server, mine) = (server.clone(), lane.clone());
                    let task = work.spawn(async move {
                        if let Err(error) = drain_lane(&server, &mine).await {
                            tracing::warn!(kind = mine.kind, %error, "outbox not carried out");
                        }
                    });
                    busy.insert(task.id(), lane);
                }
            }
            Some(over) = work.join_next_with_id() => {
                let id = match over {
                    Ok((id, ())) => id,
                    Err(error) => error.id(),
                };
                busy.remove(&id);
            }
            // What is under way is dropped: it will be tried again.
            () = crate::jobs::until(&mut ended) => return,
        }
    }
}

async fn lanes(server: &Server) -> Result<Vec<Lane>, Error> {
    let due = server.scheme.store.read(|tx| {
        let now = tx.now()?;
        outbox::lanes(tx, now)
    });
    Ok(due.await?)
}

/// Carries out what is due, and says how many effects succeeded.
///
/// # Errors
/// When the store fails.
pub async fn drain(server: &Server) -> Result<usize, Error> {
    let due = lanes(server).await?;
    let done = try_join_all(due.iter().map(|lane| drain_lane(server, lane))).await?;
    Ok(done.into_iter().sum())
}

async fn drain_lane(server: &Server, lane: &Lane) -> Result<usize, Error> {
    let mine = lane.clone();
    let due = server
        .scheme
        .store
        .read(move |tx| {
            let now = tx.now()?;
            outbox::due(tx, &mine, now)
        })
        .await?;
    // What we do ourselves goes into the log, in its order.
    let at_once = if lane.party.is_empty() { 1 } else { AT_ONCE };
    let done: Vec<bool> = stream::iter(due)
        .map(|effect| attempt(server, effect))
        .buffer_unordered(at_once)
        .try_collect()
        .await?;
    Ok(done.into_iter().filter(|done| *done).count())
}

/// One try, unless another node has taken it; says whether the effect is done.
async fn attempt(server: &Server, effect: Effect) -> Result<bool, Error> {
    let store = &server.scheme.store;
    let mine = effect.clone();
    let taken = store
        .write(move |tx| {
            let until = tx.now()? + PATIENCE_MS;
            outbox::take(tx, &mine, until)
        })
        .await?;
    if !taken {
        return Ok(false);
    }
    let tried = tokio::time::timeout(TRY, carry_out(server, &effect)).await;
    match tried.unwrap_or(Err(Error::Internal("no end in time"))) {
        Ok(()) => {
            store.write(move |tx| outbox::done(tx, &effect.id)).await?;
            Ok(true)
        }
        Err(error) => {
            tracing::warn!(kind = effect.kind, attempts = effect.attempts + 1, %error, "effect not done");
            put_off(server, effect).await?;
            Ok(false)
        }
    }
}

async fn carry_out(server: &Server, effect: &Effect) -> Result<(), Error> {
    match effect.kind.as_str() {
        RECEIPT_EFFECT => {
            server
                .scheme
                .write_queued_receipt(&effect.id, &effect.payload)
                .await
        }
        UNBIND_EFFECT => server.scheme.unbind(&effect.payload).await,
        _ => Err(Error::Internal("effect of an unknown kind")),
    }
}

async fn put_off(server: &Server, effect: Effect) -> Result<(), Error> {
    let tried = Effect {
        attempts: effect.attempts + 1,
        ..effect
    };
    let pause = LONGEST_PAUSE_MS.min(1_000 << tried.attempts.clamp(0, 10));
    server
        .scheme
        .store
        .write(move |tx| {
            let next = tx.now()? + pause;
            outbox::take(tx, &tried, next).map(drop)
        })
        .await?;
    Ok(())
}
