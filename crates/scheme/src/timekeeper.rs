//! What a node remembers of its clock while it runs.

use std::sync::{Mutex, PoisonError};

use ipse_store::clock::Record;

/// What a node knows of its clock.
#[derive(Debug)]
pub(crate) struct Timekeeper {
    kept: Mutex<Kept>,
    /// Held while the clock is read and what is open is ended, so that nothing that begins afterwards is ended too.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

/// What a [`Timekeeper`] remembers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// The time that was recorded before this node started.
    pub(crate) begun: Option<i64>,
    /// The monotonic clock at the start.
    pub(crate) started: i64,
    /// How many disagreements are recorded.
    pub(crate) disagreements: u64,
    /// The last record, with the monotonic clock at that time.
    pub(crate) last: Option<(Record, i64)>,
}

impl Timekeeper {
    pub(crate) fn new(started: i64) -> Self {
        let kept = Mutex::new(Kept {
            begun: None,
            started,
            disagreements: 0,
            last: None,
        });
        Self {
            kept,
            turn: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn kept(&self) -> Kept {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Kept)) {
        change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
