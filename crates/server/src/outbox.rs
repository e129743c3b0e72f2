//! Effects outside the database: each was written in the transaction that causes it, and is tried until it succeeds.

use std::sync::Arc;
use std::time::Duration;

use ipse_scheme::Error;
use ipse_scheme::block::RECEIPT_EFFECT;
use ipse_scheme::sim::UNBIND_EFFECT;
use ipse_store::outbox::{self, Effect};
use tokio::sync::watch;

use crate::state::Server;

/// How often the outbox is looked at.
const PERIOD: Duration = Duration::from_secs(1);
/// A try that has not ended after this long is made again, here or on another node: every effect may happen twice.
const PATIENCE_MS: i64 = 60_000;
/// Longest pause between tries.
const LONGEST_PAUSE_MS: i64 = 600_000;

/// Carries out effects until `ended` becomes true.
pub async fn run(server: Arc<Server>, mut ended: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if let Err(error) = drain(&server).await {
                    tracing::warn!(%error, "outbox not read");
                }
            }
            () = crate::jobs::until(&mut ended) => return,
        }
    }
}

/// Carries out what is due, and says how many effects succeeded.
///
/// # Errors
/// When the store fails.
pub async fn drain(server: &Server) -> Result<usize, Error> {
    let store = &server.scheme.store;
    let mut done = 0;
    let due = store
        .read(|tx| {
            let now = tx.now()?;
            outbox::due(tx, now)
        })
        .await?;
    for effect in due {
        let mine = effect.clone();
        let taken = store
            .write(move |tx| {
                let until = tx.now()? + PATIENCE_MS;
                outbox::take(tx, &mine, until)
            })
            .await?;
        if !taken {
            continue;
        }
        match carry_out(server, &effect).await {
            Ok(()) => {
                store.write(move |tx| outbox::done(tx, &effect.id)).await?;
                done += 1;
            }
            Err(error) => {
                tracing::warn!(kind = effect.kind, attempts = effect.attempts + 1, %error, "effect not done");
                put_off(server, effect).await?;
            }
        }
    }
    Ok(done)
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
