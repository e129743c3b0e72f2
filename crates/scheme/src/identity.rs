//! Identities: whether one may act.

use ipse_protocol::ids::IdentityId;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{BlockReason, Way};
use ipse_store::identity::{Identity, Suspension};
use ipse_store::{StoreError, Tx, identity};

use crate::error::RuleError;
use crate::error::refuse;

/// The identity, if it is active.
///
/// # Errors
/// `identity_blocked` with the reasons; `not_found`.
pub fn active(tx: &mut Tx, id: &IdentityId) -> Result<Identity, RuleError> {
    if let Some(found) = identity::active(tx, id)? {
        return Ok(found);
    }
    if identity::by_id(tx, id)?.is_none() {
        refuse!(NotFound);
    }
    Err(blocked(tx, id)?.into())
}

/// The identity that another row names.
///
/// # Errors
/// [`StoreError::Corrupt`] when there is none.
pub fn require(tx: &mut Tx, id: &IdentityId) -> Result<Identity, StoreError> {
    identity::by_id(tx, id)?.ok_or_else(|| StoreError::Corrupt("identity row".into()))
}

/// What lifts a reason.
pub fn way(reason: BlockReason) -> Way {
    match reason {
        BlockReason::Person => Way::Unblock,
        BlockReason::CodeExhausted
        | BlockReason::Contested
        | BlockReason::Document
        | BlockReason::Registrar => Way::Recover,
        BlockReason::SimChanged | BlockReason::SimLost => Way::Sim,
        BlockReason::DeviceLost => Way::NewPhone,
        BlockReason::Deceased | BlockReason::Fraud => Way::Support,
    }
}

/// The next step back to an active identity, if it is suspended. A step may lift several reasons, and none leads to a reason that
/// must be lifted first.
pub fn next(reasons: &[Suspension]) -> Option<Way> {
    let order = [
        Way::Support,
        Way::NewPhone,
        Way::Recover,
        Way::Unblock,
        Way::Sim,
    ];
    order
        .into_iter()
        .find(|wanted| reasons.iter().any(|s| way(s.reason) == *wanted))
}

/// Checks that a proofing may lift every reason for which an identity is suspended: it began after each of them, and none is
/// for staff alone. A new phone also proves the SIM.
///
/// # Errors
/// `identity_blocked`, `proofing_stale`.
pub fn require_liftable(
    tx: &mut Tx,
    id: &IdentityId,
    proofing_began: Option<i64>,
) -> Result<(), RuleError> {
    let reasons = identity::reasons(tx, id)?;
    if reasons.iter().any(|s| way(s.reason) == Way::Support) {
        return Err(blocked(tx, id)?.into());
    }
    Ok(require_proofing_after(&reasons, proofing_began)?)
}

/// Checks that a proofing began after each of these suspensions: whoever was at the bank before knew nothing of them.
///
/// # Errors
/// `proofing_stale`.
pub fn require_proofing_after(
    reasons: &[Suspension],
    proofing_began: Option<i64>,
) -> Result<(), Problem> {
    let after = |since: i64| proofing_began.is_some_and(|began| began > since);
    if reasons.iter().all(|s| after(s.since)) {
        Ok(())
    } else {
        Err(ProblemCode::ProofingStale.into())
    }
}

/// The refusal for a suspended identity.
///
/// # Errors
/// When the store fails.
pub fn blocked(tx: &mut Tx, id: &IdentityId) -> Result<Problem, StoreError> {
    let reasons: Vec<&str> = identity::reasons(tx, id)?
        .into_iter()
        .map(|s| s.reason.as_str())
        .collect();
    Ok(Problem::new(ProblemCode::IdentityBlocked).with("reasons", reasons))
}

/// Whether an identity is suspended for a reason.
///
/// # Errors
/// When the store fails.
pub fn suspended_for(
    tx: &mut Tx,
    id: &IdentityId,
    reason: BlockReason,
) -> Result<bool, StoreError> {
    Ok(identity::reasons(tx, id)?
        .iter()
        .any(|s| s.reason == reason))
}
