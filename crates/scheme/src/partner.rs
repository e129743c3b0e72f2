//! Partners: their registration, and that what a request proves itself with is used only once.

use ipse_protocol::ids::PartnerId;
use ipse_protocol::sha256;
use ipse_store::action::Action;
use ipse_store::partner::{self, PartnerStatus};
use ipse_store::pushed_request;
use ipse_store::{StoreError, Tx};
use serde::Deserialize;

use crate::actor::Actor;
use crate::error::{Error, RuleError, refuse};
use crate::partner_name::{self, NameProblem, Reserved};
use crate::refusal::{LoginError, LoginRefusal};
use crate::request::is_own_partner;
use crate::scheme::Scheme;

/// How far the clocks of nodes and database may differ, in milliseconds.
const CLOCKS_MS: i64 = 300_000;

/// A client assertion (RFC 7523 §3) whose signature and claims were verified.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// `jti`.
    pub jti: String,
    /// `exp`, seconds.
    pub expires: i64,
}

/// A DPoP proof (RFC 9449 §4.2) that was verified.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The thumbprint of its key.
    pub jkt: String,
    /// `jti`.
    pub jti: String,
    /// When its nonce ends, seconds.
    pub until: i64,
}

/// What a request proves itself with. Each part is accepted once.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Who the partner is; none for one with a secret.
    pub assertion: Option<Assertion>,
    /// That the partner has a key.
    pub proof: Option<Proof>,
}

/// Marks what a request proves itself with as used.
///
/// # Errors
/// [`LoginRefusal::AssertionUsed`] and [`LoginRefusal::ProofUsed`] when it was used before.
pub(crate) fn use_up(
    tx: &mut Tx,
    partner: &PartnerId,
    evidence: &Evidence,
) -> Result<(), RuleError<LoginRefusal>> {
    if let Some(Assertion { jti, expires }) = &evidence.assertion
        && !once(tx, partner, &sha256(jti.as_bytes()), *expires)?
    {
        return Err(LoginRefusal::AssertionUsed.into());
    }
    if let Some(proof) = &evidence.proof {
        use_proof(tx, partner, proof)?;
    }
    Ok(())
}

/// Marks a proof as used.
///
/// # Errors
/// [`LoginRefusal::ProofUsed`] when it was used before.
pub(crate) fn use_proof(
    tx: &mut Tx,
    partner: &PartnerId,
    proof: &Proof,
) -> Result<(), RuleError<LoginRefusal>> {
    let id = sha256(format!("dpop|{}|{}", proof.jkt, proof.jti).as_bytes());
    if once(tx, partner, &id, proof.until)? {
        Ok(())
    } else {
        Err(LoginRefusal::ProofUsed.into())
    }
}

/// Records a `jti`, by its hash, until `end` in seconds; false when it was recorded before.
fn once(tx: &mut Tx, partner: &PartnerId, hash: &[u8; 32], end: i64) -> Result<bool, StoreError> {
    // Remembered longer than it is valid: the node that verified it may have another clock than the database.
    let until = end.saturating_mul(1000).saturating_add(CLOCKS_MS);
    pushed_request::use_jti(tx, partner, hash, until)
}

/// Refuses an action whose partner was suspended after it began. A person's own actions have no partner.
pub(crate) fn require_active(tx: &mut Tx, action: &Action) -> Result<(), RuleError> {
    match &action.partner {
        Some(id) if is_own_partner(id) => Ok(()),
        Some(id) if partner::registration(tx, id)?.is_none() => refuse!(ActionClosed),
        Some(_) | None => Ok(()),
    }
}

impl Scheme {
    /// The registration (JSON) of an active partner.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn registration(&self, id: &str) -> Result<Option<String>, Error> {
        let Some(id) = PartnerId::parse(id) else {
            return Ok(None);
        };
        let read = move |tx: &mut Tx| partner::registration(tx, &id);
        Ok(self.store.read(read).await?)
    }

    /// Marks what a request proves itself with as used, when the request is refused for another reason.
    ///
    /// # Errors
    /// [`LoginRefusal::AssertionUsed`], [`LoginRefusal::ProofUsed`].
    pub async fn use_up(&self, partner: &PartnerId, evidence: Evidence) -> Result<(), LoginError> {
        let partner = partner.clone();
        let used = self
            .store
            .write_rule(move |tx| use_up(tx, &partner, &evidence))
            .await;
        Ok(used?)
    }

    /// Registers a partner. The caller has checked the registration (JSON) but for its name.
    ///
    /// # Errors
    /// [`NameProblem`], or when the store fails.
    pub async fn register_partner(
        &self,
        actor: Actor,
        id: PartnerId,
        registration: String,
    ) -> Result<(), RuleError<NameProblem>> {
        let reserved = self.config.reserved_names.clone();
        self.store
            .write_rule(move |tx| register(tx, &actor, &id, &registration, &reserved))
            .await
    }
}

