//! Identities, their suspensions and their wrong codes.

use ipse_protocol::ids::{AttemptId, IdentityId};
use ipse_protocol::terms::{BlockReason, IdentityStatus};

use ipse_texts::Language;

use crate::engine::{StoreError, Tx};
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

const INSERT: &str = "INSERT INTO identity (number, id, status, epoch, language, code_version, wrong_codes, created) \
                      VALUES ($1, $2, 'active', 1, $3, 1, 0, $4)";

/// Adds an active identity at epoch 1.
pub fn insert(
    tx: &mut Tx,
    id: &IdentityId,
    language: Language,
    now: i64,
) -> Result<(), StoreError> {
    tx.change_one(INSERT, params![row_key::of(id), id, language, now])
}

const BY_ID: &str = "SELECT id, status, epoch, language, code_version, wrong_codes \
                     FROM identity WHERE number = $1 AND id = $2";

/// Finds an identity.
pub fn by_id(tx: &mut Tx, id: &IdentityId) -> Result<Option<Identity>, StoreError> {
    let Some(mut row) = tx.row(BY_ID, params![row_key::of(id), id])? else {
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

const SUSPEND: &str = "UPDATE identity SET status = 'suspended', epoch = epoch + 1 \
                       WHERE number = $1 AND id = $2 AND status <> 'closed'";
const ADD_REASON: &str = "INSERT INTO suspension (identity, reason, since, cause) VALUES ($1, $2, $3, $4) \
                          ON CONFLICT (identity, reason) DO NOTHING";

/// Suspends an identity for a reason and raises its epoch; returns whether the reason is new.
pub fn suspend(
    tx: &mut Tx,
    id: &IdentityId,
    reason: BlockReason,
    cause: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let added = tx.change_at_most_one(ADD_REASON, params![id, &reason, now, cause])?;
    if added {
        // A closed identity stays closed.
        tx.change_at_most_one(SUSPEND, params![row_key::of(id), id])?;
    }
    Ok(added)
}

const LIFT_REASON: &str = "DELETE FROM suspension WHERE identity = $1 AND reason = $2";
const REASONS: &str =
    "SELECT reason, since FROM suspension WHERE identity = $1 ORDER BY since, reason";
const ACTIVATE: &str = "UPDATE identity SET status = 'active', epoch = epoch + 1 \
                        WHERE number = $1 AND id = $2 AND status = 'suspended'";

/// The reasons for which an identity is suspended.
pub fn reasons(tx: &mut Tx, id: &IdentityId) -> Result<Vec<Suspension>, StoreError> {
    tx.rows(REASONS, params![id])?
        .into_iter()
        .map(|mut row| {
            Ok(Suspension {
                reason: row.get("reason")?,
                since: row.get("since")?,
            })
        })
        .collect()
}

/// Lifts one reason; the identity is active again when it was the last. Returns whether it is active now.
pub fn lift(tx: &mut Tx, id: &IdentityId, reason: BlockReason) -> Result<bool, StoreError> {
    let lifted = tx.change_at_most_one(LIFT_REASON, params![id, &reason])?;
    let left = reasons(tx, id)?;
    if lifted && left.is_empty() {
        // A closed identity stays closed.
        tx.change_at_most_one(ACTIVATE, params![row_key::of(id), id])?;
    } else if lifted {
        raise_epoch(tx, id)?;
    }
    Ok(left.is_empty())
}

const RAISE: &str = "UPDATE identity SET epoch = epoch + 1 WHERE number = $1 AND id = $2";

/// Raises the epoch: every action that began before is refused from now on.
pub fn raise_epoch(tx: &mut Tx, id: &IdentityId) -> Result<(), StoreError> {
    tx.change_one(RAISE, params![row_key::of(id), id])
}

const COUNT_WRONG: &str =
    "UPDATE identity SET wrong_codes = wrong_codes + 1 WHERE number = $1 AND id = $2";
const ADD_WRONG: &str = "INSERT INTO wrong_code (attempt, identity, time) VALUES ($1, $2, $3)";

/// Counts a wrong code.
pub fn count_wrong(
    tx: &mut Tx,
    id: &IdentityId,
    attempt: &AttemptId,
    now: i64,
) -> Result<(), StoreError> {
    tx.change_one(COUNT_WRONG, params![row_key::of(id), id])?;
    tx.change_one(ADD_WRONG, params![attempt, id, now])
}

const WRONG_SINCE: &str = "SELECT COUNT(*) FROM wrong_code WHERE identity = $1 AND time > $2";

/// How many wrong codes there were after a time.
pub fn wrong_since(tx: &mut Tx, id: &IdentityId, since: i64) -> Result<i64, StoreError> {
    tx.value(WRONG_SINCE, params![id, since])
}

// The condition spares the write: nearly always the count is zero already.
const SUCCESS: &str =
    "UPDATE identity SET wrong_codes = 0 WHERE number = $1 AND id = $2 AND wrong_codes <> 0";

/// A right code: the count of wrong ones returns to zero.
pub fn code_succeeded(tx: &mut Tx, id: &IdentityId) -> Result<(), StoreError> {
    tx.change_at_most_one(SUCCESS, params![row_key::of(id), id])
        .map(drop)
}

const NEW_CODE: &str = "UPDATE identity SET code_version = $3, wrong_codes = 0, epoch = epoch + 1 \
                        WHERE number = $1 AND id = $2 AND code_version = $4";

/// Replaces the code's version; false when another change came first.
pub fn set_code_version(
    tx: &mut Tx,
    id: &IdentityId,
    from: i64,
    to: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(NEW_CODE, params![row_key::of(id), id, to, from])
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
