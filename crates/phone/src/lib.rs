//! A phone as a library: everything that the phone app does, for the command line, the server's tests and the load
//! generator.
//!
//! [`Phone`] signs and sends the requests of `docs/protocol.md`. It is put together from parts:
//!
//! - a [`Transport`] sends one HTTP request: [`Http`] in the command line, raw connections in the load generator;
//! - a [`Storage`] keeps key, sequence and state: [`Folder`] on disk, [`Memory`] for a phone that ends with its process;
//! - [`KeyStretching`] is Argon2id, or none where thousands of phones share a machine;
//! - an [`Interceptor`] may change each request before and after it is signed. Tests build misbehaving phones with it.
//!
//! There are three levels. [`requests`] builds each request. The `send_…` methods send one request and read its answer.
//! [`Phone::enrol`], [`Phone::approve`] and the other methods that the command line calls combine these steps.

pub mod cli;
pub mod requests;

mod approval;
mod approval_proof;
mod attempt;
mod bank;
mod biometric;
mod code;
mod email;
mod enrolment;
mod error;
mod events;
mod fingerprint;
mod folder;
mod forms;
mod handset;
mod http;
mod log_head;
mod memory;
mod offer;
mod person;
mod phone;
mod receipt;
mod recovery;
mod signing;
mod state;
mod storage;
mod transport;

pub use approval::Proof;
pub use approval_proof::Approval;
pub use biometric::Biometric;
pub use code::{CodeLogin, CodeRegistration, KeyStretching};
pub use enrolment::{Enrol, StartedEnrolment};
pub use error::Error;
pub use events::{Events, Update};
pub use folder::Folder;
pub use handset::secret_in;
pub use http::Http;
pub use log_head::{LogEvidence, LogFault};
pub use memory::Memory;
pub use offer::Opened;
pub use phone::{Phone, fetch_config};
pub use receipt::{Check, ReceiptCheck};
pub use signing::{Interceptor, Message, Request, SignedRequest};
pub use state::State;
pub use storage::{Exclusive, Storage};
pub use transport::{Answer, Outgoing, Transport};

/// The result of this crate's calls.
pub type Result<T, E = Error> = std::result::Result<T, E>;
