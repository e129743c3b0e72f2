//! The claim: a phone takes an action, the first one wins, and is shown exactly what is asked.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::link::{self, Link, QrVerdict};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::Flow;
use ipse_protocol::transcript::attributes_hash;
use ipse_protocol::wire::Offer;
use ipse_protocol::{constant_time_eq, ids, sha256};
use ipse_store::Tx;
use ipse_store::action::{self, Action};

use super::{ActionRequest, Read, gather, reread, seconds, still_open};
use crate::device::{Incoming, Signed, Spent};
use crate::error::{Error, settle};
use crate::person::{Attributes, PersonKey};
use crate::view::{self, Content, Language};
use crate::{Outcome, Scheme, block, identity, refuse};

/// Letters and digits that nobody confuses.
const MATCH_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

impl Scheme {
    /// A phone claims the action behind a link (protocol §5). The first claimer wins; the same phone may ask again.
    ///
    /// # Errors
    /// `link_invalid`, `link_stale`, `already_claimed`, `action_expired`, `action_closed`, `identity_blocked`,
    /// `sim_not_ready`, `level_not_allowed` and those of the device's signature.
    pub async fn claim(&self, incoming: Incoming<'_>, text: &str) -> Result<Offer, Error> {
        let parsed = link::parse(&self.config.app, text.trim());
        let Ok(parsed) = parsed else {
            self.verify_request(incoming).await?;
            return Err(ProblemCode::LinkInvalid.into());
        };
        let link = *parsed.id();
        let (signed, read) = self
            .verify_reading(incoming, move |tx, device| {
                let id = ids::of(ids::ACTION, &link);
                let found = action::by_id(tx, &id)?;
                // Nothing links to a person's own actions.
                let Some(found) = found.filter(|a| a.partner.is_some()) else {
                    refuse!(LinkInvalid);
                };
                gather(tx, found, &device.identity)
            })
            .await?;
        if let Link::App { secret, .. } = &parsed
            && !constant_time_eq(secret, &self.link_secret(&link))
        {
            return Err(ProblemCode::LinkInvalid.into());
        }
        // The same phone may ask again, also with a text that is older by now.
        let mine = read.action.device.as_deref() == Some(&signed.device.id);
        let flow = match &parsed {
            Link::App { .. } => Flow::App,
            Link::Qr { time, mac, .. } => {
                let age = seconds(read.now - read.action.created);
                match link::judge_qr(&self.qr_key(&link), &link, *time, mac, age) {
                    QrVerdict::Fresh => Flow::Qr,
                    QrVerdict::Stale if mine => Flow::Qr,
                    QrVerdict::Stale => return Err(ProblemCode::LinkStale.into()),
                    QrVerdict::Forged => return Err(ProblemCode::LinkInvalid.into()),
                }
            }
        };
        // A request that names its person reaches only that person, and stays flow `link`.
        let directed = read.action.identity.is_some() && read.action.status == "created";
        let flow = if directed { Flow::Link } else { flow };
        self.claim_read(signed, read, flow).await
    }

