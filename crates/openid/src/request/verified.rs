//! `verified_claims` in the `claims` parameter (OpenID Connect for Identity Assurance 1.0 §5.3 to §5.6). It is read strictly: a client
//! that wants evidence must learn of a mistake from us, and not by its absence.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::claims::ClaimsRequest;
use crate::claim::Claim;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::verified::{DOCUMENT, Demand, Demands, Place, VerifiedClaims, of_shown};

/// The most elements at one place.
const MOST_ELEMENTS: usize = 8;
/// The most claims in one element.
const MOST_CLAIMS: usize = 64;
/// The most entries of `evidence`, and of `check_details` in one of them.
const MOST_EVIDENCE: usize = 4;
/// The most values of one member.
const MOST_VALUES: usize = 16;

macro_rules! wrong {
    ($path:literal, $why:literal) => {
        OAuthError::new(
            OAuthErrorCode::InvalidRequest,
            concat!("claims: verified_claims", $path, " ", $why),
        )
    };
}

/// The error for a member that restricts wrongly.
macro_rules! demanded {
    ($path:literal) => {
        wrong!(
            $path,
            "must be null, or an object with essential and either value or values (1 to 16)"
        )
    };
}

/// The same, for a member with a date.
macro_rules! dated {
    ($path:literal) => {
        wrong!(
            $path,
            "must be null, or an object with essential, max_age (seconds), and either value or values (1 to 16)"
        )
    };
}

/// Reads the member `verified_claims` of one place.
pub(super) fn parse(
    value: &Value,
    place: Place,
    now: i64,
    request: &mut ClaimsRequest,
) -> Result<(), OAuthError> {
    let (elements, listed) = match value {
        Value::Array(elements) if (1..=MOST_ELEMENTS).contains(&elements.len()) => {
            (elements.as_slice(), true)
        }
        Value::Object(_) => (std::slice::from_ref(value), false),
        _ => {
            return Err(wrong!(
                "",
                "must be an object, or an array of 1 to 8 objects"
            ));
        }
    };
    for element in elements {
        let mut reader = Reader {
            request,
            now,
            possible: true,
        };
        let (verification, evidence, claims) = reader.element(element)?;
        // What can never be met is left out of the answer (§5.7.4).
        if reader.possible && !claims.is_empty() {
            request.claims.verified.push(VerifiedClaims {
                place,
                listed,
                verification,
                evidence,
                claims,
            });
        }
    }
    Ok(())
}

struct Reader<'a> {
    request: &'a mut ClaimsRequest,
    now: i64,
    /// Whether the element asks nothing that nobody can have.
    possible: bool,
}

