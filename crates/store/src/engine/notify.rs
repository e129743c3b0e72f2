//! Notices: they tell waiting tasks, in this process and on other nodes, what changed.
//!
//! A notice carries a channel and an id, never content. Losing one costs latency only, so waiters poll
//! once a second as well.

use std::borrow::Cow;

use tokio::sync::broadcast;

/// Something under this id changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What kind of thing, such as `action`.
    pub channel: Cow<'static, str>,
    /// Which one.
    pub id: String,
}

/// Enough that a running task misses none. A task that lags behind is told so.
const BACKLOG: usize = 4096;

/// The subscribers in this process.
pub(crate) struct Local(broadcast::Sender<Notice>);

impl Local {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }

    pub(crate) fn send(&self, notice: Notice) {
        // It fails only when nobody listens.
        let _ = self.0.send(notice);
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.0.subscribe()
    }
}
