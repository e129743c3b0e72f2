//! What a partner learns about a person: what was requested, shown and approved (threat 40).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Service;
use crate::verified::VerifiedClaims;

pub use crate::claim::Claim;

/// The claims that a request asks for, by the place where they are released (OpenID Connect Core §5.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestedClaims {
    /// In the ID token.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub id_token: BTreeSet<Claim>,
    /// From userinfo.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub userinfo: BTreeSet<Claim>,
    /// Those without which the service cannot be given, as request and registration both say.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub essential: BTreeSet<Claim>,
    /// The values that the client accepts; any other is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expected: BTreeMap<Claim, Vec<Value>>,
    /// Those that are wanted together with how they were verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<VerifiedClaims>,
}

impl RequestedClaims {
    /// All requested claims: the view must show them.
    pub fn all(&self) -> BTreeSet<Claim> {
        let mut all = self.alone();
        all.extend(self.verified.iter().flat_map(VerifiedClaims::all));
        all
    }

    /// Those that are answered outside of `verified_claims`.
    pub fn alone(&self) -> BTreeSet<Claim> {
        self.id_token.union(&self.userinfo).copied().collect()
    }

    /// Removes the claims that a service may not release: those of another type of service, and those that it did not register.
    /// Returns the removed ones.
    pub(crate) fn restrict(&mut self, service: &Service) -> BTreeSet<Claim> {
        let wanted = self.all();
        let refused: BTreeSet<Claim> = wanted
            .iter()
            .copied()
            .filter(|claim| !service.may_release(*claim))
            .collect();
        // Alone they say nothing.
        let alone = wanted.iter().copied().filter(|claim| {
            let with = claim.with();
            with.is_some_and(|with| refused.contains(&with) || !wanted.contains(&with))
        });
        let removed: BTreeSet<Claim> = refused.iter().copied().chain(alone).collect();
        let kept = |claim: &Claim| !removed.contains(claim);
        self.id_token.retain(kept);
        self.userinfo.retain(kept);
        let may_release = |claim| service.may_release(claim);
        self.verified.retain_mut(|one| one.restrict(may_release));
        let (wanted, registered) = (self.all(), |claim: &Claim| service.is_essential(*claim));
        self.essential
            .retain(|claim| wanted.contains(claim) && registered(claim));
        let alone = self.alone();
        self.expected.retain(|claim, _| alone.contains(claim));
        refused
    }
}

/// What the person saw and approved, and the values as they were shown.
#[derive(Clone, Copy, Debug)]
pub struct Approved<'a> {
    /// Keys of the attributes in the view.
    pub shown: &'a BTreeSet<&'a str>,
    /// Keys of the attributes that the person approved.
    pub approved: &'a BTreeSet<&'a str>,
    /// Values by key. May contain more than may be released.
    pub values: &'a BTreeMap<&'a str, &'a Value>,
}

/// The claims to release at one place: requested there, shown, approved, and with a value. A claim without a value is
/// omitted (OpenID Connect Core §5.3.2).
pub fn release(requested: &BTreeSet<Claim>, person: Approved<'_>) -> BTreeMap<String, Value> {
    let may_be_released = |claim: Claim, key: &str| {
        requested.contains(&claim) && person.shown.contains(key) && person.approved.contains(key)
    };
    let released = |key: &str, value: &Value| {
        let claim = Claim::parse(key).filter(|claim| may_be_released(*claim, key))?;
        Some((key.to_owned(), claim.value(value)?))
    };
    person
        .values
        .iter()
        .filter_map(|(key, value)| released(key, value))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> impl Strategy<Value = BTreeSet<&'static str>> {
        let names = [
            "name",
            "given_name",
            "family_name",
            "locale",
            "email",
            "birthdate",
            "national_number",
            "sub",
            "acr",
        ];
        proptest::sample::subsequence(names.to_vec(), 0..=names.len())
            .prop_map(|keys| keys.into_iter().collect())
    }

    #[test]
    fn t40_an_address_is_released_as_verified_or_not_at_all() {
        let names = BTreeSet::from(["email", "email_verified"]);
        let requested = BTreeSet::from([Claim::Email, Claim::EmailVerified]);
        for (text, value) in [
            ("true", Some(&Value::Bool(true))),
            ("false", None),
            ("", None),
        ] {
            let (address, text) = (Value::from("an@mail.example"), Value::from(text));
            let values = BTreeMap::from([("email", &address), ("email_verified", &text)]);
            let person = Approved {
                shown: &names,
                approved: &names,
                values: &values,
            };
            let released = release(&requested, person);
            assert_eq!(released.get("email_verified"), value, "{text}");
            assert_eq!(released["email"], "an@mail.example");
        }
    }

    proptest! {
        /// Threat 40: for any requested, shown, approved and known claims, the released ones are in all four sets.
        #[test]
        fn t40_answer_within_requested_shown_approved(
            requested in keys(), shown in keys(), approved in keys(), known in keys(),
        ) {
            let requested: BTreeSet<Claim> = requested.iter().filter_map(|key| Claim::parse(key)).collect();
            let texts: Vec<_> = known.iter().map(|key| (*key, Value::from(format!("value of {key}")))).collect();
            let values: BTreeMap<_, _> = texts.iter().map(|(key, value)| (*key, value)).collect();
            let person = Approved { shown: &shown, approved: &approved, values: &values };
            let released = release(&requested, person);
            for (key, value) in &released {
                prop_assert!(Claim::parse(key).is_some_and(|claim| requested.contains(&claim)), "{key} was not requested");
                prop_assert!(shown.contains(key.as_str()), "{key} was not shown");
                prop_assert!(approved.contains(key.as_str()), "{key} was not approved");
                prop_assert_eq!(Some(value), values.get(key.as_str()).copied());
            }
            // Everything that may be released is released. Otherwise an empty answer would pass.
            for claim in requested {
                let key = claim.as_str();
                if shown.contains(key) && approved.contains(key) && known.contains(key) {
                    prop_assert!(released.contains_key(key));
                }
            }
        }
    }
}
