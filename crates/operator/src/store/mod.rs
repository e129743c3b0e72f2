//! The operator's own tables. All of its SQL is in this folder, and no other party reads this database.

/// Declares the statements of a table, and lists all of them for the test that prepares each on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+
        pub(super) const STATEMENTS: &[&str] = &[$($name),+];
    };
}

pub mod assertion;
pub mod card;
pub mod challenge;
pub mod event;
pub mod message;
pub mod setting;
pub mod sim;

use ipse_store::{Migration, Migrations, Row, StoreError};

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

/// A BIGINT column that holds a smaller or unsigned integer.
fn integer<T: TryFrom<i64>>(row: &mut Row, column: &'static str) -> Result<T, StoreError> {
    let value: i64 = row.get(column)?;
    T::try_from(value)
        .map_err(|_| StoreError::Corrupt(format!("column `{column}` is out of range")))
}
