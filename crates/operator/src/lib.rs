//! The operator (SIM controller): it issues SIMs, proves that a SIM answers, and reports swaps, ports and losses.
//!
//! It is an organisation of its own, with its own process, database, keys and origin. It alone knows a SIM's keys, ICCID and IMSI;
//! the scheme knows a pairwise handle and gets signed statements and events. Its wire is §8 of `docs/protocol.md`.
//!
//! A request runs through [`http`] (parse, authenticate, render), one rule of [`challenge`] or [`registry`], and [`store`]. Cards are
//! reached through [`cards::Channel`], the seam for over-the-air delivery.

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
pub mod operator;
pub mod registry;
pub mod server;
pub mod store;
pub mod texts;

pub use cli::public_jwks;
pub use config::Config;
pub use operator::{Operator, Parts, StartError};
pub use server::serve;
