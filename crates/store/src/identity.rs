//! Identities, their suspensions and their wrong codes.

use ipse_protocol::ids::IdentityId;
use ipse_protocol::terms::{BlockReason, IdentityStatus};

use ipse_texts::Language;

use crate::engine::{Draft, Select, StoreError, Table, Tx};
use crate::{params, row_key};

/// One identity: the record of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// Its state.
    pub status: IdentityStatus,
    /// Raised by every change after which an action that began before must not be approved.
    pub epoch: i64,
    /// Language of the person.
    pub language: Language,
    /// Version of the code, raised by each change of it.
    pub code_version: i64,
    /// Wrong codes since the last success.
    pub wrong_codes: i64,
}

/// One reason for which an identity is suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Why.
    pub reason: BlockReason,
    /// Milliseconds.
    pub since: i64,
}

/// Identities. `reasons` is the number of their suspensions, and `wrong_times` says when the last wrong codes were (JSON list of
/// milliseconds, oldest first), so that a suspension or a wrong code that is deleted is missed.
pub(crate) static TABLE: Table = Table::new(
    "identity",
    "number, id",
    "number, id, status, epoch, language, code_version, wrong_codes, created, reasons, wrong_times",
);

/// Why identities are suspended.
pub(crate) static SUSPENSIONS: Table = Table::new(
    "suspension",
    "identity, reason",
    "identity, reason, since, cause",
);

/// How many times of wrong codes are kept. More never count, since so many block.
pub const WRONG_KEPT: usize = 10;

/// Adds an active identity at epoch 1.
pub fn insert(
    tx: &mut Tx,
    id: &IdentityId,
    language: Language,
    now: i64,
) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            row_key::of(id),
            id,
            &IdentityStatus::Active,
            1_i64,
            language,
            1_i64,
            0_i64,
            now,
            0_i64,
            "[]"
        ],
    )
}

/// Finds an identity.
pub fn by_id(tx: &mut Tx, id: &IdentityId) -> Result<Option<Identity>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![row_key::of(id), id])? else {
        return Ok(None);
    };
    Ok(Some(Identity {
        id: row.get("id")?,
        status: row.get("status")?,
        epoch: row.get("epoch")?,
        language: row.get("language")?,
        code_version: row.get("code_version")?,
        wrong_codes: row.get("wrong_codes")?,
    }))
}

/// When an identity was created, in milliseconds.
pub fn created(tx: &mut Tx, id: &IdentityId) -> Result<Option<i64>, StoreError> {
    tx.by_key(&TABLE, params![row_key::of(id), id])?
        .map(|mut row| row.get("created"))
        .transpose()
}

fn amend(
    tx: &mut Tx,
    id: &IdentityId,
    change: impl FnOnce(&mut Draft) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![row_key::of(id), id], change)
}

/// Suspends an identity for a reason and raises its epoch; returns whether the reason is new.
pub fn suspend(
    tx: &mut Tx,
    id: &IdentityId,
    reason: BlockReason,
    cause: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let added = tx.add_absent(&SUSPENSIONS, params![id, &reason, now, cause])?;
    if added {
        amend(tx, id, |row| {
            row.count("reasons")?;
            // A closed identity stays closed.
            if row.get::<IdentityStatus>("status")? != IdentityStatus::Closed {
                row.set("status", &IdentityStatus::Suspended)?;
                row.count("epoch")?;
            }
            Ok(true)
        })?;
    }
    Ok(added)
}

const LIFT_REASON: &str = "DELETE FROM suspension WHERE identity = $1 AND reason = $2";
static REASONS: Select = Select::new(&SUSPENSIONS, "WHERE identity = $1 ORDER BY since, reason");

