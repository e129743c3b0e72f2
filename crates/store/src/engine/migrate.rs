//! Migrations: they bring a schema to the version of this program.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

use super::error::{Failure, StoreError};
use super::tx::{Connection, Tx};

/// One step of a schema. Once released it never changes: a correction is a new step.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number; steps run in rising order.
    pub version: i64,
    /// What it does.
    pub name: &'static str,
    /// Its text for SQLite.
    pub sqlite: &'static str,
    /// Its text for PostgreSQL.
    pub postgres: &'static str,
}

/// A schema's steps.
#[derive(Debug, Clone, Copy)]
pub struct Migrations(&'static [Migration]);

impl Migrations {
    /// The steps, in rising order of version.
    #[must_use]
    pub const fn new(steps: &'static [Migration]) -> Self {
        Self(steps)
    }

    /// The steps.
    #[must_use]
    pub const fn steps(&self) -> &'static [Migration] {
        self.0
    }
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at BIGINT NOT NULL
)";

/// Applies the missing steps, each in one transaction. Refuses a database with other steps.
pub(crate) fn migrate(
    tx: &mut Tx,
    steps: &Migrations,
    schema: Option<&str>,
) -> Result<(), StoreError> {
    if !steps.0.is_sorted_by(|a, b| a.version < b.version) {
        return Err(StoreError::Migration("versions do not rise".to_owned()));
    }
    lock(tx, schema).map_err(|f| f.error)?;
    let result = apply(tx, steps);
    unlock(tx).map_err(|f| f.error)?;
    result
}

/// Nodes that start at the same time take turns: on PostgreSQL by an advisory lock, on SQLite because each step takes the
/// write lock before it reads.
fn lock(tx: &mut Tx, schema: Option<&str>) -> Result<(), Failure> {
    match tx.connection() {
        Connection::Sqlite(c) => c.script(TABLE),
        Connection::Postgres(c) => {
            c.script("SELECT pg_advisory_lock(hashtextextended(current_database() || ' ipse migrations', 0))")?;
            if let Some(schema) = schema {
                c.script(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))?;
            }
            c.script(TABLE)
        }
    }
}

fn unlock(tx: &mut Tx) -> Result<(), Failure> {
    match tx.connection() {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(c) => c.script(
            "SELECT pg_advisory_unlock(hashtextextended(current_database() || ' ipse migrations', 0))",
        ),
    }
}

fn apply(tx: &mut Tx, steps: &Migrations) -> Result<(), StoreError> {
    refuse_unknown(tx, steps)?;
    for step in steps.0 {
        tx.reset();
        let begin = match tx.connection() {
            Connection::Sqlite(_) => "BEGIN IMMEDIATE",
            Connection::Postgres(_) => "BEGIN",
        };
        tx.connection().control(begin).map_err(|f| f.error)?;
        let applied = one(tx, step);
        let end = if applied.is_ok() {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        let ended = tx.connection().control(end);
        if applied? {
            tracing::info!(version = step.version, name = step.name, "schema migrated");
        }
        ended.map_err(|f| f.error)?;
    }
    Ok(())
}

fn refuse_unknown(tx: &mut Tx, steps: &Migrations) -> Result<(), StoreError> {
    tx.reset();
    for mut row in tx.rows("SELECT version FROM schema_migration ORDER BY version", &[])? {
        let version = row.only::<i64>()?;
        if !steps.0.iter().any(|s| s.version == version) {
            return Err(StoreError::Migration(format!(
                "the database has version {version}, which this program does not know; use the newer program"
            )));
        }
    }
    Ok(())
}

/// Applies a step, unless it was applied before. Returns whether it did.
fn one(tx: &mut Tx, step: &Migration) -> Result<bool, StoreError> {
    let text = match tx.connection() {
        Connection::Sqlite(_) => step.sqlite,
        Connection::Postgres(_) => step.postgres,
    };
    let hash = hex(digest(&SHA256, text.as_bytes()).as_ref());
    let found = tx.row(
        "SELECT sha256 FROM schema_migration WHERE version = $1",
        crate::params![step.version],
    )?;
    if let Some(mut row) = found {
        if row.only::<String>()? != hash {
            return Err(StoreError::Migration(format!(
                "version {} ({}) was applied with another text; restore the text and add a new step",
                step.version, step.name
            )));
        }
        return Ok(false);
    }
    match tx.connection() {
        Connection::Sqlite(c) => c.script(text),
        Connection::Postgres(c) => c.script(text),
    }
    .map_err(|f| {
        StoreError::Migration(format!(
            "version {} ({}): {}",
            step.version, step.name, f.error
        ))
    })?;
    let now = tx.now()?;
    tx.exec(
        "INSERT INTO schema_migration (version, name, sha256, applied_at) VALUES ($1, $2, $3, $4)",
        crate::params![step.version, step.name, &hash, now],
    )?;
    Ok(true)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}