impl Reader<'_> {
    fn element(&mut self, element: &Value) -> Result<(Demands, Vec<Demands>, Demands), OAuthError> {
        let element = object(element).ok_or(wrong!("", "must have objects as elements"))?;
        let verification = element
            .get("verification")
            .and_then(object)
            .ok_or(wrong!(".verification", "must be an object"))?;
        let (verification, evidence) = self.verification(verification)?;
        let claims = element
            .get("claims")
            .and_then(object)
            .filter(|claims| (1..=MOST_CLAIMS).contains(&claims.len()))
            .ok_or(wrong!(".claims", "must be an object with 1 to 64 members"))?;
        let mut wanted = Demands::new();
        for (name, value) in claims {
            let error = demanded!(".claims: each member");
            match Claim::parse(name).filter(|claim| claim.is_verified()) {
                Some(claim) => self.demand(&mut wanted, claim, value, error)?,
                None => self.request.ignore(name),
            }
        }
        Ok((verification, evidence, wanted))
    }

    fn verification(
        &mut self,
        members: &Map<String, Value>,
    ) -> Result<(Demands, Vec<Demands>), OAuthError> {
        let mut verification = Demands::new();
        let mut evidence = Vec::new();
        if !members.contains_key("trust_framework") {
            return Err(wrong!(".verification.trust_framework", "is missing"));
        }
        for (name, value) in members {
            let (claim, error) = match name.as_str() {
                "trust_framework" => (
                    Claim::TrustFramework,
                    demanded!(".verification.trust_framework"),
                ),
                "assurance_level" => (
                    Claim::AssuranceLevel,
                    demanded!(".verification.assurance_level"),
                ),
                "time" => (Claim::VerifiedOn, dated!(".verification.time")),
                "evidence" => {
                    evidence = self.evidence(value)?;
                    continue;
                }
                _ => {
                    self.possible &= self.unknown(name, value);
                    continue;
                }
            };
            self.demand(&mut verification, claim, value, error)?;
        }
        Ok((verification, evidence))
    }

    /// What the entries ask, one of which must be met.
    fn evidence(&mut self, entries: &Value) -> Result<Vec<Demands>, OAuthError> {
        let entries = entries
            .as_array()
            .filter(|entries| (1..=MOST_EVIDENCE).contains(&entries.len()))
            .ok_or(wrong!(
                ".verification.evidence",
                "must be an array of 1 to 4 objects"
            ))?;
        let mut all = Vec::new();
        for entry in entries {
            all.extend(self.entry(entry)?);
        }
        self.possible &= !all.is_empty();
        Ok(all)
    }

    /// What one entry asks, with each of the checks that it accepts; nothing if nobody can have it.
    fn entry(&mut self, entry: &Value) -> Result<Vec<Demands>, OAuthError> {
        let entry = object(entry).ok_or(wrong!(
            ".verification.evidence",
            "must be an array of 1 to 4 objects"
        ))?;
        let kind = entry.get("type").and_then(object);
        let kind = kind
            .filter(|kind| !kind.contains_key("values"))
            .and_then(|kind| kind.get("value")?.as_str())
            .ok_or(wrong!(
                ".verification.evidence[].type",
                "must be an object with a string as value, and no values"
            ))?;
        let mut possible = kind == DOCUMENT;
        let mut wanted = Demands::new();
        let mut checks = vec![Demands::new()];
        for (name, value) in entry {
            match name.as_str() {
                "type" => {}
                "check_details" => {
                    let (some, met) = self.checks(value)?;
                    checks = some;
                    possible &= met;
                }
                "document_details" => possible &= self.document(&mut wanted, value)?,
                _ => possible &= self.unknown(name, value),
            }
        }
        if !possible {
            return Ok(Vec::new());
        }
        for check in &mut checks {
            check.extend(wanted.clone());
        }
        Ok(checks)
    }

    /// The checks that are accepted, and whether there is one that somebody can have.
    fn checks(&mut self, value: &Value) -> Result<(Vec<Demands>, bool), OAuthError> {
        let path = wrong!(
            ".verification.evidence[].check_details",
            "must be null, or an array of 1 to 4 objects"
        );
        if value.is_null() {
            let all = [Claim::IdentificationMode, Claim::VerifiedBy];
            return Ok((
                vec![all.map(|claim| (claim, Demand::default())).into()],
                true,
            ));
        }
        let entries = value.as_array();
        let entries = entries
            .filter(|entries| (1..=MOST_EVIDENCE).contains(&entries.len()))
            .ok_or(path)?;
        let mut checks = Vec::new();
        for entry in entries {
            // A check is told with its method.
            let mut wanted = Demands::from([(Claim::IdentificationMode, Demand::default())]);
            let mut possible = true;
            for (name, value) in object(entry).ok_or(path)? {
                let (claim, error) = match name.as_str() {
                    "check_method" => (
                        Claim::IdentificationMode,
                        demanded!(".verification.evidence[].check_details[].check_method"),
                    ),
                    "organization" => (
                        Claim::VerifiedBy,
                        demanded!(".verification.evidence[].check_details[].organization"),
                    ),
                    _ => {
                        possible &= self.unknown(name, value);
                        continue;
                    }
                };
                self.demand(&mut wanted, claim, value, error)?;
            }
            if possible {
                checks.push(wanted);
            }
        }
        let met = !checks.is_empty();
        Ok((checks, met))
    }

    /// Whether somebody can have such a document.
    fn document(&mut self, wanted: &mut Demands, value: &Value) -> Result<bool, OAuthError> {
        // A document is told with its type.
        wanted.insert(Claim::DocumentType, Demand::default());
        let members = match value {
            Value::Null => {
                let all = [
                    Claim::DocumentNumber,
                    Claim::DocumentValidUntil,
                    Claim::DocumentIssuer,
                ];
                wanted.extend(all.map(|claim| (claim, Demand::default())));
                return Ok(true);
            }
            Value::Object(members) => members,
            _ => {
                return Err(wrong!(
                    ".verification.evidence[].document_details",
                    "must be null or an object"
                ));
            }
        };
        let mut possible = true;
        for (name, value) in members {
            let (claim, error) = match name.as_str() {
                "type" => (
                    Claim::DocumentType,
                    demanded!(".verification.evidence[].document_details.type"),
                ),
                "document_number" => (
                    Claim::DocumentNumber,
                    demanded!(".verification.evidence[].document_details.document_number"),
                ),
                "date_of_expiry" => (
                    Claim::DocumentValidUntil,
                    dated!(".verification.evidence[].document_details.date_of_expiry"),
                ),
                "issuer" => {
                    possible &= self.issuer(wanted, value)?;
                    continue;
                }
                _ => {
                    possible &= self.unknown(name, value);
                    continue;
                }
            };
            self.demand(wanted, claim, value, error)?;
        }
        Ok(possible)
    }

    /// Whether somebody can have a document of such an issuer. Only the country is known.
    fn issuer(&mut self, wanted: &mut Demands, value: &Value) -> Result<bool, OAuthError> {
        let members = match value {
            Value::Null => {
                wanted.insert(Claim::DocumentIssuer, Demand::default());
                return Ok(true);
            }
            Value::Object(members) => members,
            _ => {
                return Err(wrong!(
                    ".verification.evidence[].document_details.issuer",
                    "must be null or an object"
                ));
            }
        };
        let mut possible = true;
        for (name, value) in members {
            if name == "country_code" {
                let error =
                    demanded!(".verification.evidence[].document_details.issuer.country_code");
                self.demand(wanted, Claim::DocumentIssuer, value, error)?;
            } else {
                possible &= self.unknown(name, value);
            }
        }
        Ok(possible)
    }

    /// What is not known is left out (§5.7.2). Says whether that is enough: nobody can have a certain value of it.
    fn unknown(&mut self, name: &str, value: &Value) -> bool {
        self.request.ignore(name);
        !restricts(value)
    }

    /// `null`, or an object. Other members of it are ignored (OpenID Connect Core §5.5.1).
    fn demand(
        &mut self,
        wanted: &mut Demands,
        claim: Claim,
        value: &Value,
        error: OAuthError,
    ) -> Result<(), OAuthError> {
        let members = match value {
            Value::Null => {
                wanted.insert(claim, Demand::default());
                return Ok(());
            }
            Value::Object(members) => members,
            _ => return Err(error),
        };
        match members.get("essential") {
            None | Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => {
                self.request.claims.essential.insert(claim);
            }
            Some(_) => return Err(error),
        }
        let shown = match (members.get("value"), members.get("values")) {
            (None, None) => Vec::new(),
            (Some(value), None) => vec![value.clone()],
            (None, Some(Value::Array(values))) if (1..=MOST_VALUES).contains(&values.len()) => {
                values.clone()
            }
            _ => return Err(error),
        };
        let not_before = match members.get("max_age") {
            None => None,
            Some(age) => Some(self.first_day(claim, age).ok_or(error)?),
        };
        let values = shown.iter().map(|shown| of_shown(claim, shown)).collect();
        wanted.insert(claim, Demand { values, not_before });
        Ok(())
    }

    /// The first day that is not older than `max_age`. A day counts from its last second (§5.5.2).
    fn first_day(&self, claim: Claim, age: &Value) -> Option<String> {
        if !matches!(claim, Claim::VerifiedOn | Claim::DocumentValidUntil) {
            return None;
        }
        let seconds = i64::try_from(age.as_u64()?).ok()?;
        // Nobody was verified before 1970.
        let oldest = self
            .now
            .saturating_sub(seconds)
            .max(Timestamp::UNIX_EPOCH.as_second());
        let oldest = Timestamp::from_second(oldest).ok()?;
        Some(oldest.to_zoned(TimeZone::UTC).date().to_string())
    }
}

fn object(value: &Value) -> Option<&Map<String, Value>> {
    value.as_object()
}

/// Whether a member that is not known restricts anything, at any depth.
fn restricts(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            let own = ["value", "values", "max_age"];
            own.iter().any(|name| members.contains_key(*name)) || members.values().any(restricts)
        }
        Value::Array(elements) => elements.iter().any(restricts),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
