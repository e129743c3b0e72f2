//! The phone against a scheme that answers what the test says.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod checks;
mod log_head;
mod requests;
mod support;
