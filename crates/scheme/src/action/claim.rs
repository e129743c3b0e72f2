//! The claim: the first phone that asks gets the action, and is shown exactly what is asked.

use ipse_protocol::ids::{ActionId, IdentityId, PartnerId};
use ipse_protocol::link::{self, Link, QrStatus};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{
    ActionStatus, Flow, IdentityStatus, KeyKind, Level, LinkKind, Obtained, SimNeed,
};
use ipse_protocol::transcript::attributes_hash;
use ipse_protocol::wire::Offer;
use ipse_protocol::{constant_time_eq, sha256};
use ipse_store::action::{self, Action, Claim};
use ipse_store::device::Device;
use ipse_store::sim::BindingStatus;
use ipse_store::{StoreError, Tx};

use super::{ActionSnapshot, load, require_linked};
use crate::attribute::{self, Known};
use crate::device::{self, Incoming, Signed, Spent};
use crate::error::{Error, RuleError, refuse};
use crate::link::{age_seconds, app_secret, qr_key};
use crate::person::{Attributes, PersonKey};
use crate::request::{ActionRequest, OWN, Origin};
use crate::scheme::Scheme;
use crate::view::Content;
use crate::{block, email, given, identity, kind, partner, proofing};

/// How a phone got hold of an action.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) flow: Flow,
    /// None for a request that names its person: it has no page to scan.
    pub(crate) link: Option<LinkKind>,
}

/// Letters and digits that nobody confuses with one another.
const MATCH_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

impl Scheme {
    /// A phone claims the action of a link (protocol §5). The first phone gets it, and may ask again. One that was sent the
    /// text may scan the page afterwards, and then gets another offer of the action.
    ///
    /// # Errors
    /// `link_invalid`, `link_stale`, `already_claimed`, `action_expired`, `action_closed`, `identity_blocked`,
    /// `sim_not_ready`, `level_not_allowed`, `scan_required` and those of the device's signature.
    pub async fn claim(
        &self,
        incoming: Incoming<'_>,
        text: &str,
        obtained: Obtained,
    ) -> Result<Offer, Error> {
        let Ok(link) = link::parse(&self.config.app, text.trim()) else {
            self.verify_request(incoming).await?;
            return Err(ProblemCode::LinkInvalid.into());
        };
        let id = ActionId::of(link.id());
        let wanted = id.clone();
        let (signed, snapshot) = self
            .verify_reading(incoming, move |tx, device| {
                let found = action::by_id(tx, &wanted)?;
                // Nothing links to a person's own actions.
                let Some(found) = found.filter(|a| !a.is_own()) else {
                    refuse!(LinkInvalid);
                };
                partner::require_active(tx, &found)?;
                load(tx, found, &device.identity)
            })
            .await?;
        if let Link::App { secret, .. } = &link
            && !constant_time_eq(secret, &app_secret(self, &id))
        {
            return Err(ProblemCode::LinkInvalid.into());
        }
        let a = &snapshot.action;
        let mut way = Way {
            flow: link.flow(obtained),
            link: Some(link.kind()),
        };
        if let Link::Qr { link, time, mac } = &link {
            let age = age_seconds(a.created, snapshot.now);
            // The same phone may ask again, also with a text that has become stale. That is no look at the page.
            let mine = a
                .claim
                .as_ref()
                .is_some_and(|c| c.device == signed.device.id);
            match link::check_qr(&qr_key(self, &id), link, *time, mac, age) {
                QrStatus::Fresh => {}
                QrStatus::Stale if mine => way.flow = Flow::Link,
                QrStatus::Stale => return Err(ProblemCode::LinkStale.into()),
                QrStatus::Forged => return Err(ProblemCode::LinkInvalid.into()),
            }
        }
        // A request that names its person reaches only that person, and its flow stays `link`.
        let directed = match &a.claim {
            None => a.identity.is_some(),
            Some(claim) => claim.link.is_none(),
        };
        if directed {
            way = Way {
                flow: Flow::Link,
                link: None,
            };
        }
        self.claim_loaded(signed, snapshot, way).await
    }

