//! Tests of the SIM crate through its public interface.
#![allow(clippy::expect_used)]

mod applet;
mod corpus;
mod machine;
mod signed;
mod vectors;
