//! Receipts and the Merkle log that they are leaves of.

use ipse_protocol::ids::{ActionId, IdentityId, ReceiptId};
use ipse_protocol::terms::LeafKind;

use crate::engine::{StoreError, Tx};
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
    /// Signed promise to include the leaf.
    pub promise: String,
    /// Position in the log, once sequenced.
    pub position: Option<i64>,
    /// Milliseconds.
    pub time: i64,
}

const INSERT: &str = "INSERT INTO receipt (id, identity, action, kind, leaf, salt, evidence, promise, time, \
     disclosure_salt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const QUEUE: &str = "INSERT INTO log_queue (receipt, leaf, queued) VALUES ($1, $2, $3)";

/// Keeps a receipt and queues its leaf, in the deciding transaction.
pub fn insert(tx: &mut Tx, r: &Receipt) -> Result<(), StoreError> {
    tx.change_one(
        INSERT,
        params![
            &r.id,
            &r.identity,
            r.action.as_ref(),
            &r.kind,
            &r.leaf,
            &r.salt,
            &r.evidence,
            &r.promise,
            r.time,
            r.disclosure_salt.as_ref()
        ],
    )?;
    tx.change_one(QUEUE, params![&r.id, &r.leaf, r.time])
}

const BY_ID: &str = "SELECT id, identity, action, kind, leaf, salt, disclosure_salt, evidence, promise, time, position \
     FROM receipt LEFT JOIN log_place ON log_place.receipt = receipt.id WHERE id = $1";

/// Finds a receipt.
pub fn by_id(tx: &mut Tx, id: &ReceiptId) -> Result<Option<Receipt>, StoreError> {
    let Some(mut row) = tx.row(BY_ID, params![id])? else {
        return Ok(None);
    };
    Ok(Some(Receipt {
        id: row.get("id")?,
        identity: row.get("identity")?,
        action: row.get("action")?,
        kind: row.get("kind")?,
        leaf: row.get("leaf")?,
        salt: row.get("salt")?,
        disclosure_salt: row.get("disclosure_salt")?,
        evidence: row.get("evidence")?,
        promise: row.get("promise")?,
        time: row.get("time")?,
        position: row.get("position")?,
    }))
}

const QUEUED: &str =
    "SELECT receipt, leaf, queued FROM log_queue ORDER BY queued, receipt LIMIT 2000";
const UNQUEUE: &str = "DELETE FROM log_queue WHERE (queued, receipt) <= ($1, $2)";
const PLACE: &str = "INSERT INTO log_place (receipt, position) VALUES ($1, $2)";
const ADD_LEAF: &str = "INSERT INTO log_leaf (position, receipt, leaf) VALUES ($1, $2, $3)";

/// A leaf that waits for its position.
pub struct Queued {
    /// The receipt that it is the leaf of.
    pub receipt: ReceiptId,
    /// Leaf bytes.
    pub leaf: Vec<u8>,
    /// Milliseconds.
    pub queued: i64,
}

/// Up to 2000 leaves that wait for their position, oldest first.
pub fn queued(tx: &mut Tx) -> Result<Vec<Queued>, StoreError> {
    tx.rows(QUEUED, params![])?
        .into_iter()
        .map(|mut row| {
            Ok(Queued {
                receipt: row.get("receipt")?,
                leaf: row.get("leaf")?,
                queued: row.get("queued")?,
            })
        })
        .collect()
}

/// Assigns a position in the log to a queued leaf.
pub fn place(tx: &mut Tx, q: &Queued, position: i64) -> Result<(), StoreError> {
    tx.change_one(ADD_LEAF, params![position, &q.receipt, &q.leaf])?;
    tx.change_one(PLACE, params![&q.receipt, position])
}

/// Deletes the leaves up to this one from the queue: all that [`queued`] gave in the same transaction.
pub fn unqueue(tx: &mut Tx, last: &Queued) -> Result<(), StoreError> {
    tx.exec(UNQUEUE, params![last.queued, &last.receipt])
        .map(drop)
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

fn checkpoint(mut row: crate::engine::Row) -> Result<Checkpoint, StoreError> {
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
const LOST_OF_ACTION: &str = "SELECT receipt FROM action WHERE receipt IS NOT NULL \
     AND receipt NOT IN (SELECT id FROM receipt) ORDER BY receipt LIMIT 1";
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

/// A receipt that is neither at its position in the log nor in the queue, or that a decision names and that is missing.
pub fn lost(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let lost = match tx.row(LOST, params![])? {
        Some(row) => Some(row),
        None => tx.row(LOST_OF_ACTION, params![])?,
    };
    lost.map(|mut row| row.only()).transpose()
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
