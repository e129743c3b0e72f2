//! Text messages with secrets, wherever they were asked for. They are counted for a day.

use crate::columns::words;
use crate::counted::{Counted, counted};
use crate::engine::{StoreError, Tx};
use crate::params;

words! {
    /// Who asked for a message.
    Asker = "who asked for a text message" {
        /// Somebody who enrols, and for whom no bank has vouched.
        Stranger = "stranger",
        /// A person for whom a bank has vouched, and who enrols or connects another number.
        Vouched = "vouched",
        /// A person who has an identity, and connects the SIM that its number has.
        Enrolled = "enrolled",
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its id.
    pub id: String,
    /// Who asked for it.
    pub asker: Asker,
    /// Keyed hash of what the asker is counted by: a number or a person.
    pub hash: Vec<u8>,
    /// Keyed hash of the number that it goes to.
    pub number: Vec<u8>,
    /// The enrolment or identity that it is for.
    pub subject: String,
}

const ADD: &str =
    "INSERT INTO sim_text (id, asker, hash, number, subject, time) VALUES ($1, $2, $3, $4, $5, $6)";

/// Counts a message.
pub fn add(tx: &mut Tx, text: &Text, now: i64) -> Result<(), StoreError> {
    tx.change_one(
        ADD,
        params![
            &text.id,
            &text.asker,
            &text.hash,
            &text.number,
            &text.subject,
            now
        ],
    )
}

macro_rules! counted {
    ($condition:literal) => {
        concat!(
            "SELECT COUNT(*) AS n, COALESCE(MIN(time), 0) AS first FROM sim_text WHERE time > $1 AND ",
            $condition
        )
    };
}

const OF_ASKER: &str = counted!("hash = $2 AND settled = 0");
const OF_OTHERS: &str = counted!("number = $2 AND asker <> 'enrolled'");
const OF_STRANGERS: &str = counted!("asker = 'stranger'");
const ALL: &str = counted!("id IS NOT NULL");

/// The messages of an asker after a time, without those of enrolments whose SIM answered.
pub fn of_asker(tx: &mut Tx, hash: &[u8], since: i64) -> Result<Counted, StoreError> {
    counted(tx, OF_ASKER, params![since, hash])
}

/// The messages to a number after a time that others than its holder asked for.
pub fn to_number_of_others(tx: &mut Tx, number: &[u8], since: i64) -> Result<Counted, StoreError> {
    counted(tx, OF_OTHERS, params![since, number])
}

/// The messages to all numbers after a time that strangers asked for.
pub fn of_strangers(tx: &mut Tx, since: i64) -> Result<Counted, StoreError> {
    counted(tx, OF_STRANGERS, params![since])
}

/// The messages to all numbers after a time.
pub fn all(tx: &mut Tx, since: i64) -> Result<Counted, StoreError> {
    counted(tx, ALL, params![since])
}

const FORGET: &str = "DELETE FROM sim_text WHERE id = $1";
const SETTLE: &str = "UPDATE sim_text SET settled = 1 WHERE subject = $1";
const SWEEP: &str = "DELETE FROM sim_text WHERE time <= $1";

/// Uncounts a message that was not sent.
pub fn forget(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.change_at_most_one(FORGET, params![id]).map(drop)
}

/// The SIM of an enrolment answered: its messages count no more against the asker.
pub fn settle(tx: &mut Tx, subject: &str) -> Result<u64, StoreError> {
    tx.exec(SETTLE, params![subject])
}

/// Deletes messages from before a time.
pub fn sweep(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(SWEEP, params![before])
}
