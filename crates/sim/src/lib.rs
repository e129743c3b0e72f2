//! The SIM side of Ipse: applet, card keys, signed SIM statements and SIM events. No I/O.
//!
//! The SIM key is a factor, never the identity's key: a new card loses it, and only the operator can check it. What reaches
//! the scheme is a [`statement`] that the operator signs, and [`event`]s when a SIM changes hands.

pub mod apdu;
pub mod applet;
pub mod cmac;
pub mod event;
pub mod kdf;
pub mod phone_number;
pub mod signed;
pub mod statement;

pub use signed::Keys;
