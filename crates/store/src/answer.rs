//! Stored answers: a repeated request gets the same one.

use crate::engine::{StoreError, Tx};
use crate::params;

const KEEP: &str =
    "INSERT INTO answer (request, body, time) VALUES ($1, $2, $3) ON CONFLICT (request) DO NOTHING";
const KEPT: &str = "SELECT body FROM answer WHERE request = $1";
const SWEEP: &str = "DELETE FROM answer WHERE time <= $1";

/// Keeps the answer to a request.
pub fn keep(tx: &mut Tx, request: &[u8; 32], body: &str, now: i64) -> Result<(), StoreError> {
    tx.change_at_most_one(KEEP, params![request, body, now])
        .map(drop)
}

/// The answer that a request got.
pub fn kept(tx: &mut Tx, request: &[u8; 32]) -> Result<Option<String>, StoreError> {
    tx.row(KEPT, params![request])?
        .map(|mut row| row.only())
        .transpose()
}

/// Deletes answers from before a time.
pub fn sweep(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![before])
}
