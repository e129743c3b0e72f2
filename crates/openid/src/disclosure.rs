//! What a partner learns about a person: what was requested, shown and approved (threat 40).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::{EMAIL, PROFILE, Service, ServiceType};

macro_rules! claims {
    ($($(#[$doc:meta])* $name:ident = $word:literal in $scope:ident for [$($service:ident),*];)*) => {
        /// Claims that a service may release beside `sub` (OpenID Connect Core §5.1). Other claims cannot be requested,
        /// stored in a request, or released.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Claim {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Claim {
            /// Every claim, in the order in which a view shows them.
            pub const ALL: &[Claim] = &[$(Claim::$name,)*];

            /// The name of the claim, which is also the key of the attribute in a view.
            pub const fn as_str(self) -> &'static str {
                match self { $(Claim::$name => $word,)* }
            }

            /// The scope that requests the claim (OpenID Connect Core §5.4).
            pub const fn scope(self) -> &'static str {
                match self { $(Claim::$name => $scope,)* }
            }

            /// The types of service that may release the claim.
            const fn services(self) -> &'static [ServiceType] {
                match self { $(Claim::$name => &[$(ServiceType::$service),*],)* }
            }
        }
    };
}

claims! {
    /// Given and family name together.
    Name = "name" in PROFILE for [Login];
    /// Given names.
    GivenName = "given_name" in PROFILE for [Login];
    /// Family name.
    FamilyName = "family_name" in PROFILE for [Login];
    /// The person's language.
    Locale = "locale" in PROFILE for [Login];
    /// The verified e-mail address.
    Email = "email" in EMAIL for [Login];
    /// That the address is verified. Only with the address, and never false.
    EmailVerified = "email_verified" in EMAIL for [Login];
}

impl Claim {
    /// The claim with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|claim| claim.as_str() == name)
    }

    /// The claims that a scope requests of a service of this type.
    pub fn of(scope: &str, service: ServiceType) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |claim| claim.scope() == scope && claim.services().contains(&service))
    }

    /// The released value, from its text; none for a text that is no value of the claim.
    fn value(self, text: &str) -> Option<Value> {
        match self {
            Self::EmailVerified => (text == "true").then_some(Value::Bool(true)),
            Self::Name | Self::GivenName | Self::FamilyName | Self::Locale | Self::Email => {
                (!text.is_empty()).then(|| text.into())
            }
        }
    }
}

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
}

impl RequestedClaims {
    /// All requested claims: the view must show them.
    pub fn all(&self) -> BTreeSet<Claim> {
        self.id_token.union(&self.userinfo).copied().collect()
    }

    /// Removes the claims that a service may not release: those of another type of service, and of scopes that it did not register.
    pub(crate) fn restrict(&mut self, service: &Service) {
        let allowed = |claim: &Claim| {
            claim.services().contains(&service.kind)
                && service.scopes.iter().any(|scope| scope == claim.scope())
        };
        self.id_token.retain(allowed);
        self.userinfo.retain(allowed);
        // Alone it says nothing of an address that the client knows.
        if !self.all().contains(&Claim::Email) {
            let alone = Claim::EmailVerified;
            self.id_token.remove(&alone);
            self.userinfo.remove(&alone);
        }
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
    pub values: &'a BTreeMap<&'a str, &'a str>,
}

/// The claims to release at one place: requested there, shown, approved, and with a value. A claim without a value is
/// omitted (OpenID Connect Core §5.3.2).
pub fn release(requested: &BTreeSet<Claim>, person: Approved<'_>) -> BTreeMap<String, Value> {
    let may_be_released = |claim: Claim, key: &str| {
        requested.contains(&claim) && person.shown.contains(key) && person.approved.contains(key)
    };
    let released = |key: &str, text: &str| {
        let claim = Claim::parse(key).filter(|claim| may_be_released(*claim, key))?;
        Some((key.to_owned(), claim.value(text)?))
    };
    person
        .values
        .iter()
        .filter_map(|(key, text)| released(key, text))
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
            let values = BTreeMap::from([("email", "an@mail.example"), ("email_verified", text)]);
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
            let texts: Vec<_> = known.iter().map(|key| (*key, format!("value of {key}"))).collect();
            let values: BTreeMap<_, _> = texts.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let person = Approved { shown: &shown, approved: &approved, values: &values };
            let released = release(&requested, person);
            for (key, value) in &released {
                prop_assert!(Claim::parse(key).is_some_and(|claim| requested.contains(&claim)), "{key} was not requested");
                prop_assert!(shown.contains(key.as_str()), "{key} was not shown");
                prop_assert!(approved.contains(key.as_str()), "{key} was not approved");
                prop_assert_eq!(value.as_str(), values.get(key.as_str()).copied());
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
