//! Enrolments: what is known of a person who does not have an Ipse yet.

use crate::engine::{Row, StoreError, Tx};
use crate::{params, row_key};

/// One enrolment.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Enrolment {
    /// `enr_…`.
    pub id: String,
    /// The phone that began it, and that alone may go on.
    pub device: String,
    /// Reserved for the person.
    pub identity: String,
    /// `open` or `completed`.
    pub status: String,
    /// Language of the phone.
    pub language: String,
    /// Phone number, sealed under the person's key.
    pub number: Vec<u8>,
    /// What a bank vouched for, sealed likewise.
    pub vouched: Option<Vec<u8>>,
    /// Name of the operator that knows the number.
    pub operator: Option<String>,
    /// `ready`, `upgradable`, `incompatible`, `unknown`, or `changed` when it was swapped meanwhile.
    pub sim_state: String,
    /// The SIM, as the operator calls it.
    pub handle: Option<String>,
    /// The operator's challenge that is open.
    pub sim_challenge: Option<String>,
    /// What the statement must answer.
    pub sim_nonce_hash: Option<Vec<u8>>,
    /// The holder statement: the SIM is connected.
    pub sim_statement: Option<String>,
    /// Seconds, from the statement.
    pub sim_changed_at: Option<i64>,
    /// WebAuthn challenge of the unlock that is being registered.
    pub biometric_challenge: Option<Vec<u8>>,
    /// `rec_…`, once completed.
    pub receipt: Option<String>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
}

macro_rules! columns {
    ($tail:literal) => {
        concat!(
            "SELECT id, device, identity, status, language, number, vouched, operator, sim_state, handle, \
             sim_challenge, sim_nonce_hash, sim_statement, sim_changed_at, unlock_challenge, receipt, created, expires \
             FROM enrolment ",
            $tail
        )
    };
}

const BY_ID: &str = columns!("WHERE id = $1");
const OF_DEVICE: &str = columns!("WHERE device = $1 ORDER BY created DESC LIMIT 1");
const OVERDUE: &str = columns!("WHERE status = 'open' AND expires < $1 ORDER BY expires LIMIT 100");

fn enrolment(mut row: Row) -> Result<Enrolment, StoreError> {
    Ok(Enrolment {
        id: row.text(0)?,
        device: row.text(1)?,
        identity: row.text(2)?,
        status: row.text(3)?,
        language: row.text(4)?,
        number: row.blob(5)?,
        vouched: row.opt_blob(6)?,
        operator: row.opt_text(7)?,
        sim_state: row.text(8)?,
        handle: row.opt_text(9)?,
        sim_challenge: row.opt_text(10)?,
        sim_nonce_hash: row.opt_blob(11)?,
        sim_statement: row.opt_text(12)?,
        sim_changed_at: row.opt_int(13)?,
        biometric_challenge: row.opt_blob(14)?,
        receipt: row.opt_text(15)?,
        created: row.int(16)?,
        expires: row.int(17)?,
    })
}

const INSERT: &str = "INSERT INTO enrolment (id, device, identity, status, language, number, operator, sim_state, \
     handle, created, expires) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10)";

/// Begins an enrolment.
pub fn insert(tx: &mut Tx, e: &Enrolment) -> Result<(), StoreError> {
    tx.exec(
        INSERT,
        params![
            &e.id,
            &e.device,
            &e.identity,
            &e.language,
            &e.number,
            &e.operator,
            &e.sim_state,
            &e.handle,
            e.created,
            e.expires
        ],
    )
    .map(drop)
}

/// Finds an enrolment.
pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Enrolment>, StoreError> {
    tx.row(BY_ID, params![id])?.map(enrolment).transpose()
}

/// The latest enrolment of a device.
pub fn of_device(tx: &mut Tx, device: &str) -> Result<Option<Enrolment>, StoreError> {
    tx.row(OF_DEVICE, params![device])?
        .map(enrolment)
        .transpose()
}

/// Up to 100 enrolments that nobody finished in time.
pub fn overdue(tx: &mut Tx, now: i64) -> Result<Vec<Enrolment>, StoreError> {
    tx.rows(OVERDUE, params![now])?
        .into_iter()
        .map(enrolment)
        .collect()
}

const COUNT_REGISTRATION: &str =
    "UPDATE enrolment SET registrations = registrations + 1 WHERE id = $1 AND registrations < $2";

/// Counts that a code was evaluated; false when that happened `most` times already.
pub fn count_registration(tx: &mut Tx, id: &str, most: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(COUNT_REGISTRATION, params![id, most])? == 1)
}

