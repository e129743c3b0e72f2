//! Receipts and the Merkle log that they are leaves of.

use ipse_protocol::ids::{ActionId, IdentityId, ReceiptId};
use ipse_protocol::terms::LeafKind;

use crate::engine::{Row, Select, StoreError, Table, Tx};
use crate::params;

/// One receipt.
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The identity that it is about.
    pub identity: IdentityId,
    /// The action that it ends, if any.
    pub action: Option<ActionId>,
    /// Kind of the leaf.
    pub kind: LeafKind,
    /// Leaf bytes.
    pub leaf: Vec<u8>,
    /// Salt of the leaf's subject and of its commitment to the evidence.
    pub salt: [u8; 32],
    /// Salt of its commitment to what a partner may show others; none for a leaf of version 1.
    pub disclosure_salt: Option<[u8; 32]>,
    /// Evidence, sealed under the person's key.
    pub evidence: Vec<u8>,
    /// What a partner may show others, sealed under the person's key; none where there is nothing.
    pub disclosed: Option<Vec<u8>>,
    /// Signed promise to include the leaf.
    pub promise: String,
    /// Position in the log, once sequenced.
    pub position: Option<i64>,
    /// Milliseconds.
    pub time: i64,
}

/// Receipts.
pub(crate) static TABLE: Table = Table::new(
    "receipt",
    "id",
    "id, identity, action, kind, leaf, salt, disclosure_salt, evidence, disclosed, promise, time",
);

/// Leaves that wait for their position.
pub(crate) static QUEUE: Table = Table::new("log_queue", "receipt", "receipt, leaf, queued");

/// Leaves that have a position.
pub(crate) static LEAVES: Table = Table::new("log_leaf", "position", "position, receipt, leaf");

/// Keeps a receipt and queues its leaf, in the deciding transaction.
pub fn insert(tx: &mut Tx, r: &Receipt) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &r.id,
            &r.identity,
            r.action.as_ref(),
            &r.kind,
            &r.leaf,
            &r.salt,
            r.disclosure_salt.as_ref(),
            &r.evidence,
            r.disclosed.as_ref(),
            &r.promise,
            r.time
        ],
    )?;
    tx.add(&QUEUE, params![&r.id, &r.leaf, r.time])
}

const POSITION: &str = "SELECT position FROM log_place WHERE receipt = $1";

/// Finds a receipt.
pub fn by_id(tx: &mut Tx, id: &ReceiptId) -> Result<Option<Receipt>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![id])? else {
        return Ok(None);
    };
    let position = tx
        .row(POSITION, params![id])?
        .map(|mut row| row.only())
        .transpose()?;
    Ok(Some(Receipt {
        id: row.get("id")?,
        identity: row.get("identity")?,
        action: row.get("action")?,
        kind: row.get("kind")?,
        leaf: row.get("leaf")?,
        salt: row.get("salt")?,
        disclosure_salt: row.get("disclosure_salt")?,
        evidence: row.get("evidence")?,
        disclosed: row.get("disclosed")?,
        promise: row.get("promise")?,
        position,
        time: row.get("time")?,
    }))
}

/// A receipt that ends no action, in a list.
pub struct Event {
    /// Id of the receipt.
    pub id: ReceiptId,
    /// Kind of the leaf.
    pub kind: LeafKind,
    /// Evidence, sealed under the person's key.
    pub evidence: Vec<u8>,
    /// Milliseconds.
    pub time: i64,
}

// `action IS NULL` is the condition of the partial index `receipt_event`.
static LATEST_EVENTS: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND action IS NULL ORDER BY time DESC, id DESC LIMIT $2",
);
static EARLIER_EVENTS: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND action IS NULL AND time <= $3 AND (time < $3 OR id < $4) ORDER BY time DESC, id DESC LIMIT $2",
);

/// An identity's receipts that end no action, newest first; those after `last`, given by a time and an id.
pub fn events_of_identity(
    tx: &mut Tx,
    identity: &IdentityId,
    last: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let rows = match last {
        None => tx.find_all(&LATEST_EVENTS, params![identity, limit])?,
        Some((time, id)) => tx.find_all(&EARLIER_EVENTS, params![identity, limit, time, id])?,
    };
    let event = |mut row: Row| {
        Ok(Event {
            id: row.get("id")?,
            kind: row.get("kind")?,
            evidence: row.get("evidence")?,
            time: row.get("time")?,
        })
    };
    rows.into_iter().map(event).collect()
}

