//! Actions: one request to one person. What the phone sees of them.

mod claim;
mod image;
mod offer;
mod own;

use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::ActionStatus;
use ipse_protocol::wire::{ActionEvent, ActionSummary, ActionsResponse, Offer, Withdrawn};
use ipse_store::action::{self, Action};
use ipse_store::identity::{self as identities, Identity};
use ipse_store::sim::Binding;
use ipse_store::{StoreError, Tx, person};

use crate::actor::Viewer;
use crate::attribute;
use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::link;
use crate::remembered;
use crate::request::{ActionRequest, is_own_partner};
use crate::scheme::Scheme;
use crate::withdrawal::Withdrawals;

pub(crate) use claim::Way;

/// How many actions are listed at a time.
pub(crate) const PAGE: usize = 50;

/// An action and what a phone is offered with it, as of one moment.
pub(crate) struct ActionSnapshot {
    pub(crate) action: Action,
    pub(crate) identity: Identity,
    /// The person's attributes, sealed.
    attributes: Vec<u8>,
    /// Their e-mail address, sealed, if the request asks for it and they have one.
    email: Option<Vec<u8>>,
    /// The photo that a registrar gave last, sealed, if the request asks for it.
    photo: Option<Vec<u8>>,
    binding: Option<Binding>,
    pub(crate) now: i64,
}

impl Scheme {
    /// The person's latest actions, newest first: what is open, and what was. Those before the action `before`, if given.
    ///
    /// # Errors
    /// `not_found` when `before` is not theirs.
    pub async fn actions(
        &self,
        viewer: &Viewer,
        before: Option<&str>,
    ) -> Result<ActionsResponse, Error> {
        let before = match before {
            None => None,
            Some(id) => Some(ActionId::parse(id).ok_or(ProblemCode::NotFound)?),
        };
        let identity = viewer.identity.clone();
        let (rows, returning, withdrawals, now) = self
            .read(move |tx| {
                let last = match &before {
                    None => None,
                    Some(id) => Some(of_person(tx, id, &identity)?),
                };
                let last = last.as_ref().map(|a| (a.created, a.id.as_str()));
                // One more than is shown says whether there are more.
                let rows = action::of_identity(tx, &identity, last, PAGE as i64 + 1)?;
                let now = tx.now()?;
                // They are not many, and belong to the latest page.
                let returning = match last {
                    None => remembered::returning(tx, &identity, now)?,
                    Some(_) => Vec::new(),
                };
                let withdrawals = Withdrawals::of(tx, &identity)?;
                Ok((rows, returning, withdrawals, now))
            })
            .await?;
        let mut answer = ActionsResponse {
            open: Vec::new(),
            past: Vec::new(),
            more: rows.len() > PAGE,
            returning,
        };
        for row in rows.iter().take(PAGE) {
            let summary = self.summary(row, &withdrawals, now)?;
            match summary.status {
                ActionStatus::Created | ActionStatus::Linked => answer.open.push(summary),
                ActionStatus::Approved
                | ActionStatus::Refused
                | ActionStatus::Expired
                | ActionStatus::Cancelled
                | ActionStatus::Delivered => answer.past.push(summary),
            }
        }
        Ok(answer)
    }

    pub(crate) fn summary(
        &self,
        a: &Action,
        withdrawals: &Withdrawals,
        now: i64,
    ) -> Result<ActionSummary, Error> {
        let request = ActionRequest::parse(&a.request)?;
        // Nothing links to a person's own actions.
        let linked = !a.is_own() && a.status == ActionStatus::Created;
        Ok(ActionSummary {
            id: a.id.to_string(),
            kind: a.kind.wire(),
            partner_id: a
                .partner
                .as_ref()
                .filter(|id| !is_own_partner(id))
                .map(ToString::to_string),
            partner: Some(request.partner_name.into_owned()),
            domain: Some(request.partner_domain.into_owned()),
            status: a.status_at(now),
            created: a.created,
            expires: a.expires,
            decided: a.decision.as_ref().map(|d| d.decided),
            receipt: a
                .decision
                .as_ref()
                .and_then(|d| d.receipt.as_ref())
                .map(ToString::to_string),
            returned: a.is_return(),
            reason: a.reason().map(str::to_owned),
            withdrawn: withdrawn(a, withdrawals),
            link: linked.then(|| link::app_link(self, &a.id)),
        })
    }

