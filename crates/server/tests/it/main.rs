//! Tests of the server over HTTP, with a real operator and a real bank beside it, on SQLite and PostgreSQL.
//!
//! - The tests of a route are in the file that mirrors the route's source file: `src/phone/actions/claim.rs` is tested by
//!   `phone/actions/claim.rs`.
//! - The tests of a threat are in `threats/tNN_….rs`; their names begin with `tNN_`. Each file of a route names its threats.
//! - The tests of modules of the OpenID Foundation's conformance suite are in `conformance`, one file for each plan.
//! - `log` tests what the log tells about refusals. `model` runs random orders of steps against a model of the rules, `busy` runs every route against a busy database.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test waits for other processes in real time"
)]

mod busy;
mod conformance;
mod health;
mod log;
mod model;
mod openid;
mod operators;
mod person_keys;
mod phone;
mod registrars;
mod support;
mod threats;
