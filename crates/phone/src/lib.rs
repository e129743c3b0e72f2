//! A phone as a library: everything that the phone app does, for scripts, tests and load.
//!
//! [`Phone`] keeps its state in a folder, so that one command after another is the same phone.

pub mod cli;

mod approval;
mod bank;
mod biometric;
mod cookies;
mod enrolment;
mod error;
mod events;
mod forms;
mod home;
mod messages;
mod offer;
mod person;
mod phone;
mod receipt;
mod state;
mod transport;

pub use approval::Proof;
pub use enrolment::{Begun, Enrol};
pub use error::Error;
pub use events::Update;
pub use offer::Opened;
pub use phone::Phone;
pub use receipt::{Check, JudgedReceipt};
pub use state::State;

/// What every call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;
