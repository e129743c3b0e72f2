//! Receipts and the Merkle log that they are leaves of.

use crate::engine::{StoreError, Tx};
use crate::params;

/// One receipt.
pub struct Receipt {
    /// `rec_…`.
    pub id: String,
    /// Whose it is.
    pub identity: String,
    /// The action that it ends, if any.
    pub action: Option<String>,
    /// Kind of the leaf.
    pub kind: String,
    /// Leaf bytes.
    pub leaf: Vec<u8>,
    /// Salt of the leaf's commitments.
    pub salt: Vec<u8>,
    /// Evidence, sealed under the person's key.
    pub evidence: Vec<u8>,
    /// Signed promise to include the leaf.
    pub promise: String,
    /// Position in the log, once sequenced.
    pub position: Option<i64>,
    /// Milliseconds.
    pub time: i64,
}

const INSERT: &str = "INSERT INTO receipt (id, identity, action, kind, leaf, salt, evidence, promise, time) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const QUEUE: &str = "INSERT INTO log_queue (receipt, leaf, queued) VALUES ($1, $2, $3)";

/// Keeps a receipt and queues its leaf, in the deciding transaction.
pub fn insert(tx: &mut Tx, r: &Receipt) -> Result<(), StoreError> {
    tx.exec(
        INSERT,
        params![
            &r.id,
            &r.identity,
            r.action.as_deref(),
            &r.kind,
            &r.leaf,
            &r.salt,
            &r.evidence,
            &r.promise,
            r.time
        ],
    )?;
    tx.exec(QUEUE, params![&r.id, &r.leaf, r.time]).map(drop)
}

const BY_ID: &str = "SELECT id, identity, action, kind, leaf, salt, evidence, promise, time, position \
     FROM receipt LEFT JOIN log_place ON log_place.receipt = receipt.id WHERE id = $1";

/// Finds a receipt.
pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Receipt>, StoreError> {
    let Some(mut row) = tx.row(BY_ID, params![id])? else {
        return Ok(None);
    };
    Ok(Some(Receipt {
        id: row.text(0)?,
        identity: row.text(1)?,
        action: row.opt_text(2)?,
        kind: row.text(3)?,
        leaf: row.blob(4)?,
        salt: row.blob(5)?,
        evidence: row.blob(6)?,
        promise: row.text(7)?,
        time: row.int(8)?,
        position: row.opt_int(9)?,
    }))
}

const QUEUED: &str =
    "SELECT receipt, leaf, queued FROM log_queue ORDER BY queued, receipt LIMIT 2000";
const UNQUEUE: &str = "DELETE FROM log_queue WHERE (queued, receipt) <= ($1, $2)";
const PLACE: &str = "INSERT INTO log_place (receipt, position) VALUES ($1, $2)";
const ADD_LEAF: &str = "INSERT INTO log_leaf (position, receipt, leaf) VALUES ($1, $2, $3)";

/// A leaf that waits for its place.
pub struct Queued {
    /// The receipt that it is the leaf of.
    pub receipt: String,
    /// Leaf bytes.
    pub leaf: Vec<u8>,
    /// Milliseconds.
    pub queued: i64,
}

/// Up to 2000 leaves that wait for their place, oldest first.
pub fn queued(tx: &mut Tx) -> Result<Vec<Queued>, StoreError> {
    tx.rows(QUEUED, params![])?
        .into_iter()
        .map(|mut row| {
            Ok(Queued {
                receipt: row.text(0)?,
                leaf: row.blob(1)?,
                queued: row.int(2)?,
            })
        })
        .collect()
}

/// Gives a queued leaf its place in the log.
pub fn place(tx: &mut Tx, q: &Queued, position: i64) -> Result<(), StoreError> {
    tx.exec(ADD_LEAF, params![position, &q.receipt, &q.leaf])?;
    tx.exec(PLACE, params![&q.receipt, position]).map(drop)
}

/// Takes the leaves up to this one from the queue, once they have their places: all that [`queued`] gave in the same transaction.
pub fn unqueue(tx: &mut Tx, last: &Queued) -> Result<(), StoreError> {
    tx.exec(UNQUEUE, params![last.queued, &last.receipt])
        .map(drop)
}