/// A receipt that ends an action, in a list.
pub struct Listed {
    /// Its id.
    pub id: ReceiptId,
    /// The action.
    pub action: Option<ActionId>,
    /// Kind of the leaf.
    pub kind: LeafKind,
    /// Milliseconds.
    pub time: i64,
}

static OF_ACTIONS: Select = Select::new(
    &TABLE,
    "WHERE id IN (SELECT receipt FROM action WHERE identity = $1 AND receipt IS NOT NULL) ORDER BY time, id",
);

/// The receipts that end actions of an identity, oldest first.
pub fn of_actions(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<Listed>, StoreError> {
    let mut found = Vec::new();
    for mut row in tx.find_all(&OF_ACTIONS, params![identity])? {
        if row.get::<IdentityId>("identity")? != *identity {
            continue;
        }
        found.push(Listed {
            id: row.get("id")?,
            action: row.get("action")?,
            kind: row.get("kind")?,
            time: row.get("time")?,
        });
    }
    Ok(found)
}

const POSITIONS_OF_EVENTS: &str = "SELECT receipt, position FROM log_place WHERE receipt IN \
     (SELECT id FROM receipt WHERE identity = $1 AND action IS NULL)";
const POSITIONS_OF_ACTIONS: &str = "SELECT receipt, position FROM log_place WHERE receipt IN \
     (SELECT receipt FROM action WHERE identity = $1 AND receipt IS NOT NULL)";

/// The positions in the log of an identity's receipts: of those that end actions, and of the others.
pub fn positions(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<(ReceiptId, i64)>, StoreError> {
    let mut rows = tx.rows(POSITIONS_OF_ACTIONS, params![identity])?;
    rows.extend(tx.rows(POSITIONS_OF_EVENTS, params![identity])?);
    rows.into_iter()
        .map(|mut row| Ok((row.get("receipt")?, row.get("position")?)))
        .collect()
}

static QUEUED: Select = Select::new(
    &QUEUE,
    "WHERE (queued, receipt) > ($1, $2) ORDER BY queued, receipt LIMIT 2000",
);
const UNQUEUE: &str = "DELETE FROM log_queue WHERE (queued, receipt) <= ($1, $2)";
const UNQUEUE_ONE: &str = "DELETE FROM log_queue WHERE receipt = $1";
const PLACE: &str = "INSERT INTO log_place (receipt, position) VALUES ($1, $2)";

/// A leaf that waits for its position.
pub struct Queued {
    /// The receipt that it is the leaf of.
    pub receipt: ReceiptId,
    /// Leaf bytes.
    pub leaf: Vec<u8>,
    /// Milliseconds.
    pub queued: i64,
}

/// The leaves that wait for their position.
pub struct Waiting {
    /// Up to 2000, oldest first.
    pub leaves: Vec<Queued>,
    /// How many of the rows that were read are not authentic. They stay where they are, for `ipse log verify`.
    pub refused: usize,
}

/// Up to 2000 leaves that wait for their position, oldest first. Rows that something else wrote do not stop those behind them.
pub fn queued(tx: &mut Tx) -> Result<Waiting, StoreError> {
    let (mut time, mut receipt) = (i64::MIN, String::new());
    let mut refused = 0;
    loop {
        let (found, not_authentic) = tx.find_authentic(&QUEUED, params![time, &receipt])?;
        refused += not_authentic;
        let leaves = found.into_iter().map(leaf).collect::<Result<Vec<_>, _>>()?;
        if !leaves.is_empty() || not_authentic < 2000 {
            return Ok(Waiting { leaves, refused });
        }
        let Some(mut last) = tx.row(LAST_OF_PAGE, params![time, &receipt])? else {
            return Ok(Waiting { leaves, refused });
        };
        (time, receipt) = (last.get("queued")?, last.get("receipt")?);
    }
}

const LAST_OF_PAGE: &str = "SELECT queued, receipt FROM log_queue WHERE (queued, receipt) > ($1, $2) \
     ORDER BY queued, receipt LIMIT 1 OFFSET 1999";

fn leaf(mut row: Row) -> Result<Queued, StoreError> {
    Ok(Queued {
        receipt: row.get("receipt")?,
        leaf: row.get("leaf")?,
        queued: row.get("queued")?,
    })
}

/// Assigns a position in the log to a queued leaf.
pub fn place(tx: &mut Tx, q: &Queued, position: i64) -> Result<(), StoreError> {
    tx.add(&LEAVES, params![position, &q.receipt, &q.leaf])?;
    tx.change_one(PLACE, params![&q.receipt, position])
}

static PLACED: Select = Select::new(
    &LEAVES,
    "WHERE position >= $1 AND position < $2 ORDER BY position LIMIT 1000",
);

/// Up to 1000 leaves with their positions, from a position up to another.
pub fn placed(tx: &mut Tx, from: i64, beyond: i64) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    tx.find_all(&PLACED, params![from, beyond])?
        .into_iter()
        .map(|mut row| Ok((row.get("position")?, row.get("leaf")?)))
        .collect()
}

/// Deletes the leaves that [`queued`] gave in the same transaction from the queue.
pub fn unqueue(tx: &mut Tx, waiting: &Waiting) -> Result<(), StoreError> {
    let Some(last) = waiting.leaves.last() else {
        return Ok(());
    };
    if waiting.refused == 0 {
        tx.exec(UNQUEUE, params![last.queued, &last.receipt])?;
        return Ok(());
    }
    for placed in &waiting.leaves {
        tx.change_one(UNQUEUE_ONE, params![&placed.receipt])?;
    }
    Ok(())
}

const ADD_NODE: &str = "INSERT INTO log_node (level, position, hash) VALUES ($1, $2, $3)";
const NODE: &str = "SELECT hash FROM log_node WHERE level = $1 AND position = $2";

/// Adds the hash of a complete subtree.
pub fn add_node(tx: &mut Tx, level: i64, position: i64, hash: &[u8; 32]) -> Result<(), StoreError> {
    tx.change_one(ADD_NODE, params![level, position, hash])
}

/// The hash of a complete subtree.
pub fn node(tx: &mut Tx, level: i64, position: i64) -> Result<Option<[u8; 32]>, StoreError> {
    tx.row(NODE, params![level, position])?
        .map(|mut row| row.only())
        .transpose()
}

const PLACE_OF: &str = "SELECT position FROM log_node WHERE level = 0 AND hash = $1";

/// The position of the leaf with this hash.
pub fn place_of(tx: &mut Tx, leaf: &[u8; 32]) -> Result<Option<i64>, StoreError> {
    tx.row(PLACE_OF, params![leaf])?
        .map(|mut row| row.only())
        .transpose()
}

/// A signed tree head.
pub struct Checkpoint {
    /// Number of leaves.
    pub size: i64,
    /// Root hash.
    pub root: [u8; 32],
    /// The signed form.
    pub jws: String,
}

const ADD_CHECKPOINT: &str =
    "INSERT INTO log_checkpoint (size, root, jws, time) VALUES ($1, $2, $3, $4)";
const LATEST: &str = "SELECT size, root, jws FROM log_checkpoint ORDER BY size DESC LIMIT 1";
const CHECKPOINTS: &str =
    "SELECT size, root, jws FROM log_checkpoint WHERE size > $1 ORDER BY size LIMIT 1000";

/// Keeps a checkpoint.
pub fn add_checkpoint(tx: &mut Tx, c: &Checkpoint, now: i64) -> Result<(), StoreError> {
    tx.change_one(ADD_CHECKPOINT, params![c.size, &c.root, &c.jws, now])
}

fn checkpoint(mut row: Row) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        size: row.get("size")?,
        root: row.get("root")?,
        jws: row.get("jws")?,
    })
}

