//! The API for operators.

mod events;
