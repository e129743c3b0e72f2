//! The demo bank over HTTP, and the supervisor with parties that only answer `/health`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod faults;
mod network;
mod routes;
mod supervisor;
