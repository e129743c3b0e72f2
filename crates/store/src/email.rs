//! Verified e-mail addresses, what a device began about one, and the mails with codes, which are counted for a day.

use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};

use crate::counted::{Counted, counted};
use crate::engine::{StoreError, Table, Tx};
use crate::params;

/// Verified addresses.
pub(crate) static ADDRESSES: Table =
    Table::new("email_address", "identity", "identity, sealed, verified");

/// A person's verified address, sealed.
pub fn address(tx: &mut Tx, identity: &IdentityId) -> Result<Option<Vec<u8>>, StoreError> {
    tx.by_key(&ADDRESSES, params![identity])?
        .map(|mut row| row.get("sealed"))
        .transpose()
}

/// A person's verified address, sealed, and when it was verified in milliseconds.
pub fn verified(tx: &mut Tx, identity: &IdentityId) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
    tx.by_key(&ADDRESSES, params![identity])?
        .map(|mut row| Ok((row.get("sealed")?, row.get("verified")?)))
        .transpose()
}

/// Sets a person's address, also when there is one.
pub fn set_address(
    tx: &mut Tx,
    identity: &IdentityId,
    sealed: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    if tx.add_absent(&ADDRESSES, params![identity, sealed, now])? {
        return Ok(());
    }
    tx.amend_one(&ADDRESSES, params![identity], |row| {
        row.set("sealed", sealed)?;
        row.set("verified", now)?;
        Ok(true)
    })
}

const REMOVE: &str = "DELETE FROM email_address WHERE identity = $1";

/// Removes a person's address.
pub fn remove_address(tx: &mut Tx, identity: &IdentityId) -> Result<(), StoreError> {
    tx.change_one(REMOVE, params![identity])
}

/// What a device began last about the address.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailChange {
    /// The device.
    pub device: DeviceId,
    /// Its identity.
    pub identity: IdentityId,
    /// The address and the code that was sent to it, sealed, until the code is answered.
    pub sent: Option<Vec<u8>>,
    /// How many tries are left for the code.
    pub tries: i64,
    /// The action that carries out the change, once it begins.
    pub action: Option<ActionId>,
    /// The change, sealed under the person's key.
    pub change: Option<Vec<u8>>,
    /// Milliseconds.
    pub expires: i64,
}

/// Changes of addresses.
pub(crate) static CHANGES: Table = Table::new(
    "email_change",
    "device",
    "device, identity, sent, tries, action, change, expires",
);

const FORGET: &str = "DELETE FROM email_change WHERE device = $1";

/// Begins a change. An earlier one of the device is forgotten: its code is worth nothing, and its action cannot be approved any more.
pub fn begin(tx: &mut Tx, c: &EmailChange) -> Result<(), StoreError> {
    tx.exec(FORGET, params![&c.device])?;
    tx.add(
        &CHANGES,
        params![
            &c.device,
            &c.identity,
            c.sent.as_deref(),
            c.tries,
            c.action.as_ref(),
            c.change.as_deref(),
            c.expires
        ],
    )
}

/// What a device began last.
pub fn of_device(tx: &mut Tx, device: &DeviceId) -> Result<Option<EmailChange>, StoreError> {
    let Some(mut row) = tx.by_key(&CHANGES, params![device])? else {
        return Ok(None);
    };
    Ok(Some(EmailChange {
        device: row.get("device")?,
        identity: row.get("identity")?,
        sent: row.get("sent")?,
        tries: row.get("tries")?,
        action: row.get("action")?,
        change: row.get("change")?,
        expires: row.get("expires")?,
    }))
}

/// Spends a try of the code in `sent`, and says how many are left; none when there was no try left, or another code was sent since.
pub fn spend_try(
    tx: &mut Tx,
    (device, sent): (&DeviceId, &[u8]),
    now: i64,
) -> Result<Option<i64>, StoreError> {
    let mut left = None;
    tx.amend(&CHANGES, params![device], |row| {
        let tries: i64 = row.get("tries")?;
        let same = row.get::<Option<Vec<u8>>>("sent")?.as_deref() == Some(sent);
        if !same || tries < 1 || row.get::<i64>("expires")? <= now {
            return Ok(false);
        }
        left = Some(tries - 1);
        row.set("tries", tries - 1)?;
        Ok(true)
    })?;
    Ok(left)
}

/// Records the action that the right code began. The code is used up.
pub fn answer(
    tx: &mut Tx,
    device: &DeviceId,
    action: &ActionId,
    change: &[u8],
    expires: i64,
) -> Result<(), StoreError> {
    tx.amend_one(&CHANGES, params![device], |row| {
        row.set("sent", None::<&[u8]>)?;
        row.set("tries", 0_i64)?;
        row.set("action", action)?;
        row.set("change", change)?;
        row.set("expires", expires)?;
        Ok(true)
    })
}

const END: &str = "DELETE FROM email_change WHERE device = $1 AND action = $2";

/// Ends the change of an action that was carried out.
pub fn end(tx: &mut Tx, device: &DeviceId, action: &ActionId) -> Result<(), StoreError> {
    tx.change_one(END, params![device, action])
}

/// A mail with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its id.
    pub id: String,
    /// Keyed hash of the person who asked for it.
    pub person: Vec<u8>,
    /// Keyed hash of the address that it goes to.
    pub address: Vec<u8>,
}

const ADD_SENT: &str = "INSERT INTO email_sent (id, person, address, time) VALUES ($1, $2, $3, $4)";
const OF_PERSON: &str = "SELECT COUNT(*) AS n, COALESCE(MIN(time), 0) AS first FROM email_sent WHERE time > $1 AND person = $2";
const TO_ADDRESS: &str = "SELECT COUNT(*) AS n, COALESCE(MIN(time), 0) AS first FROM email_sent WHERE time > $1 AND address = $2";
const ALL: &str =
    "SELECT COUNT(*) AS n, COALESCE(MIN(time), 0) AS first FROM email_sent WHERE time > $1";
const FORGET_SENT: &str = "DELETE FROM email_sent WHERE id = $1";

/// Counts a mail.
pub fn add_sent(tx: &mut Tx, mail: &Sent, now: i64) -> Result<(), StoreError> {
    tx.change_one(
        ADD_SENT,
        params![&mail.id, &mail.person, &mail.address, now],
    )
}

/// Uncounts a mail that was not sent.
pub fn forget_sent(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.change_at_most_one(FORGET_SENT, params![id]).map(drop)
}

/// The mails of a person after a time.
pub fn of_person(tx: &mut Tx, person: &[u8], since: i64) -> Result<Counted, StoreError> {
    counted(tx, OF_PERSON, params![since, person])
}

/// The mails to an address after a time.
pub fn to_address(tx: &mut Tx, address: &[u8], since: i64) -> Result<Counted, StoreError> {
    counted(tx, TO_ADDRESS, params![since, address])
}

/// All mails after a time.
pub fn all(tx: &mut Tx, since: i64) -> Result<Counted, StoreError> {
    counted(tx, ALL, params![since])
}

const SWEEP_CHANGES: &str = "DELETE FROM email_change WHERE expires < $1";
const SWEEP_SENT: &str = "DELETE FROM email_sent WHERE time <= $1";

/// Deletes changes whose time is over, and what is not counted any more.
pub fn sweep(tx: &mut Tx, now: i64, counted_since: i64) -> Result<(), StoreError> {
    tx.exec(SWEEP_CHANGES, params![now])?;
    tx.exec(SWEEP_SENT, params![counted_since]).map(drop)
}
