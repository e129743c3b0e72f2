//! The `claims` parameter (OpenID Connect Core §5.5).

use serde_json::{Map, Value};

use crate::disclosure::{Claim, RequestedClaims};
use crate::error::{OAuthError, OAuthErrorCode};
use crate::verified::{Place, VERIFIED_CLAIMS};

use super::verified;

/// The longest `claims` parameter, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// The most values of one claim.
const MOST_VALUES: usize = 16;
/// The longest name of an unknown claim that is logged, in bytes.
const LONGEST_NAME: usize = 100;
/// The most names of unknown claims that are logged.
const MOST_UNKNOWN: usize = 20;

/// The known claims of the parameter. Unknown claims and members are ignored, as the standard requires.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClaimsRequest {
    pub claims: RequestedClaims,
    pub required_sub: Option<String>,
    pub acr: AcrRequest,
    /// Names of claims that no service can release, for the log.
    pub unknown: Vec<String>,
}

/// The `acr` of the ID token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AcrRequest {
    pub essential: bool,
    pub values: Vec<String>,
}

const MALFORMED: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidRequest,
    "claims must be JSON as in OpenID Connect Core 5.5, of at most 8 kB",
);

const CONTRADICTORY: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidRequest,
    "claims contradicts itself: give value or values, and the same ones in id_token and userinfo",
);

impl ClaimsRequest {
    /// Reads the parameter, at `now` in seconds since 1970 UTC.
    pub fn parse(text: Option<&str>, now: i64) -> Result<Self, OAuthError> {
        let mut request = Self::default();
        let Some(text) = text else { return Ok(request) };
        if text.len() > MAX_BYTES {
            return Err(MALFORMED);
        }
        let root: Map<String, Value> =
            ipse_jose::strict_json(text.as_bytes()).map_err(|_| MALFORMED)?;
        for (name, place) in [("id_token", Place::IdToken), ("userinfo", Place::Userinfo)] {
            for (claim, member) in members(&root, name)? {
                if claim == VERIFIED_CLAIMS {
                    verified::parse(member, place, now, &mut request)?;
                    continue;
                }
                let member = Member::parse(member)?;
                if let Some(claim) = Claim::parse(claim) {
                    match place {
                        Place::IdToken => request.claims.id_token.insert(claim),
                        Place::Userinfo => request.claims.userinfo.insert(claim),
                    };
                    if member.essential {
                        request.claims.essential.insert(claim);
                    }
                    if !member.values.is_empty() {
                        let expected = &mut request.claims.expected;
                        if *expected.entry(claim).or_insert(member.values.clone()) != member.values
                        {
                            return Err(CONTRADICTORY);
                        }
                    }
                } else {
                    request.ignore(claim);
                }
                match (claim.as_str(), place) {
                    ("sub", _) => {
                        let [Value::String(sub)] = member.values.as_slice() else {
                            continue;
                        };
                        let known = request.required_sub.get_or_insert_with(|| sub.clone());
                        if known != sub {
                            return Err(CONTRADICTORY);
                        }
                    }
                    ("acr", Place::IdToken) => {
                        request.acr = AcrRequest {
                            essential: member.essential,
                            values: texts(&member.values),
                        };
                    }
                    _ => {}
                }
            }
        }
        Ok(request)
    }

    /// Ignores what is not known, and keeps its name for the log.
    pub fn ignore(&mut self, name: &str) {
        if is_loggable(name) && self.unknown.len() < MOST_UNKNOWN {
            self.unknown.push(name.to_owned());
        }
    }
}

/// Whether the log may have the name of an unknown claim. The sender of a request chooses it, so it could be any text.
fn is_loggable(name: &str) -> bool {
    let known = ["sub", "acr"].contains(&name);
    let good = |b: u8| b.is_ascii_alphanumeric() || b"_-.:/#".contains(&b);
    !known && (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(good)
}

fn texts(values: &[Value]) -> Vec<String> {
    let texts = values.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn members<'a>(
    root: &'a Map<String, Value>,
    name: &str,
) -> Result<Vec<(&'a String, &'a Value)>, OAuthError> {
    match root.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(members)) => Ok(members.iter().collect()),
        Some(_) => Err(MALFORMED),
    }
}

/// The request for one claim: `null`, or an object.
struct Member {
    essential: bool,
    values: Vec<Value>,
}

impl Member {
    fn parse(value: &Value) -> Result<Self, OAuthError> {
        let object = match value {
            Value::Null => {
                return Ok(Self {
                    essential: false,
                    values: Vec::new(),
                });
            }
            Value::Object(object) => object,
            _ => return Err(MALFORMED),
        };
        let essential = match object.get("essential") {
            None => false,
            Some(Value::Bool(essential)) => *essential,
            Some(_) => return Err(MALFORMED),
        };
        let values = match (object.get("value"), object.get("values")) {
            (None, None) => Vec::new(),
            (Some(value), None) => vec![value.clone()],
            (None, Some(Value::Array(values))) if values.len() <= MOST_VALUES => values.clone(),
            (Some(_), Some(_)) => return Err(CONTRADICTORY),
            _ => return Err(MALFORMED),
        };
        Ok(Self { essential, values })
    }
}
