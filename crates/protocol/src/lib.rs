//! Formats that phone, scheme and operator share byte for byte. No I/O.
//!
//! `docs/protocol.md` describes them. This crate and the phone app both reproduce the examples in `vectors/`.

pub mod bytes;
mod clock;
pub mod code;
pub mod copy_proof;
mod crypto;
pub mod device_request;
pub mod ids;
mod json;
pub mod link;
pub mod log_head;
pub mod merkle;
pub mod opaque;
pub mod problem;
mod random;
pub mod receipt;
pub mod sim_statement;
pub mod terms;
pub mod text;
pub mod transcript;
pub mod view;
pub mod wire;

pub use clock::Clock;
pub use crypto::{constant_time_eq, hmac_sha256, sha256};
pub use random::Random;
