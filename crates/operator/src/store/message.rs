//! Text messages of the simulated handset.

use ipse_store::{StoreError, Tx, params};

use crate::ids::{Handle, PhoneNumber};

/// A text message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// When it was sent, in milliseconds.
    pub time: i64,
    /// The sender that the handset shows.
    pub sender: String,
    /// What it says.
    pub text: String,
}

statements! {
    INSERT = "INSERT INTO message (id, handle, time, sender, text) VALUES ($1, $2, $3, $4, $5)";
    /// The handset shows what came for the SIM that is in it now: after a swap or with a new owner, no earlier message.
    OF_NUMBER = "SELECT m.time, m.sender, m.text FROM message m JOIN sim s ON s.handle = m.handle
 WHERE s.number = $1 AND s.retired_at IS NULL ORDER BY m.time DESC, m.id LIMIT 50";
    PRUNE = "DELETE FROM message WHERE time < $1";
}

/// Delivers a message to the SIM `handle`.
///
/// # Errors
/// The store's.
pub fn insert(tx: &mut Tx, id: &str, handle: &Handle, message: &Message) -> Result<(), StoreError> {
    tx.change_one(
        INSERT,
        params![id, handle, message.time, &message.sender, &message.text],
    )
}

/// The messages of the SIM that has `number` now, newest first.
///
/// # Errors
/// The store's.
pub fn of_number(tx: &mut Tx, number: &PhoneNumber) -> Result<Vec<Message>, StoreError> {
    tx.rows(OF_NUMBER, params![number])?
        .into_iter()
        .map(|mut row| {
            Ok(Message {
                time: row.get("time")?,
                sender: row.get("sender")?,
                text: row.get("text")?,
            })
        })
        .collect()
}

/// Deletes those that were sent before `before`, in milliseconds.
///
/// # Errors
/// The store's.
pub fn prune(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(PRUNE, params![before])
}