/// What the name of a registration is compared by.
#[derive(Deserialize)]
struct Named {
    name: String,
    domain: String,
}

fn named(registration: &str) -> Result<Named, StoreError> {
    serde_json::from_str(registration)
        .map_err(|_| StoreError::Corrupt("a partner's registration".to_owned()))
}

/// Adds a partner, and records it in the audit trail. The caller has checked the registration (JSON) but for its name.
///
/// # Errors
/// [`NameProblem`], or when the store fails.
pub fn register(
    tx: &mut Tx,
    actor: &Actor,
    id: &PartnerId,
    registration: &str,
    reserved: &[Reserved],
) -> Result<(), RuleError<NameProblem>> {
    let Named { name, domain } = named(registration)?;
    let others = partner::all(tx)?
        .iter()
        .map(|other| named(&other.registration).map(|other| (other.name, other.domain)))
        .collect::<Result<Vec<_>, _>>()?;
    partner_name::check(&name, &domain, reserved, &others).map_err(RuleError::Refused)?;
    let now = tx.now()?;
    partner::insert(tx, id, registration, now)?;
    Ok(actor.record(tx, "partner.registered", id.as_str())?)
}

/// Why a registration is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeProblem {
    /// The new name.
    #[error(transparent)]
    Name(#[from] NameProblem),
    /// The sector of a client decides under which names it knows people.
    #[error("the sector of a partner never changes: register another partner")]
    Sector,
    /// Somebody else changed it.
    #[error("the registration was changed meanwhile: look at it, and try again")]
    Meanwhile,
}

/// What a change must keep.
#[derive(Deserialize)]
struct Sectored {
    client_id: String,
    sector: Option<String>,
}

fn sector(registration: &str) -> Result<String, StoreError> {
    let Sectored { client_id, sector } = serde_json::from_str(registration)
        .map_err(|_| StoreError::Corrupt("a partner's registration".to_owned()))?;
    Ok(sector.unwrap_or(client_id))
}

/// Changes the registration (JSON) of a partner from `before` to `after`, and records each of `events` in the audit trail. The
/// caller has checked the registration but for its name and its sector.
///
/// # Errors
/// [`ChangeProblem`], or when the store fails.
pub fn change(
    tx: &mut Tx,
    actor: &Actor,
    id: &PartnerId,
    (before, after): (&str, &str),
    events: &[String],
    reserved: &[Reserved],
) -> Result<(), RuleError<ChangeProblem>> {
    if sector(before)? != sector(after)? {
        return Err(RuleError::Refused(ChangeProblem::Sector));
    }
    let (old, new) = (named(before)?, named(after)?);
    if (&old.name, &old.domain) != (&new.name, &new.domain) {
        let others = partner::all(tx)?
            .iter()
            .filter(|other| other.id != *id)
            .map(|other| named(&other.registration).map(|other| (other.name, other.domain)))
            .collect::<Result<Vec<_>, _>>()?;
        partner_name::check(&new.name, &new.domain, reserved, &others)
            .map_err(|problem| RuleError::Refused(problem.into()))?;
    }
    if !partner::set_registration(tx, id, before, after)? {
        return Err(RuleError::Refused(ChangeProblem::Meanwhile));
    }
    for event in events {
        actor.record(tx, event, id.as_str())?;
    }
    Ok(())
}

