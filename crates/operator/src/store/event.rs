//! The outbox of events: written in the transaction that made them happen, sent afterwards.

use ipse_sim::event::Kind;
use ipse_store::{Row, StoreError, Tx, params};

use super::{one, small};

/// An event that is or was to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the feed.
    pub sequence: u64,
    /// Its id.
    pub id: String,
    /// What happened.
    pub kind: Kind,
    /// Which SIM; none in a heartbeat.
    pub handle: Option<String>,
    /// Since when, ms; none in a heartbeat.
    pub changed_at: Option<i64>,
    /// When it happened, ms.
    pub time: i64,
}

const LAST: &str = "SELECT COALESCE(MAX(sequence), 0) FROM event";
const INSERT: &str =
    "INSERT INTO event (sequence, id, type, handle, changed_at, time, delivered_at)
 VALUES ($1, $2, $3, $4, $5, $6, NULL)";
const PENDING: &str = "SELECT sequence, id, type, handle, changed_at, time FROM event
 WHERE delivered_at IS NULL ORDER BY sequence LIMIT $1";
const AFTER: &str = "SELECT sequence, id, type, handle, changed_at, time FROM event
 WHERE sequence > $1 ORDER BY sequence LIMIT $2";
const DELIVERED: &str =
    "UPDATE event SET delivered_at = $2 WHERE sequence <= $1 AND delivered_at IS NULL";
const WAITING: &str =
    "SELECT sequence FROM event WHERE delivered_at IS NULL AND type = $1 ORDER BY sequence LIMIT 1";

pub(super) const STATEMENTS: &[&str] = &[LAST, INSERT, PENDING, AFTER, DELIVERED, WAITING];

fn read(mut row: Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        sequence: small(row.int(0)?, "event.sequence")?,
        id: row.text(1)?,
        kind: Kind::from_type(row.text_ref(2)?)
            .ok_or_else(|| StoreError::Corrupt("event.type".into()))?,
        handle: row.opt_text(3)?,
        changed_at: row.opt_int(4)?,
        time: row.int(5)?,
    })
}

/// Appends an event. The next sequence is taken inside the transaction, so that a rollback leaves no gap.
pub fn append(
    tx: &mut Tx,
    id: &str,
    kind: Kind,
    subject: Option<(&str, i64)>,
) -> Result<(), StoreError> {
    let time = tx.now()?;
    let last = tx.row(LAST, &[])?.map_or(Ok(0), |row| row.int(0))?;
    let (handle, changed_at) = subject.unzip();
    let changed = tx.exec(
        INSERT,
        params![last + 1, id, kind.as_str(), handle, changed_at, time],
    )?;
    one(changed, "event insert")
}

/// What waits to be sent, in order.
pub fn pending(tx: &mut Tx, limit: u32) -> Result<Vec<Stored>, StoreError> {
    tx.rows(PENDING, params![limit])?
        .into_iter()
        .map(read)
        .collect()
}

/// What came after `sequence`, sent or not, in order.
pub fn after(tx: &mut Tx, sequence: u64, limit: u32) -> Result<Vec<Stored>, StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    tx.rows(AFTER, params![sequence, limit])?
        .into_iter()
        .map(read)
        .collect()
}

/// Notes that everything up to `sequence` arrived.
pub fn delivered(tx: &mut Tx, sequence: u64) -> Result<u64, StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let now = tx.now()?;
    tx.exec(DELIVERED, params![sequence, now])
}

/// Whether an event of this kind still waits.
pub fn is_waiting(tx: &mut Tx, kind: Kind) -> Result<bool, StoreError> {
    Ok(tx.row(WAITING, params![kind.as_str()])?.is_some())
}
