//! The event feed: an outbox that is pushed to the scheme in order until the scheme accepts it, and that the scheme can
//! pull.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ipse_sim::event::{Event, Kind, Subject};
use ipse_store::{StoreError, Tx};
use tokio::sync::watch;

use crate::config::FaultSetting;
use crate::error::{AtFault, with_causes};
use crate::ids::random_id;
use crate::operator::Operator;
use crate::store::event::{self, StoredEvent};
use crate::store::{assertion, challenge, message, setting};

/// How often the outbox is read. A change that another process made reaches the scheme well within a second.
const POLL: Duration = Duration::from_millis(100);
/// Events that are pushed in one round.
const BATCH: u32 = 32;
/// Events in one answer of the pull feed.
pub const PAGE: u32 = 200;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Time between two deletions of old rows.
const PRUNE: Duration = Duration::from_secs(600);
/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Why an event was not delivered.
#[derive(Debug, thiserror::Error)]
enum FeedError {
    /// The outbox cannot be read or written, or holds an event that cannot be sent.
    #[error("the outbox failed")]
    Store(#[from] StoreError),
    /// The scheme does not answer.
    #[error("the scheme does not answer")]
    Unreachable(#[from] reqwest::Error),
    /// The scheme answered with an error.
    #[error("the scheme refused event {sequence} with status {status}")]
    Refused {
        /// The event's place in the feed.
        sequence: u64,
        /// The HTTP status.
        status: u16,
    },
}

/// What failed. The log has one warning for each change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    Store,
    Unreachable,
    Refused(u16),
}

impl FeedError {
    fn failure(&self) -> Failure {
        match self {
            Self::Store(_) => Failure::Store,
            Self::Unreachable(_) => Failure::Unreachable,
            Self::Refused { status, .. } => Failure::Refused(*status),
        }
    }

    fn at_fault(&self) -> AtFault {
        match self {
            Self::Store(error) => AtFault::of_store(error),
            Self::Unreachable(_) | Self::Refused { .. } => AtFault::Peer,
        }
    }
}

impl Operator {
    /// Events after `sequence`, signed now, at most [`PAGE`]. Stops before an event that cannot be read: the scheme must not
    /// learn a later event without an earlier one, which may be a swap.
    ///
    /// # Errors
    /// The store's, also when the first event cannot be read.
    pub async fn events_after(&self, sequence: u64) -> Result<Vec<String>, StoreError> {
        let (events, now) = self
            .store
            .read(move |tx| Ok((event::after(tx, sequence, PAGE)?, tx.now()?)))
            .await?;
        event::before_error(events.iter().map(|stored| self.sign_event(stored, now)))
    }

