//! Share attributes with a partner.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::{ActionKind, code_or_biometric, started_elsewhere};
use crate::attribute::{Contents, Known};
use crate::effect::{Approval, Effect};
use crate::error::Error;
use crate::request::ActionRequest;
use crate::scheme::Scheme;
use crate::view::{Sentences, ViewTexts};
use crate::{grant, share};

pub(super) struct Share;

impl ActionKind for Share {
    fn texts(&self, flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "share-title",
            purpose: "share-purpose",
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
        share::contents(request, known, sentences)
    }

    fn factors(&self, device: &Device) -> Vec<Factor> {
        code_or_biometric(device)
    }

    fn sim_need(&self, level: Level) -> SimNeed {
        match level {
            Level::Basic => SimNeed::None,
            Level::Advanced => SimNeed::Silent,
        }
    }

    fn accepts_earlier_statement(&self) -> bool {
        false
    }

    fn allowed_while_suspended(&self) -> bool {
        false
    }

    fn prepare(&self, scheme: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        grant::prepare(scheme, approval)
    }

    fn return_url(&self, scheme: &Scheme, action: &Action, claim: &Claim) -> Option<String> {
        grant::return_url(scheme, action, claim)
    }
}
