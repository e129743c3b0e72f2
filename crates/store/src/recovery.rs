//! Recoveries: a new code for an identity whose code is used up.

use ipse_protocol::ids::{DeviceId, IdentityId, RecoveryId};

use crate::columns::words;
use crate::engine::{StoreError, Table, Tx};
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

/// Recoveries.
pub(crate) static TABLE: Table = Table::new(
    "recovery",
    "id",
    "id, identity, device, status, epoch, code_version, evidence, proofing_began, registrations, \
     created, expires",
);

/// Begins a recovery.
pub fn insert(tx: &mut Tx, r: &Recovery) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &r.id,
            &r.identity,
            &r.device,
            &RecoveryStatus::Created,
            r.epoch,
            r.code_version,
            None::<&[u8]>,
            None::<i64>,
            0_i64,
            r.created,
            r.expires
        ],
    )
}

/// Finds a recovery.
pub fn by_id(tx: &mut Tx, id: &RecoveryId) -> Result<Option<Recovery>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![id])? else {
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

/// Counts a code that was evaluated; false when `most` were before.
pub fn count_registration(tx: &mut Tx, id: &RecoveryId, most: i64) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        row.count_to("registrations", most)
    })
}

/// Keeps what a registrar vouched for, after a visit that began at a time in milliseconds; false when the recovery is
/// completed or gone.
pub fn set_vouched(
    tx: &mut Tx,
    id: &RecoveryId,
    evidence: &[u8],
    began: i64,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        if row.get::<RecoveryStatus>("status")? == RecoveryStatus::Completed {
            return Ok(false);
        }
        row.set("status", &RecoveryStatus::Vouched)?;
        row.set("evidence", evidence)?;
        row.set("proofing_began", began)?;
        Ok(true)
    })
}

/// Completes a recovery that was vouched for.
pub fn complete(tx: &mut Tx, id: &RecoveryId) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![id], |row| {
        if row.get::<RecoveryStatus>("status")? != RecoveryStatus::Vouched {
            return Ok(false);
        }
        row.set("status", &RecoveryStatus::Completed)?;
        row.set("evidence", None::<&[u8]>)?;
        Ok(true)
    })
}

const SWEEP: &str = "DELETE FROM recovery WHERE expires < $1 AND status <> 'completed'";

/// Deletes recoveries that nobody completed in time.
pub fn sweep(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}
