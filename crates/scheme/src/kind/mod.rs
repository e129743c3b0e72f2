//! The kinds of action. Each is one module behind [`ActionKind`]; [`of`] finds it.

mod change_code;
mod confirm;
mod connect_sim;
mod email;
mod export;
mod fingerprint;
mod login;
mod share;
mod unblock;

use ipse_protocol::ids::IdentityId;
use ipse_protocol::terms::{Factor, Flow, Level, SimNeed, Warning};
use ipse_protocol::view::{Choice, Field};
use ipse_store::Tx;
use ipse_store::action::{Action, Claim};
use ipse_store::device::{Backup, Device};

use crate::attribute::{Contents, Known};
use crate::effect::{Approval, Effect, Evident};
use crate::error::{Error, RuleError};
use crate::request::ActionRequest;
use crate::scheme::Scheme;
use crate::share::plain_rows;
use crate::view::{Sentences, ViewTexts};

pub use ipse_store::Kind;

/// Makes the evidence of an approval for the partner.
pub(crate) type MakeEvidence = fn(&Scheme, &Approval<'_>, &Evident) -> Result<Vec<u8>, Error>;

/// One kind of action: everything that the rules must know about it.
pub(crate) trait ActionKind: Sync {
    /// The sentences of the view, for an action that the phone got hold of by `flow`.
    fn texts(&self, flow: Flow) -> ViewTexts;

    /// The sentences of the view where the scheme itself asks, for a browser in which the person looks at their data.
    fn texts_of_scheme(&self, flow: Flow) -> ViewTexts {
        self.texts(flow)
    }

    /// The typed values of the view, beside the attributes.
    fn fields(
        &self,
        _request: &ActionRequest<'_>,
        _sentences: &Sentences<'_>,
    ) -> Result<Vec<Field>, Error> {
        Ok(Vec::new())
    }

    /// What the person can choose with an approval, for an action that the phone got hold of by `flow`.
    fn choices(
        &self,
        _request: &ActionRequest<'_>,
        _flow: Flow,
        _sentences: &Sentences<'_>,
    ) -> Vec<Choice> {
        Vec::new()
    }

    /// What a request shows of a person, and gives.
    fn contents(
        &self,
        request: &ActionRequest<'_>,
        known: &Known<'_>,
        flow: Flow,
        sentences: &Sentences<'_>,
    ) -> Result<Contents, Error> {
        let mut fields = self.fields(request, sentences)?;
        let (rows, given) = plain_rows(&request.attributes, known, sentences)?;
        fields.extend(rows);
        Ok(Contents {
            title: None,
            purpose: None,
            fields,
            choices: self.choices(request, flow, sentences),
            given,
        })
    }

    /// Whether a person's phone may claim it, having got hold of it by `flow`. A refusal leaves it open.
    fn may_claim(
        &self,
        _request: &ActionRequest<'_>,
        _person: &IdentityId,
        _flow: Flow,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// The factors that this device may approve with. All but the code are optional.
    fn factors(&self, device: &Device) -> Vec<Factor>;

    /// The SIM statement that an approval needs.
    fn sim_need(&self, level: Level) -> SimNeed;

    /// Whether a statement of the last hours is enough while the operator does not answer (design §6).
    fn accepts_earlier_statement(&self) -> bool;

    /// Whether it may be approved while the identity is suspended, because it lifts a suspension or protects the person.
    fn allowed_while_suspended(&self) -> bool;

    /// Checks, in the deciding transaction, what only this kind rests on.
    fn may_approve(&self, _tx: &mut Tx, _action: &Action, _claim: &Claim) -> Result<(), RuleError> {
        Ok(())
    }

    /// What makes the evidence of an approval that the partner can show others, for a kind that has any: the bytes to which the leaf
    /// of the log commits.
    fn evidence(&self) -> Option<MakeEvidence> {
        None
    }

    /// Prepares an approval, before the deciding transaction: what the approval does in it.
    fn prepare(&self, scheme: &Scheme, approval: &Approval<'_>) -> Result<Effect, Error>;

    /// Where the phone sends the person after the decision: back to the browser that began, or nowhere.
    fn return_url(&self, scheme: &Scheme, action: &Action, claim: &Claim) -> Option<String>;
}

/// The module of a kind.
pub(crate) fn of(kind: Kind) -> &'static dyn ActionKind {
    match kind {
        Kind::Login => &login::Login,
        Kind::Share => &share::Share,
        Kind::Confirm => &confirm::Confirm,
        Kind::ConnectSim => &connect_sim::ConnectSim,
        Kind::ChangeCode => &change_code::ChangeCode,
        Kind::Fingerprint => &fingerprint::Fingerprint,
        Kind::Email => &email::Email,
        Kind::Unblock => &unblock::Unblock,
        Kind::Export => &export::Export,
    }
}

/// The factors with which a device may approve an action of this kind at a level. A credential that may be on other devices too
/// proves nothing about this one, so it does not reach `advanced`.
pub(crate) fn factors(kind: Kind, device: &Device, level: Level) -> Vec<Factor> {
    let mut factors = of(kind).factors(device);
    let bound = device.biometric_backup.is_some_and(Backup::is_bound);
    if level == Level::Advanced && !bound {
        factors.retain(|factor| *factor != Factor::Biometric);
    }
    factors
}

/// The warning of a partner's request that may have been sent by somebody else.
const fn started_elsewhere(flow: Flow) -> Option<Warning> {
    match flow {
        Flow::App | Flow::Qr | Flow::Backchannel => None,
        Flow::Link => Some(Warning::StartedElsewhere),
    }
}

/// The code, and fingerprint or face where the device has a credential for it.
fn code_or_biometric(device: &Device) -> Vec<Factor> {
    let mut factors = vec![Factor::Code];
    if device.biometric_credential.is_some() {
        factors.push(Factor::Biometric);
    }
    factors
}
