//! The operator (SIM controller): it issues SIMs, proves that a SIM answers, and reports swaps, ports and losses.
//!
//! It is a separate organisation, with its own process, database, keys and origin. Only the operator knows the keys, ICCID and
//! IMSI of a SIM. The scheme knows a pairwise handle, and gets signed statements and events. §8 of `docs/protocol.md`
//! specifies the API.
//!
//! A request passes [`http`] (parse, authenticate, render), one rule of [`challenge`] or [`registry`], and [`store`].
//! Commands for cards pass [`cards::Channel`], the interface for over-the-air delivery.

pub mod auth;
pub mod cards;
pub mod challenge;
pub mod cli;
pub mod config;
pub mod context;
pub mod error;
pub mod feed;
pub mod http;
pub mod ids;
pub mod keys;
pub mod notice;
pub mod operator;
pub mod registry;
pub mod server;
pub mod store;
pub mod texts;

pub use cli::public_jwks;
pub use config::Config;
pub use operator::{Operator, Parts, StartError};
pub use server::serve;
