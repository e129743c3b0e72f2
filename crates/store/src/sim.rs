//! SIM bindings, SIMs that are being connected, and the event feeds of operators.

use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};

use crate::columns::words;
use crate::engine::{Draft, Row, Select, StoreError, Table, Tx};
use crate::kind::Kind;
use crate::{params, row_key};

words! {
    /// State of a SIM binding.
    BindingStatus = "the status of a SIM binding" {
        /// Bound and unchanged.
        Bound = "bound",
        /// Another SIM has the number.
        Changed = "changed",
        /// Reported lost.
        Lost = "lost",
        /// The number has another holder.
        Moved = "moved",
    }
}

words! {
    /// How far the connection of a SIM is.
    ConnectionStatus = "the status of a connection" {
        /// The operator sent a secret.
        Open = "open",
        /// The holder typed it.
        Answered = "answered",
        /// The SIM is bound.
        Bound = "bound",
    }
}

/// The SIM of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The identity that it is bound to.
    pub identity: IdentityId,
    /// Name of the operator.
    pub operator: String,
    /// The operator's pseudonym of the SIM.
    pub handle: String,
    /// Its state.
    pub status: BindingStatus,
    /// Seconds, as the operator says; another value is another SIM.
    pub changed_at: i64,
    /// Milliseconds.
    pub bound: i64,
    /// When the last good statement of this SIM was received, milliseconds; none when only a live one counts.
    pub stated: Option<i64>,
}

fn read_binding(mut row: Row) -> Result<Binding, StoreError> {
    Ok(Binding {
        identity: row.get("identity")?,
        operator: row.get("operator")?,
        handle: row.get("handle")?,
        status: row.get("status")?,
        changed_at: row.get("changed_at")?,
        bound: row.get("bound")?,
        stated: row.get("stated")?,
    })
}

/// SIM bindings.
pub(crate) static TABLE: Table = Table::new(
    "sim_binding",
    "number, identity",
    "number, identity, operator, handle, status, changed_at, bound, stated",
);

static BY_HANDLE: Select = Select::new(&TABLE, "WHERE operator = $1 AND handle = $2");

/// The SIM of an identity, if it has one.
pub fn binding(tx: &mut Tx, identity: &IdentityId) -> Result<Option<Binding>, StoreError> {
    tx.by_key(&TABLE, params![row_key::of(identity), identity])?
        .map(read_binding)
        .transpose()
}

/// The binding of a SIM, if it has one.
pub fn by_handle(tx: &mut Tx, operator: &str, handle: &str) -> Result<Option<Binding>, StoreError> {
    tx.find(&BY_HANDLE, params![operator, handle])?
        .map(read_binding)
        .transpose()
}

/// Binds a SIM to an identity, in place of the one that it had. The caller checks that no other identity has the SIM;
/// the database enforces it.
pub fn bind(tx: &mut Tx, b: &Binding) -> Result<(), StoreError> {
    let bound = BindingStatus::Bound;
    let key = params![row_key::of(&b.identity), &b.identity];
    let changed = tx.amend(&TABLE, key, |row| {
        row.set("operator", &b.operator)?;
        row.set("handle", &b.handle)?;
        row.set("status", &bound)?;
        row.set("changed_at", b.changed_at)?;
        row.set("bound", b.bound)?;
        row.set("stated", b.stated)?;
        Ok(true)
    })?;
    if changed {
        return Ok(());
    }
    tx.add(
        &TABLE,
        params![
            row_key::of(&b.identity),
            &b.identity,
            &b.operator,
            &b.handle,
            &bound,
            b.changed_at,
            b.bound,
            b.stated
        ],
    )
}

/// Changes the state of an identity's binding.
pub fn set_status(
    tx: &mut Tx,
    identity: &IdentityId,
    status: BindingStatus,
) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![row_key::of(identity), identity], |row| {
        row.set("status", &status)?;
        Ok(true)
    })
}

/// Records that a good statement of the bound SIM was received, unless one since `recent` is recorded.
pub fn keep_statement(
    tx: &mut Tx,
    identity: &IdentityId,
    received: i64,
    recent: i64,
) -> Result<(), StoreError> {
    tx.amend(&TABLE, params![row_key::of(identity), identity], |row| {
        let bound = row.get::<BindingStatus>("status")? == BindingStatus::Bound;
        let known = row.get::<Option<i64>>("stated")?;
        if !bound || known.is_some_and(|stated| stated >= recent) {
            return Ok(false);
        }
        row.set("stated", received)?;
        Ok(true)
    })
    .map(drop)
}

/// Deletes the record of the last statement: from now on only a live one counts.
pub fn forget_statement(tx: &mut Tx, identity: &IdentityId) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![row_key::of(identity), identity], |row| {
        row.set("stated", None::<i64>)?;
        Ok(true)
    })
}

