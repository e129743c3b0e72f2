//! `/fingerprint`: fingerprint or face, added or removed after the enrolment (docs/protocol.md §3, "Fingerprint").

pub mod add;
pub mod remove;
