//! The rules of the scheme: one module per concept. No HTTP, no SQL dialect.
//!
//! A rule that changes state is a synchronous function over an open transaction. A refusal ([`RuleError::Refused`]) is an
//! outcome like any other, and commits. The functions on [`Scheme`] do the slow work (signatures, OPAQUE, sealing) before
//! such a transaction, never inside it, and return nothing before the commit has returned.

pub mod action;
pub mod actor;
pub mod approval;
mod attribute;
mod bank_attributes;
pub mod block;
pub mod clock;
pub mod code;
mod code_change;
mod code_registration;
pub mod config;
pub mod confirm;
mod contest;
mod counting;
pub mod device;
mod effect;
mod email;
mod email_address;
pub mod enrolment;
pub mod error;
pub mod evidence_key;
pub mod evidence_signer;
pub mod export;
mod fingerprint;
mod given;
pub mod grant;
mod history;
mod idempotency;
pub mod identity;
mod kind;
mod link;
pub mod log;
pub mod login;
pub mod mail;
pub mod me;
pub mod notice;
mod open;
pub mod partner;
pub mod partner_events;
pub mod partner_keys;
pub mod partner_name;
pub mod party;
pub mod person;
mod proofing;
pub mod receipt;
pub mod recovery;
mod refusal;
pub mod registrar;
pub mod remembered;
pub mod request;
pub mod rows;
mod scheme;
pub mod session;
pub mod setup;
pub mod share;
mod signer;
pub mod sim;
pub mod sim_controller;
pub mod sim_event;
pub mod sim_statements;
pub mod sweep;
mod timekeeper;
mod view;
pub mod visit;
pub mod webauthn;
mod withdrawal;

pub use config::Config;
pub use error::{Error, Fault, RuleError};
pub use ipse_store::Kind;
pub use scheme::{Parts, Scheme};
