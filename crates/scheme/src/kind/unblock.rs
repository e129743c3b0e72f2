//! Unblock: the person lifts a block that they set themselves.

use ipse_protocol::terms::{BlockReason, Factor, Flow, Level, SimNeed};
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::ActionKind;
use crate::actor::Actor;
use crate::block;
use crate::effect::{Approval, Effect};
use crate::error::Error;
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub(super) struct Unblock;

impl ActionKind for Unblock {
    fn texts(&self, _flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "unblock-title",
            purpose: "unblock-purpose",
            warning: None,
        }
    }

    fn factors(&self, _device: &Device) -> Vec<Factor> {
        // What lifts a suspension needs the code (design §6).
        vec![Factor::Code]
    }

    fn sim_need(&self, _level: Level) -> SimNeed {
        SimNeed::None
    }

    fn accepts_earlier_statement(&self) -> bool {
        false
    }

    fn allowed_while_suspended(&self) -> bool {
        true
    }

    fn prepare(&self, _: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        let claim = approval.claim;
        let (identity, actor) = (claim.identity.clone(), Actor::Device(claim.device.clone()));
        Ok(Box::new(move |tx, _now| {
            block::lift(tx, &identity, BlockReason::Person, &actor).map(drop)
        }))
    }

    fn return_url(&self, _: &Scheme, _: &Action, _: &Claim) -> Option<String> {
        None
    }
}
