//! Change the code: the person chose another one, proved their SIM, and approves with the old code.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_store::Tx;
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::ActionKind;
use crate::code_change;
use crate::effect::{Approval, Effect};
use crate::error::{Error, RuleError};
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub(super) struct ChangeCode;

impl ActionKind for ChangeCode {
    fn texts(&self, _flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "change-code-title",
            purpose: "change-code-purpose",
            warning: None,
        }
    }

    fn factors(&self, _device: &Device) -> Vec<Factor> {
        // The old code, by which the person shows that it is theirs.
        vec![Factor::Code]
    }

    fn sim_need(&self, _level: Level) -> SimNeed {
        SimNeed::Holder
    }

    fn accepts_earlier_statement(&self) -> bool {
        false
    }

    fn allowed_while_suspended(&self) -> bool {
        true
    }

    fn may_approve(&self, tx: &mut Tx, action: &Action, claim: &Claim) -> Result<(), RuleError> {
        code_change::may_change(tx, &action.id, claim)
    }

    fn prepare(&self, _: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        let (action, claim) = (approval.action.id.clone(), approval.claim.clone());
        Ok(Box::new(move |tx, _now| {
            code_change::change(tx, &action, &claim)
        }))
    }

    fn return_url(&self, _: &Scheme, _: &Action, _: &Claim) -> Option<String> {
        None
    }
}
