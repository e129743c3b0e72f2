//! The invented world that Ipse is tried in: banks, a shop, people, and the supervisor that starts all of them.
//!
//! Each party here is an organisation of its own: it runs as its own process with its own keys, and the scheme knows it
//! by nothing but its issuer, its address and its pinned public keys. What a demo bank vouches for is marked as simulated
//! (see [`bank::DEMO_POLICY`]); no production scheme accepts it.

pub mod bank;
pub mod people;
pub mod supervisor;
