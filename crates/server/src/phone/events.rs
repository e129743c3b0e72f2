//! `GET /events`: server-sent events while the app is open. They are hints; the phone then reads `/actions` and `/me`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_scheme::block::{ACTION_CHANNEL, IDENTITY_CHANNEL};
use ipse_store::Notice;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior};

use super::{Api, DeviceRequest};
use crate::problem::ApiError;

/// Most open streams of one person. A phone has one, and shortly two when it reconnects.
const PER_PERSON: usize = 8;
/// How often a stream checks that its device may still listen, in case the notice of its suspension was lost.
const CHECK: Duration = Duration::from_secs(15);

/// Number of open streams on this node, by person.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<String, usize>>);

impl Streams {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more stream, unless the person has too many.
    fn add(&self, identity: &str) -> bool {
        let mut open = self.lock();
        let count = open.entry(identity.to_owned()).or_default();
        if *count >= PER_PERSON {
            return false;
        }
        *count += 1;
        true
    }

    fn remove(&self, identity: &str) {
        let mut open = self.lock();
        if let Some(count) = open.get_mut(identity) {
            *count -= 1;
            if *count == 0 {
                open.remove(identity);
            }
        }
    }
}

/// One open stream.
struct Feed {
    api: Api,
    identity: IdentityId,
    device: DeviceId,
    notices: Receiver<Notice>,
    checks: Interval,
    started: bool,
}

/// What a notice means for a stream.
enum Meaning {
    /// It is sent.
    Event(Event),
    /// Nothing to this phone.
    Nothing,
    /// The device may not listen any more.
    End,
}

/// Opens a stream.
pub async fn get(
    State(api): State<Api>,
    request: DeviceRequest,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let signed = api.scheme.authenticate(request.incoming()).await?;
    let identity = &signed.device.identity;
    // Anyone can start an enrolment. Only a finished one has events.
    if api.scheme.identity_event(identity).await?.is_none() {
        return Err(ProblemCode::NotFound.into());
    }
    if !api.streams.add(identity) {
        return Err(ProblemCode::TooManyRequests.into());
    }
    let mut checks = tokio::time::interval(CHECK);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let feed = Feed {
        notices: api.scheme.store.subscribe(),
        identity: signed.device.identity.clone(),
        device: signed.device.id.clone(),
        checks,
        api,
        started: false,
    };
    let stream = stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        Some((Ok(event), feed))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.api.streams.remove(&self.identity);
    }
}

impl Feed {
    /// The next event of this person; `None` when the server stops, and when the device was suspended or replaced.
    async fn next(&mut self) -> Option<Event> {
        if !self.started {
            self.started = true;
            if let Some(event) = self.identity_event().await {
                return Some(event);
            }
        }
        loop {
            let meaning = tokio::select! {
                notice = self.notices.recv() => match notice {
                    Ok(notice) => self.translate(&notice).await,
                    // Some notices were lost, so the phone must read everything again.
                    Err(RecvError::Lagged(_)) => self.changed().await,
                    Err(RecvError::Closed) => Meaning::End,
                },
                _ = self.checks.tick() => match self.may_listen().await {
                    true => Meaning::Nothing,
                    false => Meaning::End,
                },
            };
            match meaning {
                Meaning::Event(event) => return Some(event),
                Meaning::Nothing => {}
                Meaning::End => return None,
            }
        }
    }

    async fn translate(&self, notice: &Notice) -> Meaning {
        if notice.channel == IDENTITY_CHANNEL && self.identity == *notice.id {
            return self.changed().await;
        }
        if notice.channel == ACTION_CHANNEL {
            // Most notices concern other people; skip them without reading the database.
            return match notice.id.split_once('/') {
                Some((action, whose)) if self.identity == *whose => self.action(action).await,
                _ => Meaning::Nothing,
            };
        }
        Meaning::Nothing
    }

    async fn action(&self, action: &str) -> Meaning {
        if !self.may_listen().await {
            return Meaning::End;
        }
        let Some(action) = ActionId::parse(action) else {
            return Meaning::Nothing;
        };
        let event = self.api.scheme.action_event(&self.identity, &action).await;
        let event = event.ok().flatten().map(|event| {
            let named = Event::default().event("action");
            named.json_data(event).ok()
        });
        event.flatten().map_or(Meaning::Nothing, Meaning::Event)
    }

    /// The identity changed, or this device.
    async fn changed(&self) -> Meaning {
        if !self.may_listen().await {
            return Meaning::End;
        }
        let event = self.identity_event().await;
        event.map_or(Meaning::Nothing, Meaning::Event)
    }

    /// Whether the device is still active. A database that does not answer ends the stream: the phone opens it again.
    async fn may_listen(&self) -> bool {
        self.api
            .scheme
            .is_active(&self.device)
            .await
            .is_ok_and(|active| active)
    }

    async fn identity_event(&self) -> Option<Event> {
        let event = self
            .api
            .scheme
            .identity_event(&self.identity)
            .await
            .ok()??;
        Event::default().event("identity").json_data(event).ok()
    }
}
