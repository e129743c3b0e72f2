//! See and download what the scheme holds on the person: on the phone that begins it, or in the browser in which they are
//! logged in.

use ipse_protocol::ids::IdentityId;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::ActionKind;
use crate::effect::{Approval, Effect};
use crate::error::Error;
use crate::export::ForSession;
use crate::grant;
use crate::request::ActionRequest;
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub(super) struct Export;

impl ActionKind for Export {
    fn texts(&self, _flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "export-title",
            purpose: "export-purpose",
            warning: None,
        }
    }

    fn may_claim(
        &self,
        request: &ActionRequest<'_>,
        person: &IdentityId,
        flow: Flow,
    ) -> Result<(), Error> {
        let session: ForSession = request.details()?;
        if session.identity != *person {
            return Err(ProblemCode::AlreadyClaimed.into());
        }
        match flow {
            Flow::App | Flow::Qr => Ok(()),
            // Somebody who is logged in at another browser may have sent it.
            Flow::Link | Flow::Backchannel => Err(ProblemCode::ScanRequired.into()),
        }
    }

    fn factors(&self, _device: &Device) -> Vec<Factor> {
        // Who can only unlock the phone learns nothing more of its owner.
        vec![Factor::Code]
    }

    fn sim_need(&self, _level: Level) -> SimNeed {
        SimNeed::Silent
    }

    fn accepts_earlier_statement(&self) -> bool {
        false
    }

    fn allowed_while_suspended(&self) -> bool {
        false
    }

    fn prepare(&self, scheme: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        if approval.action.is_own() {
            // The approved action itself opens the data.
            return Ok(Box::new(|_, _| Ok(())));
        }
        grant::prepare(scheme, approval)
    }

    fn return_url(&self, scheme: &Scheme, action: &Action, claim: &Claim) -> Option<String> {
        grant::return_url(scheme, action, claim)
    }
}
