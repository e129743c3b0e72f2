//! Banks: OpenID Connect with Identity Assurance. The scheme is the client.

mod id_token;
mod userinfo;

use ipse_jose::{JwkSet, jws};

use super::RegistrarError;

pub use id_token::{IdToken, id_token};
pub use userinfo::{MAX_PHOTO, NATIONAL_NUMBER, judge, parse_photo, request, userinfo};

/// How far a bank's clock may differ, in seconds.
const SKEW: i64 = 60;
/// Longest ID token that is looked at.
const LIMIT: usize = 64 * 1024;
/// Longest userinfo: base64 three times around the largest photo (`data:` URI, JWS, JWE), and the other claims.
pub const USERINFO_LIMIT: usize = 672 * 1024;

/// What was agreed with a bank.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Name, as in the configuration.
    pub name: String,
    /// Issuer.
    pub issuer: String,
    /// The scheme's name there.
    pub client_id: String,
    /// Its pinned keys.
    pub keys: JwkSet,
    /// Trust frameworks that are taken.
    pub trust_frameworks: Vec<String>,
    /// Levels that are taken.
    pub levels: Vec<String>,
    /// Kinds of sign-in that are taken; any, if none are named.
    pub acr_values: Vec<String>,
    /// Whether simulated banks are taken, with `loa=none`.
    pub demo: bool,
}

/// Verifies a JWS with the bank's pinned keys. Keys in its own header are ignored.
fn open(
    policy: &Policy,
    token: &str,
    typ: &[&str],
    limit: usize,
    failed: &'static str,
) -> Result<Vec<u8>, RegistrarError> {
    let refused = RegistrarError::Refused(failed);
    let parsed = jws::decode_unverified(token, limit).map_err(|_| refused)?;
    let alg = parsed.header.alg;
    let key = policy
        .keys
        .find(parsed.header.kid.as_deref(), alg)
        .ok_or(refused)?;
    let key = ipse_jose::VerifyingKey::from_jwk(key, alg).map_err(|_| refused)?;
    parsed.verify(&key, typ).map_err(|_| refused)?;
    Ok(parsed.payload)
}

/// Whether `aud` is the client and nobody else.
fn for_us(aud: &serde_json::Value, client_id: &str) -> bool {
    match aud {
        serde_json::Value::String(one) => one == client_id,
        serde_json::Value::Array(all) => {
            matches!(all.as_slice(), [one] if one.as_str() == Some(client_id))
        }
        _ => false,
    }
}
