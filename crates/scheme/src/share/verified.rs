//! What a partner wants only together with how it was verified (OpenID Connect for Identity Assurance 1.0).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name of all such answers.
pub const VERIFIED: &str = "verified_claims";

/// Claims of the person that are wanted with their verification, each by name.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verified {
    /// What the verification must be like.
    pub verification: BTreeMap<String, Demand>,
    /// What the evidence must be like: the first of these that is met is told. None if no evidence is wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<BTreeMap<String, Demand>>,
    /// What is wanted of the person.
    pub claims: BTreeMap<String, Demand>,
}

/// What is wanted of one claim.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Whether nothing is given without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The values that are accepted; any if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// The first day that is accepted, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// The claim without which it is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
}

impl Demand {
    fn accepts(&self, value: &Value) -> bool {
        let listed = self.values.is_empty() || self.values.contains(value);
        let first = self.not_before.as_deref();
        listed && first.is_none_or(|first| value.as_str().is_some_and(|day| first <= day))
    }
}

/// What the person gives, by claim.
type Kept<'a> = BTreeMap<&'a str, &'a Value>;

/// The value of a claim, if it is given and accepted.
fn accepted<'a>(kept: &Kept<'a>, claim: &str, demand: &Demand) -> Option<&'a Value> {
    let told = demand
        .with
        .as_deref()
        .is_none_or(|with| kept.contains_key(with));
    kept.get(claim)
        .copied()
        .filter(|value| told && demand.accepts(value))
}

fn are_met(demands: &BTreeMap<String, Demand>, kept: &Kept<'_>) -> bool {
    let mut required = demands.iter().filter(|(_, demand)| demand.required);
    required.all(|(claim, demand)| accepted(kept, claim, demand).is_some())
}

impl Verified {
    /// Everything in the answer, by claim; none if what is required of the verification is not met, or no claim of the person is left.
    pub(super) fn release(&self, kept: &Kept<'_>) -> Option<Map<String, Value>> {
        let evidence = match self.evidence.as_slice() {
            [] => None,
            some => Some(some.iter().find(|one| are_met(one, kept))?),
        };
        if !are_met(&self.verification, kept) {
            return None;
        }
        let take = |demands: &BTreeMap<String, Demand>| -> Vec<(String, Value)> {
            let value = |(claim, demand): (&String, &Demand)| {
                Some((claim.clone(), accepted(kept, claim, demand)?.clone()))
            };
            demands.iter().filter_map(value).collect()
        };
        let claims = take(&self.claims);
        if claims.is_empty() {
            return None;
        }
        let verification = take(&self.verification);
        let evidence = evidence.map(take).unwrap_or_default();
        Some(
            claims
                .into_iter()
                .chain(verification)
                .chain(evidence)
                .collect(),
        )
    }

    /// Whether nothing is given without a claim.
    pub(super) fn rests_on(&self, claim: &str) -> bool {
        let required = |demands: &BTreeMap<String, Demand>| {
            demands.get(claim).is_some_and(|demand| demand.required)
        };
        required(&self.verification) || self.evidence.iter().any(required)
    }
}
