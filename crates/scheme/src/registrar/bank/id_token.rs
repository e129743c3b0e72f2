//! The bank's ID token (OpenID Connect Core §3.1.3.7).

use ipse_jose::NumericDate;
use serde::Deserialize;
use serde_json::Value;

use super::{LIMIT, Policy, SKEW, for_us, open};
use crate::registrar::RegistrarError;

/// How long ago the person may have signed in at the bank, in seconds.
const MAX_AUTH_AGE: i64 = 300;
/// How old an ID token may be, in seconds.
const MAX_AGE: i64 = 600;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: NumericDate,
    iat: NumericDate,
    nonce: Option<String>,
    auth_time: Option<NumericDate>,
    acr: Option<String>,
    azp: Option<String>,
}

/// What of the ID token is needed further on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdToken {
    /// The bank's name for the customer.
    pub sub: String,
}

/// Verifies an ID token. `now` in seconds.
///
/// # Errors
/// [`RegistrarError::Refused`] names what is wrong.
pub fn id_token(
    policy: &Policy,
    token: &str,
    nonce: &str,
    now: i64,
) -> Result<IdToken, RegistrarError> {
    use RegistrarError::{Insufficient, Refused};
    let payload = open(policy, token, &["JWT", ""], LIMIT, "id_token_signature")?;
    let claims: Claims =
        ipse_jose::strict_json(&payload).map_err(|_| Refused("id_token_malformed"))?;
    let demand = |good: bool, reason: RegistrarError| if good { Ok(()) } else { Err(reason) };
    demand(claims.iss == policy.issuer, Refused("id_token_iss"))?;
    demand(
        for_us(&claims.aud, &policy.client_id),
        Refused("id_token_aud"),
    )?;
    demand(
        claims.azp.is_none_or(|azp| azp == policy.client_id),
        Refused("id_token_azp"),
    )?;
    demand(
        claims.exp.0 > now - SKEW && claims.iat.0 <= now + SKEW && claims.iat.0 > now - MAX_AGE,
        Refused("id_token_time"),
    )?;
    demand(
        claims.nonce.as_deref() == Some(nonce),
        Refused("id_token_nonce"),
    )?;
    let NumericDate(auth_time) = claims.auth_time.ok_or(Refused("id_token_auth_time"))?;
    demand(
        auth_time <= now + SKEW && now.saturating_sub(auth_time) <= MAX_AUTH_AGE + SKEW,
        Refused("id_token_auth_time"),
    )?;
    let acr = claims.acr.ok_or(Insufficient("acr"))?;
    demand(
        !acr.is_empty() && (policy.acr_values.is_empty() || policy.acr_values.contains(&acr)),
        Insufficient("acr"),
    )?;
    demand(!claims.sub.is_empty(), Refused("id_token_sub"))?;
    Ok(IdToken { sub: claims.sub })
}
