//! Enrolments: what is known of a person who has no identity yet.

use ipse_protocol::ids::{DeviceId, EnrolmentId, IdentityId, ReceiptId};

use ipse_texts::Language;

use crate::columns::words;
use crate::engine::{Row, StoreError, Tx};
use crate::{params, row_key};

words! {
    /// How far an enrolment is.
    EnrolmentStatus = "the status of an enrolment" {
        /// It can go on.
        Open = "open",
        /// It made an identity.
        Completed = "completed",
    }
}

words! {
    /// What the operator said of the SIM when the enrolment began, and what became of it.
    EnrolmentSim = "the state of a SIM" {
        /// It can answer challenges.
        Ready = "ready",
        /// It could after an update.
        Upgradable = "upgradable",
        /// It never will.
        Incompatible = "incompatible",
        /// No operator knows the number.
        Unknown = "unknown",
        /// It was swapped or lost since.
        Changed = "changed",
    }
}

/// One enrolment.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Its id.
    pub id: EnrolmentId,
    /// The phone that began it. No other may continue it.
    pub device: DeviceId,
    /// Reserved for the person.
    pub identity: IdentityId,
    /// How far it is.
    pub status: EnrolmentStatus,
    /// Language of the phone.
    pub language: Language,
    /// Phone number, sealed under the person's key.
    pub number: Vec<u8>,
    /// What a bank vouched for, sealed likewise.
    pub vouched: Option<Vec<u8>>,
    /// When the visit began after which the bank vouched. Milliseconds.
    pub proofing_began: Option<i64>,
    /// The identity that the person has already, once a bank has vouched.
    pub replaces: Option<IdentityId>,
    /// Version that the code will have.
    pub code_version: i64,
    /// Name of the operator that knows the number.
    pub operator: Option<String>,
    /// State of the SIM.
    pub sim_state: EnrolmentSim,
    /// The operator's pseudonym of the SIM.
    pub handle: Option<String>,
    /// The open challenge of the operator.
    pub sim_challenge: Option<String>,
    /// What the statement must answer.
    pub sim_nonce_hash: Option<[u8; 32]>,
    /// The holder statement: the SIM is connected.
    pub sim_statement: Option<String>,
    /// Seconds, from the statement.
    pub sim_changed_at: Option<i64>,
    /// WebAuthn challenge of the credential that is being registered.
    pub biometric_challenge: Option<[u8; 32]>,
    /// The receipt, once completed.
    pub receipt: Option<ReceiptId>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
}

macro_rules! columns {
    ($tail:literal) => {
        concat!(
            "SELECT id, device, identity, status, language, number, vouched, proofing_began, replaces, code_version, \
             operator, sim_state, handle, sim_challenge, sim_nonce_hash, sim_statement, sim_changed_at, unlock_challenge, receipt, created, expires \
             FROM enrolment ",
            $tail
        )
    };
}

const BY_ID: &str = columns!("WHERE id = $1");
const OF_DEVICE: &str = columns!("WHERE device = $1 ORDER BY created DESC LIMIT 1");
const OVERDUE: &str = columns!("WHERE status = 'open' AND expires < $1 ORDER BY expires LIMIT 500");

/// How many enrolments [`overdue`] returns at a time.
pub const PAGE: usize = 500;

fn enrolment(mut row: Row) -> Result<Enrolment, StoreError> {
    Ok(Enrolment {
        id: row.get("id")?,
        device: row.get("device")?,
        identity: row.get("identity")?,
        status: row.get("status")?,
        language: row.get("language")?,
        number: row.get("number")?,
        vouched: row.get("vouched")?,
        proofing_began: row.get("proofing_began")?,
        replaces: row.get("replaces")?,
        code_version: row.get("code_version")?,
        operator: row.get("operator")?,
        sim_state: row.get("sim_state")?,
        handle: row.get("handle")?,
        sim_challenge: row.get("sim_challenge")?,
        sim_nonce_hash: row.get("sim_nonce_hash")?,
        sim_statement: row.get("sim_statement")?,
        sim_changed_at: row.get("sim_changed_at")?,
        biometric_challenge: row.get("unlock_challenge")?,
        receipt: row.get("receipt")?,
        created: row.get("created")?,
        expires: row.get("expires")?,
    })
}

