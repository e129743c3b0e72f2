//! The time that transactions see.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The clock of a store: the database's own, plus a shift that only tests can set.
///
/// SQLite has no server, so there the process's clock is the database's. Clones share the shift.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The real time.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Moves the clock by `ms` milliseconds, for every store that uses a clone of it.
    #[cfg(feature = "testing")]
    pub fn shift(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn offset(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// The process's time in milliseconds since 1970, shifted.
    pub(crate) fn process_now(&self) -> i64 {
        let ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
        ms.saturating_add(self.offset())
    }
}