    /// Signs a stored event at `now`, in milliseconds. A heartbeat is dated when it is sent.
    fn sign_event(&self, stored: &StoredEvent, now: i64) -> Result<String, StoreError> {
        let time = match stored.kind {
            Kind::Heartbeat => now,
            _ => stored.time,
        };
        let event = Event {
            id: stored.id.clone(),
            source: self.config.issuer.clone(),
            kind: stored.kind,
            time: rfc_3339(time)?,
            sequence: stored.sequence,
            iat: now / 1000,
            subject: stored.subject.as_ref().map(|subject| Subject {
                handle: subject.handle.to_string(),
                changed_at: subject.changed_at / 1000,
            }),
        };
        event
            .sign(&self.keys.signing)
            .map_err(|error| StoreError::Abort(format!("the event cannot be written: {error}")))
    }
}

/// Milliseconds since 1970 as RFC 3339 in UTC.
fn rfc_3339(ms: i64) -> Result<String, StoreError> {
    jiff::Timestamp::from_millisecond(ms)
        .map(|time| time.to_string())
        .map_err(|error| StoreError::Corrupt(format!("the time of an event: {error}")))
}

/// Pushes events until `stop` turns true.
pub async fn run(
    operator: Arc<Operator>,
    client: reqwest::Client,
    mut stop: watch::Receiver<bool>,
) {
    let now = operator.clock.instant();
    let mut feed = Feed {
        operator,
        client,
        pause: FIRST_PAUSE,
        next_heartbeat: now,
        next_prune: now,
        fault: None,
        failing: None,
    };
    loop {
        let wait = match feed.round().await {
            Ok(progress) => {
                feed.failing = None;
                match progress {
                    Progress::Idle => POLL,
                    Progress::Sent => Duration::ZERO,
                }
            }
            Err(error) => {
                feed.log(&error);
                feed.back_off()
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

enum Progress {
    /// Nothing waits.
    Idle,
    /// Some events were delivered. More may wait.
    Sent,
}

struct Feed {
    operator: Arc<Operator>,
    client: reqwest::Client,
    pause: Duration,
    next_heartbeat: Instant,
    next_prune: Instant,
    /// The last fault that a test requested.
    fault: Option<FaultSetting>,
    /// How the last round failed.
    failing: Option<Failure>,
}

impl Feed {
    async fn round(&mut self) -> Result<Progress, FeedError> {
        self.prune().await?;
        self.beat().await?;
        let is_demo = self.operator.is_demo();
        let (pending, now, requested, in_force) = self
            .operator
            .store
            .read(move |tx| {
                let (requested, in_force) = if is_demo {
                    (setting::requested_fault(tx)?, setting::fault_in_force(tx)?)
                } else {
                    (None, None)
                };
                Ok((event::pending(tx, BATCH)?, tx.now()?, requested, in_force))
            })
            .await?;
        if let Some(requested) = requested {
            self.apply_fault(requested, in_force).await?;
        }
        let (mut delivered, mut failure) = (None, None);
        for stored in &pending {
            if let Err(error) = self.push(stored, now).await {
                failure = Some(error);
                break;
            }
            delivered = Some(stored.sequence);
        }
        if let Some(sequence) = delivered {
            self.pause = FIRST_PAUSE;
            self.operator
                .store
                .write(move |tx| event::delivered(tx, sequence))
                .await?;
        }
        match (failure, delivered) {
            (Some(error), _) => Err(error),
            (None, Some(_)) => Ok(Progress::Sent),
            (None, None) => Ok(Progress::Idle),
        }
    }

    /// Applies a fault that a test requested, and then notes that it is in force, so that the test can wait for it.
    async fn apply_fault(
        &mut self,
        requested: FaultSetting,
        in_force: Option<FaultSetting>,
    ) -> Result<(), StoreError> {
        if self.fault == Some(requested) && in_force == Some(requested) {
            return Ok(());
        }
        self.operator.set_fault(requested.0);
        self.fault = Some(requested);
        self.operator
            .store
            .write(move |tx| setting::set_fault_in_force(tx, requested))
            .await
    }

    /// Adds a heartbeat when one is due, unless one still waits: a scheme that was down for a week needs only one.
    async fn beat(&mut self) -> Result<(), StoreError> {
        let now = self.operator.clock.instant();
        if now < self.next_heartbeat {
            return Ok(());
        }
        let random = self.operator.random.clone();
        self.operator
            .store
            .write(move |tx| heartbeat(tx, &random_id(&random)))
            .await?;
        self.next_heartbeat = now + self.operator.config.heartbeat();
        Ok(())
    }

    /// Deletes rows that are no longer needed.
    async fn prune(&mut self) -> Result<(), StoreError> {
        let now = self.operator.clock.instant();
        if now < self.next_prune {
            return Ok(());
        }
        self.next_prune = now + PRUNE;
        self.operator
            .store
            .write(|tx| {
                let now = tx.now()?;
                assertion::prune(tx, now - DAY)?;
                challenge::prune(tx, now - DAY)?;
                message::prune(tx, now - 30 * DAY)?;
                Ok(())
            })
            .await
    }

    async fn push(&self, stored: &StoredEvent, now: i64) -> Result<(), FeedError> {
        let body = self.operator.sign_event(stored, now)?;
        let request = self
            .client
            .post(&self.operator.config.scheme.events_url)
            .header("content-type", "application/jwt")
            .body(body);
        let status = request.send().await?.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(FeedError::Refused {
                sequence: stored.sequence,
                status: status.as_u16(),
            })
        }
    }

    /// Logs an error one time, and not again while the feed keeps failing in the same way.
    fn log(&mut self, error: &FeedError) {
        let failure = Some(error.failure());
        let (at_fault, error) = (error.at_fault().as_str(), with_causes(error));
        if std::mem::replace(&mut self.failing, failure) == failure {
            tracing::debug!(at_fault, error, "events still wait in the outbox");
        } else {
            tracing::warn!(at_fault, error, "events wait in the outbox");
        }
    }

    fn back_off(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

fn heartbeat(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    if event::is_waiting(tx, Kind::Heartbeat)? {
        return Ok(());
    }
    event::append(tx, id, Kind::Heartbeat, None)
}

/// A client for the scheme's event URL: no redirects, short time limits, connections that stay open.
///
/// # Errors
/// The TLS library has no certificates to trust.
pub fn client(events_url: &str) -> Result<reqwest::Client, reqwest::Error> {
    // Fails when a provider is installed already, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_secs(5));
    if events_url.starts_with("http://") {
        // Without TLS there is nothing to trust, so that a machine without certificates can run the demo.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}
