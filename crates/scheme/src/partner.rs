//! Partners: their registration, and the proof that a client assertion is used only once.

use ipse_protocol::ids::PartnerId;
use ipse_protocol::sha256;
use ipse_store::partner::{self, PartnerStatus};
use ipse_store::pushed_request;
use ipse_store::{StoreError, Tx};

use crate::actor::Actor;
use crate::error::{Error, RuleError};
use crate::refusal::LoginRefusal;
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

/// Marks an assertion as used.
///
/// # Errors
/// [`LoginRefusal::AssertionUsed`] when it was used before.
pub(crate) fn use_assertion(
    tx: &mut Tx,
    partner: &PartnerId,
    assertion: Option<&Assertion>,
) -> Result<(), RuleError<LoginRefusal>> {
    let Some(assertion) = assertion else {
        return Ok(());
    };
    // Remembered longer than it is valid: the node that verified it may have another clock than the database.
    let until = assertion
        .expires
        .saturating_mul(1000)
        .saturating_add(CLOCKS_MS);
    if pushed_request::use_jti(tx, partner, &sha256(assertion.jti.as_bytes()), until)? {
        Ok(())
    } else {
        Err(LoginRefusal::AssertionUsed.into())
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

    /// Marks an assertion as used, for a request that is refused for another reason; false when it was used before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn use_up_assertion(
        &self,
        partner: &PartnerId,
        assertion: Assertion,
    ) -> Result<bool, Error> {
        let partner = partner.clone();
        let used = self
            .store
            .write_rule(move |tx| use_assertion(tx, &partner, Some(&assertion)))
            .await;
        match used {
            Ok(()) => Ok(true),
            Err(RuleError::Refused(_)) => Ok(false),
            Err(RuleError::Store(error)) => Err(error.into()),
        }
    }

    /// Registers a partner. The caller has checked the registration (JSON).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn register_partner(
        &self,
        actor: Actor,
        id: PartnerId,
        registration: String,
    ) -> Result<(), Error> {
        Ok(self
            .store
            .write(move |tx| register(tx, &actor, &id, &registration))
            .await?)
    }
}

/// Adds a partner, and records it in the audit trail. The caller has checked the registration (JSON).
///
/// # Errors
/// When the store fails.
pub fn register(
    tx: &mut Tx,
    actor: &Actor,
    id: &PartnerId,
    registration: &str,
) -> Result<(), StoreError> {
    let now = tx.now()?;
    partner::insert(tx, id, registration, now)?;
    actor.record(tx, "partner.registered", id.as_str())
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

    #[test]
    fn a_change_of_a_partner_names_its_actor_in_the_audit_trail() {
        for db in TestDb::both() {
            let store = db.open(&SCHEME);
            let (id, unknown) = (PartnerId::of(&[1; 16]), PartnerId::of(&[2; 16]));
            let partner = id.clone();
            let found = store.write_blocking(move |tx| {
                let (an, bo) = (Actor::Staff("an".into()), Actor::Staff("bo".into()));
                register(tx, &an, &partner, "{}")?;
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
