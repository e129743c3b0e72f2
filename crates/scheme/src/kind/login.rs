//! Log in at a partner: the partner learns who the person is.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_protocol::view::Choice;
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::{ActionKind, code_or_biometric, started_elsewhere};
use crate::effect::{Approval, Effect};
use crate::error::Error;
use crate::grant;
use crate::remembered;
use crate::request::ActionRequest;
use crate::scheme::Scheme;
use crate::view::{Sentences, ViewTexts};

pub(super) struct Login;

impl ActionKind for Login {
    fn texts(&self, flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "login-title",
            purpose: "login-purpose",
            warning: started_elsewhere(flow),
        }
    }

    fn texts_of_scheme(&self, flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "me-title",
            purpose: "me-purpose",
            ..self.texts(flow)
        }
    }

    fn choices(
        &self,
        request: &ActionRequest<'_>,
        flow: Flow,
        sentences: &Sentences<'_>,
    ) -> Vec<Choice> {
        remembered::choice(request, flow, sentences)
            .into_iter()
            .collect()
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
        true
    }

    fn allowed_while_suspended(&self) -> bool {
        false
    }

    fn prepare(&self, scheme: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error> {
        let give = grant::prepare(scheme, approval)?;
        Ok(match remembered::prepare(scheme, approval)? {
            None => give,
            Some(remember) => Box::new(move |tx, now| {
                give(tx, now)?;
                remember(tx, now)
            }),
        })
    }

    fn return_url(&self, scheme: &Scheme, action: &Action, claim: &Claim) -> Option<String> {
        grant::return_url(scheme, action, claim)
    }
}
