//! Secrets that were shown on a handset.

use ipse_store::{StoreError, Tx, params};

use super::{one, small};

/// An open or closed challenge.
#[derive(Clone)]
pub struct Challenge {
    /// Which SIM.
    pub handle: String,
    /// The scheme's challenge, which the statement will carry.
    pub nonce_hash: [u8; 32],
    /// Keyed hash of the secret; the secret itself is not stored.
    pub secret_mac: [u8; 32],
    /// Guesses left.
    pub tries_left: u8,
    /// Until when, ms.
    pub expires: i64,
    /// Answered or given up.
    pub closed: bool,
}

const INSERT: &str = "INSERT INTO challenge (id, handle, nonce_hash, secret_mac, tries_left, created, expires, closed_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)";
const GET: &str = "SELECT handle, nonce_hash, secret_mac, tries_left, expires, closed_at FROM challenge WHERE id = $1";
const SPEND: &str = "UPDATE challenge SET tries_left = tries_left - 1
 WHERE id = $1 AND tries_left = $2 AND tries_left > 0 AND closed_at IS NULL";
const CLOSE: &str = "UPDATE challenge SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
const RECENT: &str = "SELECT COUNT(*) FROM challenge WHERE handle = $1 AND created > $2";
const PRUNE: &str = "DELETE FROM challenge WHERE created < $1";

pub(super) const STATEMENTS: &[&str] = &[INSERT, GET, SPEND, CLOSE, RECENT, PRUNE];

/// Adds a challenge.
pub fn insert(tx: &mut Tx, id: &str, challenge: &Challenge, now: i64) -> Result<(), StoreError> {
    let changed = tx.exec(
        INSERT,
        params![
            id,
            &challenge.handle,
            &challenge.nonce_hash,
            &challenge.secret_mac,
            challenge.tries_left,
            now,
            challenge.expires,
        ],
    )?;
    one(changed, "challenge insert")
}

/// Reads a challenge.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<Challenge>, StoreError> {
    let Some(mut row) = tx.row(GET, params![id])? else {
        return Ok(None);
    };
    Ok(Some(Challenge {
        handle: row.text(0)?,
        nonce_hash: row.array(1)?,
        secret_mac: row.array(2)?,
        tries_left: small(row.int(3)?, "challenge.tries_left")?,
        expires: row.int(4)?,
        closed: row.opt_int(5)?.is_some(),
    }))
}

/// Spends one guess, if `tries_left` still stands.
pub fn spend(tx: &mut Tx, id: &str, tries_left: u8) -> Result<bool, StoreError> {
    Ok(tx.exec(SPEND, params![id, tries_left])? == 1)
}

/// Closes it; tells whether this call did.
pub fn close(tx: &mut Tx, id: &str, now: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(CLOSE, params![id, now])? == 1)
}

/// How many were made for this SIM after `since`.
pub fn recent(tx: &mut Tx, handle: &str, since: i64) -> Result<i64, StoreError> {
    tx.row(RECENT, params![handle, since])?
        .map_or(Ok(0), |row| row.int(0))
}

/// Forgets those made before `before`.
pub fn prune(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(PRUNE, params![before])
}
