//! Authentication of the scheme: `private_key_jwt` at the token endpoint, bearer tokens elsewhere.

use ipse_jose::{NumericDate, b64, jws};
use serde::Deserialize;

use crate::error::RuleError;
use crate::operator::Operator;
use crate::store::assertion;

/// Life of an access token, in milliseconds.
pub const TOKEN_LIFE: i64 = 300_000;
/// Longest life of a client assertion, in seconds.
const ASSERTION_LIFE: i64 = 300;
/// How far the scheme's clock may differ, in seconds.
const SKEW: i64 = 30;
/// Longest client assertion, in bytes.
const ASSERTION_LIMIT: usize = 4096;
/// Longest `jti`, in bytes.
const JTI_LIMIT: usize = 128;
/// Bytes of a token under its MAC: the expiry and 16 random bytes.
const CONTENT: usize = 24;
/// Bytes of the MAC of a token.
const MAC: usize = 32;

/// Why the client did not get a token. The texts are in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another way to authenticate.
    #[error("private_key_jwt is needed")]
    Method,
    /// `client_id` names another client than the assertion.
    #[error("client_id is not the assertion's")]
    ClientId,
    /// The assertion is not signed with a pinned key.
    #[error("the client assertion does not verify")]
    Unverified(#[source] ipse_jose::Error),
    /// The assertion names a key that is not pinned.
    #[error("the client assertion does not verify")]
    UnknownKey,
    /// Another client's assertion.
    #[error("iss and sub must be the client_id")]
    Subject,
    /// An assertion for another server.
    #[error("aud must be this operator's issuer")]
    Audience,
    /// A `jti` that cannot be stored.
    #[error("jti must be 1 to 128 characters")]
    Jti,
    /// Expired, or lives too long.
    #[error("exp must be within the next 300 seconds")]
    Expiry,
    /// `iat` or `nbf` is later than now.
    #[error("the assertion is from the future")]
    Future,
    /// The assertion was used before.
    #[error("this assertion was used before; make a new one")]
    Reused,
}

/// Why no token is given.
pub type AuthError = RuleError<Refusal>;

impl From<Refusal> for AuthError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// RFC 7523 §3. `aud` may be a string, or an array of one.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    exp: NumericDate,
    #[serde(default)]
    iat: Option<NumericDate>,
    #[serde(default)]
    nbf: Option<NumericDate>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Array([String; 1]),
}

impl Audience {
    fn is(&self, issuer: &str) -> bool {
        let (Self::One(only) | Self::Array([only])) = self;
        only == issuer
    }
}

/// Uses a client assertion, which works one time, and gives an access token for it.
///
/// # Errors
/// A [`Refusal`], or the store's.
pub async fn grant(operator: &Operator, assertion: &str) -> Result<String, AuthError> {
    let claims = verify(operator, assertion)?;
    let jti_length = 1..=JTI_LIMIT;
    if !jti_length.contains(&claims.jti.len()) || claims.jti.contains('\0') {
        return Err(Refusal::Jti.into());
    }
    let (NumericDate(exp), jti) = (claims.exp, claims.jti);
    let (iat, nbf) = (claims.iat, claims.nbf);
    // The time is the database's; the transaction that reads it also uses the jti.
    let now = operator
        .store
        .write_rule(move |tx| {
            let now = tx.now()?;
            let seconds = now / 1000;
            if exp < seconds - SKEW || exp > seconds + ASSERTION_LIFE + SKEW {
                return Err(Refusal::Expiry.into());
            }
            if [iat, nbf]
                .into_iter()
                .flatten()
                .any(|t| t.0 > seconds + SKEW)
            {
                return Err(Refusal::Future.into());
            }
            if !assertion::redeem(tx, &jti, (exp + SKEW) * 1000)? {
                return Err(AuthError::Refused(Refusal::Reused));
            }
            Ok(now)
        })
        .await?;
    Ok(token(operator, now + TOKEN_LIFE))
}

fn verify(operator: &Operator, assertion: &str) -> Result<Claims, Refusal> {
    let parsed = jws::decode_unverified(assertion, ASSERTION_LIMIT).map_err(Refusal::Unverified)?;
    let kid = parsed.header.kid.as_deref();
    let (_, key) = operator
        .scheme_keys
        .iter()
        .find(|(known, _)| Some(known.as_str()) == kid)
        .ok_or(Refusal::UnknownKey)?;
    parsed
        .verify(key, &["JWT", "client-authentication+jwt", ""])
        .map_err(Refusal::Unverified)?;
    let claims: Claims = ipse_jose::strict_json(&parsed.payload).map_err(Refusal::Unverified)?;
    let client = &operator.config.scheme.client_id;
    if claims.iss != *client || claims.sub != *client {
        return Err(Refusal::Subject);
    }
    if !claims.aud.is(&operator.config.issuer) {
        return Err(Refusal::Audience);
    }
    Ok(claims)
}

/// An access token: its expiry in milliseconds and random bytes, under a MAC. Nothing is stored.
fn token(operator: &Operator, expires: i64) -> String {
    let mut bytes = Vec::with_capacity(CONTENT + MAC);
    bytes.extend_from_slice(&expires.to_be_bytes());
    bytes.extend_from_slice(&operator.random.bytes::<16>());
    let mac = operator.keys.token_mac(&bytes);
    bytes.extend_from_slice(mac.as_ref());
    b64::encode(&bytes)
}

/// Whether `token` is one of this operator's and has not expired.
#[must_use]
pub fn is_valid(operator: &Operator, token: &str) -> bool {
    let Ok(bytes) = b64::decode_array::<{ CONTENT + MAC }>(token) else {
        return false;
    };
    let (content, mac) = bytes.split_at(CONTENT);
    let Some((expires, _)) = content.split_first_chunk::<8>() else {
        return false;
    };
    operator.keys.is_token(content, mac) && i64::from_be_bytes(*expires) > operator.clock.unix_ms()
}
