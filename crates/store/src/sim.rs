//! SIM bindings, the statements that a login may fall back on, SIMs being connected, and operators' event feeds.

use crate::engine::{Row, StoreError, Tx};
use crate::{params, row_key};

/// The SIM of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Whose.
    pub identity: String,
    /// Name of the operator.
    pub operator: String,
    /// The SIM, as the operator calls it.
    pub handle: String,
    /// `bound`, `changed` or `lost`.
    pub status: String,
    /// Seconds, as the operator says; another value is another SIM.
    pub changed_at: i64,
    /// Milliseconds.
    pub bound: i64,
    /// When the last good statement of this SIM was received, milliseconds; none when only a live one counts.
    pub stated: Option<i64>,
}

fn read_binding(mut row: Row) -> Result<Binding, StoreError> {
    Ok(Binding {
        identity: row.text(0)?,
        operator: row.text(1)?,
        handle: row.text(2)?,
        status: row.text(3)?,
        changed_at: row.int(4)?,
        bound: row.int(5)?,
        stated: row.opt_int(6)?,
    })
}

const OF_IDENTITY: &str = "SELECT identity, operator, handle, status, changed_at, bound, stated FROM sim_binding \
     WHERE number = $1 AND identity = $2";
const BY_HANDLE: &str = "SELECT identity, operator, handle, status, changed_at, bound, stated FROM sim_binding \
     WHERE operator = $1 AND handle = $2";

/// The SIM of an identity, if it has one.
pub fn binding(tx: &mut Tx, identity: &str) -> Result<Option<Binding>, StoreError> {
    tx.row(OF_IDENTITY, params![row_key::of(identity), identity])?
        .map(read_binding)
        .transpose()
}

/// Whose SIM a handle is.
pub fn by_handle(tx: &mut Tx, operator: &str, handle: &str) -> Result<Option<Binding>, StoreError> {
    tx.row(BY_HANDLE, params![operator, handle])?
        .map(read_binding)
        .transpose()
}

const BIND: &str = "INSERT INTO sim_binding (number, identity, operator, handle, status, changed_at, bound, stated) \
     VALUES ($1, $2, $3, $4, 'bound', $5, $6, $7) ON CONFLICT (number) DO UPDATE SET operator = excluded.operator, \
     handle = excluded.handle, status = 'bound', changed_at = excluded.changed_at, bound = excluded.bound, stated = excluded.stated";

/// Binds a SIM to an identity in place of the one that it had. That no other identity has the SIM is the caller's to
/// check, and the database's to enforce.
pub fn bind(tx: &mut Tx, b: &Binding) -> Result<(), StoreError> {
    tx.exec(
        BIND,
        params![
            row_key::of(&b.identity),
            &b.identity,
            &b.operator,
            &b.handle,
            b.changed_at,
            b.bound,
            b.stated
        ],
    )
    .map(drop)
}

const SET_STATUS: &str = "UPDATE sim_binding SET status = $3 WHERE number = $1 AND identity = $2";

/// Notes that the SIM changed or was lost.
pub fn set_status(tx: &mut Tx, identity: &str, status: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(SET_STATUS, params![row_key::of(identity), identity, status])? == 1)
}

const KEEP: &str = "UPDATE sim_binding SET stated = $3 WHERE number = $1 AND identity = $2 AND status = 'bound' \
     AND (stated IS NULL OR stated < $4)";
const FORGET: &str = "UPDATE sim_binding SET stated = NULL WHERE number = $1 AND identity = $2";

/// Notes that a good statement of the bound SIM was received, unless one since `recent` is noted already.
pub fn keep_statement(
    tx: &mut Tx,
    identity: &str,
    received: i64,
    recent: i64,
) -> Result<(), StoreError> {
    tx.exec(
        KEEP,
        params![row_key::of(identity), identity, received, recent],
    )
    .map(drop)
}

/// From now on only a live statement counts.
pub fn forget_statement(tx: &mut Tx, identity: &str) -> Result<(), StoreError> {
    tx.exec(FORGET, params![row_key::of(identity), identity])
        .map(drop)
}

/// A SIM that a person is connecting to an existing identity.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// `act_…`: the action that will bind it, reserved.
    pub action: String,
    /// Whose.
    pub identity: String,
    /// With which device.
    pub device: String,
    /// `open`, `answered` or `bound`.
    pub status: String,
    /// Name of the operator.
    pub operator: String,
    /// The SIM, as the operator calls it.
    pub handle: String,
    /// Seconds, from the statement.
    pub changed_at: Option<i64>,
    /// The operator's challenge.
    pub challenge: String,
    /// The action's `N`.
    pub nonce: Vec<u8>,
    /// The action's view, sealed.
    pub view: Vec<u8>,
    /// Hash of the view.
    pub view_hash: Vec<u8>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
}

fn connection(mut row: Row) -> Result<Connection, StoreError> {
    Ok(Connection {
        action: row.text(0)?,
        identity: row.text(1)?,
        device: row.text(2)?,
        status: row.text(3)?,
        operator: row.text(4)?,
        handle: row.text(5)?,
        changed_at: row.opt_int(6)?,
        challenge: row.text(7)?,
        nonce: row.blob(8)?,
        view: row.blob(9)?,
        view_hash: row.blob(10)?,
        created: row.int(11)?,
        expires: row.int(12)?,
    })
}

const CONNECTION_OF_DEVICE: &str = "SELECT action, identity, device, status, operator, handle, changed_at, challenge, \
     nonce, view, view_hash, created, expires FROM sim_connection WHERE device = $1 ORDER BY created DESC LIMIT 1";
const CONNECTION_OF_ACTION: &str = "SELECT action, identity, device, status, operator, handle, changed_at, challenge, \
     nonce, view, view_hash, created, expires FROM sim_connection WHERE action = $1";
