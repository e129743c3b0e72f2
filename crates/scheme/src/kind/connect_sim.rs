//! Connect a SIM: the SIM that the person has proven to hold is bound to their identity.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_store::Tx;
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::ActionKind;
use crate::effect::{Approval, Effect};
use crate::error::{Error, RuleError};
use crate::scheme::Scheme;
use crate::sim;
use crate::view::ViewTexts;

pub(super) struct ConnectSim;

impl ActionKind for ConnectSim {
    fn texts(&self, _flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "connect-sim-title",
            purpose: "connect-sim-purpose",
            warning: None,
        }
    }

    fn factors(&self, _device: &Device) -> Vec<Factor> {
        // What lifts a suspension needs the code (design §6).
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
        sim::may_bind(tx, &action.id, &claim.identity)
    }

    fn prepare(&self, _: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        let (action, claim) = (approval.action.id.clone(), approval.claim.clone());
        Ok(Box::new(move |tx, _now| sim::bind_new(tx, &action, &claim)))
    }

    fn return_url(&self, _: &Scheme, _: &Action, _: &Claim) -> Option<String> {
        None
    }
}
