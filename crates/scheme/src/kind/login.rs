//! Log in at a partner: the partner learns who the person is.

use ipse_protocol::terms::{Factor, Flow, Level, SimNeed, Warning};
use ipse_store::action::{Action, Claim};
use ipse_store::device::Device;

use super::{ActionKind, code_or_biometric};
use crate::effect::{Approval, Effect};
use crate::error::Error;
use crate::grant;
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub(super) struct Login;

impl ActionKind for Login {
    fn texts(&self, flow: Flow) -> ViewTexts {
        ViewTexts {
            title: "login-title",
            purpose: "login-purpose",
            warning: match flow {
                Flow::App | Flow::Qr | Flow::Backchannel => None,
                Flow::Link => Some(Warning::StartedElsewhere),
            },
        }
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
        grant::prepare(scheme, approval)
    }

    fn return_url(&self, scheme: &Scheme, action: &Action, claim: &Claim) -> Option<String> {
        grant::return_url(scheme, action, claim)
    }
}
