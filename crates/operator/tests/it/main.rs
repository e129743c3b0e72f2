//! The operator over HTTP, on SQLite and PostgreSQL. `routes` mirrors the paths.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod cards;
mod cli;
mod config;
mod connections;
mod faults;
mod feed;
mod log;
mod network;
mod production;
mod registry;
mod routes;
mod store;
