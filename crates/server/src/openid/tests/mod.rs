//! The face through its own routes, over a real database.

mod authorize;
mod par;
mod sign_in;
mod support;
mod token;
