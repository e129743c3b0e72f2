//! The clock of a process. It is passed to everything that needs the time, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time of this process. Clones share one shift, which only tests can set.
///
/// Rules take the time of the database, inside their transaction. This clock is for everything that has no
/// transaction: phones, tokens for other parties, key weeks.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The real time.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Moves the clock by `ms` milliseconds, for everything that holds a clone of it.
    #[cfg(feature = "testing")]
    pub fn shift(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// How far the clock was moved, in milliseconds.
    #[must_use]
    pub fn offset_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Milliseconds since 1970 UTC.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's clock"
    )]
    pub fn unix_ms(&self) -> i64 {
        let ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            });
        ms.saturating_add(self.offset_ms())
    }

    /// Seconds since 1970 UTC, as `iat` and `exp` count them (RFC 7519 §2, NumericDate).
    #[must_use]
    pub fn unix_seconds(&self) -> i64 {
        self.unix_ms().div_euclid(1000)
    }

    /// A point in time that is never earlier than one read before, to measure durations. A shift of the clock counts as time
    /// that has passed.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the monotonic clock"
    )]
    pub fn instant(&self) -> Instant {
        let shift = u64::try_from(self.offset_ms()).unwrap_or(0);
        let now = Instant::now();
        now.checked_add(Duration::from_millis(shift)).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_shift() {
        let clock = Clock::system();
        let (before, instant) = (clock.unix_ms(), clock.instant());
        clock.clone().shift(3_600_000);
        assert!(clock.unix_ms() >= before + 3_600_000);
        assert!(clock.instant() >= instant + Duration::from_secs(3_600));
        assert_eq!(clock.offset_ms(), 3_600_000);
    }
}
