//! Userinfo and `verified_claims` (OpenID Connect for Identity Assurance 1.0).
//!
//! A bank that cannot meet a demand leaves the element out without an error (§6.4). So a missing element is a failure.

use ipse_jose::NumericDate;
use ipse_jose::jwe::{self, DecryptionKey, Enc, KeyAlg};
use ipse_protocol::text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Policy, SKEW, USERINFO_LIMIT, for_us, open};
use crate::registrar::{NO_LEVEL, RegistrarError, Vouched};

mod document;
mod optional;
mod photo;

use document::{Evidence, document, whole};
pub use photo::{MAX_PHOTO, parse as parse_photo};

/// Claim of the Belgian national number; no registered claim carries it.
pub const NATIONAL_NUMBER: &str = "https://ipse.example/claims/be_national_number";
/// `assurance_process.policy` of whatever a simulated bank vouches for.
const SIMULATED: &str = "https://ipse.example/policy/demo";
/// No name is longer.
const MAX_NAME: usize = 200;

use RegistrarError::{Insufficient, Refused};

/// The `claims` parameter: what is asked of the bank, as demands that it meets or not.
#[must_use]
pub fn request(policy: &Policy) -> Value {
    json!({"userinfo": {"verified_claims": {
        "verification": {
            "trust_framework": {"values": policy.trust_frameworks},
            "assurance_level": {"values": policy.levels},
            "assurance_process": null,
            "time": null,
            "verification_process": null,
            "evidence": [{
                "type": {"value": "document"},
                "check_details": null,
                "document_details": {"type": null, "document_number": null, "date_of_expiry": null, "issuer": null},
            }],
        },
        "claims": {
            "given_name": null, "family_name": null, "birthdate": null, "nationalities": null, NATIONAL_NUMBER: null,
            "gender": null, "place_of_birth": null, "address": null, "picture": null,
        },
    }}})
}

#[derive(Deserialize)]
struct Userinfo {
    iss: String,
    aud: Value,
    sub: String,
    iat: Option<NumericDate>,
    verified_claims: Option<Value>,
}

