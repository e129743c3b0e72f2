//! Add or remove the fingerprint of the phone. The person approves with the code, never with a fingerprint.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_store::Tx;
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::ActionKind;
use crate::effect::{Approval, Effect};
use crate::error::{Error, RuleError};
use crate::fingerprint;
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub(super) struct Fingerprint;

impl ActionKind for Fingerprint {
    fn texts(&self, _flow: Flow) -> ViewTexts {
        fingerprint::ADD_TEXTS
    }

    fn factors(&self, _device: &Device) -> Vec<Factor> {
        // Otherwise a person who can unlock the phone could add a finger of their own.
        vec![Factor::Code]
    }

    fn sim_need(&self, _level: Level) -> SimNeed {
        SimNeed::None
    }

    fn accepts_earlier_statement(&self) -> bool {
        false
    }

    fn allowed_while_suspended(&self) -> bool {
        // To remove; an addition begins for an active identity only, and a block ends it.
        true
    }

    fn may_approve(&self, tx: &mut Tx, action: &Action, claim: &Claim) -> Result<(), RuleError> {
        fingerprint::may_change(tx, &action.id, claim)
    }

    fn prepare(&self, _: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        let key = approval.key.clone();
        let (action, claim) = (approval.action.id.clone(), approval.claim.clone());
        Ok(Box::new(move |tx, _now| {
            fingerprint::change(tx, &key, (&action, &claim))
        }))
    }

    fn return_url(&self, _: &Scheme, _: &Action, _: &Claim) -> Option<String> {
        None
    }
}
