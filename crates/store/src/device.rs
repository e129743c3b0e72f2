//! Devices: phones with their key, the verifier of the code, and the sequence of their requests.

use ipse_protocol::ids::{DeviceId, IdentityId};
use ipse_protocol::terms::KeyKind;

use crate::columns::words;
use crate::engine::{Param, Row, Select, StoreError, Table, Tx};
use crate::{params, row_key};

words! {
    /// State of a device.
    DeviceStatus = "the status of a device" {
        /// Its enrolment is not complete.
        Pending = "pending",
        /// Usable.
        Active = "active",
        /// Suspended: copied or lost.
        Suspended = "suspended",
        /// Another phone took its place.
        Replaced = "replaced",
        /// Removed.
        Removed = "removed",
    }
}

words! {
    /// Where a WebAuthn credential is kept (Level 3 §6.1.3).
    Backup = "the backup of a credential" {
        /// On this device only.
        Bound = "bound",
        /// On this device; it may be copied to others.
        Eligible = "eligible",
        /// On other devices too.
        Copied = "copied",
    }
}

impl Backup {
    /// Whether it can be on this device only.
    #[must_use]
    pub fn is_bound(self) -> bool {
        self == Self::Bound
    }
}

/// One device row.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The identity that it belongs to; reserved until the enrolment is complete.
    pub identity: IdentityId,
    /// Its state.
    pub status: DeviceStatus,
    /// What the person calls it.
    pub name: String,
    /// Where it keeps its key.
    pub key_kind: KeyKind,
    /// P-256 public key, uncompressed point (65 bytes).
    pub public_key: [u8; 65],
    /// OPAQUE registration record (RFC 9807), once there is a code.
    pub opaque_record: Option<Vec<u8>>,
    /// Version of the code that the record belongs to.
    pub code_version: i64,
    /// WebAuthn credential id.
    pub biometric_credential: Option<Vec<u8>>,
    /// WebAuthn credential's P-256 public key, uncompressed point.
    pub biometric_key: Option<Vec<u8>>,
    /// Where the WebAuthn credential is kept, as its registration said; not known of older ones.
    pub biometric_backup: Option<Backup>,
    /// Handle of the bound SIM.
    pub sim_handle: Option<String>,
    /// Until when a replaced device may say that its owner did not replace it. Milliseconds.
    pub contest_until: Option<i64>,
    /// Whether a device that it replaced said so.
    pub contested: bool,
    /// Until when it reaches `basic` only. Milliseconds; [`i64::MAX`] until the notice of the replacement is sent.
    pub basic_until: i64,
    /// The highest sequence that was used.
    pub last_sequence: i64,
    /// The first 8 bytes of the hashes of the last requests, newest first.
    pub recent: Vec<u8>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub last_used: i64,
    /// The MAC of the row that was read: which version of the row it was. Empty for a new one.
    pub mac: Vec<u8>,
}

/// Devices.
pub(crate) static TABLE: Table = Table::new(
    "device",
    "number, id",
    "number, id, identity, status, name, key_kind, public_key, opaque_record, code_version, \
     unlock_credential, unlock_key, unlock_backup, sim_handle, contest_until, contested, \
     basic_until, last_sequence, recent, created, last_used",
);

static OF_IDENTITY: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND status <> 'pending' ORDER BY created",
);

fn device(mut row: Row) -> Result<Device, StoreError> {
    of_row(&mut row)
}

/// The device of a row that has all columns of the table.
///
/// # Errors
/// [`StoreError::Corrupt`] for a value that is not as expected.
pub fn of_row(row: &mut Row) -> Result<Device, StoreError> {
    Ok(Device {
        id: row.get("id")?,
        identity: row.get("identity")?,
        status: row.get("status")?,
        name: row.get("name")?,
        key_kind: row.get("key_kind")?,
        public_key: row.get("public_key")?,
        opaque_record: row.get("opaque_record")?,
        code_version: row.get("code_version")?,
        biometric_credential: row.get("unlock_credential")?,
        biometric_key: row.get("unlock_key")?,
        biometric_backup: row.get("unlock_backup")?,
        sim_handle: row.get("sim_handle")?,
        contest_until: row.get("contest_until")?,
        contested: row.get("contested")?,
        basic_until: row.get("basic_until")?,
        mac: row.get("mac")?,
        last_sequence: row.get("last_sequence")?,
        recent: row.get("recent")?,
        created: row.get("created")?,
        last_used: row.get("last_used")?,
    })
}

