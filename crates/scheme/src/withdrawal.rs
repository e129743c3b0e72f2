//! A person takes back what they consented to towards a partner, and the partner is told.

use std::collections::{BTreeMap, BTreeSet};

use ipse_protocol::ids::{self, ActionId, IdentityId, PartnerId, ReceiptId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::LeafKind;
use ipse_protocol::wire::{PartnerSummary, PartnersResponse, SharedAttribute, Withdrawn};
use ipse_store::grant::{self, Grant};
use ipse_store::outbox::{self, EffectKind};
use ipse_store::withdrawal::{self, Told, Withdrawal};
use ipse_store::{StoreError, Tx, action, partner, remembered};
use serde::Deserialize;

use crate::actor::Viewer;
use crate::block;
use crate::device::{Incoming, Spent};
use crate::error::{Error, refuse};
use crate::partner_events::EventError;
use crate::request::{ActionRequest, is_own_partner};
use crate::scheme::Scheme;

/// Prefix of a withdrawal's id.
const PREFIX: &str = "wdr";
/// The event: a person withdrew their consent.
const WITHDRAWN: &str = "https://ipse.example/events/consent-withdrawn";
/// How long a partner is told again, in milliseconds: three days.
const PATIENCE_MS: i64 = 3 * 24 * 3_600_000;
/// Most remembered browsers that end in one transaction.
const BROWSERS: i64 = 1_000;

/// What the registration of a partner says here.
#[derive(Deserialize)]
struct Registered {
    name: String,
    domain: String,
    #[serde(default)]
    security_event_endpoint: Option<String>,
}

fn registered(row: &partner::Partner) -> Result<Registered, StoreError> {
    serde_json::from_str(&row.registration)
        .map_err(|_| StoreError::Corrupt("a partner's registration".to_owned()))
}

fn names(list: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(list).map_err(|_| StoreError::Corrupt("a list of names".to_owned()))
}

fn list(names: &BTreeSet<String>) -> Result<String, StoreError> {
    serde_json::to_string(names).map_err(|_| StoreError::Abort("names do not serialize".into()))
}

fn withdrawn(row: &Withdrawal) -> Withdrawn {
    Withdrawn {
        time: row.time,
        receipt: row.receipt.to_string(),
    }
}

/// When a person withdrew their consents, for their history.
pub(crate) struct Withdrawals(Vec<Withdrawal>);

impl Withdrawals {
    /// Those of a person.
    pub(crate) fn of(tx: &mut Tx, identity: &IdentityId) -> Result<Self, StoreError> {
        withdrawal::of_identity(tx, identity).map(Self)
    }

    /// The first one that took back an approval of this time.
    pub(crate) fn of_approval(&self, partner: &PartnerId, approved: i64) -> Option<Withdrawn> {
        let mut later = self.0.iter().rev();
        later
            .find(|row| row.partner == *partner && row.covers(approved))
            .map(withdrawn)
    }

    /// Whether the partner was told of the withdrawal with this receipt.
    pub(crate) fn told(&self, receipt: &ReceiptId) -> Option<Told> {
        let mut all = self.0.iter();
        all.find(|row| row.receipt == *receipt).map(|row| row.told)
    }
}

impl Scheme {
    /// The partners that a person gave something, the latest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn partners(&self, viewer: &Viewer) -> Result<PartnersResponse, Error> {
        let who = viewer.identity.clone();
        let partners = self.store.read(move |tx| partners(tx, &who)).await?;
        Ok(PartnersResponse { partners })
    }

    /// The person withdraws what they consented to towards a partner. The device's signature is enough, also while the identity is
    /// blocked. When nothing counts any more, the answer is that of the last withdrawal.
    ///
    /// # Errors
    /// `not_found` for a partner that got nothing; those of the signature.
    pub async fn withdraw(
        &self,
        incoming: Incoming<'_>,
        partner: &str,
    ) -> Result<Withdrawn, Error> {
        let signed = self.verify_request(incoming).await?;
        let partner = PartnerId::parse(partner)
            .filter(|id| !is_own_partner(id))
            .ok_or(ProblemCode::NotFound)?;
        let (sequence, who) = (self.sequence(&signed), signed.device.identity.clone());
        self.write(move |tx| {
            let spent = sequence.spend(tx)?;
            let latest = withdrawal::latest(tx, &who, &partner)?;
            let counts = |grant: &Grant| {
                latest
                    .as_ref()
                    .is_none_or(|row| !row.covers(grant.auth_time))
            };
            let mut given = grant::given_to(tx, &who, &partner)?;
            given.retain(counts);
            // A withdrawal that is sent again does not undo what the person approved since.
            let repeated = spent == Spent::Repeated;
            if let Some(last) = given.last().filter(|_| !repeated) {
                let sub = last.sub.clone();
                return Ok(withdrawn(&take_back(tx, &who, &partner, sub, &given)?));
            }
            match latest {
                Some(row) => Ok(withdrawn(&row)),
                None => refuse!(NotFound),
            }
        })
        .await
    }

    /// Whether the person of an ID token withdrew their consent from one of these clients since they approved it. `auth_time` is in
    /// seconds.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_withdrawn(
        &self,
        sub: &str,
        auth_time: i64,
        clients: [&str; 2],
    ) -> Result<bool, Error> {
        let clients = clients.map(PartnerId::parse);
        let sub = sub.to_owned();
        let approved = auth_time.saturating_mul(1000);
        let read = move |tx: &mut Tx| {
            for client in clients.iter().flatten() {
                let latest = withdrawal::latest_of_sub(tx, &sub, client)?;
                if latest.is_some_and(|row| row.covers(approved)) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        Ok(self.store.read(read).await?)
    }

    /// Carries out an [`EffectKind::Withdrawal`]: a security event token (RFC 8417), pushed (RFC 8935).
    ///
    /// # Errors
    /// When the partner does not take it: try again later.
    pub async fn tell_of_withdrawal(&self, id: &str) -> Result<(), Error> {
        let wanted = id.to_owned();
        let (row, endpoint, now) = self
            .store
            .read(move |tx| {
                let row = withdrawal::by_id(tx, &wanted)?
                    .ok_or_else(|| StoreError::Corrupt("event of no withdrawal".into()))?;
                let registered = match partner::find(tx, &row.partner)? {
                    Some(partner) => Some(registered(&partner)?),
                    None => None,
                };
                let endpoint = registered.and_then(|partner| partner.security_event_endpoint);
                Ok((row, endpoint, tx.now()?))
            })
            .await?;
        let (told, answer) = match endpoint {
            // The partner wants no events any more.
            None => (Told::Untold, None),
            Some(endpoint) => {
                let claims = self.event(&row)?;
                match self.partner_events.push(&endpoint, &claims).await {
                    Ok(()) => (Told::Accepted, None),
                    Err(EventError::Refused(err)) => {
                        tracing::warn!(partner = %row.partner, err, "a partner refused an event");
                        (Told::Refused, Some(err))
                    }
                    Err(EventError::Unavailable(reason)) => {
                        let partner = &row.partner;
                        if now - row.time < PATIENCE_MS {
                            tracing::info!(%partner, reason, "a partner does not take an event");
                            return Err(Error::Internal("a partner does not take an event"));
                        }
                        tracing::warn!(%partner, reason, "a partner took no event in three days");
                        (Told::Expired, None)
                    }
                }
            }
        };
        self.store
            .write(move |tx| withdrawal::set_told(tx, &row.id, told, answer.as_deref()))
            .await?;
        Ok(())
    }

    /// The claims of the event: the person as this partner knows them, services and names of claims, no values.
    fn event(&self, row: &Withdrawal) -> Result<Vec<u8>, Error> {
        let issuer = &self.config.issuer;
        let (services, claims) = (names(&row.services)?, names(&row.claims)?);
        let event = serde_json::json!({
            "iss": issuer, "aud": row.partner, "jti": row.id,
            "iat": self.clock.unix_seconds(), "toe": row.time / 1000,
            "sub_id": {"format": "iss_sub", "iss": issuer, "sub": row.sub},
            "events": {WITHDRAWN: {"services": services, "claims": claims}},
        });
        Ok(event.to_string().into_bytes())
    }
}

/// Ends what these grants still open, writes the receipt and queues the event.
fn take_back(
    tx: &mut Tx,
    who: &IdentityId,
    partner: &PartnerId,
    sub: String,
    given: &[Grant],
) -> Result<Withdrawal, StoreError> {
    let now = tx.now()?;
    let mut claims = BTreeSet::new();
    for grant in given {
        claims.extend(names(&grant.attributes)?);
        if grant.is_open(now) {
            grant::revoke(tx, &grant.action)?;
        }
    }
    let actions: BTreeSet<&ActionId> = given.iter().map(|grant| &grant.action).collect();
    for browser in remembered::live(tx, who, now, BROWSERS)? {
        if actions.contains(&browser.action) {
            grant::revoke(tx, &browser.action)?;
            remembered::end(tx, &browser.action, now)?;
        }
    }
    let mut services = BTreeSet::new();
    for action in action::approved_for(tx, who, partner)? {
        if actions.contains(&action.id) {
            let request = ActionRequest::parse(&action.request)
                .map_err(|_| StoreError::Corrupt("request of an action".into()))?;
            services.insert(request.service.into_owned());
        }
    }
    let registered = match partner::find(tx, partner)? {
        Some(row) => Some(registered(&row)?),
        None => None,
    };
    let known = registered.as_ref();
    let about = serde_json::json!({
        "reason": "partner", "cause": partner,
        "partner_name": known.map(|known| &known.name), "partner_domain": known.map(|known| &known.domain),
    });
    let receipt = block::queue_receipt_about(tx, who, LeafKind::Withdrawal, about)?;
    let endpoint = registered.and_then(|known| known.security_event_endpoint);
    let row = Withdrawal {
        id: ids::of(PREFIX, &tx.random().bytes()),
        identity: who.clone(),
        partner: partner.clone(),
        sub,
        receipt,
        services: list(&services)?,
        claims: list(&claims)?,
        time: now,
        told: match endpoint {
            Some(_) => Told::Waiting,
            None => Told::Untold,
        },
        answer: None,
    };
    withdrawal::insert(tx, &row)?;
    if row.told == Told::Waiting {
        let lane = (EffectKind::Withdrawal, partner.as_str());
        outbox::add_for(tx, &row.id, lane, "{}", now)?;
    }
    tx.notify(block::IDENTITY_CHANNEL, who);
    Ok(row)
}

fn partners(tx: &mut Tx, who: &IdentityId) -> Result<Vec<PartnerSummary>, StoreError> {
    let withdrawals = Withdrawals::of(tx, who)?;
    let mut by_partner: BTreeMap<PartnerId, Vec<Grant>> = BTreeMap::new();
    for grant in grant::given(tx, who)? {
        by_partner
            .entry(grant.partner.clone())
            .or_default()
            .push(grant);
    }
    let mut registrations = BTreeMap::new();
    for row in partner::of_person(tx, who)? {
        registrations.insert(row.id.clone(), row);
    }
    let mut found = Vec::new();
    for (partner, given) in by_partner {
        let (Some(first), Some(last)) = (given.first(), given.last()) else {
            continue;
        };
        // Ipse itself has none: what it gave was a look at the person's own data.
        let Some(row) = registrations.get(&partner) else {
            continue;
        };
        let registered = registered(row)?;
        let mut shared = BTreeMap::new();
        for grant in &given {
            for attribute in names(&grant.attributes)? {
                shared.insert(attribute, grant.auth_time);
            }
        }
        found.push(PartnerSummary {
            name: registered.name,
            domain: registered.domain,
            told: registered.security_event_endpoint.is_some(),
            first: first.auth_time,
            last: last.auth_time,
            answers: given.len() as u64,
            shared: shared
                .into_iter()
                .map(|(attribute, last)| SharedAttribute { attribute, last })
                .collect(),
            withdrawn: withdrawals.of_approval(&partner, last.auth_time),
            partner: partner.to_string(),
        });
    }
    found.sort_by_key(|partner| std::cmp::Reverse(partner.last));
    Ok(found)
}