/// A SIM whose holder is being asked for a secret, for an own action of an existing identity: connecting it, or changing the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Connection {
    /// Reserved id of the action.
    pub action: ActionId,
    /// What the action will be.
    pub kind: Kind,
    /// The identity that it will be bound to.
    pub identity: IdentityId,
    /// The device that began it.
    pub device: DeviceId,
    /// How far it is.
    pub status: ConnectionStatus,
    /// Name of the operator.
    pub operator: String,
    /// The operator's pseudonym of the SIM.
    pub handle: String,
    /// Seconds, from the statement.
    pub changed_at: Option<i64>,
    /// The operator's challenge.
    pub challenge: String,
    /// The action's `N`.
    pub nonce: [u8; 32],
    /// The reserved action, sealed.
    pub reserved: Vec<u8>,
    /// Hash of its view.
    pub view_hash: [u8; 32],
    /// Version of the new code, if it changes the code.
    pub code_version: Option<i64>,
    /// OPAQUE record of the new code, once it is chosen.
    pub record: Option<Vec<u8>>,
    /// Keyed hash of the number, if it connects the SIM. Those from before migration 17 have none.
    pub number: Option<Vec<u8>>,
    /// The person's attributes with this number, sealed, if it is another than before.
    pub attributes: Option<Vec<u8>>,
    /// Milliseconds.
    pub created: i64,
    /// Milliseconds.
    pub expires: i64,
}

/// SIMs that are being connected.
pub(crate) static CONNECTIONS: Table = Table::new(
    "sim_connection",
    "action",
    "action, kind, identity, device, status, operator, handle, changed_at, challenge, nonce, view, \
     view_hash, code_version, record, registrations, number_hash, attributes, created, expires",
);

fn connection(mut row: Row) -> Result<Connection, StoreError> {
    Ok(Connection {
        action: row.get("action")?,
        kind: row.get("kind")?,
        identity: row.get("identity")?,
        device: row.get("device")?,
        status: row.get("status")?,
        operator: row.get("operator")?,
        handle: row.get("handle")?,
        changed_at: row.get("changed_at")?,
        challenge: row.get("challenge")?,
        nonce: row.get("nonce")?,
        reserved: row.get("view")?,
        view_hash: row.get("view_hash")?,
        code_version: row.get("code_version")?,
        record: row.get("record")?,
        number: row.get("number_hash")?,
        attributes: row.get("attributes")?,
        created: row.get("created")?,
        expires: row.get("expires")?,
    })
}

static CONNECTION_OF_DEVICE: Select = Select::new(
    &CONNECTIONS,
    "WHERE device = $1 AND kind = $2 ORDER BY created DESC LIMIT 1",
);
const DROP_OPEN: &str = "DELETE FROM sim_connection WHERE device = $1 AND status = 'open'";

/// Begins to connect a SIM. An earlier beginning of the device that was not answered is deleted.
pub fn add_connection(tx: &mut Tx, c: &Connection) -> Result<(), StoreError> {
    tx.exec(DROP_OPEN, params![&c.device])?;
    tx.add(
        &CONNECTIONS,
        params![
            &c.action,
            &c.kind,
            &c.identity,
            &c.device,
            &ConnectionStatus::Open,
            &c.operator,
            &c.handle,
            None::<i64>,
            &c.challenge,
            &c.nonce,
            &c.reserved,
            &c.view_hash,
            c.code_version,
            None::<&[u8]>,
            0_i64,
            c.number.as_deref(),
            c.attributes.as_deref(),
            c.created,
            c.expires
        ],
    )
}

/// What a device began last, for a kind of action.
pub fn connection_of_device(
    tx: &mut Tx,
    device: &DeviceId,
    kind: Kind,
) -> Result<Option<Connection>, StoreError> {
    tx.find(&CONNECTION_OF_DEVICE, params![device, &kind])?
        .map(connection)
        .transpose()
}

/// The SIM that an action rests on.
pub fn connection_of_action(
    tx: &mut Tx,
    action: &ActionId,
) -> Result<Option<Connection>, StoreError> {
    tx.by_key(&CONNECTIONS, params![action])?
        .map(connection)
        .transpose()
}

const DROP_HANDLE: &str =
    "DELETE FROM sim_connection WHERE operator = $1 AND handle = $2 AND status <> 'bound'";
const SWEEP: &str = "DELETE FROM sim_connection WHERE expires < $1";

/// Changes an open connection; false when it is not open.
fn amend_open(
    tx: &mut Tx,
    action: &ActionId,
    change: impl FnOnce(&mut Draft) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    tx.amend(&CONNECTIONS, params![action], |row| {
        if row.get::<ConnectionStatus>("status")? != ConnectionStatus::Open {
            return Ok(false);
        }
        change(row)
    })
}

/// Records that the person typed the right secret; false when it was recorded before.
pub fn connection_answered(
    tx: &mut Tx,
    action: &ActionId,
    changed_at: i64,
) -> Result<bool, StoreError> {
    amend_open(tx, action, |row| {
        row.set("status", &ConnectionStatus::Answered)?;
        row.set("changed_at", changed_at)?;
        Ok(true)
    })
}

/// Counts a code that was evaluated; false when `most` were before, or the code is chosen.
pub fn count_registration(tx: &mut Tx, action: &ActionId, most: i64) -> Result<bool, StoreError> {
    amend_open(tx, action, |row| row.count_to("registrations", most))
}

