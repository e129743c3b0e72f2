//! Blocking: at once, everywhere, also in the middle of an action.

use ipse_protocol::ids::{ActionId, IdentityId, ReceiptId};
use ipse_protocol::terms::{BlockReason, LeafKind};
use ipse_store::outbox::{self, EffectKind};
use ipse_store::{StoreError, Tx, action, identity};

use crate::actor::Actor;

/// Channel on which nodes tell each other that an identity changed.
pub const IDENTITY_CHANNEL: &str = "ipse_identity";
/// Channel on which nodes tell each other that an action changed.
pub const ACTION_CHANNEL: &str = "ipse_action";

/// Tells open apps and other nodes that an action changed. The notice names the person too, so that no node must look up
/// the actions of others to find out.
pub fn action_changed(tx: &mut Tx, action: &ActionId, identity: Option<&IdentityId>) {
    let identity = identity.map_or("", IdentityId::as_str);
    tx.notify(ACTION_CHANNEL, &format!("{action}/{identity}"));
}

/// Suspends an identity; false when it is suspended for this reason already.
///
/// The epoch rises: actions that run are refused at their last step, and codes and tokens open nothing any more. Open
/// actions end, and a receipt is queued.
///
/// # Errors
/// When the store fails.
pub fn suspend(
    tx: &mut Tx,
    id: &IdentityId,
    reason: BlockReason,
    actor: &Actor,
) -> Result<bool, StoreError> {
    suspend_because(tx, id, reason, &actor.cause())
}

/// As [`suspend`], because a person reported an action that was not theirs.
///
/// # Errors
/// When the store fails.
pub fn suspend_reported(
    tx: &mut Tx,
    id: &IdentityId,
    action: &ActionId,
) -> Result<bool, StoreError> {
    suspend_because(tx, id, BlockReason::Person, action)
}

fn suspend_because(
    tx: &mut Tx,
    id: &IdentityId,
    reason: BlockReason,
    cause: &str,
) -> Result<bool, StoreError> {
    let now = tx.now()?;
    if !identity::suspend(tx, id, reason, cause, now)? {
        return Ok(false);
    }
    action::cancel_open(tx, id, reason.as_str(), now)?;
    queue_receipt(tx, id, LeafKind::Block, reason.as_str(), cause)?;
    tx.notify(IDENTITY_CHANNEL, id);
    Ok(true)
}

/// Lifts a reason, and queues a receipt. Returns whether the identity is active now.
///
/// # Errors
/// When the store fails.
pub fn lift(
    tx: &mut Tx,
    id: &IdentityId,
    reason: BlockReason,
    actor: &Actor,
) -> Result<bool, StoreError> {
    let active = identity::lift(tx, id, reason)?;
    queue_receipt(tx, id, LeafKind::Unblock, reason.as_str(), &actor.cause())?;
    tx.notify(IDENTITY_CHANNEL, id);
    Ok(active)
}

/// Queues the receipt of an action that ended without the person's decision, and names it in the action.
///
/// # Errors
/// When the store fails.
pub fn undecided(
    tx: &mut Tx,
    action: &ActionId,
    identity: &IdentityId,
    reason: &str,
) -> Result<(), StoreError> {
    let about = serde_json::json!({"reason": reason, "cause": action, "action": action});
    let receipt = queue_receipt_about(tx, identity, LeafKind::Expiry, about)?;
    action::keep_receipt(tx, action, &receipt)?;
    Ok(())
}

/// Queues a receipt without personal data. The outbox worker seals and signs it outside the transaction.
///
/// # Errors
/// When the store fails.
pub fn queue_receipt(
    tx: &mut Tx,
    identity: &IdentityId,
    kind: LeafKind,
    reason: &str,
    cause: &str,
) -> Result<(), StoreError> {
    let about = serde_json::json!({"reason": reason, "cause": cause});
    queue_receipt_about(tx, identity, kind, about).map(drop)
}

/// As [`queue_receipt`], with any members in place of reason and cause. Returns the receipt's id.
pub(crate) fn queue_receipt_about(
    tx: &mut Tx,
    identity: &IdentityId,
    kind: LeafKind,
    mut about: serde_json::Value,
) -> Result<ReceiptId, StoreError> {
    let now = tx.now()?;
    about["identity"] = identity.as_str().into();
    about["kind"] = kind.as_str().into();
    about["time"] = now.into();
    let id = ReceiptId::dated(now, tx.random());
    outbox::add(tx, &id, EffectKind::Receipt, &about.to_string(), now)?;
    Ok(id)
}
