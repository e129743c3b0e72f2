//! The SIM side of Ipse: applet, card keys, signed SIM statements and SIM events. No I/O.
//!
//! The key of a SIM is a factor and never the key of an identity: a new card has another key, and only the operator can check
//! it. The scheme receives a [`statement`] signed by the operator, and [`event`]s about changes of a SIM.

pub mod apdu;
pub mod applet;
pub mod cmac;
pub mod event;
pub mod kdf;
pub mod phone_number;
pub mod signed;
pub mod statement;

pub use signed::Keys;
