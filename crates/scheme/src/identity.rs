//! Identities: whether one may act.

use ipse_protocol::ids::IdentityId;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{BlockReason, IdentityStatus};
use ipse_store::identity::Identity;
use ipse_store::{StoreError, Tx, identity};

use crate::error::RuleError;
use crate::error::refuse;

/// The identity, if it is active.
///
/// # Errors
/// `identity_blocked` with the reasons; `not_found`.
pub fn active(tx: &mut Tx, id: &IdentityId) -> Result<Identity, RuleError> {
    let Some(found) = identity::by_id(tx, id)? else {
        refuse!(NotFound);
    };
    if found.status != IdentityStatus::Active {
        return Err(blocked(tx, id)?.into());
    }
    Ok(found)
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
