//! Periodic work beside the requests: the log's sequencer, the sweepers, the outbox and the operators' event feeds. Each node of a
//! deployment may run all of it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ipse_scheme::{Error, Scheme, enrolment};
use tokio::task::JoinSet;
use tokio::time::{self, MissedTickBehavior};

use crate::shutdown::{self, Stopped};
use crate::{fault, operators, outbox};

/// The running jobs.
pub struct Jobs(JoinSet<()>);

impl Jobs {
    /// Waits up to five seconds until all jobs have stopped.
    pub async fn finish(self) {
        let _ = time::timeout(Duration::from_secs(5), self.0.join_all()).await;
    }
}

/// Starts the jobs, which run until the server stops.
pub fn start(scheme: &Arc<Scheme>, stopped: &Stopped) -> Jobs {
    let job = |name, period| Job {
        name,
        period,
        any_clock: false,
        scheme: scheme.clone(),
        stopped: stopped.clone(),
    };
    let second = Duration::from_secs(1);
    let mut jobs = JoinSet::new();
    jobs.spawn(
        job("keep the time", second)
            .with_any_clock()
            .run(|scheme| async move { scheme.keep_time().await }),
    );
    jobs.spawn(
        job("sequence the log", second)
            .run(|scheme| async move { scheme.sequence_log().await.map(drop) }),
    );
    jobs.spawn(
        job("note the keys of evidence", 60 * second)
            .run(|scheme| async move { scheme.begin_evidence_keys().await }),
    );
    jobs.spawn(
        job("close overdue actions", 2 * second).run(|scheme| async move { scheme.sweep().await }),
    );
    jobs.spawn(
        job("rewrap person keys", 3_600 * second)
            .run(|scheme| async move { scheme.rewrap_person_keys().await }),
    );
    jobs.spawn(
        job("destroy day keys", 60 * second)
            .run(|scheme| async move { scheme.destroy_day_keys().await }),
    );
    jobs.spawn(
        job("delete abandoned enrolments", enrolment::SWEEP_EVERY)
            .run(|scheme| async move { scheme.sweep_enrolments().await.map(drop) }),
    );
    jobs.spawn(operators::feed::run(scheme.clone(), stopped.clone()));
    jobs.spawn(outbox::run(scheme.clone(), stopped.clone()));
    Jobs(jobs)
}

/// One kind of work, repeated after each period.
struct Job {
    name: &'static str,
    period: Duration,
    /// Whether it also runs while the clock cannot be trusted.
    any_clock: bool,
    scheme: Arc<Scheme>,
    stopped: Stopped,
}

impl Job {
    fn with_any_clock(self) -> Self {
        Self {
            any_clock: true,
            ..self
        }
    }

    async fn run<F>(mut self, work: impl Fn(Arc<Scheme>) -> F)
    where
        F: Future<Output = Result<(), Error>>,
    {
        let mut ticks = time::interval(self.period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => if (self.any_clock || self.scheme.clock_fault().is_none())
                    && let Err(error) = work(self.scheme.clone()).await {
                    tracing::warn!(job = self.name, error = fault::chain(&error), "a job failed; it runs again after its period");
                },
                () = shutdown::wait(&mut self.stopped) => return,
            }
        }
    }
}
