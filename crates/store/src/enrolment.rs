//! Enrolments: what is known of a person who has no identity yet.

use ipse_protocol::ids::{DeviceId, EnrolmentId, IdentityId, ReceiptId};

use ipse_texts::Language;

use crate::columns::words;
use crate::engine::{Draft, Row, Select, StoreError, Table, Tx};
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

/// Enrolments.
pub(crate) static TABLE: Table = Table::new(
    "enrolment",
    "id",
    "id, device, identity, status, language, number, vouched, proofing_began, replaces, \
     code_version, operator, sim_state, handle, sim_challenge, sim_nonce_hash, sim_statement, \
     sim_changed_at, unlock_challenge, receipt, created, expires, registrations, visits, texts",
);

static OF_DEVICE: Select = Select::new(&TABLE, "WHERE device = $1 ORDER BY created DESC LIMIT 1");
static OVERDUE: Select = Select::new(
    &TABLE,
    "WHERE status = 'open' AND expires < $1 ORDER BY expires LIMIT 500",
);

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

/// Begins an enrolment.
pub fn insert(tx: &mut Tx, e: &Enrolment) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &e.id,
            &e.device,
            &e.identity,
            &EnrolmentStatus::Open,
            e.language,
            &e.number,
            None::<&[u8]>,
            None::<i64>,
            None::<&str>,
            1_i64,
            &e.operator,
            &e.sim_state,
            &e.handle,
            None::<&str>,
            None::<&[u8]>,
            None::<&str>,
            None::<i64>,
            None::<&[u8]>,
            None::<&str>,
            e.created,
            e.expires,
            0_i64,
            0_i64,
            0_i64
        ],
    )
}

/// Finds an enrolment.
pub fn by_id(tx: &mut Tx, id: &EnrolmentId) -> Result<Option<Enrolment>, StoreError> {
    tx.by_key(&TABLE, params![id])?.map(enrolment).transpose()
}

/// The latest enrolment of a device.
pub fn of_device(tx: &mut Tx, device: &DeviceId) -> Result<Option<Enrolment>, StoreError> {
    tx.find(&OF_DEVICE, params![device])?
        .map(enrolment)
        .transpose()
}

/// Up to [`PAGE`] enrolments that nobody finished in time.
pub fn overdue(tx: &mut Tx, now: i64) -> Result<Vec<Enrolment>, StoreError> {
    tx.find_all(&OVERDUE, params![now])?
        .into_iter()
        .map(enrolment)
        .collect()
}

/// Changes an open enrolment; false when it is not open.
fn amend_open(
    tx: &mut Tx,
    id: &EnrolmentId,
    change: impl FnOnce(&mut Draft) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        if row.get::<EnrolmentStatus>("status")? != EnrolmentStatus::Open {
            return Ok(false);
        }
        change(row)
    })
}

fn count(tx: &mut Tx, id: &EnrolmentId, what: &'static str, most: i64) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| row.count_to(what, most))
}

/// Counts a code that was evaluated; false when `most` were before.
pub fn count_registration(tx: &mut Tx, id: &EnrolmentId, most: i64) -> Result<bool, StoreError> {
    count(tx, id, "registrations", most)
}

/// Counts a visit to a bank; false when `most` were before.
pub fn count_visit(tx: &mut Tx, id: &EnrolmentId, most: i64) -> Result<bool, StoreError> {
    count(tx, id, "visits", most)
}

/// Counts a text message that was asked for; false when `most` were before.
pub fn count_text(tx: &mut Tx, id: &EnrolmentId, most: i64) -> Result<bool, StoreError> {
    count(tx, id, "texts", most)
}

/// Keeps the operator's challenge and what its answer must be about.
pub fn set_challenge(
    tx: &mut Tx,
    id: &EnrolmentId,
    challenge: &str,
    nonce_hash: &[u8; 32],
) -> Result<bool, StoreError> {
    amend_open(tx, id, |row| {
        if row.get::<Option<String>>("sim_statement")?.is_some() {
            return Ok(false);
        }
        row.set("sim_challenge", challenge)?;
        row.set("sim_nonce_hash", nonce_hash)?;
        Ok(true)
    })
}