const CHALLENGE: &str = "UPDATE enrolment SET sim_challenge = $2, sim_nonce_hash = $3 \
     WHERE id = $1 AND status = 'open' AND sim_statement IS NULL";

/// Notes the operator's challenge and what its answer must be about.
pub fn set_challenge(
    tx: &mut Tx,
    id: &str,
    challenge: &str,
    nonce_hash: &[u8],
) -> Result<bool, StoreError> {
    Ok(tx.exec(CHALLENGE, params![id, challenge, nonce_hash])? == 1)
}

const CONNECT: &str = "UPDATE enrolment SET sim_statement = $3, sim_changed_at = $4, sim_challenge = NULL \
     WHERE id = $1 AND status = 'open' AND handle = $2";

/// Keeps the holder statement of the SIM that was resolved; false when that is no longer its SIM.
pub fn connect(
    tx: &mut Tx,
    id: &str,
    handle: &str,
    statement: &str,
    changed_at: i64,
) -> Result<bool, StoreError> {
    Ok(tx.exec(CONNECT, params![id, handle, statement, changed_at])? == 1)
}

const DISCONNECT: &str = "UPDATE enrolment SET sim_state = 'changed', handle = NULL, sim_statement = NULL, \
     sim_challenge = NULL, sim_changed_at = NULL WHERE operator = $1 AND handle = $2 AND status = 'open'";

/// A SIM was swapped or lost while somebody was enrolling with it: they have to begin again.
pub fn disconnect(tx: &mut Tx, operator: &str, handle: &str) -> Result<u64, StoreError> {
    tx.exec(DISCONNECT, params![operator, handle])
}

const DETACH: &str =
    "UPDATE enrolment SET handle = NULL, sim_statement = NULL WHERE id = $1 AND status = 'open'";

/// Lets go of the SIM, when the enrolment cannot end well.
pub fn detach(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(DETACH, params![id])? == 1)
}

const VOUCH: &str = "UPDATE enrolment SET vouched = $2 WHERE id = $1 AND status = 'open'";

/// Keeps what a bank vouched for.
pub fn set_vouched(tx: &mut Tx, id: &str, sealed: &[u8]) -> Result<bool, StoreError> {
    Ok(tx.exec(VOUCH, params![id, sealed])? == 1)
}

const BIOMETRIC: &str =
    "UPDATE enrolment SET unlock_challenge = $2 WHERE id = $1 AND status = 'open'";

/// Notes the challenge of the unlock that is being registered.
pub fn set_biometric_challenge(
    tx: &mut Tx,
    id: &str,
    challenge: &[u8],
) -> Result<bool, StoreError> {
    Ok(tx.exec(BIOMETRIC, params![id, challenge])? == 1)
}

const COMPLETE: &str = "UPDATE enrolment SET status = 'completed', receipt = $2, vouched = NULL, sim_statement = NULL, \
     unlock_challenge = NULL WHERE id = $1 AND status = 'open'";

/// Ends an enrolment well; false when it was ended before.
pub fn complete(tx: &mut Tx, id: &str, receipt: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(COMPLETE, params![id, receipt])? == 1)
}

const DELETE: &str = "DELETE FROM enrolment WHERE id = $1 AND status = 'open'";
const DELETE_DEVICE: &str =
    "DELETE FROM device WHERE number = $1 AND id = $2 AND status = 'pending'";

/// Forgets an enrolment that was not finished, with its pending device.
pub fn forget(tx: &mut Tx, e: &Enrolment) -> Result<bool, StoreError> {
    let gone = tx.exec(DELETE, params![&e.id])? == 1;
    if gone {
        tx.exec(DELETE_DEVICE, params![row_key::of(&e.device), &e.device])?;
    }
    Ok(gone)
}

const DEVICE_BY_KEY: &str = "SELECT id FROM device WHERE public_key = $1";

/// Which device has this key.
pub fn device_by_key(tx: &mut Tx, public_key: &[u8]) -> Result<Option<String>, StoreError> {
    tx.row(DEVICE_BY_KEY, params![public_key])?
        .map(|mut row| row.text(0))
        .transpose()
}

const WITH_HANDLE: &str =
    "SELECT COUNT(*) FROM enrolment WHERE operator = $1 AND handle = $2 AND status = 'open'";

/// Whether an enrolment that runs uses this SIM.
pub fn uses_handle(tx: &mut Tx, operator: &str, handle: &str) -> Result<bool, StoreError> {
    match tx.row(WITH_HANDLE, params![operator, handle])? {
        Some(row) => Ok(row.int(0)? > 0),
        None => Ok(false),
    }
}
