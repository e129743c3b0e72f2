//! Keeps operators' event feeds whole: pulls at the start, after a gap, and when one has fallen silent.

use std::sync::Arc;
use std::time::Duration;

use ipse_scheme::sim_controller::SimController;
use tokio::sync::watch;

use crate::state::Server;

/// How often feeds are looked at.
const PERIOD: Duration = Duration::from_secs(20);

/// Looks after the feeds until `ended` becomes true.
pub async fn run(server: Arc<Server>, mut ended: watch::Receiver<bool>) {
    let mut first = true;
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => look(&server, first).await,
            () = crate::jobs::until(&mut ended) => return,
        }
        first = false;
    }
}

async fn look(server: &Arc<Server>, first: bool) {
    for operator in &server.scheme.operators {
        let healthy = server.scheme.feed_healthy(operator.name()).await;
        if first || !matches!(healthy, Ok(true)) {
            repair(server, operator).await;
        }
    }
}

/// Pulls what is missing.
pub async fn repair(server: &Server, operator: &Arc<dyn SimController>) {
    match server.scheme.repair_feed(operator).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(operator = operator.name(), count, "events pulled"),
        Err(error) => tracing::warn!(operator = operator.name(), %error, "feed not repaired"),
    }
}