/// Finds a device.
pub fn by_id(tx: &mut Tx, id: &DeviceId) -> Result<Option<Device>, StoreError> {
    tx.by_key(&TABLE, params![row_key::of(id), id])?
        .map(device)
        .transpose()
}

/// The devices of an identity, oldest first.
pub fn of_identity(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<Device>, StoreError> {
    tx.find_all(&OF_IDENTITY, params![identity])?
        .into_iter()
        .map(device)
        .collect()
}

/// The columns of the row, in the order of [`TABLE`], with what a request changes.
fn values<'d>(
    d: &'d Device,
    last_sequence: i64,
    recent: &'d [u8],
    last_used: i64,
) -> [Param<'d>; 20] {
    [
        row_key::of(&d.id).into(),
        (&d.id).into(),
        (&d.identity).into(),
        (&d.status).into(),
        (&d.name).into(),
        (&d.key_kind).into(),
        (&d.public_key).into(),
        d.opaque_record.as_deref().into(),
        d.code_version.into(),
        d.biometric_credential.as_deref().into(),
        d.biometric_key.as_deref().into(),
        d.biometric_backup.as_ref().into(),
        d.sim_handle.as_deref().into(),
        d.contest_until.into(),
        d.contested.into(),
        d.basic_until.into(),
        last_sequence.into(),
        recent.into(),
        d.created.into(),
        last_used.into(),
    ]
}

/// Adds a device.
pub fn insert(tx: &mut Tx, d: &Device) -> Result<(), StoreError> {
    tx.add(&TABLE, &values(d, d.last_sequence, &d.recent, d.last_used))
}

/// Writes what may change of a device, apart from its sequence.
pub fn update(tx: &mut Tx, d: &Device) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![row_key::of(&d.id), &d.id], |row| {
        row.set("identity", &d.identity)?;
        row.set("status", &d.status)?;
        row.set("opaque_record", d.opaque_record.as_deref())?;
        row.set("code_version", d.code_version)?;
        row.set("unlock_credential", d.biometric_credential.as_deref())?;
        row.set("unlock_key", d.biometric_key.as_deref())?;
        row.set("unlock_backup", d.biometric_backup.as_ref())?;
        row.set("sim_handle", d.sim_handle.as_deref())?;
        row.set("contest_until", d.contest_until)?;
        row.set("contested", d.contested)?;
        row.set("basic_until", d.basic_until)?;
        Ok(true)
    })
}

const SPEND: &str = "UPDATE device SET last_sequence = $3, recent = $4, last_used = $5, mac = $6 \
     WHERE number = $1 AND id = $2 AND mac = $7";

/// Uses a sequence, if the row is still the one that was `seen`; false when it changed since.
pub fn spend(
    tx: &mut Tx,
    seen: &Device,
    sequence: i64,
    recent: &[u8],
    now: i64,
) -> Result<bool, StoreError> {
    let mac = tx.mac(&TABLE, &values(seen, sequence, recent, now))?;
    let params = params![
        row_key::of(&seen.id),
        &seen.id,
        sequence,
        recent,
        now,
        &mac,
        &seen.mac
    ];
    tx.change_at_most_one(SPEND, params)
}

const BY_KEY: &str = "SELECT id FROM device WHERE public_key = $1";

/// Which device has this public key.
pub fn by_key(tx: &mut Tx, public_key: &[u8; 65]) -> Result<Option<DeviceId>, StoreError> {
    tx.row(BY_KEY, params![public_key])?
        .map(|mut row| row.only())
        .transpose()
}
