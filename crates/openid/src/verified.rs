//! `verified_claims` (OpenID Connect for Identity Assurance 1.0): what a request asks, and its answer.
//!
//! Each member of `verification` is a claim of its own, which the service registers like any other, and the person sees and approves
//! like any other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::claim::Claim;

/// The name of the claim, in requests and answers.
pub const VERIFIED_CLAIMS: &str = "verified_claims";
/// The only type of evidence that there is.
pub const DOCUMENT: &str = "document";
/// The types of document that banks check, in the words of Identity Assurance.
pub const DOCUMENT_TYPES: [&str; 4] = ["idcard", "passport", "driving_permit", "residence_permit"];
/// How a document was checked when a bank did it: what identifiers there are is left to schemes (§9).
pub const CHECKED_BY_BANK: &str = "https://ipse.example/check-method/bank";
/// `identification_mode` for the same.
const BANK: &str = "bank";
/// Days are told without a time: it would be the same at every partner.
const MIDNIGHT: &str = "T00:00Z";

/// Where an answer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the ID token.
    IdToken,
    /// From userinfo.
    Userinfo,
}

/// What is asked of one claim: any value, or certain ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The values that the client accepts; any, if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// The first day that it accepts, `YYYY-MM-DD`: `max_age`, as of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
}

impl Demand {
    /// Whether some value would not be accepted.
    pub fn restricts(&self) -> bool {
        !self.values.is_empty() || self.not_before.is_some()
    }
}

/// The claim with which alone a member of the evidence can be told: a check has its method, and a document its type.
pub const fn told_with(claim: Claim) -> Option<Claim> {
    match claim {
        Claim::VerifiedBy => Some(Claim::IdentificationMode),
        Claim::DocumentNumber | Claim::DocumentValidUntil | Claim::DocumentIssuer => {
            Some(Claim::DocumentType)
        }
        _ => None,
    }
}

/// What is asked of several claims.
pub type Demands = BTreeMap<Claim, Demand>;

/// One `verified_claims` of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedClaims {
    /// Where it is answered.
    pub place: Place,
    /// Whether it is one of a list, and so answered in one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// What is asked of the verification itself. It always has the trust framework.
    pub verification: Demands,
    /// What is asked of the evidence: the first of these that is met (§5.4). None if no evidence is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Demands>,
    /// What is asked of the person.
    pub claims: Demands,
}

impl VerifiedClaims {
    /// Every claim that it asks.
    pub fn all(&self) -> impl Iterator<Item = Claim> {
        let evidence = self.evidence.iter().flat_map(BTreeMap::keys);
        let claims = self.verification.keys().chain(evidence);
        claims.chain(self.claims.keys()).copied()
    }

    /// Removes what may not be released. Says whether something is left that can be answered: a restriction on what may not be
    /// released is never met, since the answer would tell the value.
    pub(crate) fn restrict(&mut self, may_release: impl Fn(Claim) -> bool) -> bool {
        let told = |claim: Claim| may_release(claim) && told_with(claim).is_none_or(&may_release);
        let met = |demands: &Demands| demands.iter().all(|(c, d)| told(*c) || !d.restricts());
        let had_evidence = !self.evidence.is_empty();
        self.evidence.retain(met);
        let possible = may_release(Claim::TrustFramework)
            && met(&self.verification)
            && (!had_evidence || !self.evidence.is_empty());
        self.verification.retain(|claim, _| may_release(*claim));
        self.claims.retain(|claim, _| may_release(*claim));
        for demands in &mut self.evidence {
            demands.retain(|claim, _| told(*claim));
        }
        possible && !self.claims.is_empty()
    }

