//! Add, change or remove the e-mail address. The person approves with the code, never with a fingerprint.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_store::Tx;
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::ActionKind;
use crate::effect::{Approval, Effect};
use crate::email;
use crate::error::{Error, RuleError};
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub(super) struct Email;

impl ActionKind for Email {
    fn texts(&self, _flow: Flow) -> ViewTexts {
        email::SET_TEXTS
    }

    fn factors(&self, _device: &Device) -> Vec<Factor> {
        // Sites write to this address to let a person in again: somebody who can unlock the phone must not set their own.
        vec![Factor::Code]
    }

    fn sim_need(&self, _level: Level) -> SimNeed {
        SimNeed::None
    }

    fn accepts_earlier_statement(&self) -> bool {
        false
    }

    fn allowed_while_suspended(&self) -> bool {
        // To remove; an address is set for an active identity only, and a block ends it.
        true
    }

    fn may_approve(&self, tx: &mut Tx, action: &Action, claim: &Claim) -> Result<(), RuleError> {
        email::may_change(tx, &action.id, claim)
    }

    fn prepare(&self, _: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        let key = approval.key.clone();
        let (action, claim) = (approval.action.id.clone(), approval.claim.clone());
        Ok(Box::new(move |tx, now| {
            email::change(tx, &key, (&action, &claim), now)
        }))
    }

    fn return_url(&self, _: &Scheme, _: &Action, _: &Claim) -> Option<String> {
        None
    }
}
