//! `verified_claims` (OpenID Connect for Identity Assurance 1.0): what is asked for, and what the bank hands over.
//!
//! A request uses the shape of the answer: `null` means "if you can", `value`/`values`/`max_age` narrow it down. Where
//! the bank cannot meet such a demand the whole element is left out, silently (§6.4): absence is the client's to notice.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Bank, DEMO_POLICY, NATIONAL_NUMBER_CLAIM,
    config::{Customer, Fault},
    error::OAuthError,
};

/// The claims that a bank can vouch for, in the order in which the customer sees them.
pub const CLAIMS: [&str; 5] = [
    "given_name",
    "family_name",
    "birthdate",
    "nationalities",
    NATIONAL_NUMBER_CLAIM,
];

/// A checked `userinfo.verified_claims` request.
#[derive(Clone, Debug)]
pub struct Requested {
    verification: Map<String, Value>,
    claims: Vec<String>,
}

impl Requested {
    /// Reads the `claims` parameter (OpenID Connect Core §5.5).
    pub fn parse(text: &str) -> Result<Option<Self>, OAuthError> {
        let wrong = || OAuthError::request("claims is not a request for verified claims");
        let mut parameter: Map<String, Value> =
            ipse_jose::strict_json(text.as_bytes()).map_err(|_| wrong())?;
        let Some(userinfo) = parameter.remove("userinfo") else {
            return Ok(None);
        };
        let Value::Object(mut userinfo) = userinfo else {
            return Err(wrong());
        };
        let element = match userinfo.remove("verified_claims") {
            None => return Ok(None),
            // Of several alternatives this bank can meet one at most, and offers to look at the first.
            Some(Value::Array(elements)) => elements.into_iter().next().ok_or_else(wrong)?,
            Some(element) => element,
        };
        let Value::Object(mut element) = element else {
            return Err(wrong());
        };
        let (Some(Value::Object(verification)), Some(Value::Object(claims))) =
            (element.remove("verification"), element.remove("claims"))
        else {
            return Err(wrong());
        };
        if !verification.contains_key("trust_framework") || claims.is_empty() {
            return Err(wrong());
        }
        let claims = claims.into_iter().map(|(name, _)| name).collect();
        Ok(Some(Self {
            verification,
            claims,
        }))
    }

    fn wants(&self, member: &str) -> bool {
        self.verification.contains_key(member)
    }

    /// Whether the bank's value is one that the request accepts.
    fn accepts(&self, member: &str, ours: &str) -> bool {
        match self.verification.get(member) {
            None | Some(Value::Null) => true,
            Some(demand) => {
                let value = demand.get("value").is_none_or(|value| value == ours);
                let values = demand.get("values").and_then(Value::as_array);
                value && values.is_none_or(|values| values.iter().any(|value| value == ours))
            }
        }
    }

    fn fresh_enough(&self, verified_at: &str, now: i64) -> bool {
        let longest = self
            .verification
            .get("time")
            .and_then(|time| time.get("max_age"))
            .and_then(Value::as_i64);
        let at = verified_at.parse::<Timestamp>().map(|at| at.as_second());
        longest.is_none_or(|longest| at.is_ok_and(|at| now - at <= longest))
    }

    /// Whether the request and the bank's own means meet.
    pub fn met(&self, bank: &Bank, customer: &Customer) -> bool {
        self.accepts("trust_framework", &bank.config.trust_framework)
            && self.accepts("assurance_level", level(bank, customer))
            && self.fresh_enough(&customer.verified_at, bank.clock.now())
    }

    /// The claims that are handed over: the asked ones that the bank has, in the order in which they are shown.
    pub fn released(&self) -> impl Iterator<Item = &'static str> + '_ {
        CLAIMS
            .into_iter()
            .filter(|name| self.claims.iter().any(|asked| asked == name))
    }

    /// Whether the identity document's number is handed over too.
    pub fn wants_evidence(&self) -> bool {
        self.wants("evidence")
    }
}

fn level<'a>(bank: &'a Bank, customer: &Customer) -> &'a str {
    match bank.config.fault(customer) {
        Some(Fault::LowLevel) => "low",
        _ => &bank.config.assurance_level,
    }
}

/// One claim of a customer.
pub fn value(customer: &Customer, claim: &str) -> Value {
    match claim {
        "given_name" => json!(customer.given_name),
        "family_name" => json!(customer.family_name),
        "birthdate" => json!(customer.birthdate),
        "nationalities" => json!(customer.nationalities),
        NATIONAL_NUMBER_CLAIM => json!(customer.national_number),
        _ => Value::Null,
    }
}

/// The `verified_claims` element, or none where the demands cannot be met.
pub fn verified(bank: &Bank, customer: &Customer, requested: &Requested) -> Option<Value> {
    let fault = bank.config.fault(customer);
    // The level is judged as promised: a bank that lies about it does so in the answer.
    if fault != Some(Fault::LowLevel) && !requested.met(bank, customer) {
        return None;
    }
    let person = match fault {
        Some(Fault::OtherPerson) => next(bank, customer),
        _ => customer,
    };
    let mut verification = Map::from_iter([
        (
            "trust_framework".to_owned(),
            json!(bank.config.trust_framework),
        ),
        // Asked for or not: what is simulated says so.
        (
            "assurance_process".to_owned(),
            json!({"policy": DEMO_POLICY, "procedure": "branch_eid_read"}),
        ),
    ]);
    if requested.wants("assurance_level") {
        verification.insert("assurance_level".to_owned(), json!(level(bank, customer)));
    }
    if requested.wants("time") {
        verification.insert("time".to_owned(), json!(person.verified_at));
    }
    // The bank's own reference, by which a proofing can be traced back to its file.
    let reference = format!("{}-{}", bank.config.look.as_str(), person.id);
    if requested.wants("verification_process") {
        verification.insert("verification_process".to_owned(), json!(reference));
    }
    if requested.wants_evidence() && fault != Some(Fault::MissingEvidence) {
        verification.insert("evidence".to_owned(), evidence(bank, person, &reference));
    }
    let claims: Map<String, Value> = requested
        .released()
        .filter(|name| fault != Some(Fault::MissingClaims) || *name != NATIONAL_NUMBER_CLAIM)
        .map(|name| (name.to_owned(), value(person, name)))
        .collect();
    Some(json!({"verification": verification, "claims": claims}))
}

fn evidence(bank: &Bank, person: &Customer, reference: &str) -> Value {
    json!([{
        "type": "document",
        "time": person.verified_at,
        "check_details": [{"check_method": "vcrypt", "organization": bank.config.name, "check_id": format!("{reference}-card")}],
        "document_details": {
            "type": "idcard",
            "document_number": person.document_number,
            "date_of_expiry": person.document_expiry,
            "issuer": {"country": "BE", "country_code": "BEL"},
        },
    }])
}

fn next<'a>(bank: &'a Bank, customer: &'a Customer) -> &'a Customer {
    let customers = &bank.config.customers;
    let position = customers
        .iter()
        .position(|other| other.id == customer.id)
        .unwrap_or_default();
    customers
        .get((position + 1) % customers.len())
        .unwrap_or(customer)
}
