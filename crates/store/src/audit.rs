//! The audit trail: what staff and other actors changed outside of a person's own actions.

use crate::engine::{StoreError, Tx};
use crate::params;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who acted: `staff:NAME`, `partner:ID`, `operator:NAME`, …
    pub actor: String,
    /// What was done: `partner.registered`.
    pub event: String,
    /// What it was done to.
    pub subject: String,
    /// Milliseconds.
    pub time: i64,
}

const ADD: &str = "INSERT INTO audit (id, actor, event, subject, time) VALUES ($1, $2, $3, $4, $5)";
const OF_SUBJECT: &str =
    "SELECT actor, event, subject, time FROM audit WHERE subject = $1 ORDER BY time, id";

/// Adds an entry, in the transaction that makes the change.
pub fn add(tx: &mut Tx, id: &str, entry: &Entry) -> Result<(), StoreError> {
    tx.change_one(
        ADD,
        params![id, &entry.actor, &entry.event, &entry.subject, entry.time],
    )
}

/// What was done to a subject, oldest first.
pub fn of_subject(tx: &mut Tx, subject: &str) -> Result<Vec<Entry>, StoreError> {
    tx.rows(OF_SUBJECT, params![subject])?
        .into_iter()
        .map(|mut row| {
            Ok(Entry {
                actor: row.get("actor")?,
                event: row.get("event")?,
                subject: row.get("subject")?,
                time: row.get("time")?,
            })
        })
        .collect()
}
