//! Signatures, encryption and keys through the public API.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod corpus;
mod possession;
mod roundtrip;
mod support;
mod t22_key_sets;
mod t23_signatures;
mod t23_tokens;
mod t24_limits;
mod t25_oracle;
mod vectors;
