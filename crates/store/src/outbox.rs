//! Effects outside the database, written in the transaction that causes them.

use crate::columns::words;
use crate::engine::{Row, Select, StoreError, Table, Tx};
use crate::params;

words! {
    /// The kinds of effect.
    EffectKind = "a kind of effect" {
        /// Write a receipt that a rule queued.
        Receipt = "receipt",
        /// Tell an operator that a SIM is no longer bound here.
        Unbind = "operator.unbind",
        /// Have an operator text a person that another phone took the place of theirs.
        NewPhoneText = "operator.new_phone",
        /// Tell a registrar that another phone took the place of its customer's.
        NewPhoneEvent = "registrar.new_phone",
        /// Mail a person's earlier address that it is no longer theirs.
        EmailNotice = "email.notice",
        /// Tell a partner that a person withdrew a consent.
        Withdrawal = "partner.withdrawal",
    }
}

/// One effect that is due.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Id, also the idempotency key.
    pub id: String,
    /// Which effect.
    pub kind: EffectKind,
    /// JSON.
    pub payload: String,
    /// Tries so far.
    pub attempts: i64,
}

/// Effects that wait for the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    /// Which effects.
    pub kind: EffectKind,
    /// The party that must answer; empty for what the scheme does alone.
    pub party: String,
}

/// Effects that are to be carried out.
pub(crate) static TABLE: Table =
    Table::new("outbox", "id", "id, kind, party, payload, attempts, due");

static DUE: Select = Select::new(
    &TABLE,
    "WHERE kind = $1 AND party = $2 AND due <= $3 ORDER BY due LIMIT 100",
);
const LANES: &str = "SELECT DISTINCT kind, party FROM outbox WHERE due <= $1";
const DONE: &str = "DELETE FROM outbox WHERE id = $1";

/// Adds an effect that needs no other party.
pub fn add(
    tx: &mut Tx,
    id: &str,
    kind: EffectKind,
    payload: &str,
    due: i64,
) -> Result<(), StoreError> {
    add_for(tx, id, (kind, ""), payload, due)
}

/// Adds an effect for which a party must answer.
pub fn add_for(
    tx: &mut Tx,
    id: &str,
    (kind, party): (EffectKind, &str),
    payload: &str,
    due: i64,
) -> Result<(), StoreError> {
    tx.add(&TABLE, params![id, &kind, party, payload, 0_i64, due])
}

/// The lanes in which something is due. Effects of a kind that this program does not know wait for a newer program, and do not
/// stop the others.
pub fn lanes(tx: &mut Tx, now: i64) -> Result<Vec<Lane>, StoreError> {
    let mut lanes = Vec::new();
    for mut row in tx.rows(LANES, params![now])? {
        let kind: String = row.get("kind")?;
        let Some(kind) = EffectKind::parse(&kind) else {
            tracing::warn!(kind, "the outbox has effects of an unknown kind");
            continue;
        };
        let party = row.get("party")?;
        lanes.push(Lane { kind, party });
    }
    Ok(lanes)
}

/// Up to 100 effects of a lane that are due. One that something else wrote is never carried out, and does not stop the others.
pub fn due(tx: &mut Tx, lane: &Lane, now: i64) -> Result<Vec<Effect>, StoreError> {
    let (found, refused) = tx.find_authentic(&DUE, params![&lane.kind, &lane.party, now])?;
    if refused > 0 {
        tracing::error!(
            refused,
            "the outbox has rows that this scheme did not write"
        );
    }
    found.into_iter().map(effect).collect()
}

fn effect(mut row: Row) -> Result<Effect, StoreError> {
    Ok(Effect {
        id: row.get("id")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        attempts: row.get("attempts")?,
    })
}

/// Leases an effect for one try, and puts the next try at `next`; false when another node was first.
pub fn lease(tx: &mut Tx, e: &Effect, next: i64) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![&e.id], |row| {
        if row.get::<i64>("attempts")? != e.attempts {
            return Ok(false);
        }
        row.count("attempts")?;
        row.set("due", next)?;
        Ok(true)
    })
}

/// Deletes an effect that was carried out.
pub fn done(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.exec(DONE, params![id]).map(drop)
}

static LATE: Select = Select::new(&TABLE, "WHERE due > $1");

/// Makes effects due that would wait longer than until `latest`.
pub fn hasten(tx: &mut Tx, now: i64, latest: i64) -> Result<(), StoreError> {
    for row in tx.find_authentic(&LATE, params![latest])?.0 {
        tx.amend_row(&TABLE, row, |row| {
            row.set("due", now)?;
            Ok(true)
        })?;
    }
    Ok(())
}
