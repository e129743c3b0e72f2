//! Recoveries of a blocked code.

use crate::engine::{StoreError, Tx};
use crate::params;

/// One recovery.
#[derive(Clone, PartialEq, Eq)]
pub struct Recovery {
    /// `rcv_…`.
    pub id: String,
    /// Whose it is.
    pub identity: String,
    /// The device that began it.
    pub device: String,
    /// `created`, `vouched` or `completed`.
    pub status: String,
    /// Epoch of the identity when it began.
    pub epoch: i64,
    /// Version that the new code will have.
    pub code_version: i64,
    /// What the bank vouched for, sealed under the person's key.
    pub evidence: Option<Vec<u8>>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
}

const INSERT: &str = "INSERT INTO recovery (id, identity, device, status, epoch, code_version, created, expires) \
     VALUES ($1, $2, $3, 'created', $4, $5, $6, $7)";

/// Begins a recovery.
pub fn insert(tx: &mut Tx, r: &Recovery) -> Result<(), StoreError> {
    tx.exec(
        INSERT,
        params![
            &r.id,
            &r.identity,
            &r.device,
            r.epoch,
            r.code_version,
            r.created,
            r.expires
        ],
    )
    .map(drop)
}

const BY_ID: &str = "SELECT id, identity, device, status, epoch, code_version, evidence, created, expires \
     FROM recovery WHERE id = $1";

/// Finds a recovery.
pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Recovery>, StoreError> {
    let Some(mut row) = tx.row(BY_ID, params![id])? else {
        return Ok(None);
    };
    Ok(Some(Recovery {
        id: row.text(0)?,
        identity: row.text(1)?,
        device: row.text(2)?,
        status: row.text(3)?,
        epoch: row.int(4)?,
        code_version: row.int(5)?,
        evidence: row.opt_blob(6)?,
        created: row.int(7)?,
        expires: row.int(8)?,
    }))
}

const COUNT_REGISTRATION: &str =
    "UPDATE recovery SET registrations = registrations + 1 WHERE id = $1 AND registrations < $2";

/// Counts that a code was evaluated; false when that happened `most` times already.
pub fn count_registration(tx: &mut Tx, id: &str, most: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(COUNT_REGISTRATION, params![id, most])? == 1)
}

const VOUCH: &str =
    "UPDATE recovery SET status = 'vouched', evidence = $2 WHERE id = $1 AND status <> 'completed'";

/// Keeps that a bank vouched for the person.
pub fn set_vouched(tx: &mut Tx, id: &str, evidence: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.exec(VOUCH, params![id, evidence])? == 1)
}

const COMPLETE: &str = "UPDATE recovery SET status = 'completed', evidence = NULL WHERE id = $1 AND status = 'vouched'";

/// Ends a recovery well; false when it was ended before.
pub fn complete(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(COMPLETE, params![id])? == 1)
}

const SWEEP: &str = "DELETE FROM recovery WHERE expires < $1 AND status <> 'completed'";

/// Forgets recoveries that nobody finished in time.
pub fn sweep(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}

const FORGET_WRONG: &str = "DELETE FROM wrong_code WHERE identity = $1";

/// The wrong codes of the code that was replaced count no more.
pub fn forget_wrong_codes(tx: &mut Tx, identity: &str) -> Result<u64, StoreError> {
    tx.exec(FORGET_WRONG, params![identity])
}
