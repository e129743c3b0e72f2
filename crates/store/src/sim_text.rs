//! Text messages that were sent for enrolments. They are counted for a day.

use ipse_protocol::ids::EnrolmentId;

use crate::engine::{StoreError, Tx};
use crate::params;

const ADD: &str = "INSERT INTO sim_text (id, hash, enrolment, time) VALUES ($1, $2, $3, $4)";

/// Counts a message.
pub fn add(
    tx: &mut Tx,
    id: &str,
    hash: &[u8],
    enrolment: &EnrolmentId,
    now: i64,
) -> Result<(), StoreError> {
    tx.change_one(ADD, params![id, hash, enrolment, now])
}

const SINCE: &str = "SELECT COUNT(*) AS n, COALESCE(MIN(time), 0) AS first FROM sim_text WHERE hash = $1 AND time > $2";

/// How many messages were counted for a hash after a time, and when the first of them was; zero if there is none.
pub fn since(tx: &mut Tx, hash: &[u8], since: i64) -> Result<(i64, i64), StoreError> {
    match tx.row(SINCE, params![hash, since])? {
        Some(mut row) => Ok((row.get("n")?, row.get("first")?)),
        None => Ok((0, 0)),
    }
}

const FORGET: &str = "DELETE FROM sim_text WHERE id = $1";
const FORGET_ALL: &str = "DELETE FROM sim_text WHERE enrolment = $1";
const SWEEP: &str = "DELETE FROM sim_text WHERE time <= $1";

/// Uncounts a message that was not sent.
pub fn forget(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.change_at_most_one(FORGET, params![id]).map(drop)
}

/// Uncounts the messages of an enrolment.
pub fn forget_of(tx: &mut Tx, enrolment: &EnrolmentId) -> Result<u64, StoreError> {
    tx.exec(FORGET_ALL, params![enrolment])
}

/// Deletes messages from before a time.
pub fn sweep(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![before])
}
