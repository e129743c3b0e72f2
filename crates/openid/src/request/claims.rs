//! The `claims` parameter (OpenID Connect Core §5.5).

use serde_json::{Map, Value};

use crate::disclosure::{Claim, RequestedClaims};
use crate::error::{OAuthError, OAuthErrorCode};

/// The longest `claims` parameter, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// The known claims of the parameter. Unknown claims and members are ignored, as the standard requires.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClaimsRequest {
    pub claims: RequestedClaims,
    pub required_sub: Option<String>,
    pub acr: AcrRequest,
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

impl ClaimsRequest {
    pub fn parse(text: Option<&str>) -> Result<Self, OAuthError> {
        let mut request = Self::default();
        let Some(text) = text else { return Ok(request) };
        if text.len() > MAX_BYTES {
            return Err(MALFORMED);
        }
        let root: Map<String, Value> =
            ipse_jose::strict_json(text.as_bytes()).map_err(|_| MALFORMED)?;
        for (name, place) in [
            ("id_token", &mut request.claims.id_token),
            ("userinfo", &mut request.claims.userinfo),
        ] {
            for (claim, member) in members(&root, name)? {
                let member = Member::parse(member)?;
                if let Some(claim) = Claim::parse(claim) {
                    place.insert(claim);
                }
                match (claim.as_str(), name) {
                    ("sub", _) => {
                        let [sub] = member.values.as_slice() else {
                            continue;
                        };
                        if request
                            .required_sub
                            .as_ref()
                            .is_some_and(|known| known != sub)
                        {
                            return Err(MALFORMED);
                        }
                        request.required_sub = Some(sub.clone());
                    }
                    ("acr", "id_token") => {
                        request.acr = AcrRequest {
                            essential: member.essential,
                            values: member.values,
                        };
                    }
                    _ => {}
                }
            }
        }
        Ok(request)
    }
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
    values: Vec<String>,
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
            (Some(Value::String(value)), None) => vec![value.clone()],
            (None, Some(Value::Array(values))) if values.len() <= 16 => values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            // A value of another type is for an unknown claim.
            (Some(_), None) => Vec::new(),
            _ => return Err(MALFORMED),
        };
        Ok(Self { essential, values })
    }
}
