//! What a person approves, and what the deciding transaction then does.

use ipse_protocol::terms::{Factor, KeyKind};
use ipse_protocol::view::Chosen;
use ipse_store::action::{Action, Claim};
use ipse_store::{StoreError, Tx};

use crate::person::PersonKey;

/// What the deciding transaction does when an action is approved, at a time in milliseconds. Everything slow happened
/// before, and every refusal is in [`ActionKind::may_approve`](crate::kind::ActionKind::may_approve): an error here rolls back the
/// whole decision.
pub(crate) type Effect = Box<dyn Fn(&mut Tx, i64) -> Result<(), StoreError> + Send>;

/// What a person approves.
pub(crate) struct Approval<'a> {
    /// What was asked.
    pub action: &'a Action,
    /// The claim of the phone.
    pub claim: &'a Claim,
    /// The view that was shown.
    pub view: &'a [u8],
    /// What the person chose, of what the view offers.
    pub choices: &'a [Chosen],
    /// Key of the person.
    pub key: &'a PersonKey,
    /// The factor, and the kind of the device's key.
    pub methods: (Factor, KeyKind),
}

/// What evidence for the partner says beside the action and its view.
pub(crate) struct Evident {
    /// The name under which the partner knows the person.
    pub sub: String,
    /// When the person approved, in milliseconds.
    pub time: i64,
}
