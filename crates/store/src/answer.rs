//! Stored answers: a repeated request gets the same one.

use crate::engine::{StoreError, Table, Tx};
use crate::params;

/// Answers that are given again.
pub(crate) static TABLE: Table = Table::new("answer", "request", "request, body, time");

const SWEEP: &str = "DELETE FROM answer WHERE time <= $1";

/// Keeps the answer to a request.
pub fn keep(tx: &mut Tx, request: &[u8; 32], body: &str, now: i64) -> Result<(), StoreError> {
    tx.add_absent(&TABLE, params![request, body, now]).map(drop)
}

/// The answer that a request got.
pub fn kept(tx: &mut Tx, request: &[u8; 32]) -> Result<Option<String>, StoreError> {
    tx.by_key(&TABLE, params![request])?
        .map(|mut row| row.get("body"))
        .transpose()
}

/// Deletes answers from before a time.
pub fn sweep(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![before])
}
