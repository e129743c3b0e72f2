//! The approval (protocol §6): an attempt, which is spent before it is judged, and one transaction that decides.

mod attempt;
mod counting;
mod decision;
mod renew;
mod scan;
mod transaction;

use ipse_protocol::ids::{ActionId, AttemptId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::IdentityStatus;
use ipse_store::action::{self, Action, Claim};
use ipse_store::attempt::{self as attempts, Attempt};
use ipse_store::device::Device;
use ipse_store::identity::Identity;
use ipse_store::receipt as receipts;
use ipse_store::{StoreError, Tx};

use crate::device::{Incoming, Signed};
use crate::error::{Error, RuleError, refuse};
use crate::kind;
use crate::scheme::Scheme;

pub(crate) use counting::{close_replaced, close_unfinished};

/// An action that this phone claimed, and what an attempt or a decision needs with it, as of one moment.
struct ApprovalSnapshot {
    action: Action,
    claim: Claim,
    attempt: Option<Attempt>,
    /// The promise of the receipt, once the action is decided.
    promise: Option<String>,
    now: i64,
}

impl Scheme {
    /// Verifies the request and loads, in one snapshot, what it is about.
    async fn load_signed(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        attempt: Option<&str>,
    ) -> Result<(Signed, ApprovalSnapshot), Error> {
        let (signed, (snapshot, ())) = self
            .load_signed_with(incoming, id, attempt, |_, _| Ok(()))
            .await?;
        Ok((signed, snapshot))
    }

    /// As [`Scheme::load_signed`], with what else the same snapshot is to give.
    async fn load_signed_with<T: Send + 'static>(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        attempt: Option<&str>,
        more: impl Fn(&mut Tx, &ApprovalSnapshot) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(Signed, (ApprovalSnapshot, T)), Error> {
        let Some(id) = ActionId::parse(id) else {
            self.verify_request(incoming).await?;
            return Err(ProblemCode::NotFound.into());
        };
        let attempt = match attempt.map(AttemptId::parse) {
            Some(None) => {
                self.verify_request(incoming).await?;
                return Err(ProblemCode::AttemptUnknown.into());
            }
            Some(some) => some,
            None => None,
        };
        self.verify_reading(incoming, move |tx, device| {
            let snapshot = load(tx, &id, device, attempt.as_ref())?;
            let more = more(tx, &snapshot)?;
            Ok((snapshot, more))
        })
        .await
    }
}

/// Loads an action that this device claimed.
fn load(
    tx: &mut Tx,
    id: &ActionId,
    device: &Device,
    attempt: Option<&AttemptId>,
) -> Result<ApprovalSnapshot, RuleError> {
    let Some(action) = action::by_id(tx, id)? else {
        refuse!(NotFound);
    };
    let Some(claim) = action.claim.clone().filter(|c| c.device == device.id) else {
        refuse!(NotFound);
    };
    let attempt = match attempt {
        Some(attempt) => attempts::by_id(tx, attempt)?,
        None => None,
    };
    Ok(ApprovalSnapshot {
        promise: promise_of(tx, &action)?,
        action,
        claim,
        attempt,
        now: tx.now()?,
    })
}

/// The promise that was given with a decision; none before it.
fn promise_of(tx: &mut Tx, a: &Action) -> Result<Option<String>, StoreError> {
    match a.decision.as_ref().and_then(|d| d.receipt.as_ref()) {
        Some(receipt) => Ok(receipts::by_id(tx, receipt)?.map(|r| r.promise)),
        None => Ok(None),
    }
}

/// Whether the identity is still as it was at the claim. Before the slow work; the transaction checks it again.
fn require_unchanged(snapshot: &ApprovalSnapshot, now: &Identity) -> Result<(), ProblemCode> {
    let active = now.status == IdentityStatus::Active;
    if !active && !kind::of(snapshot.action.kind).allowed_while_suspended() {
        return Err(ProblemCode::IdentityBlocked);
    }
    if now.epoch != snapshot.claim.epoch {
        return Err(ProblemCode::EpochChanged);
    }
    Ok(())
}