    /// The answer, from what was approved for it, by claim. None without a claim of the person, or without what every answer needs.
    fn answer(&self, approved: &Map<String, Value>) -> Option<Value> {
        let approved = |claim: Claim| claim.value(approved.get(claim.as_str())?);
        let of_verification = |claim| {
            let asked = self.verification.contains_key(&claim);
            asked.then(|| approved(claim)).flatten()
        };
        let of_evidence = |claim| {
            let asked = self.evidence.iter().any(|one| one.contains_key(&claim));
            asked.then(|| approved(claim)).flatten()
        };
        let claims: Map<String, Value> = self
            .claims
            .keys()
            .filter_map(|claim| Some((claim.as_str().to_owned(), approved(*claim)?)))
            .collect();
        if claims.is_empty() {
            return None;
        }
        let mut verification = Map::new();
        let framework = of_verification(Claim::TrustFramework)?;
        verification.insert("trust_framework".to_owned(), framework);
        let optional = [
            ("assurance_level", of_verification(Claim::AssuranceLevel)),
            (
                "time",
                of_verification(Claim::VerifiedOn).and_then(|day| midnight(&day)),
            ),
            ("evidence", evidence(of_evidence)),
        ];
        insert(&mut verification, optional);
        Some(json!({"verification": verification, "claims": claims}))
    }
}

/// The `verified_claims` of an answer, from what was approved for each of the requested ones, in their order.
pub fn answers(requested: &[VerifiedClaims], place: Place, approved: &[Value]) -> Option<Value> {
    let here = requested
        .iter()
        .zip(approved)
        .filter(|(one, _)| one.place == place);
    let mut listed = false;
    let mut answers: Vec<Value> = here
        .filter_map(|(one, approved)| {
            listed |= one.listed;
            one.answer(approved.as_object()?)
        })
        .collect();
    match (listed, answers.len()) {
        (_, 0) => None,
        (true, _) => Some(Value::Array(answers)),
        (false, _) => answers.pop(),
    }
}

/// The document that was checked. A check needs its method, and a document its type (Identity Assurance schema §5.4.4).
fn evidence(approved: impl Fn(Claim) -> Option<Value>) -> Option<Value> {
    let mut evidence = Map::from_iter([("type".to_owned(), DOCUMENT.into())]);
    let method = approved(Claim::IdentificationMode).filter(|mode| *mode == BANK);
    let check = method.map(|_| {
        let mut check = Map::from_iter([("check_method".to_owned(), CHECKED_BY_BANK.into())]);
        insert(&mut check, [("organization", approved(Claim::VerifiedBy))]);
        json!([check])
    });
    let document = approved(Claim::DocumentType).map(|kind| {
        let mut document = Map::from_iter([("type".to_owned(), kind)]);
        let issuer = approved(Claim::DocumentIssuer);
        let members = [
            ("document_number", approved(Claim::DocumentNumber)),
            ("date_of_expiry", approved(Claim::DocumentValidUntil)),
            (
                "issuer",
                issuer.map(|country| json!({"country_code": country})),
            ),
        ];
        insert(&mut document, members);
        Value::Object(document)
    });
    if check.is_none() && document.is_none() {
        return None;
    }
    insert(
        &mut evidence,
        [("check_details", check), ("document_details", document)],
    );
    Some(json!([evidence]))
}

fn insert<const N: usize>(object: &mut Map<String, Value>, members: [(&str, Option<Value>); N]) {
    for (name, value) in members {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    }
}

/// A day as a time, in UTC.
fn midnight(day: &Value) -> Option<Value> {
    Some(format!("{}{MIDNIGHT}", day.as_str()?).into())
}

/// The value of a claim that an answer shows as `shown`. Null, which no claim has, for what is never shown.
pub(crate) fn of_shown(claim: Claim, shown: &Value) -> Value {
    let text = shown.as_str();
    match claim {
        Claim::VerifiedOn => text.and_then(|time| time.strip_suffix(MIDNIGHT)).into(),
        Claim::IdentificationMode => text.filter(|m| *m == CHECKED_BY_BANK).map(|_| BANK).into(),
        _ => shown.clone(),
    }
}