/// The latest checkpoint.
pub fn latest_checkpoint(tx: &mut Tx) -> Result<Option<Checkpoint>, StoreError> {
    tx.row(LATEST, params![])?.map(checkpoint).transpose()
}

/// Up to 1000 checkpoints above a size.
pub fn checkpoints_after(tx: &mut Tx, size: i64) -> Result<Vec<Checkpoint>, StoreError> {
    tx.rows(CHECKPOINTS, params![size])?
        .into_iter()
        .map(checkpoint)
        .collect()
}

const LOGGED: &str = "SELECT position, log_leaf.receipt AS receipt, log_leaf.leaf AS leaf, promise \
     FROM log_leaf LEFT JOIN receipt ON receipt.id = log_leaf.receipt \
     WHERE position >= $1 ORDER BY position LIMIT 1000";
const NODES: &str =
    "SELECT position, hash FROM log_node WHERE level = $1 AND position >= $2 AND position < $3";
const LOST: &str = "SELECT receipt.id AS receipt FROM receipt LEFT JOIN log_place ON log_place.receipt = receipt.id \
     LEFT JOIN log_leaf ON log_leaf.position = log_place.position LEFT JOIN log_queue ON log_queue.receipt = receipt.id \
     WHERE (log_place.position IS NULL AND log_queue.receipt IS NULL) \
     OR (log_place.position IS NOT NULL AND (log_leaf.leaf IS NULL OR log_leaf.leaf <> receipt.leaf)) \
     ORDER BY receipt.id LIMIT 1";
