//! Visits to a bank.

use crate::engine::{StoreError, Tx};
use crate::params;

/// One visit.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of `state`.
    pub state_hash: Vec<u8>,
    /// `enrolment` or `recovery`.
    pub purpose: String,
    /// Its id.
    pub subject: String,
    /// The device that began it.
    pub device: String,
    /// Name of the bank.
    pub registrar: String,
    /// `nonce` of the request.
    pub nonce: String,
    /// PKCE verifier.
    pub verifier: String,
    /// SHA-256 of the browser's cookie.
    pub cookie_hash: Vec<u8>,
    /// `open` or `used`.
    pub status: String,
    /// Milliseconds.
    pub expires: i64,
}

const INSERT: &str = "INSERT INTO registrar_session (state_hash, purpose, subject, device, registrar, nonce, verifier, \
     cookie_hash, status, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9)";

/// Notes a visit that begins.
pub fn insert(tx: &mut Tx, s: &Session) -> Result<(), StoreError> {
    tx.exec(
        INSERT,
        params![
            &s.state_hash,
            &s.purpose,
            &s.subject,
            &s.device,
            &s.registrar,
            &s.nonce,
            &s.verifier,
            &s.cookie_hash,
            s.expires
        ],
    )
    .map(drop)
}

const BY_STATE: &str = "SELECT state_hash, purpose, subject, device, registrar, nonce, verifier, cookie_hash, status, \
     expires FROM registrar_session WHERE state_hash = $1";

/// Finds a visit.
pub fn by_state(tx: &mut Tx, state_hash: &[u8]) -> Result<Option<Session>, StoreError> {
    let Some(mut row) = tx.row(BY_STATE, params![state_hash])? else {
        return Ok(None);
    };
    Ok(Some(Session {
        state_hash: row.blob(0)?,
        purpose: row.text(1)?,
        subject: row.text(2)?,
        device: row.text(3)?,
        registrar: row.text(4)?,
        nonce: row.text(5)?,
        verifier: row.text(6)?,
        cookie_hash: row.blob(7)?,
        status: row.text(8)?,
        expires: row.int(9)?,
    }))
}

const USE: &str = "UPDATE registrar_session SET status = 'used', verifier = '' WHERE state_hash = $1 AND status = 'open'";

/// Uses a visit up; false when it was used before.
pub fn spend(tx: &mut Tx, state_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.exec(USE, params![state_hash])? == 1)
}

const SWEEP: &str = "DELETE FROM registrar_session WHERE expires < $1";

/// Forgets visits whose time is over.
pub fn sweep(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}
