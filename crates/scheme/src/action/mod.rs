//! Actions: one request to one person. How a phone gets hold of one and is shown what it asks.

mod claim;
mod own;

use std::borrow::Cow;

use ipse_protocol::link::{self, Link};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{ActionStatus, Factor, Flow, Kind, Level, SimNeed};
use ipse_protocol::wire::{ActionSummary, ActionsResponse, Offer};
use ipse_protocol::{ids, sim_statement};
use ipse_store::action::Action;
use ipse_store::{Tx, action, identity as identities, person};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::device::Signed;
use crate::error::{Error, settle};
use crate::person::PersonKey;
use crate::{Outcome, Scheme, refuse};

/// The scheme itself as the one who asks, for the person's own actions.
pub(crate) const OWN: &str = "par_AAAAAAAAAAAAAAAAAAAAAA";
/// How many actions are listed at a time.
const PAGE: usize = 50;

/// What was asked: the part that the rules judge, and what the asking face needs to answer. Each step of a login reads it, so it
/// borrows from the row that it stands in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest<'a> {
    /// Partner's name, as verified at registration.
    #[serde(borrow)]
    pub partner_name: Cow<'a, str>,
    /// Partner's verified domain.
    #[serde(borrow)]
    pub partner_domain: Cow<'a, str>,
    /// Service code.
    #[serde(borrow)]
    pub service: Cow<'a, str>,
    /// Level demanded: `basic` or `advanced`.
    #[serde(borrow)]
    pub level: Cow<'a, str>,
    /// Attributes that would be released, in the order shown. Names of our own: nothing in them is ever escaped.
    #[serde(borrow)]
    pub attributes: Vec<&'a str>,
    /// The person's answering phone in the sandbox, if the partner named one.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Cow<'a, str>>,
    /// The face's own words for its answer, JSON; opaque here.
    #[serde(borrow)]
    pub reply: &'a RawValue,
}

impl<'a> ActionRequest<'a> {
    pub(crate) fn parse(json: &'a str) -> Result<Self, Error> {
        serde_json::from_str(json).map_err(|_| Error::Internal("action request does not parse"))
    }
}

/// What a link to a partner's action names it by: the bytes of its id. No secret, every link has one of its own.
pub(crate) fn link_of(a: &Action) -> Option<[u8; 16]> {
    a.partner.as_ref()?;
    ids::bytes(ids::ACTION, &a.id)
}

/// Everything that one read gives about the phone's action.
struct Read {
    action: Action,
    identity: identities::Identity,
    attributes: Vec<u8>,
    binding: Option<ipse_store::sim::Binding>,
    now: i64,
}

impl Scheme {
    /// The static link for a phone with the same browser.
    pub fn app_link(&self, link: &[u8; 16]) -> String {
        Link::App {
            link: *link,
            secret: self.link_secret(link),
        }
        .format(&self.config.app)
    }

    /// The QR text of this second.
    pub fn qr_text(&self, link: &[u8; 16], created: i64, now: i64) -> String {
        let time = seconds(now - created);
        Link::Qr {
            link: *link,
            time,
            mac: link::qr_mac(&self.qr_key(link), link, time),
        }
        .format(&self.config.app)
    }

    fn link_secret(&self, link: &[u8; 16]) -> Vec<u8> {
        self.keys.mac("link/app/1", link)[..16].to_vec()
    }

    fn qr_key(&self, link: &[u8; 16]) -> [u8; 32] {
        self.keys.mac("link/qr/1", link)
    }

    /// Asks the operator while the person reads.
    fn contact_sim(&self, read: &Read) {
        let (Some(binding), Some(nonce), Some(view)) =
            (&read.binding, &read.action.nonce, &read.action.view_hash)
        else {
            return;
        };
        if read.action.sim != "silent" {
            return;
        }
        if let Some(operator) = self.operator(&binding.operator) {
            let hash = sim_statement::nonce_hash(&read.action.id, &fixed(nonce), &fixed(view));
            self.statements
                .ask(operator.clone(), &read.action.id, binding, hash, read.now);
        }
    }

    fn offer(&self, signed: &Signed, read: &Read, key: &PersonKey) -> Result<Offer, Error> {
        let a = &read.action;
        let asked = ActionRequest::parse(&a.request)?;
        let missing = || Error::Internal("claimed action lacks a member");
        let view = key.open("action/view", a.view.as_deref().ok_or_else(missing)?)?;
        let mut factors = vec![Factor::Code];
        if signed.device.biometric_credential.is_some() && a.kind == "login" {
            factors.push(Factor::Biometric);
        }
        Ok(Offer {
            action: a.id.clone(),
            flow: word(Flow::parse, a.flow.as_deref())?,
            match_code: a.match_code.clone().ok_or_else(missing)?,
            view: view.to_vec().into(),
            nonce: fixed(a.nonce.as_deref().ok_or_else(missing)?).into(),
            expires: a.expires as u64,
            server_time: read.now as u64,
            identity: read.identity.id.clone(),
            epoch: a.epoch.unwrap_or_default() as u64,
            code_version: a.code_version.unwrap_or_default() as u64,
            partner: a.partner.as_deref().unwrap_or(OWN).to_owned(),
            domain: asked.partner_domain.into_owned(),
            browser_binding: fixed(a.browser.as_deref().unwrap_or(&[0; 32])).into(),
            level: word(Level::parse, Some(&a.level))?,
            factors,
            sim: word(SimNeed::parse, Some(&a.sim))?,
            wrong_since_last: read.identity.wrong_codes as u32,
            wrong_codes_left: (3 - read.identity.wrong_codes).max(0) as u32,
        })
    }

