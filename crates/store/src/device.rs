//! Devices: a phone with its key, its code's verifier and its sequence.

use crate::engine::{Row, StoreError, Tx};
use crate::{params, row_key};

/// One device row.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// `dev_…`.
    pub id: String,
    /// The identity that it belongs to; reserved while the enrolment runs.
    pub identity: String,
    /// `pending`, `active`, `suspended` or `removed`.
    pub status: String,
    /// What the person calls it.
    pub name: String,
    /// `software` or `hardware`.
    pub key_kind: String,
    /// P-256 public key, uncompressed point (65 bytes).
    pub public_key: Vec<u8>,
    /// OPAQUE registration record (RFC 9807), once there is a code.
    pub opaque_record: Option<Vec<u8>>,
    /// Version of the code that the record belongs to.
    pub code_version: i64,
    /// WebAuthn credential id.
    pub biometric_credential: Option<Vec<u8>>,
    /// WebAuthn credential's P-256 public key, uncompressed point.
    pub biometric_key: Option<Vec<u8>>,
    /// Handle of the bound SIM.
    pub sim_handle: Option<String>,
    /// MAC over the fields above but the name and the status of use.
    pub mac: Vec<u8>,
    /// Highest sequence taken.
    pub last_sequence: i64,
    /// What is kept of the hashes of the last requests, newest first, 8 bytes each.
    pub recent: Vec<u8>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub last_used: i64,
}

const COLUMNS: &str = "SELECT id, identity, status, name, key_kind, public_key, opaque_record, code_version, \
     unlock_credential, unlock_key, sim_handle, mac, last_sequence, recent, created, last_used FROM device \
     WHERE number = $1 AND id = $2";
const OF_IDENTITY: &str = "SELECT id, identity, status, name, key_kind, public_key, opaque_record, code_version, \
     unlock_credential, unlock_key, sim_handle, mac, last_sequence, recent, created, last_used FROM device \
     WHERE identity = $1 AND status <> 'pending' ORDER BY created";

fn device(mut row: Row) -> Result<Device, StoreError> {
    Ok(Device {
        id: row.text(0)?,
        identity: row.text(1)?,
        status: row.text(2)?,
        name: row.text(3)?,
        key_kind: row.text(4)?,
        public_key: row.blob(5)?,
        opaque_record: row.opt_blob(6)?,
        code_version: row.int(7)?,
        biometric_credential: row.opt_blob(8)?,
        biometric_key: row.opt_blob(9)?,
        sim_handle: row.opt_text(10)?,
        mac: row.blob(11)?,
        last_sequence: row.int(12)?,
        recent: row.blob(13)?,
        created: row.int(14)?,
        last_used: row.int(15)?,
    })
}

/// Finds a device.
pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Device>, StoreError> {
    tx.row(COLUMNS, params![row_key::of(id), id])?
        .map(device)
        .transpose()
}

/// The devices of an identity, oldest first.
pub fn of_identity(tx: &mut Tx, identity: &str) -> Result<Vec<Device>, StoreError> {
    tx.rows(OF_IDENTITY, params![identity])?
        .into_iter()
        .map(device)
        .collect()
}

const INSERT: &str = "INSERT INTO device (number, id, identity, status, name, key_kind, public_key, opaque_record, \
     code_version, unlock_credential, unlock_key, sim_handle, mac, last_sequence, recent, created, last_used) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

/// Adds a device.
pub fn insert(tx: &mut Tx, d: &Device) -> Result<(), StoreError> {
    tx.exec(
        INSERT,
        params![
            row_key::of(&d.id),
            &d.id,
            &d.identity,
            &d.status,
            &d.name,
            &d.key_kind,
            &d.public_key,
            d.opaque_record.as_deref(),
            d.code_version,
            d.biometric_credential.as_deref(),
            d.biometric_key.as_deref(),
            d.sim_handle.as_deref(),
            &d.mac,
            d.last_sequence,
            &d.recent,
            d.created,
            d.last_used
        ],
    )
    .map(drop)
}

const UPDATE: &str = "UPDATE device SET status = $3, opaque_record = $4, code_version = $5, unlock_credential = $6, \
     unlock_key = $7, sim_handle = $8, mac = $9 WHERE number = $1 AND id = $2";

/// Writes everything that the MAC covers, with the MAC.
pub fn update(tx: &mut Tx, d: &Device) -> Result<bool, StoreError> {
    Ok(tx.exec(
        UPDATE,
        params![
            row_key::of(&d.id),
            &d.id,
            &d.status,
            d.opaque_record.as_deref(),
            d.code_version,
            d.biometric_credential.as_deref(),
            d.biometric_key.as_deref(),
            d.sim_handle.as_deref(),
            &d.mac
        ],
    )? == 1)
}

const SPEND: &str = "UPDATE device SET last_sequence = $3, recent = $4, last_used = $5 \
     WHERE number = $1 AND id = $2 AND mac = $6 AND last_sequence = $7";

/// Takes a sequence, if the row still is the one that was `seen`; false when anything changed in it.
pub fn spend(
    tx: &mut Tx,
    seen: &Device,
    sequence: i64,
    recent: &[u8],
    now: i64,
) -> Result<bool, StoreError> {
    let params = params![
        row_key::of(&seen.id),
        &seen.id,
        sequence,
        recent,
        now,
        &seen.mac,
        seen.last_sequence
    ];
    Ok(tx.exec(SPEND, params)? == 1)
}
