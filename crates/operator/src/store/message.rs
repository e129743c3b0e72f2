//! Text messages of the simulated handset.

use ipse_store::{StoreError, Tx, params};

use super::one;

/// A text message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// When it was sent, ms.
    pub time: i64,
    /// Who it seems to come from.
    pub sender: String,
    /// What it says.
    pub text: String,
}

const INSERT: &str =
    "INSERT INTO message (id, handle, time, sender, text) VALUES ($1, $2, $3, $4, $5)";
// The handset shows what came for the SIM that is in it now: after a swap or a new owner, nothing of before.
const OF_NUMBER: &str =
    "SELECT m.time, m.sender, m.text FROM message m JOIN sim s ON s.handle = m.handle
 WHERE s.number = $1 AND s.retired_at IS NULL ORDER BY m.time DESC, m.id LIMIT 50";
const PRUNE: &str = "DELETE FROM message WHERE time < $1";

pub(super) const STATEMENTS: &[&str] = &[INSERT, OF_NUMBER, PRUNE];

/// Delivers a message to the SIM `handle`.
pub fn insert(tx: &mut Tx, id: &str, handle: &str, message: &Message) -> Result<(), StoreError> {
    let changed = tx.exec(
        INSERT,
        params![id, handle, message.time, &message.sender, &message.text],
    )?;
    one(changed, "message insert")
}

/// The messages of the SIM that has `number` now, newest first.
pub fn of_number(tx: &mut Tx, number: &str) -> Result<Vec<Message>, StoreError> {
    tx.rows(OF_NUMBER, params![number])?
        .into_iter()
        .map(|mut row| {
            Ok(Message {
                time: row.int(0)?,
                sender: row.text(1)?,
                text: row.text(2)?,
            })
        })
        .collect()
}

/// Forgets those sent before `before`.
pub fn prune(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(PRUNE, params![before])
}
