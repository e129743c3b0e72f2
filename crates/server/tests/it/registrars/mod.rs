//! The way back from banks.

mod callback;
