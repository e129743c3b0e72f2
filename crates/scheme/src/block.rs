//! Blocking: at once, everywhere, also in the middle of an action.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::ids;
use ipse_store::{StoreError, Tx, action, identity, outbox};

use crate::identity::Reason;

/// Channel on which nodes tell each other that an identity changed.
pub const IDENTITY_CHANNEL: &str = "ipse_identity";
/// Channel on which nodes tell each other that an action changed.
pub const ACTION_CHANNEL: &str = "ipse_action";
/// Tells open apps and other nodes that an action changed. The notice also names the person, so that nobody has to
/// look up the actions of strangers to learn that they are not theirs.
pub fn action_changed(tx: &mut Tx, action: &str, identity: Option<&str>) {
    let id = format!("{action}/{}", identity.unwrap_or_default());
    tx.notify(ACTION_CHANNEL, &id);
}

/// Outbox kind of a receipt that is yet to be written.
pub const RECEIPT_EFFECT: &str = "receipt";

/// Suspends an identity in one transaction: the epoch rises (so that whatever runs is refused at its last step, and codes and
/// tokens of before open nothing any more), running actions end, a receipt is queued.
///
/// # Errors
/// When the store fails.
pub fn suspend(tx: &mut Tx, id: &str, reason: Reason, cause: &str) -> Result<bool, StoreError> {
    let now = tx.now()?;
    if !identity::suspend(tx, id, reason.as_str(), cause, now)? {
        return Ok(false);
    }
    action::cancel_open(tx, id, reason.as_str(), now)?;
    queue_receipt(tx, id, "block", reason.as_str(), cause)?;
    tx.notify(IDENTITY_CHANNEL, id);
    Ok(true)
}

/// Lifts a reason; a receipt is queued. Says whether the identity is active now.
///
/// # Errors
/// When the store fails.
pub fn lift(tx: &mut Tx, id: &str, reason: Reason, cause: &str) -> Result<bool, StoreError> {
    let active = identity::lift(tx, id, reason.as_str())?;
    queue_receipt(tx, id, "unblock", reason.as_str(), cause)?;
    tx.notify(IDENTITY_CHANNEL, id);
    Ok(active)
}

/// An action that a person was asked about ended without their decision: that too is a leaf of the log.
///
/// # Errors
/// When the store fails.
pub fn undecided(
    tx: &mut Tx,
    action: &str,
    identity: &str,
    reason: &str,
) -> Result<(), StoreError> {
    queue_receipt(tx, identity, "expiry", reason, action)
}

/// Queues a receipt without personal data for the outbox worker, which seals and signs it outside the transaction.
///
/// # Errors
/// When the store fails.
pub fn queue_receipt(
    tx: &mut Tx,
    identity: &str,
    kind: &str,
    reason: &str,
    cause: &str,
) -> Result<(), StoreError> {
    if !enforced(Control::T13Outbox) {
        return Ok(());
    }
    let now = tx.now()?;
    let payload = serde_json::json!({
        "identity": identity, "kind": kind, "reason": reason, "cause": cause, "time": now,
    });
    outbox::add(
        tx,
        &ids::dated(ids::RECEIPT, now),
        RECEIPT_EFFECT,
        &payload.to_string(),
        now,
    )
}