const INSERT: &str = "INSERT INTO enrolment (id, device, identity, status, language, number, operator, sim_state, \
     handle, created, expires) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10)";

/// Begins an enrolment.
pub fn insert(tx: &mut Tx, e: &Enrolment) -> Result<(), StoreError> {
    tx.change_one(
        INSERT,
        params![
            &e.id,
            &e.device,
            &e.identity,
            e.language,
            &e.number,
            &e.operator,
            &e.sim_state,
            &e.handle,
            e.created,
            e.expires
        ],
    )
}

/// Finds an enrolment.
pub fn by_id(tx: &mut Tx, id: &EnrolmentId) -> Result<Option<Enrolment>, StoreError> {
    tx.row(BY_ID, params![id])?.map(enrolment).transpose()
}

/// The latest enrolment of a device.
pub fn of_device(tx: &mut Tx, device: &DeviceId) -> Result<Option<Enrolment>, StoreError> {
    tx.row(OF_DEVICE, params![device])?
        .map(enrolment)
        .transpose()
}

/// Up to [`PAGE`] enrolments that nobody finished in time.
pub fn overdue(tx: &mut Tx, now: i64) -> Result<Vec<Enrolment>, StoreError> {
    tx.rows(OVERDUE, params![now])?
        .into_iter()
        .map(enrolment)
        .collect()
}

const COUNT_REGISTRATION: &str =
    "UPDATE enrolment SET registrations = registrations + 1 WHERE id = $1 AND registrations < $2";

/// Counts a code that was evaluated; false when `most` were before.
pub fn count_registration(tx: &mut Tx, id: &EnrolmentId, most: i64) -> Result<bool, StoreError> {
    tx.change_at_most_one(COUNT_REGISTRATION, params![id, most])
}

const COUNT_VISIT: &str = "UPDATE enrolment SET visits = visits + 1 WHERE id = $1 AND visits < $2";

/// Counts a visit to a bank; false when `most` were before.
pub fn count_visit(tx: &mut Tx, id: &EnrolmentId, most: i64) -> Result<bool, StoreError> {
    tx.change_at_most_one(COUNT_VISIT, params![id, most])
}

const COUNT_TEXT: &str = "UPDATE enrolment SET texts = texts + 1 WHERE id = $1 AND texts < $2";

/// Counts a text message that was asked for; false when `most` were before.
pub fn count_text(tx: &mut Tx, id: &EnrolmentId, most: i64) -> Result<bool, StoreError> {
    tx.change_at_most_one(COUNT_TEXT, params![id, most])
}

const CHALLENGE: &str = "UPDATE enrolment SET sim_challenge = $2, sim_nonce_hash = $3 \
     WHERE id = $1 AND status = 'open' AND sim_statement IS NULL";

/// Keeps the operator's challenge and what its answer must be about.
pub fn set_challenge(
    tx: &mut Tx,
    id: &EnrolmentId,
    challenge: &str,
    nonce_hash: &[u8; 32],
) -> Result<bool, StoreError> {
    tx.change_at_most_one(CHALLENGE, params![id, challenge, nonce_hash])
}

const CONNECT: &str = "UPDATE enrolment SET sim_statement = $3, sim_changed_at = $4, sim_challenge = NULL \
     WHERE id = $1 AND status = 'open' AND handle = $2";

/// Keeps the holder statement of the SIM that was resolved; false when that is no longer its SIM.
pub fn connect(
    tx: &mut Tx,
    id: &EnrolmentId,
    handle: &str,
    statement: &str,
    changed_at: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(CONNECT, params![id, handle, statement, changed_at])
}

const DISCONNECT: &str = "UPDATE enrolment SET sim_state = 'changed', handle = NULL, sim_statement = NULL, \
     sim_challenge = NULL, sim_changed_at = NULL WHERE operator = $1 AND handle = $2 AND status = 'open'";