    async fn claim_read(&self, signed: Signed, read: Read, flow: Flow) -> Result<Offer, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        if read.action.status != "created" {
            return self.claim_again(signed, read, &key).await;
        }
        if read.now >= read.action.expires {
            return Err(ProblemCode::ActionExpired.into());
        }
        if read.identity.status != "active" {
            return Err(ProblemCode::IdentityBlocked.into());
        }
        if let Err(problem) = self.level_allowed(&signed, &read, flow) {
            return self.level_unmet(&signed, &read, problem).await;
        }
        let claimed = self.prepare_claim(&signed, &read, flow, &key)?;
        let (row, sequence) = (claimed.clone(), self.sequence(&signed));
        let committed = settle(
            self.store
                .write(move |tx| match sequence.spend(tx)? {
                    Ok(spent) => take(tx, &row, spent),
                    Err(problem) => Ok(Err(problem)),
                })
                .await,
        )?;
        if committed.is_none() {
            // Another claim of this same phone committed in between: answer as that one.
            let (id, who) = (claimed.id.clone(), signed.device.identity.clone());
            let read = settle(self.store.read(move |tx| reread(tx, &id, &who)).await)?;
            return self.offer(&signed, &read, &key);
        }
        let offer_of = Read {
            action: claimed,
            ..read
        };
        self.contact_sim(&offer_of);
        self.offer(&signed, &offer_of, &key)
    }

    /// Everything about a claim that needs no lock: view, nonce, match code.
    fn prepare_claim(
        &self,
        signed: &Signed,
        read: &Read,
        flow: Flow,
        key: &PersonKey,
    ) -> Result<Action, Error> {
        let asked = ActionRequest::parse(&read.action.request)?;
        let attributes = Attributes::open(key, &read.attributes)?;
        let language = Language::of(&read.identity.language);
        let view = view::build(
            language,
            Content {
                action: &read.action.id,
                kind: &read.action.kind,
                partner: (
                    read.action.partner.as_deref().unwrap_or_default(),
                    &asked.partner_name,
                    &asked.partner_domain,
                ),
                service: &asked.service,
                attributes: released(&asked.attributes, &attributes, language),
                fields: Vec::new(),
                started: (
                    flow.as_str(),
                    &read.action.browser_name,
                    read.action.created,
                ),
                level: &read.action.level,
                expires: read.action.expires,
            },
        );
        view.check()
            .map_err(|_| Error::Internal("view that may not be shown"))?;
        let bytes = view.to_bytes();
        Ok(Action {
            status: "linked".into(),
            flow: Some(flow.as_str().into()),
            identity: Some(read.identity.id.clone()),
            device: Some(signed.device.id.clone()),
            epoch: Some(read.identity.epoch),
            code_version: Some(read.identity.code_version),
            match_code: Some(match_code()),
            nonce: Some(ipse_protocol::random::<32>().to_vec()),
            view_hash: Some(sha256(&bytes).to_vec()),
            attributes_hash: Some(attributes_hash(&view.attributes).to_vec()),
            view: Some(key.seal("action/view", &bytes)?),
            sim: if read.action.level == "advanced" {
                "silent".into()
            } else {
                "none".into()
            },
            sim_requested: (read.action.level == "advanced").then_some(read.now),
            ..read.action.clone()
        })
    }

    fn level_allowed(&self, signed: &Signed, read: &Read, flow: Flow) -> Result<(), Error> {
        if read.action.level != "advanced" {
            return Ok(());
        }
        let bound = read.binding.as_ref().is_some_and(|b| b.status == "bound");
        if !bound {
            return Err(ProblemCode::SimNotReady.into());
        }
        let soft = signed.device.key_kind == "software" && !self.config.is_demo();
        let unproven =
            flow == Flow::Link && !self.config.is_demo() && enforced(Control::T01NumberOnlyStart);
        if soft || unproven {
            return Err(ProblemCode::LevelNotAllowed.into());
        }
        Ok(())
    }

    /// What the site demands is beyond this phone or its SIM: the request ends here, and the site is told so. It is never answered
    /// with less (OpenID Connect Core, error code unmet_authentication_requirements 1.0).
    async fn level_unmet(
        &self,
        signed: &Signed,
        read: &Read,
        problem: Error,
    ) -> Result<Offer, Error> {
        let (id, sequence) = (read.action.id.clone(), self.sequence(signed));
        settle(
            self.store
                .write(move |tx| {
                    if let Err(problem) = sequence.spend(tx)? {
                        return Ok(Err(problem));
                    }
                    let unmet = action::Decision {
                        status: "cancelled",
                        reason: Some("level"),
                        ..action::Decision::default()
                    };
                    let now = tx.now()?;
                    if action::decide(tx, &id, "created", &unmet, now)? {
                        block::action_changed(tx, &id, None);
                    }
                    Ok(Ok(()))
                })
                .await,
        )?;
        Err(problem)
    }

    async fn claim_again(
        &self,
        signed: Signed,
        read: Read,
        key: &PersonKey,
    ) -> Result<Offer, Error> {
        self.spend_only(&signed).await?;
        match read.action.device.as_deref() {
            Some(device) if device != signed.device.id => {
                return Err(ProblemCode::AlreadyClaimed.into());
            }
            _ => still_open(&read)?,
        }
        self.contact_sim(&read);
        self.offer(&signed, &read, key)
    }
}

/// The claim itself. `None`: the same phone claimed it a moment ago.
fn take(tx: &mut Tx, row: &Action, spent: Spent) -> Outcome<Option<()>> {
    let who = row.identity.as_deref().unwrap_or_default();
    let current = match identity::active(tx, who)? {
        Ok(current) => current,
        Err(problem) => return Ok(Err(problem)),
    };
    if Some(current.epoch) != row.epoch {
        refuse!(EpochChanged);
    }
    if tx.now()? >= row.expires {
        refuse!(ActionExpired);
    }
    if spent == Spent::Fresh && action::claim(tx, row)? {
        if let Some(partner) = &row.partner {
            supersede(tx, row, who, partner)?;
        }
        block::action_changed(tx, &row.id, row.identity.as_deref());
        return Ok(Ok(Some(())));
    }
    match action::by_id(tx, &row.id)? {
        Some(now) if now.device == row.device && now.status == "linked" => Ok(Ok(None)),
        Some(now) if now.status == "linked" => refuse!(AlreadyClaimed),
        Some(now) => Ok(Err(
            Problem::new(ProblemCode::ActionClosed).with("action_status", now.status)
        )),
        None => refuse!(NotFound),
    }
}

/// One open request per person and partner: the one that the person just opened takes the place of an older one.
fn supersede(
    tx: &mut Tx,
    row: &Action,
    who: &str,
    partner: &str,
) -> Result<(), ipse_store::StoreError> {
    if !enforced(Control::T02OnePending) {
        return Ok(());
    }
    let now = tx.now()?;
    for older in action::linked_of_partner(tx, who, partner, &row.id)? {
        let superseded = action::Decision {
            status: "cancelled",
            reason: Some("superseded"),
            ..action::Decision::default()
        };
        if action::decide(tx, &older, "linked", &superseded, now)? {
            block::undecided(tx, &older, who, "superseded")?;
            block::action_changed(tx, &older, Some(who));
        }
    }
    Ok(())
}

/// What of the attributes is asked: exactly these are shown, and no others ever leave.
fn released(wanted: &[&str], known: &Attributes, language: Language) -> Vec<(String, String)> {
    wanted
        .iter()
        .filter_map(|key| {
            let value = match *key {
                "name" => known.name(),
                "given_name" => known.given_name.clone(),
                "family_name" => known.family_name.clone(),
                "locale" => language.tag().to_owned(),
                _ => return None,
            };
            Some(((*key).to_owned(), value))
        })
        .collect()
}

pub(super) fn match_code() -> String {
    ipse_protocol::random::<3>()
        .iter()
        .map(|b| char::from(MATCH_LETTERS[usize::from(b % 32)]))
        .collect()
}
