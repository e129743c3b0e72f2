//! `GET /phone/v1/events`: server-sent events while the app is open. A hint; the truth is in `actions` and `me`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::stream::{self, Stream};
use ipse_protocol::problem::ProblemCode;
use ipse_scheme::block::{ACTION_CHANNEL, IDENTITY_CHANNEL};
use ipse_store::Notice;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::DeviceRequest;
use crate::problem::Refusal;
use crate::state::Server;

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new().route("/events", get(events))
}

/// Streams that one person may have open: a phone has one, and a moment ago may have had another.
const PER_PERSON: usize = 8;

/// The streams that are open on this node, by person.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<String, usize>>);

impl Streams {
    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, identity: &str) -> bool {
        let mut open = self.open();
        let count = open.entry(identity.to_owned()).or_default();
        if *count >= PER_PERSON {
            return false;
        }
        *count += 1;
        true
    }

    fn leave(&self, identity: &str) {
        let mut open = self.open();
        if let Some(count) = open.get_mut(identity) {
            *count -= 1;
            if *count == 0 {
                open.remove(identity);
            }
        }
    }
}

/// One stream; counted while it lives.
struct Feed {
    server: Arc<Server>,
    identity: String,
    notices: Receiver<Notice>,
    started: bool,
}

async fn events(
    State(server): State<Arc<Server>>,
    request: DeviceRequest,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let identity = &signed.device.identity;
    // Anybody can begin an enrolment; only who finished one has something to listen to.
    if server.scheme.identity_event(identity).await?.is_none() {
        return Err(ProblemCode::NotFound.into());
    }
    if !server.streams.enter(identity) {
        return Err(ProblemCode::TooManyRequests.into());
    }
    let feed = Feed {
        notices: server.scheme.store.subscribe(),
        identity: signed.device.identity.clone(),
        server,
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
        self.server.streams.leave(&self.identity);
    }
}

impl Feed {
    /// The next event of this person; `None` when the server ends.
    async fn next(&mut self) -> Option<Event> {
        if !self.started {
            self.started = true;
            if let Some(event) = self.identity_event().await {
                return Some(event);
            }
        }
        loop {
            match self.notices.recv().await {
                Ok(notice) => {
                    if let Some(event) = self.translate(&notice).await {
                        return Some(event);
                    }
                }
                // Missed some: tell the phone to look for itself.
                Err(RecvError::Lagged(_)) => {
                    if let Some(event) = self.identity_event().await {
                        return Some(event);
                    }
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn translate(&self, notice: &Notice) -> Option<Event> {
        if notice.channel == IDENTITY_CHANNEL && notice.id == self.identity {
            return self.identity_event().await;
        }
        if notice.channel == ACTION_CHANNEL {
            // Most are of other people: those cost no look into the database.
            let (action, whose) = notice.id.split_once('/')?;
            if whose != self.identity {
                return None;
            }
            let event = self
                .server
                .scheme
                .action_event(&self.identity, action)
                .await
                .ok()??;
            return Event::default().event("action").json_data(event).ok();
        }
        None
    }

    async fn identity_event(&self) -> Option<Event> {
        let event = self
            .server
            .scheme
            .identity_event(&self.identity)
            .await
            .ok()??;
        Event::default().event("identity").json_data(event).ok()
    }
}
