//! Sandbox people: people of the demo profile whom a partner can name in `login_hint`.

use ipse_keys::KeyStore;
use ipse_store::Tx;
use ipse_store::person::{self, LookupField};

use super::{LOOKUP_VERSION, lookup_hash};
use crate::actor::Actor;
use crate::config::Profile;
use crate::error::RuleError;

/// Why nobody became a sandbox person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SandboxRefusal {
    /// The profile is production.
    #[error("there are no sandbox people in production")]
    Production,
    /// Nobody has the phone number.
    #[error("nobody is enrolled with that number")]
    Unknown,
}

/// Who becomes a sandbox person, and the name for partners, as keyed hashes.
pub struct SandboxPerson {
    name: Vec<u8>,
    phone_number: Vec<u8>,
}

impl SandboxPerson {
    /// The person with this phone number, whom partners call `name`.
    pub fn new(keys: &dyn KeyStore, name: &str, phone_number: &str) -> Self {
        Self {
            name: lookup_hash(keys, LookupField::Sandbox, name),
            phone_number: lookup_hash(keys, LookupField::PhoneNumber, phone_number),
        }
    }
}

/// Lets partners name a person, and records it in the audit trail. A name that another person has moves.
///
/// # Errors
/// [`SandboxRefusal`], or when the store fails.
pub fn add_sandbox(
    tx: &mut Tx,
    profile: Profile,
    actor: &Actor,
    sandbox: &SandboxPerson,
) -> Result<(), RuleError<SandboxRefusal>> {
    if profile == Profile::Production {
        return Err(RuleError::Refused(SandboxRefusal::Production));
    }
    let identity = person::by_lookup(tx, LookupField::PhoneNumber, &sandbox.phone_number)?
        .ok_or(RuleError::Refused(SandboxRefusal::Unknown))?;
    let field = LookupField::Sandbox;
    person::replace_lookup(tx, field, &sandbox.name, LOOKUP_VERSION, &identity)?;
    actor.record(tx, "sandbox.added", identity.as_str())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use ipse_protocol::ids::IdentityId;
    use ipse_store::testing::TestDb;
    use ipse_store::{SCHEME, audit, identity};
    use ipse_texts::Language;

    use super::*;

    #[test]
    fn an_enrolled_person_is_named_outside_production_and_the_audit_trail_has_it() {
        for db in TestDb::both() {
            let store = db.open(&SCHEME);
            let (an, bo) = (IdentityId::of(&[1; 16]), IdentityId::of(&[2; 16]));
            let sandbox = |phone_number: &[u8]| SandboxPerson {
                name: b"name".to_vec(),
                phone_number: phone_number.to_vec(),
            };
            let told = store.write_blocking(move |tx| {
                let now = tx.now()?;
                for (id, number) in [(&an, b"an"), (&bo, b"bo")] {
                    identity::insert(tx, id, Language::En, now)?;
                    person::add_lookup(tx, LookupField::PhoneNumber, number, 1, id)?;
                }
                let staff = Actor::Staff("cy".into());
                let mut add = |profile, number: &[u8]| {
                    let added = add_sandbox(tx, profile, &staff, &sandbox(number));
                    let named = person::by_lookup(tx, LookupField::Sandbox, b"name")?;
                    match added {
                        Ok(()) => Ok((None, named)),
                        Err(RuleError::Refused(refusal)) => Ok((Some(refusal), named)),
                        Err(RuleError::Store(error)) => Err(error),
                    }
                };
                let refused = |refusal| (Some(refusal), None);
                let production = add(Profile::Production, b"an")?;
                assert_eq!(production, refused(SandboxRefusal::Production));
                assert_eq!(add(Profile::Demo, b"cy")?, refused(SandboxRefusal::Unknown));
                assert_eq!(add(Profile::Demo, b"an")?, (None, Some(an.clone())));
                assert_eq!(add(Profile::Demo, b"bo")?, (None, Some(bo.clone())));
                let mut told = audit::of_subject(tx, an.as_str())?;
                told.extend(audit::of_subject(tx, bo.as_str())?);
                Ok(told)
            });
            let told = told.unwrap();
            let told: Vec<_> = told.iter().map(|e| (&*e.actor, &*e.event)).collect();
            assert_eq!(told, [("staff:cy", "sandbox.added"); 2]);
        }
    }
}