/// Takes a SIM that was swapped or lost away from the enrolments that use it. The person has to begin again.
pub fn disconnect(tx: &mut Tx, operator: &str, handle: &str) -> Result<u64, StoreError> {
    tx.exec(DISCONNECT, params![operator, handle])
}

const DETACH: &str =
    "UPDATE enrolment SET handle = NULL, sim_statement = NULL WHERE id = $1 AND status = 'open'";

/// Releases the SIM of an enrolment that cannot be completed.
pub fn detach(tx: &mut Tx, id: &EnrolmentId) -> Result<bool, StoreError> {
    tx.change_at_most_one(DETACH, params![id])
}

const VOUCH: &str =
    "UPDATE enrolment SET vouched = $2, proofing_began = $3 WHERE id = $1 AND status = 'open'";

/// Keeps what a bank vouched for, after a visit that began at a time in milliseconds.
pub fn set_vouched(
    tx: &mut Tx,
    id: &EnrolmentId,
    sealed: &[u8],
    began: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(VOUCH, params![id, sealed, began])
}

const REPLACE: &str =
    "UPDATE enrolment SET replaces = $2, code_version = $3 WHERE id = $1 AND status = 'open'";

/// Keeps which identity the person has, if they have one, and the version that their code will have.
pub fn set_replaces(
    tx: &mut Tx,
    id: &EnrolmentId,
    identity: Option<&IdentityId>,
    code_version: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(REPLACE, params![id, identity, code_version])
}

const BIOMETRIC: &str =
    "UPDATE enrolment SET unlock_challenge = $2 WHERE id = $1 AND status = 'open'";

/// Keeps the challenge of the WebAuthn credential that is being registered.
pub fn set_biometric_challenge(
    tx: &mut Tx,
    id: &EnrolmentId,
    challenge: &[u8; 32],
) -> Result<bool, StoreError> {
    tx.change_at_most_one(BIOMETRIC, params![id, challenge])
}

const COMPLETE: &str = "UPDATE enrolment SET status = 'completed', receipt = $2, vouched = NULL, sim_statement = NULL, \
     unlock_challenge = NULL WHERE id = $1 AND status = 'open'";

/// Completes an open enrolment.
pub fn complete(tx: &mut Tx, id: &EnrolmentId, receipt: &ReceiptId) -> Result<(), StoreError> {
    tx.change_one(COMPLETE, params![id, receipt])
}

const HAND_OVER: &str =
    "UPDATE enrolment SET identity = $2, number = $3 WHERE id = $1 AND status = 'completed'";

/// Gives a completed enrolment to the identity that it replaced the phone of. The number is sealed under that person's key.
pub fn hand_over(
    tx: &mut Tx,
    id: &EnrolmentId,
    identity: &IdentityId,
    number: &[u8],
) -> Result<(), StoreError> {
    tx.change_one(HAND_OVER, params![id, identity, number])
}

const END_OPEN: &str = "UPDATE enrolment SET expires = $1 WHERE status = 'open' AND expires > $1";

/// Ends the time of every open enrolment.
pub fn end_open(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(END_OPEN, params![now])
}

const DELETE: &str = "DELETE FROM enrolment WHERE id = $1 AND status = 'open'";
const DELETE_DEVICE: &str =
    "DELETE FROM device WHERE number = $1 AND id = $2 AND status = 'pending'";

/// Deletes an enrolment that is not completed, with its pending device; false when there is none.
pub fn forget(tx: &mut Tx, e: &Enrolment) -> Result<bool, StoreError> {
    let deleted = tx.change_at_most_one(DELETE, params![&e.id])?;
    if deleted {
        tx.exec(DELETE_DEVICE, params![row_key::of(&e.device), &e.device])?;
    }
    Ok(deleted)
}

const WITH_HANDLE: &str =
    "SELECT COUNT(*) FROM enrolment WHERE operator = $1 AND handle = $2 AND status = 'open'";

/// Whether an open enrolment uses this SIM.
pub fn uses_handle(tx: &mut Tx, operator: &str, handle: &str) -> Result<bool, StoreError> {
    let n: i64 = tx.value(WITH_HANDLE, params![operator, handle])?;
    Ok(n > 0)
}