    /// The person's latest actions, or those `before` one of them: what is open and what was, newest first.
    ///
    /// # Errors
    /// `not_found` when `before` is not theirs.
    pub async fn actions(
        &self,
        signed: &Signed,
        before: Option<&str>,
    ) -> Result<ActionsResponse, Error> {
        if before.is_some_and(|id| !ids::valid(ids::ACTION, id)) {
            return Err(ProblemCode::NotFound.into());
        }
        let (who, before) = (signed.device.identity.clone(), before.map(str::to_owned));
        let read = move |tx: &mut Tx| {
            let last = match &before {
                None => None,
                Some(id) => {
                    let last = action::by_id(tx, id)?;
                    let mine = last.filter(|a| a.identity.as_deref() == Some(who.as_str()));
                    let Some(mine) = mine else {
                        refuse!(NotFound);
                    };
                    Some(mine)
                }
            };
            let last = last.as_ref().map(|a| (a.created, a.id.as_str()));
            // One more than is shown tells whether there are more.
            let rows = action::of_identity(tx, &who, last, PAGE as i64 + 1)?;
            Ok(Ok((rows, tx.now()?)))
        };
        let (rows, now) = settle(self.store.read(read).await)?;
        let mut answer = ActionsResponse {
            open: Vec::new(),
            past: Vec::new(),
            more: rows.len() > PAGE,
        };
        for row in rows.iter().take(PAGE) {
            let summary = self.summary(row, now)?;
            match summary.status {
                ActionStatus::Created | ActionStatus::Linked => answer.open.push(summary),
                _ => answer.past.push(summary),
            }
        }
        Ok(answer)
    }

    fn summary(&self, a: &Action, now: i64) -> Result<ActionSummary, Error> {
        let asked = ActionRequest::parse(&a.request)?;
        let link = link_of(a)
            .filter(|_| a.status == "created")
            .map(|link| self.app_link(&link));
        Ok(ActionSummary {
            id: a.id.clone(),
            kind: word(Kind::parse, Some(&a.kind))?,
            partner: Some(asked.partner_name.into_owned()),
            domain: Some(asked.partner_domain.into_owned()),
            status: word(ActionStatus::parse, Some(status_at(a, now)))?,
            created: a.created,
            expires: a.expires,
            decided: a.decided,
            receipt: a.receipt.clone(),
            link,
        })
    }

    /// One action of the person: its summary and, while this device holds it open, the offer.
    ///
    /// # Errors
    /// `not_found` for anything that is not theirs.
    pub async fn action(
        &self,
        signed: &Signed,
        id: &str,
    ) -> Result<(ActionSummary, Option<Offer>), Error> {
        if !ids::valid(ids::ACTION, id) {
            return Err(ProblemCode::NotFound.into());
        }
        let (id, who) = (id.to_owned(), signed.device.identity.clone());
        let read = settle(
            self.store
                .read(move |tx| {
                    let found = action::by_id(tx, &id)?;
                    match found.filter(|a| a.identity.as_deref() == Some(who.as_str())) {
                        Some(found) => gather(tx, found, &who),
                        None => refuse!(NotFound),
                    }
                })
                .await,
        )?;
        let summary = self.summary(&read.action, read.now)?;
        let mine = read.action.device.as_deref() == Some(&signed.device.id);
        if mine && summary.status == ActionStatus::Linked {
            let key = self.persons.key(&signed.device.identity).await?;
            self.contact_sim(&read);
            let offer = self.offer(signed, &read, &key)?;
            return Ok((summary, Some(offer)));
        }
        Ok((summary, None))
    }
}

/// The status as of now: an action whose time is over is expired, whether or not the sweeper came by.
pub(crate) fn status_at(a: &Action, now: i64) -> &str {
    status_when(&a.status, a.expires, now)
}

/// [`status_at`] of what was read alone.
pub(crate) fn status_when(status: &str, expires: i64, now: i64) -> &str {
    match status {
        "created" | "linked" if now >= expires => "expired",
        other => other,
    }
}

fn still_open(read: &Read) -> Result<(), Error> {
    match status_at(&read.action, read.now) {
        "linked" => Ok(()),
        "expired" => Err(ProblemCode::ActionExpired.into()),
        status => Err(Problem::new(ProblemCode::ActionClosed)
            .with("action_status", status)
            .into()),
    }
}

fn reread(tx: &mut Tx, id: &str, who: &str) -> Outcome<Read> {
    let Some(found) = action::by_id(tx, id)? else {
        refuse!(NotFound);
    };
    gather(tx, found, who)
}

fn gather(tx: &mut Tx, found: Action, who: &str) -> Outcome<Read> {
    if found.identity.as_deref().is_some_and(|id| id != who) {
        // Someone else's: for a link that is not theirs to learn more of.
        refuse!(AlreadyClaimed);
    }
    let Some(identity) = identities::by_id(tx, who)? else {
        refuse!(NotFound);
    };
    let Some(attributes) = person::attributes(tx, who)? else {
        refuse!(NotFound);
    };
    Ok(Ok(Read {
        binding: ipse_store::sim::binding(tx, who)?,
        action: found,
        identity,
        attributes,
        now: tx.now()?,
    }))
}

pub(crate) fn fixed(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap_or([0; 32])
}

fn seconds(milliseconds: i64) -> u64 {
    u64::try_from(milliseconds / 1000).unwrap_or(0)
}

/// A word of a closed list as the database has it.
pub(crate) fn word<T>(parse: fn(&str) -> Option<T>, text: Option<&str>) -> Result<T, Error> {
    text.and_then(parse)
        .ok_or(Error::Internal("stored word is not of the list"))
}
