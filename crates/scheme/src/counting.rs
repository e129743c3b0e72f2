//! Limits on what is counted in a window of time: text messages and mails.

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::Counted;

use crate::error::RuleError;

/// An hour, in milliseconds.
pub(crate) const HOUR: i64 = 3_600_000;
/// A day, in milliseconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Whether there may be one more in a window.
///
/// # Errors
/// `too_many_requests`, with the pause in whole hours: this caller must not learn when another one asked.
pub(crate) fn within(counted: Counted, limit: i64, window: i64, now: i64) -> Result<(), RuleError> {
    if counted.count < limit {
        return Ok(());
    }
    let left = (counted.first + window - now).max(1);
    let pause = (left + HOUR - 1) / HOUR * HOUR;
    Err((Problem::new(ProblemCode::TooManyRequests).with("retry_after_ms", pause)).into())
}
