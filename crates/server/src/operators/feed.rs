//! Pulls an operator's events at the start, after a gap, and when the operator has sent nothing for a while.

use std::sync::Arc;
use std::time::Duration;

use ipse_scheme::Scheme;
use ipse_scheme::sim_controller::SimController;

use crate::fault;
use crate::shutdown::{self, Stopped};

/// How often the feeds are checked.
const PERIOD: Duration = Duration::from_secs(20);

/// Checks the feeds until the server stops.
pub async fn run(scheme: Arc<Scheme>, mut stopped: Stopped) {
    let mut first = true;
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => check(&scheme, first).await,
            () = shutdown::wait(&mut stopped) => return,
        }
        first = false;
    }
}

async fn check(scheme: &Scheme, first: bool) {
    if scheme.clock_fault().is_some() {
        return;
    }
    for operator in &scheme.operators {
        let healthy = scheme.feed_healthy(operator.name()).await;
        if first || !matches!(healthy, Ok(true)) {
            repair(scheme, operator).await;
        }
    }
}

/// Pulls the events that are missing.
pub async fn repair(scheme: &Scheme, operator: &Arc<dyn SimController>) {
    match scheme.repair_feed(operator).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(operator = operator.name(), count, "pulled missing events"),
        Err(error) => {
            let error = fault::chain(&error);
            tracing::warn!(
                operator = operator.name(),
                error,
                "cannot pull the missing events"
            );
        }
    }
}
