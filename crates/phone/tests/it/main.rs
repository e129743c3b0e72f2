//! The phone against a scheme that answers what the test says.

mod checks;
mod requests;
mod support;
