//! Confirm something to a partner, such as a payment.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::{ActionKind, MakeEvidence, code_or_biometric, started_elsewhere};
use crate::attribute::{Contents, Known};
use crate::effect::{Approval, Effect};
use crate::error::Error;
use crate::request::ActionRequest;
use crate::scheme::Scheme;
use crate::view::{Sentences, ViewTexts};
use crate::{confirm, grant};

pub(super) struct Confirm;

impl ActionKind for Confirm {
    fn texts(&self, flow: Flow) -> ViewTexts {
        ViewTexts {
            // The template has its own title.
            title: "confirm-text-title",
            purpose: "confirm-purpose",
            warning: started_elsewhere(flow),
        }
    }

    fn contents(
        &self,
        request: &ActionRequest<'_>,
        known: &Known<'_>,
        _flow: Flow,
        sentences: &Sentences<'_>,
    ) -> Result<Contents, Error> {
        confirm::contents(request, known.language, sentences)
    }

    fn factors(&self, device: &Device) -> Vec<Factor> {
        code_or_biometric(device)
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

    fn evidence(&self) -> Option<MakeEvidence> {
        Some(confirm::payload)
    }

    fn prepare(&self, scheme: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        grant::prepare(scheme, approval)
    }

    fn return_url(&self, scheme: &Scheme, action: &Action, claim: &Claim) -> Option<String> {
        grant::return_url(scheme, action, claim)
    }
}
