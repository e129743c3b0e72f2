//! The simulated handset.

mod messages;
mod page;