/// Suspends or activates a partner, and records it in the audit trail; false when there is none with this id.
///
/// # Errors
/// When the store fails.
pub fn set_status(
    tx: &mut Tx,
    actor: &Actor,
    id: &PartnerId,
    status: PartnerStatus,
) -> Result<bool, StoreError> {
    let found = partner::set_status(tx, id, status)?;
    if found {
        let event = match status {
            PartnerStatus::Active => "partner.activated",
            PartnerStatus::Suspended => "partner.suspended",
        };
        actor.record(tx, event, id.as_str())?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use ipse_store::testing::TestDb;
    use ipse_store::{SCHEME, audit};

    use super::*;

    fn failed(error: RuleError<NameProblem>) -> StoreError {
        StoreError::Abort(error.to_string())
    }

    #[test]
    fn t01_a_partner_with_the_name_of_another_is_not_registered() {
        for db in TestDb::both() {
            let store = db.open(&SCHEME);
            let register = |n: u8, name: &str, domain: &str| {
                let registration = serde_json::json!({"name": name, "domain": domain});
                let (id, registration) = (PartnerId::of(&[n; 16]), registration.to_string());
                let bank = Reserved {
                    name: "Bank Anker".to_owned(),
                    host: "anker.example".to_owned(),
                };
                store.write_blocking(move |tx| {
                    let actor = Actor::Staff("an".into());
                    let bank = std::slice::from_ref(&bank);
                    register(tx, &actor, &id, &registration, bank).map_err(failed)
                })
            };
            register(1, "Winkel Hoek", "hoek.example").unwrap();
            for name in ["Ipse", "Bank Anker", "Winkel Hoek", "\u{ff37}inkel"] {
                let refused = register(2, name, "shop.example").unwrap_err();
                assert!(matches!(refused, StoreError::Abort(_)), "{name}");
            }
            register(3, "Winkel Hoek", "hoek.example").unwrap();
            let all = store.read_blocking(partner::all).unwrap();
            assert_eq!(all.len(), 2);
        }
    }

    #[test]
    fn t39_a_change_keeps_the_sector_and_names_its_actor() {
        for db in TestDb::both() {
            let store = db.open(&SCHEME);
            let id = PartnerId::of(&[1; 16]);
            let text = |name: &str, sector: Option<&str>| {
                let mut text =
                    serde_json::json!({"client_id": id, "name": name, "domain": "shop.example"});
                if let Some(sector) = sector {
                    text["sector"] = sector.into();
                }
                text.to_string()
            };
            let first = text("Shop", None);
            let renamed = text("Hoek", Some(id.as_str()));
            let (partner, given) = (id.clone(), first.clone());
            store
                .write_blocking(move |tx| {
                    register(tx, &Actor::System, &partner, &given, &[]).map_err(failed)
                })
                .unwrap();
            let change = |before: &str, after: &str| {
                let (id, before, after) = (id.clone(), before.to_owned(), after.to_owned());
                store.write_blocking(move |tx| {
                    let events = ["partner.client_name.changed".to_owned()];
                    let (an, texts) = (Actor::Staff("an".into()), (&*before, &*after));
                    match change(tx, &an, &id, texts, &events, &[]) {
                        Ok(()) => Ok(None),
                        Err(RuleError::Refused(problem)) => Ok(Some(problem)),
                        Err(RuleError::Store(error)) => Err(error),
                    }
                })
            };
            let elsewhere = text("Hoek", Some("par_other"));
            let refused = change(&first, &elsewhere).unwrap();
            assert_eq!(refused, Some(ChangeProblem::Sector));
            let refused = change(&first, &text("Ipse", None)).unwrap();
            assert!(matches!(refused, Some(ChangeProblem::Name(_))));
            // To name its own sector is no change of it.
            assert_eq!(change(&first, &renamed).unwrap(), None);
            let refused = change(&first, &renamed).unwrap();
            assert_eq!(refused, Some(ChangeProblem::Meanwhile));
            let partner = id.clone();
            let told = store.read_blocking(move |tx| audit::of_subject(tx, &partner));
            let told = told.unwrap();
            assert_eq!(told.len(), 2);
            let of_an = told.iter().find(|entry| entry.actor == "staff:an").unwrap();
            assert_eq!(of_an.event, "partner.client_name.changed");
        }
    }

    #[test]
    fn a_change_of_a_partner_names_its_actor_in_the_audit_trail() {
        for db in TestDb::both() {
            let store = db.open(&SCHEME);
            let (id, unknown) = (PartnerId::of(&[1; 16]), PartnerId::of(&[2; 16]));
            let partner = id.clone();
            let found = store.write_blocking(move |tx| {
                let (an, bo) = (Actor::Staff("an".into()), Actor::Staff("bo".into()));
                let registration = r#"{"name":"Shop","domain":"shop.example"}"#;
                register(tx, &an, &partner, registration, &[]).map_err(failed)?;
                let suspended = set_status(tx, &bo, &partner, PartnerStatus::Suspended)?;
                let missing = set_status(tx, &bo, &unknown, PartnerStatus::Suspended)?;
                let registration = partner::registration(tx, &partner)?;
                assert_eq!((suspended, missing, registration), (true, false, None));
                audit::of_subject(tx, &partner)
            });
            let found = found.unwrap();
            // Entries of one transaction have the same time, so their order is not fixed.
            let mut told: Vec<_> = found.iter().map(|e| (&*e.actor, &*e.event)).collect();
            told.sort_unstable();
            let expected = [
                ("staff:an", "partner.registered"),
                ("staff:bo", "partner.suspended"),
            ];
            assert_eq!(told, expected);
        }
    }
}
