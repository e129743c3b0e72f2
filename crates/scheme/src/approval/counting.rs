//! Counting wrong codes: per identity, over all its devices, in the commit before a second message is sent.

use ipse_protocol::ids::{ActionId, AttemptId, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{BlockReason, Factor, IdentityStatus};
use ipse_store::action::Claim;
use ipse_store::attempt::{self as attempts, Attempt, AttemptStatus};
use ipse_store::{StoreError, Tx, action, identity as identities};

use crate::action::require_linked;
use crate::actor::Actor;
use crate::code::WRONG_IN_A_ROW;
use crate::error::RuleError;
use crate::error::refuse;
use crate::{block, identity, kind};

/// So many wrong codes within [`WRONG_WINDOW_MS`] block.
const WRONG_IN_WINDOW: i64 = 10;
const WRONG_WINDOW_MS: i64 = 30 * 24 * 3_600_000;

/// Opens an attempt. An attempt that was open counts as wrong, and the third wrong one in a row blocks.
///
/// The same first message again gives the same attempt, and spends nothing.
pub(super) fn spend_attempt(
    tx: &mut Tx,
    row: &Attempt,
    claim: &Claim,
) -> Result<Attempt, RuleError> {
    let Some(current) = identities::by_id(tx, &row.identity)? else {
        refuse!(NotFound);
    };
    let Some(state) = action::state(tx, &row.action)? else {
        refuse!(NotFound);
    };
    require_linked(state.status_at(tx.now()?))?;
    if !state.is_offered(&claim.nonce) {
        refuse!(ViewChanged);
    }
    // Some kinds lift a suspension, but none gets past a code that is used up.
    let lifts = kind::of(state.kind()).allowed_while_suspended();
    let exhausted = BlockReason::CodeExhausted;
    if current.status != IdentityStatus::Active
        && (!lifts || identity::suspended_for(tx, &row.identity, exhausted)?)
    {
        return Err(identity::blocked(tx, &row.identity)?.into());
    }
    if current.epoch != claim.epoch {
        refuse!(EpochChanged);
    }
    if row.factor == Factor::Code {
        if let Some(known) = attempts::by_first(tx, &row.action, &row.first_hash)? {
            // A first message is used once. While its attempt is open it gets the same answer; afterwards it opens
            // nothing, and costs nothing.
            if known.status == AttemptStatus::Open {
                return Ok(known);
            }
            refuse!(AttemptUnknown);
        }
        if let Some(open) = attempts::open(tx, &row.identity)?
            && close_wrong(tx, &row.identity, &open.id)?
        {
            return Err(identity::blocked(tx, &row.identity)?.into());
        }
    }
    attempts::insert(tx, row)?;
    Ok(row.clone())
}

/// Closes an open attempt as right. A right code resets the count; a fingerprint does not.
pub(super) fn close_right(tx: &mut Tx, attempt: &Attempt) -> Result<(), StoreError> {
    let closed = attempts::close(tx, &attempt.id, AttemptStatus::Right)?;
    if closed && attempt.factor == Factor::Code {
        identities::code_succeeded(tx, &attempt.identity)?;
    }
    Ok(())
}

/// Closes the open attempt at an action that ends without it: the attempt is spent, and counts as wrong.
pub(crate) fn close_unfinished(
    tx: &mut Tx,
    identity: &IdentityId,
    action: &ActionId,
) -> Result<(), StoreError> {
    let open = attempts::open(tx, identity)?;
    if let Some(open) = open.filter(|open| open.action == *action) {
        close_wrong(tx, identity, &open.id)?;
    }
    Ok(())
}

/// Closes the open attempt at a code that is replaced. It is no guess at the new code, so it does not count.
pub(crate) fn close_replaced(tx: &mut Tx, identity: &IdentityId) -> Result<(), StoreError> {
    if let Some(open) = attempts::open(tx, identity)? {
        attempts::close(tx, &open.id, AttemptStatus::Wrong)?;
    }
    Ok(())
}

/// Closes an open attempt as wrong and counts it. Returns whether that blocked the identity.
fn close_wrong(tx: &mut Tx, who: &IdentityId, attempt: &AttemptId) -> Result<bool, StoreError> {
    if !attempts::close(tx, attempt, AttemptStatus::Wrong)? {
        return Ok(false);
    }
    let now = tx.now()?;
    identities::count_wrong(tx, who, now)?;
    let Some(current) = identities::by_id(tx, who)? else {
        return Ok(false);
    };
    let recent = identities::wrong_since(tx, who, now - WRONG_WINDOW_MS)?;
    let in_a_row = current.wrong_codes >= WRONG_IN_A_ROW;
    let in_window = recent >= WRONG_IN_WINDOW;
    if in_a_row || in_window {
        block::suspend(tx, who, BlockReason::CodeExhausted, &Actor::System)?;
        return Ok(true);
    }
    Ok(false)
}

/// Judges an attempt wrong. Returns the refusal for the phone.
pub(super) fn judge_wrong(tx: &mut Tx, attempt: &AttemptId) -> Result<Problem, StoreError> {
    let Some(row) = attempts::by_id(tx, attempt)? else {
        return Ok(Problem::new(ProblemCode::AttemptUnknown));
    };
    if row.status == AttemptStatus::Right || row.factor != Factor::Code {
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
