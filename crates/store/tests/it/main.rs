//! The transaction engine and the schema of the scheme, on SQLite and on PostgreSQL.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod crash;
mod migrations;
mod notices;
mod rows;
mod rules;
mod scheme_tables;
mod statements;
mod transactions;

use ipse_store::{Migration, Migrations, Store, params};

/// A small schema for tests of the engine.
static SCHEMA: Migrations = Migrations::new(&[Migration {
    version: 1,
    name: "counter and ledger",
    sqlite: "CREATE TABLE counter (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL CHECK (n >= 0));
             CREATE TABLE ledger (a TEXT NOT NULL, b BIGINT NOT NULL, data BLOB, note TEXT,
               counter TEXT REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED, UNIQUE (a, b));",
    postgres: "CREATE TABLE counter (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL CHECK (n >= 0));
               CREATE TABLE ledger (a TEXT NOT NULL, b BIGINT NOT NULL, data BYTEA, note TEXT,
                 counter TEXT REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED, UNIQUE (a, b));",
}]);

const ADD: &str = "INSERT INTO counter (id, n) VALUES ($1, $2)";
const GET: &str = "SELECT n FROM counter WHERE id = $1";
const SET: &str = "UPDATE counter SET n = $2 WHERE id = $1";
const NOTE: &str = "INSERT INTO ledger (a, b, data, note, counter) VALUES ($1, $2, $3, $4, $5)";

fn value(store: &Store, id: &'static str) -> Option<i64> {
    store
        .read_blocking(move |tx| tx.row(GET, params![id])?.map(|mut r| r.only()).transpose())
        .unwrap_or_else(|e| panic!("{id}: {e}"))
}