const UNPROVEN: &str = "SELECT action.id FROM action LEFT JOIN receipt ON receipt.id = action.receipt \
     WHERE (action.receipt IS NOT NULL OR action.status IN ('approved', 'delivered')) \
     AND (receipt.id IS NULL OR receipt.action IS NULL OR receipt.action <> action.id) \
     AND NOT (action.status IN ('expired', 'cancelled') AND EXISTS (SELECT 1 FROM outbox WHERE outbox.id = action.receipt)) \
     ORDER BY action.id LIMIT 1";
const UNGRANTED: &str = "SELECT access_grant.action FROM access_grant LEFT JOIN action ON action.id = access_grant.action \
     WHERE action.status IS NULL OR action.status NOT IN ('approved', 'delivered') ORDER BY access_grant.action LIMIT 1";
const LEAF_COUNT: &str = "SELECT COUNT(*) FROM log_leaf";

/// An entry of the log, with the promise that was made for it.
pub struct Logged {
    /// Its position.
    pub position: i64,
    /// The receipt that it is the leaf of. Text: an auditor reads also what this program did not write.
    pub receipt: String,
    /// Leaf bytes.
    pub leaf: Vec<u8>,
    /// The signed promise, as long as the receipt exists.
    pub promise: Option<String>,
}

/// Up to 1000 entries from a position.
pub fn logged_from(tx: &mut Tx, position: i64) -> Result<Vec<Logged>, StoreError> {
    tx.rows(LOGGED, params![position])?
        .into_iter()
        .map(|mut row| {
            Ok(Logged {
                position: row.get("position")?,
                receipt: row.get("receipt")?,
                leaf: row.get("leaf")?,
                promise: row.get("promise")?,
            })
        })
        .collect()
}

/// The hashes of complete subtrees of a level, from a position up to another.
pub fn nodes(
    tx: &mut Tx,
    level: i64,
    first: i64,
    beyond: i64,
) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    tx.rows(NODES, params![level, first, beyond])?
        .into_iter()
        .map(|mut row| Ok((row.get("position")?, row.get("hash")?)))
        .collect()
}

/// A receipt that is neither at its position in the log nor in the queue.
pub fn lost(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    tx.row(LOST, params![])?
        .map(|mut row| row.only())
        .transpose()
}

/// An action that is decided without a receipt of its own.
pub fn unproven(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    tx.row(UNPROVEN, params![])?
        .map(|mut row| row.only())
        .transpose()
}

/// An action that gave a partner something without an approval.
pub fn ungranted(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    tx.row(UNGRANTED, params![])?
        .map(|mut row| row.only())
        .transpose()
}

/// How many leaves have a position.
pub fn leaf_count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.value(LEAF_COUNT, params![])
}

const LAST: &str = "SELECT MAX(position) FROM log_leaf";

/// The last position that is in use.
pub fn last_position(tx: &mut Tx) -> Result<Option<i64>, StoreError> {
    tx.value(LAST, params![])
}
