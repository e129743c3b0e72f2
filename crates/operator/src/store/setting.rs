//! Small settings that can change while the server runs.

use ipse_store::{StoreError, Tx, params};

const GET: &str = "SELECT value FROM setting WHERE name = $1";
const PUT: &str =
    "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";

pub(super) const STATEMENTS: &[&str] = &[GET, PUT];

/// Reads a setting.
pub fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, StoreError> {
    tx.row(GET, params![name])?
        .map(|mut row| row.text(0))
        .transpose()
}

/// Writes a setting.
pub fn put(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    tx.exec(PUT, params![name, value]).map(|_| ())
}
