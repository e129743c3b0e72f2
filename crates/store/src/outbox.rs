//! Effects outside the database, written in the transaction that causes them.

use crate::engine::{StoreError, Tx};
use crate::params;

/// One effect that is due.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Id, also the idempotency key.
    pub id: String,
    /// Which effect.
    pub kind: String,
    /// JSON.
    pub payload: String,
    /// Tries so far.
    pub attempts: i64,
}

const ADD: &str = "INSERT INTO outbox (id, kind, payload, due) VALUES ($1, $2, $3, $4)";
const DUE: &str =
    "SELECT id, kind, payload, attempts FROM outbox WHERE due <= $1 ORDER BY due LIMIT 100";
const DONE: &str = "DELETE FROM outbox WHERE id = $1";
const TAKE: &str =
    "UPDATE outbox SET attempts = attempts + 1, due = $2 WHERE id = $1 AND attempts = $3";

/// Adds an effect.
pub fn add(tx: &mut Tx, id: &str, kind: &str, payload: &str, due: i64) -> Result<(), StoreError> {
    tx.exec(ADD, params![id, kind, payload, due]).map(drop)
}

/// Effects that are due.
pub fn due(tx: &mut Tx, now: i64) -> Result<Vec<Effect>, StoreError> {
    tx.rows(DUE, params![now])?
        .into_iter()
        .map(|mut row| {
            Ok(Effect {
                id: row.text(0)?,
                kind: row.text(1)?,
                payload: row.text(2)?,
                attempts: row.int(3)?,
            })
        })
        .collect()
}

/// Takes an effect for one try and puts the next try at `next`; false when another node took it.
pub fn take(tx: &mut Tx, e: &Effect, next: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(TAKE, params![&e.id, next, e.attempts])? == 1)
}

/// Removes a done effect.
pub fn done(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.exec(DONE, params![id]).map(drop)
}
