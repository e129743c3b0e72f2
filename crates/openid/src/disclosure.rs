//! What a partner learns about a person: what was requested, shown and approved (threat 40).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::{ADDRESS, EMAIL, PHONE, PROFILE, Service, ServiceType};

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
            pub(crate) const fn services(self) -> &'static [ServiceType] {
                match self { $(Claim::$name => &[$(ServiceType::$service),*],)* }
            }
        }
    };
}

/// The scope of claims that no scope requests.
const NO_SCOPE: &str = "";

claims! {
    /// Given and family name together.
    Name = "name" in PROFILE for [Login, Share];
    /// Given names.
    GivenName = "given_name" in PROFILE for [Login, Share];
    /// Family name.
    FamilyName = "family_name" in PROFILE for [Login, Share];
    /// Date of birth: `YYYY-MM-DD`, or what is known of it (`YYYY`, `0000-MM-DD`).
    Birthdate = "birthdate" in PROFILE for [Share];
    /// Whether the person is 16 or older.
    AgeGte16 = "age_gte_16" in NO_SCOPE for [Share];
    /// Whether the person is 18 or older.
    AgeGte18 = "age_gte_18" in NO_SCOPE for [Share];
    /// Whether the person is 21 or older.
    AgeGte21 = "age_gte_21" in NO_SCOPE for [Share];
    /// Whether the person is 30 or older.
    AgeGte30 = "age_gte_30" in NO_SCOPE for [Share];
    /// Gender, as the document has it.
    Gender = "gender" in PROFILE for [Share];
    /// Place of birth (OpenID Connect for Identity Assurance 1.0 §4).
    PlaceOfBirth = "place_of_birth" in NO_SCOPE for [Share];
    /// Nationalities, in three letters of ICAO 9303.
    Nationalities = "nationalities" in NO_SCOPE for [Share];
    /// The photo, as a data URI.
    Picture = "picture" in PROFILE for [Share];
    /// The national number of Belgium.
    NationalNumber = "https://ipse.example/claims/be_national_number" in NO_SCOPE for [Share];
    /// The postal address (OpenID Connect Core §5.1.1).
    Address = "address" in ADDRESS for [Share];
    /// The phone number, E.164.
    PhoneNumber = "phone_number" in PHONE for [Share];
    /// That the number is verified. Only with the number.
    PhoneNumberVerified = "phone_number_verified" in PHONE for [Share];
    /// The verified e-mail address.
    Email = "email" in EMAIL for [Login, Share];
    /// That the address is verified. Only with the address, and never false.
    EmailVerified = "email_verified" in EMAIL for [Login, Share];
    /// The person's language.
    Locale = "locale" in PROFILE for [Login, Share];
    /// The number of the document that was checked.
    DocumentNumber = "https://ipse.example/claims/document_number" in NO_SCOPE for [Share];
    /// Its type.
    DocumentType = "https://ipse.example/claims/document_type" in NO_SCOPE for [Share];
    /// Until when it is valid.
    DocumentValidUntil = "https://ipse.example/claims/document_valid_until" in NO_SCOPE for [Share];
    /// Who verified the person.
    VerifiedBy = "https://ipse.example/claims/verified_by" in NO_SCOPE for [Share];
    /// The day on which they did.
    VerifiedOn = "https://ipse.example/claims/verified_on" in NO_SCOPE for [Share];
    /// How: `bank`.
    IdentificationMode = "https://ipse.example/claims/identification_mode" in NO_SCOPE for [Share];
    /// For how long the person has had this phone: `day`, `week`, `month`, `year` or `longer`, each "at most".
    DeviceAge = "https://ipse.example/claims/device_age" in NO_SCOPE for [Share];
    /// Where its key is: `software` or `hardware`.
    DeviceKey = "https://ipse.example/claims/device_key" in NO_SCOPE for [Share];
    /// For how long the SIM card has been the same, in the same steps.
    SimAge = "https://ipse.example/claims/sim_age" in NO_SCOPE for [Share];
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

    /// The released value; none for one that says nothing, or that is never said.
    fn value(self, value: &Value) -> Option<Value> {
        match (self, value) {
            // Grants of before keep it as a text.
            (Self::EmailVerified | Self::PhoneNumberVerified, value) => {
                (*value == true || *value == "true").then_some(Value::Bool(true))
            }
            (_, Value::Null) => None,
            (_, Value::String(text)) if text.is_empty() => None,
            (_, value) => Some(value.clone()),
        }
    }

    /// The claim with which alone it means something.
    pub(crate) const fn with(self) -> Option<Self> {
        match self {
            Self::EmailVerified => Some(Self::Email),
            Self::PhoneNumberVerified => Some(Self::PhoneNumber),
            _ => None,
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
    /// Those without which the service cannot be given, as request and registration both say.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub essential: BTreeSet<Claim>,
    /// The values that the client accepts; any other is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expected: BTreeMap<Claim, Vec<Value>>,
}

impl RequestedClaims {
    /// All requested claims: the view must show them.
    pub fn all(&self) -> BTreeSet<Claim> {
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
        let (wanted, registered) = (self.all(), |claim: &Claim| service.is_essential(*claim));
        self.essential
            .retain(|claim| wanted.contains(claim) && registered(claim));
        self.expected.retain(|claim, _| wanted.contains(claim));
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
