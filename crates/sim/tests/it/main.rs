//! Tests of the SIM crate through its public interface.

mod applet;
mod corpus;
mod machine;
mod signed;
mod vectors;
