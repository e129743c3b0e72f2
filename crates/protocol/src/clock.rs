//! The clocks of a process. They are passed to everything that needs the time, so that tests can move them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

/// The wall clock and the monotonic clock of this process. Clones share their shifts, which only tests can set.
///
/// Rules take the time of the database, inside their transaction. This clock is for everything that has no
/// transaction: phones, tokens for other parties, key weeks.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Shifts>);

#[derive(Debug, Default)]
struct Shifts {
    /// Milliseconds by which both clocks were moved.
    passed: AtomicI64,
    /// Milliseconds by which only the wall clock was moved.
    stepped: AtomicI64,
}

impl Clock {
    /// The real time.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Lets `ms` milliseconds pass, for everything that holds a clone of this clock: both clocks move.
    #[cfg(feature = "testing")]
    pub fn shift(&self, ms: i64) {
        self.0.passed.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the wall clock forward or back by `ms` milliseconds. The monotonic clock goes on.
    #[cfg(feature = "testing")]
    pub fn step(&self, ms: i64) {
        self.0.stepped.fetch_add(ms, Ordering::SeqCst);
    }

    fn passed(&self) -> i64 {
        self.0.passed.load(Ordering::SeqCst)
    }

    /// How far the wall clock was moved, in milliseconds.
    #[must_use]
    pub fn offset_ms(&self) -> i64 {
        self.passed()
            .saturating_add(self.0.stepped.load(Ordering::SeqCst))
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

    /// Milliseconds since the machine started, also those for which it slept (`CLOCK_BOOTTIME`). Nobody can set this clock.
    #[must_use]
    pub fn monotonic_ms(&self) -> i64 {
        let time = clock_gettime(ClockId::Boottime);
        let ms = time.tv_sec.saturating_mul(1000) + time.tv_nsec / 1_000_000;
        ms.saturating_add(self.passed())
    }

    /// A point in time that is never earlier than one read before, to measure durations. A shift of the clock counts as time
    /// that has passed.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the monotonic clock"
    )]
    pub fn instant(&self) -> Instant {
        let shift = u64::try_from(self.passed()).unwrap_or(0);
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
        let monotonic = clock.monotonic_ms();
        clock.clone().shift(3_600_000);
        assert!(clock.unix_ms() >= before + 3_600_000);
        assert!(clock.instant() >= instant + Duration::from_secs(3_600));
        assert!(clock.monotonic_ms() >= monotonic + 3_600_000);
        assert_eq!(clock.offset_ms(), 3_600_000);
    }

    #[test]
    fn a_step_moves_only_the_wall_clock() {
        let clock = Clock::system();
        let (before, monotonic) = (clock.unix_ms(), clock.monotonic_ms());
        clock.clone().step(-3_600_000);
        assert!(clock.unix_ms() < before - 3_000_000);
        assert!((monotonic..monotonic + 600_000).contains(&clock.monotonic_ms()));
        assert_eq!(clock.offset_ms(), -3_600_000);
    }
}
