//! The invented parties of the demo: banks, a shop, people, and the supervisor that starts all of them.
//!
//! Each party is a separate organisation: it runs as its own process with its own keys, and the scheme knows only its
//! issuer, its address and its pinned public keys. The claims that a demo bank verified are marked as simulated (see
//! [`bank::DEMO_POLICY`]). No production scheme accepts them.

pub mod bank;
pub mod mailbox;
pub mod people;
pub mod portrait;
pub mod supervisor;
