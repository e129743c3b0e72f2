//! What a login may tell a partner, and what it does tell: requested ∩ shown ∩ approved (threat 40).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Claims that a login service may release beyond `sub` (OpenID Connect Core §5.1). The list is closed: what is not in
/// it cannot be asked, stored in a request, or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Given and family name together.
    Name,
    /// Given names.
    GivenName,
    /// Family name.
    FamilyName,
    /// The person's language.
    Locale,
}

impl Claim {
    /// Every claim, in the order in which a view shows them.
    pub const ALL: [Claim; 4] = [
        Claim::Name,
        Claim::GivenName,
        Claim::FamilyName,
        Claim::Locale,
    ];

    /// The claim's name, which is also the key of the attribute in a view.
    pub const fn as_str(self) -> &'static str {
        match self {
            Claim::Name => "name",
            Claim::GivenName => "given_name",
            Claim::FamilyName => "family_name",
            Claim::Locale => "locale",
        }
    }

    /// The claim of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.as_str() == name)
    }
}

/// Which claims a request asks for, and where it wants them (OpenID Connect Core §5.5).
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
    /// Everything asked for anywhere: what the view must show.
    pub fn all(&self) -> BTreeSet<Claim> {
        self.id_token.union(&self.userinfo).copied().collect()
    }
}

/// What happened to the request: what the person saw, what they approved, and the values as they were shown.
#[derive(Clone, Copy, Debug)]
pub struct Approved<'a> {
    /// Keys of the attributes in the view.
    pub shown: &'a BTreeSet<&'a str>,
    /// Keys of the attributes that the person approved.
    pub approved: &'a BTreeSet<&'a str>,
    /// Values by key. May hold more than may leave.
    pub values: &'a BTreeMap<&'a str, &'a str>,
}

/// The claims that may leave at one place: requested there, shown, approved, and with a value. An absent value is an
/// absent claim, never `null` (OpenID Connect Core §5.3.2).
pub fn release(requested: &BTreeSet<Claim>, person: Approved<'_>) -> BTreeMap<String, Value> {
    let may_leave = |key: &str| {
        Claim::parse(key).is_some_and(|claim| requested.contains(&claim))
            && person.shown.contains(key)
            && person.approved.contains(key)
    };
    person
        .values
        .iter()
        .filter(|(key, value)| may_leave(key) && !value.is_empty())
        .map(|(key, value)| ((*key).to_owned(), (*value).into()))
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
            "birthdate",
            "national_number",
            "sub",
            "acr",
        ];
        proptest::sample::subsequence(names.to_vec(), 0..=names.len())
            .prop_map(|keys| keys.into_iter().collect())
    }

    proptest! {
        /// Threat 40: whatever was asked, shown, approved and known, the answer is within all of them.
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
                prop_assert!(Claim::parse(key).is_some_and(|claim| requested.contains(&claim)), "{key} was not asked");
                prop_assert!(shown.contains(key.as_str()), "{key} was not shown");
                prop_assert!(approved.contains(key.as_str()), "{key} was not approved");
                prop_assert_eq!(value.as_str(), values.get(key.as_str()).copied());
            }
            // And nothing that may leave is withheld: otherwise an empty answer would pass.
            for claim in requested {
                let key = claim.as_str();
                if shown.contains(key) && approved.contains(key) && known.contains(key) {
                    prop_assert!(released.contains_key(key));
                }
            }
        }
    }
}