/// The reasons for which an identity is suspended.
///
/// # Errors
/// [`StoreError::NotAuthentic`] also when there are not as many as the identity says.
pub fn reasons(tx: &mut Tx, id: &IdentityId) -> Result<Vec<Suspension>, StoreError> {
    let found: Vec<_> = tx
        .find_all(&REASONS, params![id])?
        .into_iter()
        .map(|mut row| {
            Ok(Suspension {
                reason: row.get("reason")?,
                since: row.get("since")?,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let known = match tx.by_key(&TABLE, params![row_key::of(id), id])? {
        Some(mut row) => row.get::<i64>("reasons")?,
        None => 0,
    };
    if known == found.len() as i64 {
        Ok(found)
    } else {
        tx.fail(StoreError::NotAuthentic("suspension"))
    }
}

const HAS_REASONS: &str = "SELECT COUNT(*) FROM suspension WHERE identity = $1";

/// Finds an active identity; none if it is not active.
///
/// # Errors
/// [`StoreError::NotAuthentic`] also when it says that it is active, and has suspensions: then an older row was put back.
pub fn active(tx: &mut Tx, id: &IdentityId) -> Result<Option<Identity>, StoreError> {
    let found = by_id(tx, id)?.filter(|found| found.status == IdentityStatus::Active);
    if found.is_some() && tx.value::<i64>(HAS_REASONS, params![id])? > 0 {
        return tx.fail(StoreError::NotAuthentic("identity"));
    }
    Ok(found)
}

/// Lifts one reason; the identity is active again when it was the last. Returns whether it is active now.
pub fn lift(tx: &mut Tx, id: &IdentityId, reason: BlockReason) -> Result<bool, StoreError> {
    let before = reasons(tx, id)?;
    if !before.iter().any(|s| s.reason == reason) {
        return Ok(before.is_empty());
    }
    tx.change_one(LIFT_REASON, params![id, &reason])?;
    let left = before.len() as i64 - 1;
    amend(tx, id, |row| {
        row.set("reasons", left)?;
        row.count("epoch")?;
        // A closed identity stays closed.
        if left == 0 && row.get::<IdentityStatus>("status")? == IdentityStatus::Suspended {
            row.set("status", &IdentityStatus::Active)?;
        }
        Ok(true)
    })?;
    Ok(left == 0)
}

/// Raises the epoch: every action that began before is refused from now on.
pub fn raise_epoch(tx: &mut Tx, id: &IdentityId) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![row_key::of(id), id], |row| {
        row.count("epoch")?;
        Ok(true)
    })
}

/// Counts a wrong code.
pub fn count_wrong(tx: &mut Tx, id: &IdentityId, now: i64) -> Result<(), StoreError> {
    tx.amend_one(&TABLE, params![row_key::of(id), id], |row| {
        row.count("wrong_codes")?;
        let mut times = times(&row.get::<String>("wrong_times")?)?;
        times.push(now);
        let from = times.len().saturating_sub(WRONG_KEPT);
        row.set("wrong_times", &list(&times[from..]))?;
        Ok(true)
    })
}

fn times(list: &str) -> Result<Vec<i64>, StoreError> {
    serde_json::from_str(list).map_err(|_| StoreError::Corrupt("times of wrong codes".into()))
}

fn list(times: &[i64]) -> String {
    let times: Vec<String> = times.iter().map(i64::to_string).collect();
    format!("[{}]", times.join(","))
}

/// How many wrong codes there were after a time, as far as they count ([`WRONG_KEPT`]).
pub fn wrong_since(tx: &mut Tx, id: &IdentityId, since: i64) -> Result<i64, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![row_key::of(id), id])? else {
        return Ok(0);
    };
    let times = times(&row.get::<String>("wrong_times")?)?;
    Ok(times.iter().filter(|time| **time > since).count() as i64)
}

/// Deletes the wrong codes of a code that is replaced.
pub fn forget_wrong(tx: &mut Tx, id: &IdentityId) -> Result<(), StoreError> {
    amend(tx, id, |row| {
        row.set("wrong_times", "[]")?;
        Ok(true)
    })
    .map(drop)
}

/// A right code: the count of wrong ones in a row returns to zero.
pub fn code_succeeded(tx: &mut Tx, id: &IdentityId) -> Result<(), StoreError> {
    amend(tx, id, |row| {
        row.set("wrong_codes", 0_i64)?;
        Ok(true)
    })
    .map(drop)
}

/// Replaces the code's version; false when another change came first.
pub fn set_code_version(
    tx: &mut Tx,
    id: &IdentityId,
    from: i64,
    to: i64,
) -> Result<bool, StoreError> {
    amend(tx, id, |row| {
        if row.get::<i64>("code_version")? != from {
            return Ok(false);
        }
        row.set("code_version", to)?;
        row.set("wrong_codes", 0_i64)?;
        row.count("epoch")?;
        Ok(true)
    })
}

const COUNT: &str = "SELECT COUNT(*) FROM identity";

/// How many identities there are.
pub fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.value(COUNT, params![])
}

const PEOPLE: &str =
    "SELECT (SELECT COUNT(*) FROM identity) + (SELECT COUNT(*) FROM enrolment) AS people";

/// Whether anybody has an identity or is enrolling.
pub fn has_people(tx: &mut Tx) -> Result<bool, StoreError> {
    let people: i64 = tx.value(PEOPLE, params![])?;
    Ok(people > 0)
}
