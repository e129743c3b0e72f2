//! Recoveries: a new code for an identity whose code is used up.

use ipse_protocol::ids::{DeviceId, IdentityId, RecoveryId};

use crate::columns::words;
use crate::engine::{StoreError, Tx};
use crate::params;

words! {
    /// How far a recovery is.
    RecoveryStatus = "the status of a recovery" {
        /// Begun.
        Created = "created",
        /// A registrar has vouched for the person.
        Vouched = "vouched",
        /// The code is replaced.
        Completed = "completed",
    }
}

/// One recovery.
#[derive(Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// The identity that gets a new code.
    pub identity: IdentityId,
    /// The device that began it.
    pub device: DeviceId,
    /// How far it is.
    pub status: RecoveryStatus,
    /// Epoch of the identity when it began.
    pub epoch: i64,
    /// Version that the new code will have.
    pub code_version: i64,
    /// What the registrar vouched for, sealed under the person's key.
    pub evidence: Option<Vec<u8>>,
    /// When the visit began after which the registrar vouched. Milliseconds.
    pub proofing_began: Option<i64>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
}

const INSERT: &str = "INSERT INTO recovery (id, identity, device, status, epoch, code_version, created, expires) \
     VALUES ($1, $2, $3, 'created', $4, $5, $6, $7)";

/// Begins a recovery.
pub fn insert(tx: &mut Tx, r: &Recovery) -> Result<(), StoreError> {
    tx.change_one(
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
}

const BY_ID: &str = "SELECT id, identity, device, status, epoch, code_version, evidence, proofing_began, created, expires \
     FROM recovery WHERE id = $1";

/// Finds a recovery.
pub fn by_id(tx: &mut Tx, id: &RecoveryId) -> Result<Option<Recovery>, StoreError> {
    let Some(mut row) = tx.row(BY_ID, params![id])? else {
        return Ok(None);
    };
    Ok(Some(Recovery {
        id: row.get("id")?,
        identity: row.get("identity")?,
        device: row.get("device")?,
        status: row.get("status")?,
        epoch: row.get("epoch")?,
        code_version: row.get("code_version")?,
        evidence: row.get("evidence")?,
        proofing_began: row.get("proofing_began")?,
        created: row.get("created")?,
        expires: row.get("expires")?,
    }))
}

const BEGUN: &str = "SELECT COUNT(*) FROM recovery WHERE identity = $1 AND created > $2";

/// How many recoveries of an identity were begun after a time.
pub fn begun_since(tx: &mut Tx, identity: &IdentityId, since: i64) -> Result<i64, StoreError> {
    tx.value(BEGUN, params![identity, since])
}

const COUNT_REGISTRATION: &str =
    "UPDATE recovery SET registrations = registrations + 1 WHERE id = $1 AND registrations < $2";

/// Counts a code that was evaluated; false when `most` were before.
pub fn count_registration(tx: &mut Tx, id: &RecoveryId, most: i64) -> Result<bool, StoreError> {
    tx.change_at_most_one(COUNT_REGISTRATION, params![id, most])
}

const VOUCH: &str = "UPDATE recovery SET status = 'vouched', evidence = $2, proofing_began = $3 WHERE id = $1 AND status <> 'completed'";

/// Keeps what a registrar vouched for, after a visit that began at a time in milliseconds; false when the recovery is
/// completed or gone.
pub fn set_vouched(
    tx: &mut Tx,
    id: &RecoveryId,
    evidence: &[u8],
    began: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(VOUCH, params![id, evidence, began])
}

const COMPLETE: &str = "UPDATE recovery SET status = 'completed', evidence = NULL WHERE id = $1 AND status = 'vouched'";

/// Completes a recovery that was vouched for.
pub fn complete(tx: &mut Tx, id: &RecoveryId) -> Result<(), StoreError> {
    tx.change_one(COMPLETE, params![id])
}

const SWEEP: &str = "DELETE FROM recovery WHERE expires < $1 AND status <> 'completed'";

/// Deletes recoveries that nobody completed in time.
pub fn sweep(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}

const FORGET_WRONG: &str = "DELETE FROM wrong_code WHERE identity = $1";

/// Deletes the wrong codes of a code that is replaced.
pub fn forget_wrong_codes(tx: &mut Tx, identity: &IdentityId) -> Result<u64, StoreError> {
    tx.exec(FORGET_WRONG, params![identity])
}
