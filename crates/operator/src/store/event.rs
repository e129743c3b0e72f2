//! The outbox of events: written in the transaction that made them happen, sent afterwards.

use ipse_sim::event::Kind;
use ipse_store::{FromValue, Row, StoreError, Tx, Value, params};

use super::integer;
use crate::ids::Handle;

/// An event that was sent or will be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the feed: 1, 2, 3… without gaps.
    pub sequence: u64,
    /// Its id.
    pub id: String,
    /// What happened.
    pub kind: Kind,
    /// Which SIM, and when it changed; `None` in a heartbeat.
    pub subject: Option<Subject>,
    /// When it happened, in milliseconds.
    pub time: i64,
}

/// The SIM that an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which SIM.
    pub handle: Handle,
    /// When it changed, in milliseconds.
    pub changed_at: i64,
}

statements! {
    LAST = "SELECT COALESCE(MAX(sequence), 0) AS last FROM event";
    INSERT = "INSERT INTO event (sequence, id, type, handle, changed_at, time, delivered_at)
 VALUES ($1, $2, $3, $4, $5, $6, NULL)";
    PENDING = "SELECT sequence, id, type, handle, changed_at, time FROM event
 WHERE delivered_at IS NULL ORDER BY sequence LIMIT $1";
    AFTER = "SELECT sequence, id, type, handle, changed_at, time FROM event
 WHERE sequence > $1 ORDER BY sequence LIMIT $2";
    DELIVERED = "UPDATE event SET delivered_at = $2 WHERE sequence <= $1 AND delivered_at IS NULL";
    WAITING = "SELECT sequence FROM event WHERE delivered_at IS NULL AND type = $1 ORDER BY sequence LIMIT 1";
}

/// A column that holds the CloudEvents type of an event.
struct StoredKind(Kind);

impl FromValue for StoredKind {
    const EXPECTED: &'static str = "a type of event";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Text(text) => Kind::from_type(&text).map(Self).ok_or(Value::Text(text)),
            other => Err(other),
        }
    }
}

impl StoredEvent {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        let sequence = integer(&mut row, "sequence")?;
        let id = row.get("id")?;
        let StoredKind(kind) = row.get("type")?;
        let subject = match (row.get("handle")?, row.get("changed_at")?) {
            (Some(handle), Some(changed_at)) => Some(Subject { handle, changed_at }),
            (None, None) => None,
            _ => {
                return Err(StoreError::Corrupt(
                    "an event has only one of `handle` and `changed_at`".into(),
                ));
            }
        };
        let time = row.get("time")?;
        Ok(Self {
            sequence,
            id,
            kind,
            subject,
            time,
        })
    }
}

/// Appends an event. The sequence is taken inside the transaction, so that a rollback makes no gap.
///
/// # Errors
/// The store's.
pub fn append(
    tx: &mut Tx,
    id: &str,
    kind: Kind,
    subject: Option<&Subject>,
) -> Result<(), StoreError> {
    let time = tx.now()?;
    let last: i64 = tx.value(LAST, &[])?;
    let handle = subject.map(|subject| &subject.handle);
    let changed_at = subject.map(|subject| subject.changed_at);
    tx.change_one(
        INSERT,
        params![last + 1, id, kind.as_str(), handle, changed_at, time],
    )
}

/// The first `limit` events that were not delivered, in order, up to one that cannot be read.
///
/// # Errors
/// The store's, also when the first event cannot be read.
pub fn pending(tx: &mut Tx, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
    let rows = tx.rows(PENDING, params![limit])?;
    before_error(rows.into_iter().map(StoredEvent::read))
}

/// The first `limit` events after `sequence`, delivered or not, in order, up to one that cannot be read.
///
/// # Errors
/// The store's, also when the first event cannot be read.
pub fn after(tx: &mut Tx, sequence: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
    let rows = tx.rows(AFTER, params![saturated(sequence), limit])?;
    before_error(rows.into_iter().map(StoredEvent::read))
}

/// What comes before the first error.
///
/// # Errors
/// The first error, when nothing comes before it.
pub fn before_error<T, E>(results: impl IntoIterator<Item = Result<T, E>>) -> Result<Vec<T>, E> {
    let mut before = Vec::new();
    for result in results {
        match result {
            Ok(item) => before.push(item),
            Err(error) if before.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(before)
}

/// Notes that every event up to `sequence` was delivered.
///
/// # Errors
/// The store's.
pub fn delivered(tx: &mut Tx, sequence: u64) -> Result<u64, StoreError> {
    let now = tx.now()?;
    tx.exec(DELIVERED, params![saturated(sequence), now])
}

/// Whether an event of this kind waits for delivery.
///
/// # Errors
/// The store's.
pub fn is_waiting(tx: &mut Tx, kind: Kind) -> Result<bool, StoreError> {
    Ok(tx.row(WAITING, params![kind.as_str()])?.is_some())
}

/// No stored sequence is higher than a BIGINT.
fn saturated(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