const ADD_CONNECTION: &str = "INSERT INTO sim_connection (action, identity, device, status, operator, handle, challenge, \
     nonce, view, view_hash, created, expires) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10, $11)";
const DROP_OPEN: &str = "DELETE FROM sim_connection WHERE device = $1 AND status = 'open'";

/// Begins to connect a SIM; what the device had begun before and not answered is forgotten.
pub fn add_connection(tx: &mut Tx, c: &Connection) -> Result<(), StoreError> {
    tx.exec(DROP_OPEN, params![&c.device])?;
    tx.exec(
        ADD_CONNECTION,
        params![
            &c.action,
            &c.identity,
            &c.device,
            &c.operator,
            &c.handle,
            &c.challenge,
            &c.nonce,
            &c.view,
            &c.view_hash,
            c.created,
            c.expires
        ],
    )
    .map(drop)
}

/// The latest SIM that a device began to connect.
pub fn connection_of_device(tx: &mut Tx, device: &str) -> Result<Option<Connection>, StoreError> {
    tx.row(CONNECTION_OF_DEVICE, params![device])?
        .map(connection)
        .transpose()
}

/// The SIM that an action is to bind.
pub fn connection_of_action(tx: &mut Tx, action: &str) -> Result<Option<Connection>, StoreError> {
    tx.row(CONNECTION_OF_ACTION, params![action])?
        .map(connection)
        .transpose()
}

const ANSWERED: &str = "UPDATE sim_connection SET status = 'answered', changed_at = $2 WHERE action = $1 AND status = 'open'";
const BOUND: &str =
    "UPDATE sim_connection SET status = 'bound' WHERE action = $1 AND status = 'answered'";
const DROP_HANDLE: &str =
    "DELETE FROM sim_connection WHERE operator = $1 AND handle = $2 AND status <> 'bound'";
const SWEEP: &str = "DELETE FROM sim_connection WHERE expires < $1";

/// Notes that the person typed the right secret.
pub fn connection_answered(tx: &mut Tx, action: &str, changed_at: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(ANSWERED, params![action, changed_at])? == 1)
}

/// Notes that the SIM is bound; false when the connection is not one that can be.
pub fn connection_bound(tx: &mut Tx, action: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(BOUND, params![action])? == 1)
}

/// A SIM was swapped or lost while it was being connected.
pub fn drop_connections(tx: &mut Tx, operator: &str, handle: &str) -> Result<u64, StoreError> {
    tx.exec(DROP_HANDLE, params![operator, handle])
}

/// Forgets connections whose time is over.
pub fn sweep_connections(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}

const CONNECTING: &str =
    "SELECT COUNT(*) FROM sim_connection WHERE operator = $1 AND handle = $2 AND status <> 'bound'";

/// Whether somebody is connecting this SIM.
pub fn is_connecting(tx: &mut Tx, operator: &str, handle: &str) -> Result<bool, StoreError> {
    match tx.row(CONNECTING, params![operator, handle])? {
        Some(row) => Ok(row.int(0)? > 0),
        None => Ok(false),
    }
}

/// How far an operator's events have been applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// Every event up to here.
    pub contiguous: i64,
    /// Milliseconds; when something was last heard.
    pub last_heard: i64,
    /// Whether something after a gap has been applied.
    pub gap: bool,
}

const FEED: &str = "SELECT contiguous, last_heard, \
     (SELECT COUNT(*) FROM operator_event WHERE operator = $1) FROM operator_feed WHERE operator = $1";

/// The feed of an operator, if anything was ever heard.
pub fn feed(tx: &mut Tx, operator: &str) -> Result<Option<Feed>, StoreError> {
    let Some(row) = tx.row(FEED, params![operator])? else {
        return Ok(None);
    };
    Ok(Some(Feed {
        contiguous: row.int(0)?,
        last_heard: row.int(1)?,
        gap: row.int(2)? > 0,
    }))
}

/// Whether an operator's events are known to arrive: heard after `since`, and without a gap.
pub fn feed_healthy(tx: &mut Tx, operator: &str, since: i64) -> Result<bool, StoreError> {
    Ok(feed(tx, operator)?.is_some_and(|f| f.last_heard > since && !f.gap))
}

const START_FEED: &str = "INSERT INTO operator_feed (operator, contiguous, last_heard) VALUES ($1, 0, $2) \
     ON CONFLICT (operator) DO UPDATE SET last_heard = excluded.last_heard";
const ADD_EVENT: &str = "INSERT INTO operator_event (operator, sequence, time) VALUES ($1, $2, $3) \
     ON CONFLICT (operator, sequence) DO NOTHING";
const ADVANCE: &str = "UPDATE operator_feed SET contiguous = $2 WHERE operator = $1";
const NEXT_EVENT: &str = "DELETE FROM operator_event WHERE operator = $1 AND sequence = $2";

/// Notes an event, and says whether it is new. Events that follow each other without a gap leave no row. One that
/// came before is no sign of life: an operator that lost its count falls silent here, and logins ask it live.
pub fn note_event(
    tx: &mut Tx,
    operator: &str,
    sequence: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let mut contiguous = feed(tx, operator)?.map_or(0, |f| f.contiguous);
    let ahead = sequence > contiguous + 1;
    if sequence <= contiguous || ahead && tx.exec(ADD_EVENT, params![operator, sequence, now])? == 0
    {
        return Ok(false);
    }
    tx.exec(START_FEED, params![operator, now])?;
    if ahead {
        return Ok(true);
    }
    contiguous = sequence;
    while tx.exec(NEXT_EVENT, params![operator, contiguous + 1])? == 1 {
        contiguous += 1;
    }
    tx.exec(ADVANCE, params![operator, contiguous])?;
    Ok(true)
}
