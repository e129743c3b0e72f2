//! Fingerprints that a phone is adding or removing: the challenge for a new credential, and the change that an action carries out.

use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};

use crate::engine::{StoreError, Table, Tx};
use crate::params;

/// What a device began last about its fingerprint.
#[derive(Clone, PartialEq, Eq)]
pub struct FingerprintChange {
    /// The device.
    pub device: DeviceId,
    /// Its identity.
    pub identity: IdentityId,
    /// The WebAuthn challenge that it was given, until it is answered.
    pub challenge: Option<[u8; 32]>,
    /// The action that carries out the change, once it begins.
    pub action: Option<ActionId>,
    /// The change, sealed under the person's key.
    pub change: Option<Vec<u8>>,
    /// Milliseconds.
    pub expires: i64,
}

/// Changes of fingerprints.
pub(crate) static TABLE: Table = Table::new(
    "fingerprint_change",
    "device",
    "device, identity, challenge, action, change, expires",
);

const FORGET: &str = "DELETE FROM fingerprint_change WHERE device = $1";

/// Begins a change. An earlier one of the device is forgotten, so its action cannot be approved any more.
pub fn begin(tx: &mut Tx, c: &FingerprintChange) -> Result<(), StoreError> {
    tx.exec(FORGET, params![&c.device])?;
    tx.add(
        &TABLE,
        params![
            &c.device,
            &c.identity,
            c.challenge.as_ref().map(|challenge| &challenge[..]),
            c.action.as_ref(),
            c.change.as_deref(),
            c.expires
        ],
    )
}

/// What a device began last.
pub fn of_device(tx: &mut Tx, device: &DeviceId) -> Result<Option<FingerprintChange>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![device])? else {
        return Ok(None);
    };
    Ok(Some(FingerprintChange {
        device: row.get("device")?,
        identity: row.get("identity")?,
        challenge: row.get("challenge")?,
        action: row.get("action")?,
        change: row.get("change")?,
        expires: row.get("expires")?,
    }))
}

/// Records the action that a credential for this challenge began; false when the challenge was used, or another one was given.
pub fn answer(
    tx: &mut Tx,
    (device, challenge): (&DeviceId, &[u8; 32]),
    action: &ActionId,
    change: &[u8],
    expires: i64,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![device], |row| {
        if row.get::<Option<[u8; 32]>>("challenge")?.as_ref() != Some(challenge) {
            return Ok(false);
        }
        row.set("challenge", None::<&[u8]>)?;
        row.set("action", action)?;
        row.set("change", change)?;
        row.set("expires", expires)?;
        Ok(true)
    })
}

const END: &str = "DELETE FROM fingerprint_change WHERE device = $1 AND action = $2";

/// Ends the change of an action that was carried out.
pub fn end(tx: &mut Tx, device: &DeviceId, action: &ActionId) -> Result<(), StoreError> {
    tx.change_one(END, params![device, action])
}

const SWEEP: &str = "DELETE FROM fingerprint_change WHERE expires < $1";

/// Deletes changes whose time is over.
pub fn sweep(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}