/// Keeps the OPAQUE record of the new code, until the secret is answered.
pub fn set_record(tx: &mut Tx, action: &ActionId, record: &[u8]) -> Result<(), StoreError> {
    amend_open(tx, action, |row| {
        row.set("record", record)?;
        Ok(true)
    })
    .map(drop)
}

/// Records that the SIM is bound, or that the code is changed. The connection must be an answered one.
pub fn connection_bound(tx: &mut Tx, action: &ActionId) -> Result<(), StoreError> {
    tx.amend_one(&CONNECTIONS, params![action], |row| {
        if row.get::<ConnectionStatus>("status")? != ConnectionStatus::Answered {
            return Ok(false);
        }
        row.set("status", &ConnectionStatus::Bound)?;
        Ok(true)
    })
}

/// Deletes the connections of a SIM that was swapped or lost.
pub fn drop_connections(tx: &mut Tx, operator: &str, handle: &str) -> Result<u64, StoreError> {
    tx.exec(DROP_HANDLE, params![operator, handle])
}

/// Deletes connections whose time is over.
pub fn sweep_connections(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![now])
}

const CONNECTING: &str =
    "SELECT COUNT(*) FROM sim_connection WHERE operator = $1 AND handle = $2 AND status <> 'bound'";

/// Whether somebody is connecting this SIM.
pub fn is_connecting(tx: &mut Tx, operator: &str, handle: &str) -> Result<bool, StoreError> {
    let n: i64 = tx.value(CONNECTING, params![operator, handle])?;
    Ok(n > 0)
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

/// How far the events of operators have been applied.
pub(crate) static FEEDS: Table = Table::new(
    "operator_feed",
    "operator",
    "operator, contiguous, last_heard",
);

/// Events beyond a gap.
pub(crate) static EVENTS: Table = Table::new(
    "operator_event",
    "operator, sequence",
    "operator, sequence, time",
);

const BEYOND: &str = "SELECT COUNT(*) FROM operator_event WHERE operator = $1";

/// The feed of an operator, if anything was ever heard.
pub fn feed(tx: &mut Tx, operator: &str) -> Result<Option<Feed>, StoreError> {
    let Some(mut row) = tx.by_key(&FEEDS, params![operator])? else {
        return Ok(None);
    };
    let beyond: i64 = tx.value(BEYOND, params![operator])?;
    Ok(Some(Feed {
        contiguous: row.get("contiguous")?,
        last_heard: row.get("last_heard")?,
        gap: beyond > 0,
    }))
}

/// Whether an operator's events are known to arrive: heard after `since`, and without a gap.
pub fn feed_healthy(tx: &mut Tx, operator: &str, since: i64) -> Result<bool, StoreError> {
    Ok(feed(tx, operator)?.is_some_and(|f| f.last_heard > since && !f.gap))
}

const FORGET_EVENT: &str = "DELETE FROM operator_event WHERE operator = $1 AND sequence = $2";

/// Records an event, and says whether it is new. Events without a gap before them leave no row. A repeated event is
/// no sign of life: an operator that lost its count counts as silent, and logins ask it live.
pub fn note_event(
    tx: &mut Tx,
    operator: &str,
    sequence: i64,
    now: i64,
) -> Result<bool, StoreError> {
    let known = feed(tx, operator)?.map(|f| f.contiguous);
    let mut contiguous = known.unwrap_or(0);
    let ahead = sequence > contiguous + 1;
    if sequence <= contiguous
        || ahead && !tx.add_absent(&EVENTS, params![operator, sequence, now])?
    {
        return Ok(false);
    }
    if !ahead {
        contiguous = sequence;
        while tx
            .by_key(&EVENTS, params![operator, contiguous + 1])?
            .is_some()
        {
            contiguous += 1;
            tx.change_one(FORGET_EVENT, params![operator, contiguous])?;
        }
    }
    if known.is_none() {
        tx.add(&FEEDS, params![operator, contiguous, now])?;
        return Ok(true);
    }
    tx.amend_one(&FEEDS, params![operator], |row| {
        row.set("contiguous", contiguous)?;
        row.set("last_heard", now)?;
        Ok(true)
    })?;
    Ok(true)
}

static STATED_LATER: Select = Select::new(&TABLE, "WHERE stated > $1");
static HEARD_LATER: Select = Select::new(&FEEDS, "WHERE last_heard > $1");

/// Forgets statements and signs of life that are later than `now`: they would look fresh for too long.
pub fn forget_later(tx: &mut Tx, now: i64) -> Result<(), StoreError> {
    for row in tx.find_all(&STATED_LATER, params![now])? {
        tx.amend_row(&TABLE, row, |row| {
            row.set("stated", None::<i64>)?;
            Ok(true)
        })?;
    }
    for row in tx.find_all(&HEARD_LATER, params![now])? {
        tx.amend_row(&FEEDS, row, |row| {
            row.set("last_heard", 0_i64)?;
            Ok(true)
        })?;
    }
    Ok(())
}
