//! Fingerprints that a phone is adding or removing: the challenge for a new credential, and the change that an action carries out.

use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};

use crate::engine::{StoreError, Tx};
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

const BEGIN: &str = "INSERT INTO fingerprint_change (device, identity, challenge, action, change, expires) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (device) DO UPDATE SET identity = excluded.identity, \
     challenge = excluded.challenge, action = excluded.action, change = excluded.change, expires = excluded.expires";

/// Begins a change. An earlier one of the device is forgotten, so its action cannot be approved any more.
pub fn begin(tx: &mut Tx, c: &FingerprintChange) -> Result<(), StoreError> {
    tx.change_one(
        BEGIN,
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

const OF_DEVICE: &str = "SELECT device, identity, challenge, action, change, expires FROM fingerprint_change WHERE device = $1";

/// What a device began last.
pub fn of_device(tx: &mut Tx, device: &DeviceId) -> Result<Option<FingerprintChange>, StoreError> {
    let Some(mut row) = tx.row(OF_DEVICE, params![device])? else {
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

const ANSWER: &str = "UPDATE fingerprint_change SET challenge = NULL, action = $3, change = $4, expires = $5 \
     WHERE device = $1 AND challenge = $2";

/// Records the action that a credential for this challenge began; false when the challenge was used, or another one was given.
pub fn answer(
    tx: &mut Tx,
    (device, challenge): (&DeviceId, &[u8; 32]),
    action: &ActionId,
    change: &[u8],
    expires: i64,
) -> Result<bool, StoreError> {
    let params = params![device, &challenge[..], action, change, expires];
    tx.change_at_most_one(ANSWER, params)
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