/// Keeps the holder statement of the SIM that was resolved; false when that is no longer its SIM.
pub fn connect(
    tx: &mut Tx,
    id: &EnrolmentId,
    handle: &str,
    statement: &str,
    changed_at: i64,
) -> Result<bool, StoreError> {
    amend_open(tx, id, |row| {
        if row.get::<Option<String>>("handle")?.as_deref() != Some(handle) {
            return Ok(false);
        }
        row.set("sim_statement", statement)?;
        row.set("sim_changed_at", changed_at)?;
        row.set("sim_challenge", None::<&str>)?;
        Ok(true)
    })
}

static OPEN_WITH_HANDLE: Select = Select::new(
    &TABLE,
    "WHERE operator = $1 AND handle = $2 AND status = 'open'",
);

/// Takes a SIM that was swapped or lost away from the enrolments that use it. The person has to begin again.
pub fn disconnect(tx: &mut Tx, operator: &str, handle: &str) -> Result<(), StoreError> {
    for row in tx.find_all(&OPEN_WITH_HANDLE, params![operator, handle])? {
        tx.amend_row(&TABLE, row, |row| {
            row.set("sim_state", &EnrolmentSim::Changed)?;
            row.set("handle", None::<&str>)?;
            row.set("sim_statement", None::<&str>)?;
            row.set("sim_challenge", None::<&str>)?;
            row.set("sim_changed_at", None::<i64>)?;
            Ok(true)
        })?;
    }
    Ok(())
}

/// Releases the SIM of an enrolment that cannot be completed.
pub fn detach(tx: &mut Tx, id: &EnrolmentId) -> Result<bool, StoreError> {
    amend_open(tx, id, |row| {
        row.set("handle", None::<&str>)?;
        row.set("sim_statement", None::<&str>)?;
        Ok(true)
    })
}

/// Keeps what a bank vouched for, after a visit that began at a time in milliseconds.
pub fn set_vouched(
    tx: &mut Tx,
    id: &EnrolmentId,
    sealed: &[u8],
    began: i64,
) -> Result<bool, StoreError> {
    amend_open(tx, id, |row| {
        row.set("vouched", sealed)?;
        row.set("proofing_began", began)?;
        Ok(true)
    })
}

/// Keeps which identity the person has, if they have one, and the version that their code will have.
pub fn set_replaces(
    tx: &mut Tx,
    id: &EnrolmentId,
    identity: Option<&IdentityId>,
    code_version: i64,
) -> Result<bool, StoreError> {
    amend_open(tx, id, |row| {
        row.set("replaces", identity)?;
        row.set("code_version", code_version)?;
        Ok(true)
    })
}

/// Keeps the challenge of the WebAuthn credential that is being registered.
pub fn set_biometric_challenge(
    tx: &mut Tx,
    id: &EnrolmentId,
    challenge: &[u8; 32],
) -> Result<bool, StoreError> {
    amend_open(tx, id, |row| {
        row.set("unlock_challenge", challenge)?;
        Ok(true)
    })
}

/// Completes an open enrolment.
pub fn complete(tx: &mut Tx, id: &EnrolmentId, receipt: &ReceiptId) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![id], |row| {
        if row.get::<EnrolmentStatus>("status")? != EnrolmentStatus::Open {
            return Ok(false);
        }
        row.set("status", &EnrolmentStatus::Completed)?;
        row.set("receipt", receipt)?;
        row.set("vouched", None::<&[u8]>)?;
        row.set("sim_statement", None::<&str>)?;
        row.set("unlock_challenge", None::<&[u8]>)?;
        Ok(true)
    })
}

/// Gives a completed enrolment to the identity that it replaced the phone of. The number is sealed under that person's key.
pub fn hand_over(
    tx: &mut Tx,
    id: &EnrolmentId,
    identity: &IdentityId,
    number: &[u8],
) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![id], |row| {
        if row.get::<EnrolmentStatus>("status")? != EnrolmentStatus::Completed {
            return Ok(false);
        }
        row.set("identity", identity)?;
        row.set("number", number)?;
        Ok(true)
    })
}

static OPEN_AFTER: Select = Select::new(&TABLE, "WHERE status = 'open' AND expires > $1");

/// Ends the time of every open enrolment.
pub fn end_open(tx: &mut Tx, now: i64) -> Result<(), StoreError> {
    for row in tx.find_all(&OPEN_AFTER, params![now])? {
        tx.amend_row(&TABLE, row, |row| {
            row.set("expires", now)?;
            Ok(true)
        })?;
    }
    Ok(())
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