    async fn claim_loaded(
        &self,
        signed: Signed,
        snapshot: ActionSnapshot,
        way: Way,
    ) -> Result<Offer, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        if snapshot.action.status != ActionStatus::Created {
            return self.claim_again(signed, snapshot, way, &key).await;
        }
        if snapshot.now >= snapshot.action.expires {
            return Err(ProblemCode::ActionExpired.into());
        }
        if snapshot.identity.status != IdentityStatus::Active {
            return Err(ProblemCode::IdentityBlocked.into());
        }
        let a = &snapshot.action;
        let request = ActionRequest::parse(&a.request)?;
        let person = &signed.device.identity;
        if let Err(refused) = kind::of(a.kind).may_claim(&request, person, way.flow) {
            self.spend_only(&signed).await?;
            return Err(refused);
        }
        match self.level_allowed(&signed, &snapshot, way) {
            Ok(()) => {}
            Err(refused) if refused.code == ProblemCode::ScanRequired => {
                // The person can still scan the page: the request stays open.
                self.spend_only(&signed).await?;
                return Err(refused.into());
            }
            Err(refused) => {
                self.level_unmet(&signed, &snapshot).await?;
                return Err(refused.into());
            }
        }
        let claim = self.prepare_claim(&signed, &snapshot, way, &key)?;
        let (a, c, sequence) = (
            snapshot.action.clone(),
            claim.clone(),
            self.sequence(&signed),
        );
        let committed = self
            .write(move |tx| {
                let spent = sequence.spend(tx)?;
                commit_claim(tx, &a, &c, spent)
            })
            .await?;
        if !committed {
            // Another claim of this same phone was committed in between: answer as that one did.
            return self.offer_again(&signed, snapshot, &key).await;
        }
        self.open.release(&snapshot.action.id);
        let mut snapshot = snapshot;
        snapshot.action.claim = Some(claim);
        self.contact_sim(&snapshot);
        self.offer(&signed, &snapshot, &key)
    }

    /// The offer of an action as it is now.
    pub(crate) async fn offer_again(
        &self,
        signed: &Signed,
        before: ActionSnapshot,
        key: &PersonKey,
    ) -> Result<Offer, Error> {
        let (id, who) = (before.action.id, signed.device.identity.clone());
        let snapshot = self
            .read(move |tx| match action::by_id(tx, &id)? {
                Some(found) => load(tx, found, &who),
                None => refuse!(NotFound),
            })
            .await?;
        require_linked(snapshot.action.status_at(snapshot.now))?;
        self.contact_sim(&snapshot);
        self.offer(signed, &snapshot, key)
    }

    /// Prepares a claim: view, nonce, match code. Nothing in it needs the database.
    pub(crate) fn prepare_claim(
        &self,
        signed: &Signed,
        snapshot: &ActionSnapshot,
        way: Way,
        key: &PersonKey,
    ) -> Result<Claim, Error> {
        let (a, identity) = (&snapshot.action, &snapshot.identity);
        let request = ActionRequest::parse(&a.request)?;
        let known = Attributes::open(key, &snapshot.attributes)?;
        let email = snapshot.email.as_ref();
        let extras = attribute::Extras {
            email: email
                .map(|sealed| email::open(key, &identity.id, sealed))
                .transpose()?,
            photo: proofing::open_photo(key, snapshot.photo.as_deref(), known.photo.as_ref())?,
        };
        let language = identity.language;
        let sentences = self.views.sentences(language);
        let partner = Origin::of(a)?.partner;
        let kind = kind::of(a.kind);
        let known = Known {
            person: &known,
            extras: &extras,
            language,
            device: &signed.device,
            sim_since: snapshot.binding.as_ref().map(|sim| sim.changed_at),
            now: snapshot.now,
        };
        let contents = kind.contents(&request, &known, way.flow, &sentences)?;
        let given = given::seal(key, &a.id, &contents.given)?;
        let view = self.views.build(
            language,
            Content {
                action: &a.id,
                kind: a.kind,
                texts: if partner == OWN {
                    kind.texts_of_scheme(way.flow)
                } else {
                    kind.texts(way.flow)
                },
                title: contents.title,
                purpose: contents.purpose,
                partner: (partner, &request.partner_name, &request.partner_domain),
                service: &request.service,
                fields: contents.fields,
                choices: contents.choices,
                started: (way.flow, &a.browser_name, a.created),
                level: a.level,
                expires: a.expires,
            },
        );
        view.check()
            .map_err(|_| Error::Internal("a view that must not be shown"))?;
        let bytes = view.to_bytes();
        let sim = kind.sim_need(a.level);
        Ok(Claim {
            identity: identity.id.clone(),
            device: signed.device.id.clone(),
            flow: way.flow,
            link: way.link,
            epoch: identity.epoch,
            code_version: Some(identity.code_version),
            match_code: self.match_code(),
            nonce: self.random.bytes(),
            view_hash: sha256(&bytes),
            attributes_hash: attributes_hash(&view),
            view: key.seal("action/view", &bytes)?,
            given: Some(given),
            sim,
            sim_requested: (sim == SimNeed::Silent).then_some(snapshot.now),
            sim_statement: None,
            sim_received: None,
        })
    }

    pub(super) fn match_code(&self) -> String {
        self.random
            .bytes::<3>()
            .iter()
            .map(|b| char::from(MATCH_LETTERS[usize::from(b % 32)]))
            .collect()
    }

    /// Whether this phone reaches the level that is demanded, with an action that it got hold of this way.
    pub(crate) fn level_allowed(
        &self,
        signed: &Signed,
        snapshot: &ActionSnapshot,
        way: Way,
    ) -> Result<(), Problem> {
        let a = &snapshot.action;
        let binding = snapshot.binding.as_ref();
        if kind::of(a.kind).sim_need(a.level) == SimNeed::Silent
            && !binding.is_some_and(|b| b.status == BindingStatus::Bound)
        {
            return Err(ProblemCode::SimNotReady.into());
        }
        if a.level != Level::Advanced {
            return Ok(());
        }
        self.device_allowed(&signed.device, snapshot.now)?;
        if self.config.is_demo() {
            return Ok(());
        }
        match (way.flow, way.link) {
            (Flow::App | Flow::Qr, _) => Ok(()),
            (Flow::Link, Some(LinkKind::App | LinkKind::Qr)) => {
                Err(ProblemCode::ScanRequired.into())
            }
            // Without a browser nothing shows yet that the person is the one who asks.
            (Flow::Link, None) | (Flow::Backchannel, _) => Err(ProblemCode::LevelNotAllowed.into()),
        }
    }

    /// Whether a phone reaches `advanced`, apart from its SIM.
    pub(crate) fn device_allowed(&self, device: &Device, now: i64) -> Result<(), Problem> {
        if let Some(limited) = device::limited(device, now) {
            return Err(Problem::new(ProblemCode::LevelNotAllowed)
                .with("reason", "new_phone")
                .with("until", limited.until));
        }
        if device.key_kind == KeyKind::Software && !self.config.is_demo() {
            return Err(ProblemCode::LevelNotAllowed.into());
        }
        Ok(())
    }

    /// The phone or its SIM cannot reach the level that the partner demands: the request ends here, and the partner is
    /// told so. It never gets less than it asked for (OpenID Connect Core Error Code
    /// unmet_authentication_requirements 1.0).
    async fn level_unmet(&self, signed: &Signed, snapshot: &ActionSnapshot) -> Result<(), Error> {
        let (id, sequence) = (snapshot.action.id.clone(), self.sequence(signed));
        self.open.release(&id);
        self.write(move |tx| {
            sequence.spend(tx)?;
            let (from, to) = (ActionStatus::Created, ActionStatus::Cancelled);
            let now = tx.now()?;
            if action::end(tx, &id, from, to, Some("level"), now)? {
                block::action_changed(tx, &id, None);
            }
            Ok(())
        })
        .await
    }

    async fn claim_again(
        &self,
        signed: Signed,
        snapshot: ActionSnapshot,
        way: Way,
        key: &PersonKey,
    ) -> Result<Offer, Error> {
        let sent = match &snapshot.action.claim {
            Some(claim) if claim.device != signed.device.id => {
                self.spend_only(&signed).await?;
                return Err(ProblemCode::AlreadyClaimed.into());
            }
            Some(claim) => claim.flow == Flow::Link,
            None => false,
        };
        if let Err(closed) = require_linked(snapshot.action.status_at(snapshot.now)) {
            self.spend_only(&signed).await?;
            return Err(closed.into());
        }
        if sent && way.flow == Flow::Qr {
            return self.claim_scanned(signed, snapshot, way, key).await;
        }
        self.spend_only(&signed).await?;
        self.contact_sim(&snapshot);
        self.offer(&signed, &snapshot, key)
    }
}

