//! Work beside the requests: the log's sequencer, the outbox, the sweeper. Every node may run them all.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::state::Server;

/// The started work.
pub struct Jobs(JoinSet<()>);

impl Jobs {
    /// Waits until all work has ended, after `ended` became true.
    pub async fn finish(self) {
        let _ = tokio::time::timeout(Duration::from_secs(5), self.0.join_all()).await;
    }
}

/// Starts the work; it ends when `ended` becomes true.
pub fn start(server: Arc<Server>, ended: watch::Receiver<bool>) -> Jobs {
    let mut jobs = JoinSet::new();
    jobs.spawn(every(
        Duration::from_secs(1),
        ended.clone(),
        server.clone(),
        |server| async move {
            if let Err(error) = server.scheme.sequence_log().await {
                tracing::warn!(%error, "log not sequenced");
            }
        },
    ));
    jobs.spawn(every(
        Duration::from_secs(2),
        ended.clone(),
        server.clone(),
        |server| async move {
            if let Err(error) = server.scheme.sweep().await {
                tracing::warn!(%error, "sweep failed");
            }
        },
    ));
    jobs.spawn(every(
        Duration::from_secs(3600),
        ended.clone(),
        server.clone(),
        |server| async move {
            if let Err(error) = server.scheme.persons.rewrap().await {
                tracing::warn!(%error, "person keys not wrapped anew");
            }
        },
    ));
    jobs.spawn(every(
        ipse_scheme::enrolment::SWEEP_EVERY,
        ended.clone(),
        server.clone(),
        |server| async move {
            if let Err(error) = server.scheme.sweep_enrolments().await {
                tracing::warn!(%error, "abandoned enrolments not swept");
            }
        },
    ));
    jobs.spawn(crate::operators::feed::run(server.clone(), ended.clone()));
    jobs.spawn(crate::outbox::run(server, ended));
    Jobs(jobs)
}

async fn every<F>(
    period: Duration,
    mut ended: watch::Receiver<bool>,
    server: Arc<Server>,
    work: impl Fn(Arc<Server>) -> F,
) where
    F: Future<Output = ()>,
{
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => work(server.clone()).await,
            () = until(&mut ended) => return,
        }
    }
}

/// Done when `ended` has become true.
pub async fn until(ended: &mut watch::Receiver<bool>) {
    // The guard that it gives must not be held while other work runs.
    let _ = ended.wait_for(|ended| *ended).await;
}
