//! The phone against a scheme that answers what the test says.

mod requests;
mod support;
