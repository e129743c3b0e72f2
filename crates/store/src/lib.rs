//! Storage: the transaction engine over SQLite and PostgreSQL, and the scheme's SQL.
//!
//! Rules are synchronous functions over a [`Tx`]; [`Store::write`] runs them on the store's own
//! threads and answers only after the database has made them durable.

pub mod action;
pub mod answer;
pub mod attempt;
pub mod audit;
pub mod clock;
mod columns;
mod counted;
pub mod device;
pub mod email;
pub mod engine;
pub mod enrolment;
pub mod evidence_key;
pub mod fingerprint;
pub mod grant;
pub mod home;
pub mod identity;
mod kind;
mod migrations;
pub mod outbox;
pub mod partner;
pub mod partner_keys;
pub mod person;
pub mod pushed_request;
pub mod receipt;
pub mod recovery;
pub mod registrar;
pub mod remembered;
mod row_key;
pub mod rows;
pub mod sim;
pub mod sim_text;
pub mod tables;
#[cfg(feature = "testing")]
pub mod testing;
pub mod withdrawal;

pub use counted::Counted;
pub use engine::{
    Clock, ClockFault, ClockState, FromValue, Migration, Migrations, Notice, Param, Row, RowKeys,
    Stats, Store, StoreError, Table, Tx, TxError, Value,
};
pub use kind::Kind;
pub use migrations::{PERSONS, SCHEME};
