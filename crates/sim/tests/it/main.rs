//! Tests of the SIM crate through its public interface.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod applet;
mod corpus;
mod machine;
mod signed;
mod vectors;
