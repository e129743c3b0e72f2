//! Listeners of every party. The number of their connections and the time that each may take are limited, so that slow clients
//! block nobody else (threat 38).
//!
//! | what | limit |
//! |---|---|
//! | time for a request's head, also for the next one on a kept connection | [`Limits::head`] |
//! | time from the head to the start of the answer, with the request's body | [`Limits::answer`] |
//! | time in which a client takes nothing of an answer, or too little | [`Limits::write`] |
//! | connections of a listener, and of one address | [`Limits::connections`], [`Limits::per_address`] |
//!
//! When a listener is full, a new connection takes the place of the one that has been idle for longest. Each listener of a process
//! has a share of the open files, so a flood on one leaves the others their connections.

mod connections;
mod limits;
mod paced;
mod table;

pub use connections::{Peer, Stopped, in_time, serve, serve_router};
pub use limits::Limits;
pub use table::Address;