/// Opens userinfo: a JWE to us, around a JWS of the bank, about the customer of the ID token. Returns the
/// `verified_claims` and the inner JWS, which is kept as evidence.
///
/// # Errors
/// [`RegistrarError`] names what is wrong.
pub fn userinfo(
    policy: &Policy,
    key: &DecryptionKey,
    body: &str,
    sub: &str,
    now: i64,
) -> Result<(Value, String), RegistrarError> {
    let (header, inner) = jwe::decrypt_limited(key, body, USERINFO_LIMIT)
        .map_err(|_| Refused("userinfo_not_encrypted_to_us"))?;
    if header.alg != KeyAlg::EcdhEs || header.enc != Enc::A256Gcm {
        return Err(Refused("userinfo_encryption"));
    }
    let inner = String::from_utf8(inner).map_err(|_| Refused("userinfo_malformed"))?;
    let payload = open(
        policy,
        &inner,
        &["JWT", ""],
        USERINFO_LIMIT,
        "userinfo_signature",
    )?;
    let info: Userinfo =
        ipse_jose::strict_json(&payload).map_err(|_| Refused("userinfo_malformed"))?;
    let demand = |good: bool, reason| if good { Ok(()) } else { Err(Refused(reason)) };
    demand(info.iss == policy.issuer, "userinfo_iss")?;
    demand(for_us(&info.aud, &policy.client_id), "userinfo_aud")?;
    demand(info.sub == sub, "userinfo_sub")?;
    demand(
        info.iat
            .is_some_and(|NumericDate(iat)| iat.abs_diff(now) <= 300 + SKEW.unsigned_abs()),
        "userinfo_time",
    )?;
    let claims = info
        .verified_claims
        .ok_or(Insufficient("verified_claims_missing"))?;
    Ok((claims, inner))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Element {
    verification: Verification,
    claims: Map<String, Value>,
}

#[derive(Deserialize)]
struct Verification {
    trust_framework: String,
    assurance_level: Option<String>,
    assurance_process: Option<Process>,
    time: Option<String>,
    verification_process: Option<String>,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
struct Process {
    policy: Option<String>,
}

/// Judges `verified_claims` (an object, or an array of which the first that does is taken). `now` in seconds.
///
/// # Errors
/// [`RegistrarError`] names what is wrong or missing.
pub fn judge(
    policy: &Policy,
    verified: &Value,
    evidence: &str,
    now: i64,
) -> Result<Vouched, RegistrarError> {
    let elements = match verified {
        Value::Array(elements) => elements.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut failure = Insufficient("verified_claims_missing");
    for element in elements {
        match judge_one(policy, element, evidence, now) {
            Ok(vouched) => return Ok(vouched),
            Err(why) => failure = why,
        }
    }
    Err(failure)
}

fn judge_one(
    policy: &Policy,
    element: &Value,
    evidence: &str,
    now: i64,
) -> Result<Vouched, RegistrarError> {
    let element =
        Element::deserialize(element).map_err(|_| Refused("verified_claims_malformed"))?;
    let verification = element.verification;
    if !policy
        .trust_frameworks
        .contains(&verification.trust_framework)
    {
        return Err(Insufficient("trust_framework"));
    }
    let level = verification
        .assurance_level
        .filter(|level| policy.levels.contains(level))
        .ok_or(Insufficient("assurance_level"))?;
    let verified = verification
        .time
        .filter(|time| {
            time.parse::<Timestamp>()
                .is_ok_and(|at| at.as_second() <= now + SKEW)
        })
        .ok_or(Insufficient("time"))?;
    let simulated = verification
        .assurance_process
        .and_then(|process| process.policy)
        .is_some_and(|policy| policy == SIMULATED);
    if simulated && !policy.demo {
        return Err(Insufficient("simulated"));
    }
    let document = document(&verification.evidence, now)?;
    let claims = &element.claims;
    let (birthdate, national_number) = (birthdate(claims, now)?, national_number(claims)?);
    Ok(Vouched {
        bank: policy.name.clone(),
        given_name: name(claims, "given_name")?,
        family_name: name(claims, "family_name")?,
        birthdate,
        nationality: nationality(claims)?,
        national_number,
        document_number: document.number,
        document_type: document.kind,
        document_valid_until: document.valid_until,
        document_issuer_country: document.issuer_country,
        gender: optional::gender(claims)?,
        place_of_birth: optional::place_of_birth(claims)?,
        address: optional::address(claims)?,
        picture: photo::photo(claims)?,
        framework: verification.trust_framework,
        loa: if simulated || policy.demo {
            NO_LEVEL.into()
        } else {
            level
        },
        verified,
        reference: verification.verification_process.unwrap_or_default(),
        evidence: evidence.to_owned(),
    })
}

fn claim<'c>(
    claims: &'c Map<String, Value>,
    claim: &'static str,
) -> Result<&'c str, RegistrarError> {
    claims
        .get(claim)
        .and_then(Value::as_str)
        .filter(|value| !value.trim().is_empty())
        .ok_or(Insufficient(claim))
}

fn name(claims: &Map<String, Value>, which: &'static str) -> Result<String, RegistrarError> {
    let value = claim(claims, which)?.trim();
    // Views will show it, so it must not mislead the reader.
    if value.chars().count() > MAX_NAME || text::check(value).is_err() {
        return Err(Refused(which));
    }
    Ok(value.to_owned())
}

/// `YYYY-MM-DD` of a day that is not in the future, or less: `YYYY`, or `0000-MM-DD` without the year (OpenID Connect Core §5.1).
fn birthdate(claims: &Map<String, Value>, now: i64) -> Result<String, RegistrarError> {
    let value = claim(claims, "birthdate")?;
    let refused = Refused("birthdate");
    let today = Timestamp::from_second(now)
        .map_err(|_| Refused("time"))?
        .to_zoned(TimeZone::UTC)
        .date();
    let good = if value.len() == 4 && value.bytes().all(|b| b.is_ascii_digit()) {
        value
            .parse()
            .is_ok_and(|year| (1..=today.year()).contains(&year))
    } else {
        whole(value).is_some_and(|date| date <= today)
    };
    if !good {
        return Err(refused);
    }
    Ok(value.to_owned())
}

fn nationality(claims: &Map<String, Value>) -> Result<String, RegistrarError> {
    let all = claims
        .get("nationalities")
        .and_then(Value::as_array)
        .ok_or(Insufficient("nationalities"))?;
    let codes: Option<Vec<&str>> = all.iter().map(Value::as_str).collect();
    let codes = codes.ok_or(Refused("nationalities"))?;
    let code = |c: &&str| c.len() == 2 && c.bytes().all(|b| b.is_ascii_uppercase());
    let first = codes.first().ok_or(Insufficient("nationalities"))?;
    if !codes.iter().all(code) {
        return Err(Refused("nationalities"));
    }
    Ok((*first).to_owned())
}

/// Eleven digits with right check digits: 97 minus the first nine modulo 97, with a 2 before them for who was born from
/// 2000 on (Royal Decree of 3 April 1984).
fn national_number(claims: &Map<String, Value>) -> Result<String, RegistrarError> {
    let value = claim(claims, NATIONAL_NUMBER)?;
    if !valid_national_number(value) {
        return Err(Refused("national_number"));
    }
    Ok(value.to_owned())
}

fn valid_national_number(value: &str) -> bool {
    if value.len() != 11 || !value.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let (Ok(base), Ok(check)) = (value[..9].parse::<u64>(), value[9..].parse::<u64>()) else {
        return false;
    };
    [base, 2_000_000_000 + base]
        .iter()
        .any(|base| 97 - base % 97 == check)
}

#[cfg(test)]
mod tests;