/// Writes the claim; false when the same phone has claimed it a moment ago.
fn commit_claim(tx: &mut Tx, a: &Action, claim: &Claim, spent: Spent) -> Result<bool, RuleError> {
    let current = identity::active(tx, &claim.identity)?;
    if current.epoch != claim.epoch {
        refuse!(EpochChanged);
    }
    if tx.now()? >= a.expires {
        refuse!(ActionExpired);
    }
    if spent == Spent::Fresh && action::claim(tx, &a.id, claim)? {
        if let Some(partner) = &a.partner {
            supersede(tx, a, &claim.identity, partner)?;
        }
        block::action_changed(tx, &a.id, Some(&claim.identity));
        return Ok(true);
    }
    match action::by_id(tx, &a.id)? {
        Some(now) if now.status == ActionStatus::Linked => {
            let mine = now.claim.is_some_and(|c| c.device == claim.device);
            if mine {
                Ok(false)
            } else {
                refuse!(AlreadyClaimed)
            }
        }
        Some(now) => Err(Problem::new(ProblemCode::ActionClosed)
            .with("action_status", now.status.as_str())
            .into()),
        None => refuse!(NotFound),
    }
}

/// There is one open request per person and partner: the request that the person just opened replaces an older one.
fn supersede(
    tx: &mut Tx,
    a: &Action,
    identity: &IdentityId,
    partner: &PartnerId,
) -> Result<(), StoreError> {
    let now = tx.now()?;
    for older in action::linked_of_partner(tx, identity, partner, &a.id)? {
        let (from, to) = (ActionStatus::Linked, ActionStatus::Cancelled);
        if action::end(tx, &older, from, to, Some("superseded"), now)? {
            block::undecided(tx, &older, identity, "superseded")?;
            block::action_changed(tx, &older, Some(identity));
        }
    }
    Ok(())
}
