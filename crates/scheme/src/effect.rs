//! What a deciding transaction does.

use ipse_store::{StoreError, Tx};

/// What the deciding transaction does when an action is approved, at a time in milliseconds. Everything slow happened
/// before, and every refusal is in [`ActionKind::may_approve`](crate::kind::ActionKind::may_approve): an error here rolls back the
/// whole decision.
pub(crate) type Effect = Box<dyn Fn(&mut Tx, i64) -> Result<(), StoreError> + Send>;