    /// One action of the person: its summary and, while this device holds it open, the offer.
    ///
    /// # Errors
    /// `not_found` for an action that is not theirs.
    pub async fn action(
        &self,
        signed: &Signed,
        id: &str,
    ) -> Result<(ActionSummary, Option<Offer>), Error> {
        let id = ActionId::parse(id).ok_or(ProblemCode::NotFound)?;
        let identity = signed.device.identity.clone();
        let (snapshot, withdrawals) = self
            .read(move |tx| {
                let withdrawals = Withdrawals::of(tx, &identity)?;
                Ok((load_own(tx, &id, &identity)?, withdrawals))
            })
            .await?;
        let summary = self.summary(&snapshot.action, &withdrawals, snapshot.now)?;
        let claim = snapshot.action.claim.as_ref();
        let mine = claim.is_some_and(|c| c.device == signed.device.id);
        if mine && summary.status == ActionStatus::Linked {
            let key = self.persons.key(&signed.device.identity).await?;
            self.contact_sim(&snapshot);
            let offer = self.offer(signed, &snapshot, &key)?;
            return Ok((summary, Some(offer)));
        }
        Ok((summary, None))
    }

    /// What an open app is told when an action changed, if it is this person's.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn action_event(
        &self,
        identity: &IdentityId,
        id: &ActionId,
    ) -> Result<Option<ActionEvent>, Error> {
        let id = id.clone();
        let (found, now) = self
            .store
            .read(move |tx| Ok((action::by_id(tx, &id)?, tx.now()?)))
            .await?;
        Ok(found
            .filter(|a| a.belongs_to(identity))
            .map(|a| ActionEvent {
                status: a.status_at(now),
                id: a.id.to_string(),
            }))
    }
}

/// That the person took back what they approved with this action.
fn withdrawn(a: &Action, withdrawals: &Withdrawals) -> Option<Withdrawn> {
    let approved = match a.status {
        ActionStatus::Approved | ActionStatus::Delivered => a.decision.as_ref()?.decided,
        ActionStatus::Created
        | ActionStatus::Linked
        | ActionStatus::Refused
        | ActionStatus::Expired
        | ActionStatus::Cancelled => return None,
    };
    withdrawals.of_approval(a.partner.as_ref()?, approved)
}

/// The refusal of a phone's call about an action that is not open any more.
pub(crate) fn require_linked(status: ActionStatus) -> Result<(), Problem> {
    match status {
        ActionStatus::Linked => Ok(()),
        ActionStatus::Expired => Err(ProblemCode::ActionExpired.into()),
        ActionStatus::Created
        | ActionStatus::Approved
        | ActionStatus::Refused
        | ActionStatus::Cancelled
        | ActionStatus::Delivered => {
            Err(Problem::new(ProblemCode::ActionClosed).with("action_status", status.as_str()))
        }
    }
}

/// An action of this person.
pub(crate) fn of_person(
    tx: &mut Tx,
    id: &ActionId,
    identity: &IdentityId,
) -> Result<Action, RuleError> {
    let found = action::by_id(tx, id)?;
    Ok(found
        .filter(|a| a.belongs_to(identity))
        .ok_or(ProblemCode::NotFound)?)
}

/// Loads an action of this person, and what an offer of it needs.
pub(crate) fn load_own(
    tx: &mut Tx,
    id: &ActionId,
    identity: &IdentityId,
) -> Result<ActionSnapshot, RuleError> {
    let found = of_person(tx, id, identity)?;
    load(tx, found, identity)
}

/// Loads what an offer of this action to this person needs.
fn load(tx: &mut Tx, found: Action, identity: &IdentityId) -> Result<ActionSnapshot, RuleError> {
    if found.identity.as_ref().is_some_and(|id| id != identity) {
        // Of another person, by a link: this one learns no more.
        refuse!(AlreadyClaimed);
    }
    let Some(person) = identities::by_id(tx, identity)? else {
        refuse!(NotFound);
    };
    let Some(attributes) = person::attributes(tx, identity)? else {
        refuse!(NotFound);
    };
    let request = ActionRequest::parse(&found.request)
        .map_err(|_| StoreError::Corrupt("request of an action".into()))?;
    let email = match attribute::wants_email(&request.attributes) {
        true => ipse_store::email::address(tx, identity)?,
        false => None,
    };
    let photo = match attribute::wants_photo(&request.attributes) {
        true => person::newest_photo(tx, identity)?,
        false => None,
    };
    Ok(ActionSnapshot {
        email,
        photo,
        binding: ipse_store::sim::binding(tx, identity)?,
        action: found,
        identity: person,
        attributes,
        now: tx.now()?,
    })
}
