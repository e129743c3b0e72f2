//! The operator's own tables. All of its SQL stands in this folder; nobody else reads this database.

pub mod assertion;
pub mod card;
pub mod challenge;
pub mod event;
pub mod message;
pub mod setting;
pub mod sim;

use ipse_store::{Migration, Migrations, StoreError};

/// The schema's history.
pub static MIGRATIONS: Migrations = Migrations::new(&[
    Migration {
        version: 1,
        name: "registry",
        sqlite: include_str!("../../migrations/sqlite/0001_registry.sql"),
        postgres: include_str!("../../migrations/postgres/0001_registry.sql"),
    },
    Migration {
        version: 2,
        name: "counters in any order",
        sqlite: include_str!("../../migrations/sqlite/0002_counters.sql"),
        postgres: include_str!("../../migrations/postgres/0002_counters.sql"),
    },
]);

/// Every statement, so that a test can prepare each on both engines.
pub fn statements() -> impl Iterator<Item = &'static str> {
    [
        assertion::STATEMENTS,
        card::STATEMENTS,
        challenge::STATEMENTS,
        event::STATEMENTS,
        message::STATEMENTS,
        setting::STATEMENTS,
        sim::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// An update that must have hit exactly one row.
fn one(changed: u64, what: &str) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Corrupt(format!(
            "{what}: {changed} rows instead of one"
        )))
    }
}

/// A column that must hold a value of a small type.
fn small<T: TryFrom<i64>>(value: i64, column: &str) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| StoreError::Corrupt(format!("{column} is out of range")))
}
