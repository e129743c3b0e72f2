//! What the scheme holds on a person, for that person: as one document.
//!
//! An approval with SIM and code opens it for ten minutes: on the phone that began the action, or in the browser whose session
//! began it ([`crate::session`]).

mod document;
mod rows;

use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{ActionStatus, IdentityStatus};
use ipse_store::action;
use ipse_store::sim::{self, BindingStatus};
use ipse_store::{Kind, Tx};
use serde::{Deserialize, Serialize};

use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::identity;
use crate::scheme::Scheme;
use crate::view::ViewTexts;

pub use document::{
    ActionData, AttributesData, BrowserData, Credential, DeviceData, EmailData, Export, GrantData,
    IdentityData, PartnerData, PhotoData, ProofingData, ReceiptData, SimData, SubData,
    SuspensionData, WithdrawalData,
};

/// For how long an approval opens the data, in milliseconds.
pub(crate) const OPEN_MS: i64 = 10 * 60_000;
/// The word in the service of an action that a phone began.
const PHONE: &str = "PHONE";

/// The sentences of an action that a phone began.
pub(crate) const PHONE_TEXTS: ViewTexts = ViewTexts {
    title: "export-phone-title",
    purpose: "export-phone-purpose",
    warning: None,
};

/// The session of a browser that began an export, as the details of its request.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForSession {
    /// The action whose approval began the session.
    pub(crate) session: ActionId,
    /// Whose session it is.
    pub(crate) identity: IdentityId,
}

impl Scheme {
    /// The person wants to download their data on this phone: the action begins.
    ///
    /// # Errors
    /// `identity_blocked`, `sim_not_ready`, `level_not_allowed`; `not_found` while the enrolment runs.
    pub async fn begin_export(&self, signed: &Signed) -> Result<String, Error> {
        self.idempotent(signed, self.new_export(signed)).await
    }

    async fn new_export(&self, signed: &Signed) -> Result<String, Error> {
        let who = signed.device.identity.clone();
        let (found, binding, now) = self
            .read(move |tx| {
                let found = identity::active(tx, &who)?;
                Ok((found, sim::binding(tx, &who)?, tx.now()?))
            })
            .await?;
        if binding.is_none_or(|sim| sim.status != BindingStatus::Bound) {
            return Err(ProblemCode::SimNotReady.into());
        }
        self.device_allowed(&signed.device, now)?;
        let key = self.persons.key(&found.id).await?;
        let asked = (Kind::Export, PHONE, PHONE_TEXTS);
        let row = self.own_advanced_action(asked, signed, &found, now, &key)?;
        let id = row.id.to_string();
        self.store.write(move |tx| action::insert(tx, &row)).await?;
        Ok(id)
    }

    /// What the scheme holds on the person, by the approval of an action that this phone began.
    ///
    /// # Errors
    /// `not_found` for an action that is not such a one; `action_closed` before it is approved, and for one that was not;
    /// `action_expired` when its time is over; `identity_blocked`, `epoch_changed`.
    pub async fn export(&self, signed: &Signed, id: &str) -> Result<Export, Error> {
        let id = ActionId::parse(id).ok_or(ProblemCode::NotFound)?;
        let (who, device) = (signed.device.identity.clone(), signed.device.id.clone());
        self.read(move |tx| {
            let found = action::by_id(tx, &id)?;
            let Some(found) = found.filter(|a| a.is_own() && a.kind == Kind::Export) else {
                refuse!(NotFound);
            };
            let Some(claim) = &found.claim else {
                refuse!(NotFound);
            };
            if claim.identity != who || claim.device != device {
                refuse!(NotFound);
            }
            opened(tx, &found, claim.epoch)
        })
        .await?;
        self.document(&signed.device.identity).await
    }
}

/// Whether an approved action still opens the data.
fn opened(tx: &mut Tx, found: &action::Action, epoch: i64) -> Result<(), RuleError> {
    let now = tx.now()?;
    let status = found.status_at(now);
    let decided = match &found.decision {
        Some(decision) if status == ActionStatus::Approved => decision.decided,
        _ => {
            let closed = Problem::new(ProblemCode::ActionClosed);
            return Err(closed.with("action_status", status.as_str()).into());
        }
    };
    if now >= decided + OPEN_MS {
        refuse!(ActionExpired);
    }
    let Some(identity) = &found.identity else {
        refuse!(NotFound);
    };
    let current = identity::require(tx, identity)?;
    if current.status != IdentityStatus::Active {
        return Err(identity::blocked(tx, identity)?.into());
    }
    if current.epoch != epoch {
        refuse!(EpochChanged);
    }
    Ok(())
}
