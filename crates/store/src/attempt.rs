//! Attempts to approve an action.

use ipse_protocol::ids::{ActionId, AttemptId, DeviceId, IdentityId};
use ipse_protocol::terms::Factor;

use crate::columns::words;
use crate::engine::{Draft, Row, Select, StoreError, Table, Tx};
use crate::params;

words! {
    /// How an attempt was judged.
    AttemptStatus = "the status of an attempt" {
        /// Spent, and not judged yet.
        Open = "open",
        /// The code or the fingerprint was right.
        Right = "right",
        /// The code was wrong, or the attempt was given up.
        Wrong = "wrong",
    }
}

/// One attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The action that it is to approve.
    pub action: ActionId,
    /// The identity whose wrong codes it counts for.
    pub identity: IdentityId,
    /// The device that began it.
    pub device: DeviceId,
    /// What is to prove that the person approves.
    pub factor: Factor,
    /// How it was judged.
    pub status: AttemptStatus,
    /// Sequence of the request that opened it.
    pub sequence: i64,
    /// SHA-256 of OPAQUE's first message.
    pub first_hash: [u8; 32],
    /// OPAQUE's second message.
    pub second: Option<Vec<u8>>,
    /// OPAQUE's server state, sealed under the key of a day.
    pub state: Option<Vec<u8>>,
    /// The day of that key.
    pub state_day: i64,
    /// The SIM statement (JWS) that is fixed for this attempt.
    pub sim_statement: Option<String>,
    /// Milliseconds.
    pub created: i64,
}

fn attempt(mut row: Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        id: row.get("id")?,
        action: row.get("action")?,
        identity: row.get("identity")?,
        device: row.get("device")?,
        factor: row.get("factor")?,
        status: row.get("status")?,
        sequence: row.get("sequence")?,
        first_hash: row.get("first_hash")?,
        second: row.get("second")?,
        state: row.get("state")?,
        state_day: row.get("state_day")?,
        sim_statement: row.get("sim_statement")?,
        created: row.get("created")?,
    })
}

/// Attempts.
pub(crate) static TABLE: Table = Table::new(
    "attempt",
    "id",
    "id, action, identity, device, factor, status, sequence, first_hash, second, state, state_day, \
     sim_statement, created",
);

/// Adds an attempt.
pub fn insert(tx: &mut Tx, a: &Attempt) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &a.id,
            &a.action,
            &a.identity,
            &a.device,
            &a.factor,
            &a.status,
            a.sequence,
            &a.first_hash,
            a.second.as_deref(),
            a.state.as_deref(),
            a.state_day,
            a.sim_statement.as_deref(),
            a.created
        ],
    )
}

static BY_FIRST: Select = Select::new(&TABLE, "WHERE action = $1 AND first_hash = $2");

/// Finds an attempt.
pub fn by_id(tx: &mut Tx, id: &AttemptId) -> Result<Option<Attempt>, StoreError> {
    tx.by_key(&TABLE, params![id])?.map(attempt).transpose()
}

/// Finds the attempt at an action that began with this first message.
pub fn by_first(
    tx: &mut Tx,
    action: &ActionId,
    first_hash: &[u8; 32],
) -> Result<Option<Attempt>, StoreError> {
    tx.find(&BY_FIRST, params![action, first_hash])?
        .map(attempt)
        .transpose()
}

// The last two terms are the condition of the partial index `attempt_open`.
static OPEN: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND status = 'open' AND factor = 'code'",
);

/// An attempt at the code that is spent and not judged.
pub struct OpenAttempt {
    /// Its id.
    pub id: AttemptId,
    /// The action that it is to approve.
    pub action: ActionId,
}

/// The open attempt at an identity's code. The database enforces that there is at most one, over all its devices.
pub fn open(tx: &mut Tx, identity: &IdentityId) -> Result<Option<OpenAttempt>, StoreError> {
    let Some(mut row) = tx.find(&OPEN, params![identity])? else {
        return Ok(None);
    };
    Ok(Some(OpenAttempt {
        id: row.get("id")?,
        action: row.get("action")?,
    }))
}

/// Closes an open attempt and deletes its server state.
fn closed(row: &mut Draft, status: AttemptStatus) -> Result<bool, StoreError> {
    if row.get::<AttemptStatus>("status")? != AttemptStatus::Open {
        return Ok(false);
    }
    row.set("status", &status)?;
    row.set("state", None::<&[u8]>)?;
    row.set("second", None::<&[u8]>)?;
    Ok(true)
}

/// Closes an open attempt and deletes its server state; false when it was closed before.
pub fn close(tx: &mut Tx, id: &AttemptId, status: AttemptStatus) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| closed(row, status))
}

static OPEN_AT: Select = Select::new(&TABLE, "WHERE action = $1 AND status = 'open'");

/// Closes every open attempt at an action, because what the person was offered is offered again. An open attempt at the code
/// is closed and counted before.
pub fn void(tx: &mut Tx, action: &ActionId) -> Result<(), StoreError> {
    for row in tx.find_all(&OPEN_AT, params![action])? {
        tx.amend_row(&TABLE, row, |row| closed(row, AttemptStatus::Wrong))?;
    }
    Ok(())
}
