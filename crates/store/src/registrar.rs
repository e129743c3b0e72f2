//! Visits to a registrar.

use ipse_protocol::ids::DeviceId;

use crate::columns::words;
use crate::engine::{StoreError, Table, Tx};
use crate::params;

words! {
    /// What a visit is for.
    Purpose = "the purpose of a visit" {
        /// A person gets an identity.
        Enrolment = "enrolment",
        /// A person gets a new code.
        Recovery = "recovery",
        /// A person adds what they had not when they enrolled.
        Attributes = "attributes",
    }
}

words! {
    /// Whether a visit can be finished.
    VisitStatus = "the status of a visit" {
        /// It can.
        Open = "open",
        /// It was finished, or failed.
        Used = "used",
    }
}

/// One visit.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// SHA-256 of `state`.
    pub state_hash: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// Id of the enrolment or recovery, or of the proofing that adds attributes.
    pub subject: String,
    /// The device that began it.
    pub device: DeviceId,
    /// Name of the registrar.
    pub registrar: String,
    /// `nonce` of the request.
    pub nonce: String,
    /// PKCE verifier.
    pub verifier: String,
    /// SHA-256 of the browser's cookie.
    pub cookie_hash: [u8; 32],
    /// Whether it can be finished.
    pub status: VisitStatus,
    /// Milliseconds.
    pub began: i64,
    /// Milliseconds.
    pub expires: i64,
}

/// Visits to registrars.
pub(crate) static TABLE: Table = Table::new(
    "registrar_session",
    "state_hash",
    "state_hash, purpose, subject, device, registrar, nonce, verifier, cookie_hash, status, began, \
     expires",
);

/// Adds a visit.
pub fn insert(tx: &mut Tx, s: &VisitRow) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &s.state_hash,
            &s.purpose,
            &s.subject,
            &s.device,
            &s.registrar,
            &s.nonce,
            &s.verifier,
            &s.cookie_hash,
            &VisitStatus::Open,
            s.began,
            s.expires
        ],
    )
}

/// Finds a visit.
pub fn by_state(tx: &mut Tx, state_hash: &[u8; 32]) -> Result<Option<VisitRow>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![state_hash])? else {
        return Ok(None);
    };
    Ok(Some(VisitRow {
        state_hash: row.get("state_hash")?,
        purpose: row.get("purpose")?,
        subject: row.get("subject")?,
        device: row.get("device")?,
        registrar: row.get("registrar")?,
        nonce: row.get("nonce")?,
        verifier: row.get("verifier")?,
        cookie_hash: row.get("cookie_hash")?,
        status: row.get("status")?,
        began: row.get("began")?,
        expires: row.get("expires")?,
    }))
}

/// Marks a visit as used; false when it was before.
pub fn mark_used(tx: &mut Tx, state_hash: &[u8; 32]) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![state_hash], |row| {
        if row.get::<VisitStatus>("status")? != VisitStatus::Open {
            return Ok(false);
        }
        row.set("status", &VisitStatus::Used)?;
        row.set("verifier", "")?;
        Ok(true)
    })
}

const BEGUN: &str =
    "SELECT COUNT(*) FROM registrar_session WHERE device = $1 AND purpose = $2 AND began > $3";

/// How many visits a device began after a time.
pub fn begun_since(
    tx: &mut Tx,
    device: &DeviceId,
    purpose: Purpose,
    since: i64,
) -> Result<i64, StoreError> {
    tx.value(BEGUN, params![device, &purpose, since])
}

const SWEEP: &str = "DELETE FROM registrar_session WHERE expires < $1";

/// Deletes visits whose time is over.
pub fn sweep(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}
