//! The event feed: an outbox that is pushed to the scheme in order, again and again until it answers, and that it can pull.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ipse_sim::event::{Event, Kind, Subject};
use ipse_store::{StoreError, Tx};
use tokio::sync::watch;

use crate::config::Fault;
use crate::operator::Operator;
use crate::registry::random_id;
use crate::store::event::{self, Stored};
use crate::store::{assertion, challenge, message, setting};

/// How often the outbox is looked at: a change that another process made reaches the scheme well within a second.
const POLL: Duration = Duration::from_millis(100);
const BATCH: u32 = 32;
/// Events in one answer of the pull feed.
pub const PAGE: u32 = 200;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
const HOUSEKEEPING: Duration = Duration::from_secs(600);
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Name of the setting that holds the fault a test asked for.
pub const FAULT: &str = "fault";
/// Name of the setting that holds the fault the running operator has taken up.
pub const FAULT_IN_FORCE: &str = "fault_in_force";

/// Signs what is stored. A heartbeat says when it was sent, for only that matters.
fn sign(operator: &Operator, stored: &Stored, now: i64) -> Option<String> {
    let time = match stored.kind {
        Kind::Heartbeat => now,
        _ => stored.time,
    };
    let event = Event {
        id: stored.id.clone(),
        source: operator.config.issuer.clone(),
        kind: stored.kind,
        time: rfc_3339(time),
        sequence: stored.sequence,
        iat: now / 1000,
        subject: stored
            .handle
            .clone()
            .zip(stored.changed_at)
            .map(|(handle, ms)| Subject {
                handle,
                changed_at: ms / 1000,
            }),
    };
    event.sign(&operator.keys.signing).ok()
}

/// Milliseconds since 1970 as RFC 3339 in UTC.
fn rfc_3339(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |time| time.to_string())
}

impl Operator {
    /// Events after `sequence`, signed now, at most [`PAGE`].
    ///
    /// # Errors
    /// The store's.
    pub async fn events_after(&self, sequence: u64) -> Result<Vec<String>, StoreError> {
        let (events, now) = self
            .store
            .read(move |tx| Ok((event::after(tx, sequence, PAGE)?, tx.now()?)))
            .await?;
        Ok(events
            .iter()
            .filter_map(|stored| sign(self, stored, now))
            .collect())
    }
}

/// Pushes events until `stop` turns true.
pub async fn run(
    operator: Arc<Operator>,
    client: reqwest::Client,
    mut stop: watch::Receiver<bool>,
) {
    let mut feed = Feed {
        operator,
        client,
        pause: FIRST_PAUSE,
        next_heartbeat: Instant::now(),
        next_housekeeping: Instant::now(),
        fault: String::new(),
    };
    loop {
        let wait = match feed.round().await {
            Ok(Progress::Idle) => POLL,
            Ok(Progress::Sent) => Duration::ZERO,
            Ok(Progress::Refused) => feed.back_off(),
            Err(error) => {
                tracing::warn!(code = error.code(), "the event feed cannot read its outbox");
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
    Idle,
    Sent,
    Refused,
}

struct Feed {
    operator: Arc<Operator>,
    client: reqwest::Client,
    pause: Duration,
    next_heartbeat: Instant,
    next_housekeeping: Instant,
    /// The last fault taken up from the settings.
    fault: String,
}

impl Feed {
    /// Takes up a fault that a test asked for, and says so to who asked: without that, the next request may come first.
    async fn take_up(&mut self, fault: String) -> Result<(), StoreError> {
        self.operator.set_fault(Fault::from_text(&fault));
        self.fault.clone_from(&fault);
        let put = move |tx: &mut Tx| setting::put(tx, FAULT_IN_FORCE, &fault);
        self.operator.store.write(put).await
    }

    async fn round(&mut self) -> Result<Progress, StoreError> {
        self.keep_house().await?;
        self.beat().await?;
        let (pending, now, fault) = self
            .operator
            .store
            .read(|tx| {
                let pending = event::pending(tx, BATCH)?;
                Ok((pending, tx.now()?, setting::get(tx, FAULT)?))
            })
            .await?;
        if let Some(fault) = fault.filter(|fault| *fault != self.fault) {
            self.take_up(fault).await?;
        }
        let mut last = None;
        for stored in &pending {
            if !self.push(stored, now).await {
                break;
            }
            last = Some(stored.sequence);
        }
        let Some(last) = last else {
            return Ok(if pending.is_empty() {
                Progress::Idle
            } else {
                Progress::Refused
            });
        };
        self.pause = FIRST_PAUSE;
        self.operator
            .store
            .write(move |tx| event::delivered(tx, last))
            .await?;
        Ok(Progress::Sent)
    }

    /// Adds a heartbeat when one is due, unless one still waits: a scheme that was away for a week needs no week of them.
    async fn beat(&mut self) -> Result<(), StoreError> {
        if Instant::now() < self.next_heartbeat {
            return Ok(());
        }
        self.operator.store.write(heartbeat).await?;
        self.next_heartbeat = Instant::now() + self.operator.config.heartbeat();
        Ok(())
    }

    async fn keep_house(&mut self) -> Result<(), StoreError> {
        if Instant::now() < self.next_housekeeping {
            return Ok(());
        }
        self.next_housekeeping = Instant::now() + HOUSEKEEPING;
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

    async fn push(&self, stored: &Stored, now: i64) -> bool {
        let Some(body) = sign(&self.operator, stored, now) else {
            return false;
        };
        let request = self
            .client
            .post(&self.operator.config.scheme.events_url)
            .header("content-type", "application/jwt")
            .body(body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                let (sequence, status) = (stored.sequence, answer.status().as_u16());
                tracing::warn!(
                    sequence,
                    status,
                    "the scheme refused an event; trying again"
                );
                false
            }
            Err(_) => {
                tracing::debug!(sequence = stored.sequence, "the scheme does not answer");
                false
            }
        }
    }

    fn back_off(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

fn heartbeat(tx: &mut Tx) -> Result<(), StoreError> {
    if event::is_waiting(tx, Kind::Heartbeat)? {
        return Ok(());
    }
    event::append(tx, &random_id(), Kind::Heartbeat, None)
}

/// A client for the scheme's event URL: no redirects, short limits, one connection kept open.
///
/// # Errors
/// The TLS library has no certificates to trust.
pub fn client(events_url: &str) -> Result<reqwest::Client, reqwest::Error> {
    // Fails when one is installed already, which is just as well.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_secs(5));
    if events_url.starts_with("http://") {
        // Nothing to trust, so a machine without certificates will do.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}
