//! The attributes of a person who has enrolled.

pub mod bank;