const ADD_NODE: &str = "INSERT INTO log_node (level, position, hash) VALUES ($1, $2, $3)";
const NODE: &str = "SELECT hash FROM log_node WHERE level = $1 AND position = $2";

/// Adds the hash of a complete subtree.
pub fn add_node(tx: &mut Tx, level: i64, position: i64, hash: &[u8]) -> Result<(), StoreError> {
    tx.exec(ADD_NODE, params![level, position, hash]).map(drop)
}

/// The hash of a complete subtree.
pub fn node(tx: &mut Tx, level: i64, position: i64) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(NODE, params![level, position])?
        .map(|mut row| row.blob(0))
        .transpose()
}

/// A signed tree head.
pub struct Checkpoint {
    /// Number of leaves.
    pub size: i64,
    /// Root hash.
    pub root: Vec<u8>,
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
    tx.exec(ADD_CHECKPOINT, params![c.size, &c.root, &c.jws, now])
        .map(drop)
}

fn checkpoint(mut row: crate::engine::Row) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        size: row.int(0)?,
        root: row.blob(1)?,
        jws: row.text(2)?,
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

const LOGGED: &str = "SELECT position, log_leaf.receipt, log_leaf.leaf, promise \
     FROM log_leaf LEFT JOIN receipt ON receipt.id = log_leaf.receipt \
     WHERE position >= $1 ORDER BY position LIMIT 1000";
const NODES: &str =
    "SELECT position, hash FROM log_node WHERE level = $1 AND position >= $2 AND position < $3";
const LOST: &str = "SELECT receipt.id FROM receipt LEFT JOIN log_place ON log_place.receipt = receipt.id \
     LEFT JOIN log_leaf ON log_leaf.position = log_place.position LEFT JOIN log_queue ON log_queue.receipt = receipt.id \
     WHERE (log_place.position IS NULL AND log_queue.receipt IS NULL) \
     OR (log_place.position IS NOT NULL AND (log_leaf.leaf IS NULL OR log_leaf.leaf <> receipt.leaf)) \
     ORDER BY receipt.id LIMIT 1";
const LOST_OF_ACTION: &str = "SELECT receipt FROM action WHERE receipt IS NOT NULL \
     AND receipt NOT IN (SELECT id FROM receipt) ORDER BY receipt LIMIT 1";
const LEAF_COUNT: &str = "SELECT COUNT(*) FROM log_leaf";

/// An entry of the log, with what was promised of it.
pub struct Logged {
    /// Its place.
    pub position: i64,
    /// The receipt that it is the leaf of.
    pub receipt: String,
    /// Leaf bytes.
    pub leaf: Vec<u8>,
    /// The signed promise, while there is the receipt.
    pub promise: Option<String>,
}

/// Up to 1000 entries from a position.
pub fn logged_from(tx: &mut Tx, position: i64) -> Result<Vec<Logged>, StoreError> {
    tx.rows(LOGGED, params![position])?
        .into_iter()
        .map(|mut row| {
            Ok(Logged {
                position: row.int(0)?,
                receipt: row.text(1)?,
                leaf: row.blob(2)?,
                promise: row.opt_text(3)?,
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
        .map(|mut row| Ok((row.int(0)?, row.blob(1)?)))
        .collect()
}

/// A receipt that is neither at its place in the log nor waiting for one, or that a decision names and that is gone.
pub fn lost(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let lost = match tx.row(LOST, params![])? {
        Some(row) => Some(row),
        None => tx.row(LOST_OF_ACTION, params![])?,
    };
    lost.map(|mut row| row.text(0)).transpose()
}

/// How many leaves have a place.
pub fn leaf_count(tx: &mut Tx) -> Result<i64, StoreError> {
    match tx.row(LEAF_COUNT, params![])? {
        Some(row) => row.int(0),
        None => Ok(0),
    }
}

const LAST: &str = "SELECT MAX(position) FROM log_leaf";

/// The last position that is taken.
pub fn last_position(tx: &mut Tx) -> Result<Option<i64>, StoreError> {
    match tx.row(LAST, params![])? {
        Some(row) => row.opt_int(0),
        None => Ok(None),
    }
}
