//! `verified_claims` (OpenID Connect for Identity Assurance 1.0): what the client requests, and what the bank releases.
//!
//! A request has the shape of the answer. In it, `null` requests a member; `value`, `values` and `max_age` restrict it.
//! If the bank cannot meet a restriction, it omits the whole element without an error (§6.4).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Bank, DEMO_POLICY, NATIONAL_NUMBER_CLAIM,
    config::{Customer, Fault},
    error::OAuthError,
};

/// A claim that a bank can verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    GivenName,
    FamilyName,
    Birthdate,
    Nationalities,
    NationalNumber,
    Gender,
    PlaceOfBirth,
    Address,
    Picture,
}

impl Claim {
    /// Every claim, in the order in which the customer sees them.
    pub const ALL: [Self; 9] = [
        Self::GivenName,
        Self::FamilyName,
        Self::Birthdate,
        Self::Nationalities,
        Self::NationalNumber,
        Self::Gender,
        Self::PlaceOfBirth,
        Self::Address,
        Self::Picture,
    ];

    /// Whether a bank gives it of everybody.
    fn is_required(self) -> bool {
        match self {
            Self::GivenName
            | Self::FamilyName
            | Self::Birthdate
            | Self::Nationalities
            | Self::NationalNumber => true,
            Self::Gender | Self::PlaceOfBirth | Self::Address | Self::Picture => false,
        }
    }

    /// The name of the claim.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Birthdate => "birthdate",
            Self::Nationalities => "nationalities",
            Self::NationalNumber => NATIONAL_NUMBER_CLAIM,
            Self::Gender => "gender",
            Self::PlaceOfBirth => "place_of_birth",
            Self::Address => "address",
            Self::Picture => "picture",
        }
    }

    /// Its value for a customer, if the bank has one.
    fn of(self, customer: &Customer) -> Option<Value> {
        Some(match self {
            Self::GivenName => json!(customer.given_name),
            Self::FamilyName => json!(customer.family_name),
            Self::Birthdate => json!(customer.birthdate),
            Self::Nationalities => json!(customer.nationalities),
            Self::NationalNumber => json!(customer.national_number),
            Self::Gender => json!(customer.gender.as_ref()?),
            Self::PlaceOfBirth => json!(customer.place_of_birth.as_ref()?),
            Self::Address => json!(customer.address.as_ref()?),
            Self::Picture => json!(customer.picture.as_ref()?),
        })
    }
}

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
            // Of several alternatives, this bank considers only the first.
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
            Some(restriction) => {
                let value = restriction.get("value").is_none_or(|value| value == ours);
                let values = restriction.get("values").and_then(Value::as_array);
                value && values.is_none_or(|values| values.iter().any(|value| value == ours))
            }
        }
    }

    fn is_fresh_enough(&self, verified_at: Timestamp, now: i64) -> bool {
        let longest = self
            .verification
            .get("time")
            .and_then(|time| time.get("max_age"))
            .and_then(Value::as_i64);
        longest.is_none_or(|longest| now - verified_at.as_second() <= longest)
    }

    /// Whether the bank can meet every restriction of the request.
    pub fn is_met(&self, bank: &Bank, customer: &Customer) -> bool {
        self.accepts("trust_framework", &bank.config.trust_framework)
            && self.accepts("assurance_level", level(bank, customer))
            && self.is_fresh_enough(customer.verified_at, bank.clock.unix_seconds())
    }

    /// The requested claims that the bank has of a customer with their values, in the order in which they are shown.
    pub fn released<'a>(
        &'a self,
        bank: &Bank,
        customer: &'a Customer,
    ) -> impl Iterator<Item = (Claim, Value)> + 'a {
        let bare = bank.config.fault(customer) == Some(Fault::BareAtFirst)
            && !bank.state().returned.contains(&customer.id);
        Claim::ALL
            .into_iter()
            .filter(move |claim| claim.is_required() || !bare)
            .filter(|claim| self.claims.iter().any(|name| name == claim.as_str()))
            .filter_map(|claim| Some((claim, claim.of(customer)?)))
    }

    /// Whether the number of the identity document is released too.
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

/// The `verified_claims` element; `None` if the bank cannot meet a restriction.
pub fn verified(bank: &Bank, customer: &Customer, requested: &Requested) -> Option<Value> {
    let fault = bank.config.fault(customer);
    // With this fault, the bank releases a low level although the request demands a higher one.
    if fault != Some(Fault::LowLevel) && !requested.is_met(bank, customer) {
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
        // Simulated claims say so, also without a request for this member.
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
    // The bank's reference to its file about this proofing.
    let reference = format!("{}-{}", bank.config.look.as_str(), person.id);
    if requested.wants("verification_process") {
        verification.insert("verification_process".to_owned(), json!(reference));
    }
    if requested.wants_evidence() && fault != Some(Fault::MissingEvidence) {
        verification.insert("evidence".to_owned(), evidence(bank, person, &reference));
    }
    let claims: Map<String, Value> = requested
        .released(bank, person)
        .filter(|(claim, _)| fault != Some(Fault::MissingClaims) || *claim != Claim::NationalNumber)
        .map(|(claim, value)| (claim.as_str().to_owned(), value))
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

/// The next customer in the list, for [`Fault::OtherPerson`].
fn next<'a>(bank: &'a Bank, customer: &'a Customer) -> &'a Customer {
    let mut following = bank.config.customers.iter().cycle();
    let is_this_one = |other: &&Customer| other.id == customer.id;
    following
        .find(is_this_one)
        .and_then(|_| following.next())
        .unwrap_or(customer)
}
