//! The demo bank over HTTP, and the supervisor with parties that only answer `/health`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may its helpers"
)]

mod faults;
mod network;
mod routes;
mod supervisor;
