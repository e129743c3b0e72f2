//! Counting wrong codes: per identity, over all its devices, in the commit before a second message leaves.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::action::{self, Attempt};
use ipse_store::identity as identities;
use ipse_store::{StoreError, Tx};

use crate::action::status_when;
use crate::identity::Reason;
use crate::{Outcome, block, identity, refuse};

/// Wrong codes in a row that block.
const WRONG_IN_A_ROW: i64 = 3;
/// Wrong codes within [`WRONG_WINDOW_MS`] that block.
const WRONG_IN_WINDOW: i64 = 10;
const WRONG_WINDOW_MS: i64 = 30 * 24 * 3_600_000;

/// Opens an attempt: whatever was open counts as wrong, and the third wrong blocks.
pub(super) fn spend_attempt(tx: &mut Tx, row: &Attempt, epoch: Option<i64>) -> Outcome<Attempt> {
    let Some(current) = identities::by_id(tx, &row.identity)? else {
        refuse!(NotFound);
    };
    let Some(asked) = action::state(tx, &row.action)? else {
        refuse!(NotFound);
    };
    match status_when(&asked.status, asked.expires, tx.now()?) {
        "linked" => {}
        "expired" => refuse!(ActionExpired),
        status => {
            return Ok(Err(
                Problem::new(ProblemCode::ActionClosed).with("action_status", status)
            ));
        }
    }
    // The person's own actions bring an identity back, but never past a code that is used up.
    if current.status != "active" && (!asked.own || code_exhausted(tx, &row.identity)?) {
        return Ok(Err(identity::blocked(tx, &row.identity)?));
    }
    if Some(current.epoch) != epoch {
        refuse!(EpochChanged);
    }
    if row.factor == "code" {
        if let Some(kept) = action::attempt_by_first(tx, &row.action, &row.first_hash)? {
            // A first message serves once: while its attempt is open it gets the same answer; afterwards it opens
            // nothing and costs nothing.
            if kept.status == "open" {
                return Ok(Ok(kept));
            }
            refuse!(AttemptUnknown);
        }
        if let Some(open) = action::open_attempt(tx, &row.identity)? {
            if !enforced(Control::T03AttemptSpentFirst) {
                action::close_attempt(tx, &open.id, "wrong")?;
            } else if close_wrong(tx, &row.identity, &open.id)? {
                return Ok(Err(identity::blocked(tx, &row.identity)?));
            }
        }
    }
    action::insert_attempt(tx, row)?;
    Ok(Ok(row.clone()))
}

fn code_exhausted(tx: &mut Tx, who: &str) -> Result<bool, StoreError> {
    let reasons = identities::reasons(tx, who)?;
    Ok(reasons
        .iter()
        .any(|r| r.reason == Reason::CodeExhausted.as_str()))
}

/// Closes an open attempt as right; a right code starts the count anew, a fingerprint does not.
pub(super) fn close_right(tx: &mut Tx, attempt: &Attempt) -> Result<(), StoreError> {
    if action::close_attempt(tx, &attempt.id, "right")? && attempt.factor == "code" {
        identities::code_succeeded(tx, &attempt.identity)?;
    }
    Ok(())
}

/// An attempt at the code for an action that ends without it is spent all the same, and counts as wrong.
pub(crate) fn close_unfinished(tx: &mut Tx, who: &str, asked: &str) -> Result<(), StoreError> {
    let open = action::open_attempt(tx, who)?;
    if let Some(open) = open.filter(|open| open.action == asked) {
        close_wrong(tx, who, &open.id)?;
    }
    Ok(())
}

/// Closes an open attempt as wrong and counts it; says whether that blocked the identity.
fn close_wrong(tx: &mut Tx, who: &str, attempt: &str) -> Result<bool, StoreError> {
    if !action::close_attempt(tx, attempt, "wrong")? {
        return Ok(false);
    }
    let now = tx.now()?;
    identities::count_wrong(tx, who, attempt, now)?;
    let Some(current) = identities::by_id(tx, who)? else {
        return Ok(false);
    };
    let recent = identities::wrong_since(tx, who, now - WRONG_WINDOW_MS)?;
    let in_a_row = current.wrong_codes >= WRONG_IN_A_ROW && enforced(Control::T03ThreeStrikes);
    let in_all = recent >= WRONG_IN_WINDOW && enforced(Control::T03TenInThirtyDays);
    if in_a_row || in_all {
        block::suspend(tx, who, Reason::CodeExhausted, "scheme")?;
        return Ok(true);
    }
    Ok(false)
}

/// Judges an attempt wrong and says so.
pub(super) fn judged_wrong(tx: &mut Tx, attempt: &str) -> Result<Problem, StoreError> {
    let Some(row) = action::attempt_by_id(tx, attempt)? else {
        return Ok(Problem::new(ProblemCode::AttemptUnknown));
    };
    if row.status == "right" || row.factor != "code" {
        return Ok(Problem::new(ProblemCode::AttemptUnknown));
    }
    let blocked = close_wrong(tx, &row.identity, attempt)?;
    let wrong = identities::by_id(tx, &row.identity)?.map_or(WRONG_IN_A_ROW, |i| i.wrong_codes);
    let left = if blocked {
        0
    } else {
        (WRONG_IN_A_ROW - wrong).max(0)
    };
    Ok(Problem::new(ProblemCode::CodeWrong)
        .with("wrong_codes_left", left)
        .with("blocked", blocked || left == 0))
}
