//! Holder challenges: secrets that were shown on a handset.

use ipse_store::{StoreError, Tx, params};

use super::integer;
use crate::ids::{ChallengeId, Handle};

/// A holder challenge.
#[derive(Clone)]
pub struct Challenge {
    /// Which SIM.
    pub handle: Handle,
    /// The scheme's challenge, which the statement will carry.
    pub nonce_hash: [u8; 32],
    /// Keyed hash of the secret. The secret itself is not stored.
    pub secret_mac: [u8; 32],
    /// Guesses left.
    pub tries_left: u8,
    /// When it expires, in milliseconds.
    pub expires: i64,
    /// Whether it was answered, or every guess was wrong.
    pub closed: bool,
}

statements! {
    INSERT = "INSERT INTO challenge (id, handle, nonce_hash, secret_mac, tries_left, created, expires, closed_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)";
    GET = "SELECT handle, nonce_hash, secret_mac, tries_left, expires, closed_at FROM challenge WHERE id = $1";
    SPEND = "UPDATE challenge SET tries_left = tries_left - 1
 WHERE id = $1 AND tries_left = $2 AND tries_left > 0 AND closed_at IS NULL";
    CLOSE = "UPDATE challenge SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
    RECENT = "SELECT COUNT(*) AS n FROM challenge WHERE handle = $1 AND created > $2";
    PRUNE = "DELETE FROM challenge WHERE created < $1";
}

/// Adds a challenge that was created at `now`, in milliseconds.
///
/// # Errors
/// The store's.
pub fn insert(
    tx: &mut Tx,
    id: &ChallengeId,
    challenge: &Challenge,
    now: i64,
) -> Result<(), StoreError> {
    tx.change_one(
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
    )
}

/// Reads a challenge.
///
/// # Errors
/// The store's.
pub fn get(tx: &mut Tx, id: &ChallengeId) -> Result<Option<Challenge>, StoreError> {
    let Some(mut row) = tx.row(GET, params![id])? else {
        return Ok(None);
    };
    Ok(Some(Challenge {
        handle: row.get("handle")?,
        nonce_hash: row.get("nonce_hash")?,
        secret_mac: row.get("secret_mac")?,
        tries_left: integer(&mut row, "tries_left")?,
        expires: row.get("expires")?,
        closed: row.get::<Option<i64>>("closed_at")?.is_some(),
    }))
}

/// Spends one guess, if `tries_left` is still the number of guesses left; false when another request changed it.
///
/// # Errors
/// The store's.
pub fn spend(tx: &mut Tx, id: &ChallengeId, tries_left: u8) -> Result<bool, StoreError> {
    tx.change_at_most_one(SPEND, params![id, tries_left])
}

/// Closes an open challenge.
///
/// # Errors
/// The store's.
pub fn close(tx: &mut Tx, id: &ChallengeId, now: i64) -> Result<(), StoreError> {
    tx.change_one(CLOSE, params![id, now])
}

/// How many challenges this SIM got after `since`, in milliseconds.
///
/// # Errors
/// The store's.
pub fn recent(tx: &mut Tx, handle: &Handle, since: i64) -> Result<i64, StoreError> {
    tx.value(RECENT, params![handle, since])
}

/// Deletes those that were created before `before`, in milliseconds.
///
/// # Errors
/// The store's.
pub fn prune(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(PRUNE, params![before])
}
