//! The demo bank through its front door, and the supervisor with stand-in parties.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may its helpers"
)]

mod bank;
mod faults;
mod network;
mod pages;
mod supervisor;
