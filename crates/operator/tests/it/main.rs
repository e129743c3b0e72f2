//! The operator over HTTP, on SQLite and PostgreSQL. `routes` mirrors the paths.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may its helpers"
)]

mod cards;
mod cli;
mod config;
mod faults;
mod feed;
mod network;
mod registry;
mod routes;
mod store;
