//! Who is calling: `private_key_jwt` at the token endpoint, bearer tokens everywhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use ipse_jose::{b64, jws};
use ipse_protocol::control::{Control, enforced};
use ipse_store::StoreError;
use serde::Deserialize;

use crate::operator::Operator;
use crate::store::assertion;

/// Life of an access token, ms.
pub const TOKEN_LIFE: i64 = 300_000;
/// Longest life of a client assertion, seconds.
const ASSERTION_LIFE: i64 = 300;
/// How far the scheme's clock may differ, seconds.
const SKEW: i64 = 30;
const ASSERTION_LIMIT: usize = 4096;
/// Expiry and 16 random bytes.
const CONTENT: usize = 24;

/// Why no token is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthError {
    /// Not a token request.
    Malformed,
    /// Another grant type.
    GrantType,
    /// The client did not prove itself.
    Client(&'static str),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// RFC 7523 §3. `aud` may be a string, or an array of one.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Array([String; 1]),
}

impl Audience {
    fn is(&self, issuer: &str) -> bool {
        let (Self::One(own) | Self::Array([own])) = self;
        own == issuer
    }
}

/// Takes a client assertion, once, and gives an access token for it.
///
/// # Errors
/// [`AuthError`].
pub async fn grant(operator: &Operator, assertion: &str) -> Result<String, AuthError> {
    let claims = verify(operator, assertion)?;
    if claims.jti.is_empty() || claims.jti.len() > 128 || claims.jti.contains('\0') {
        return Err(AuthError::Client("jti must be 1 to 128 characters"));
    }
    let (exp, jti) = (claims.exp, claims.jti);
    let (iat, nbf) = (claims.iat, claims.nbf);
    // Time is the database's; the jti is used up in the transaction that looks at it.
    let granted = operator
        .store
        .write(move |tx| {
            let now = tx.now()?;
            let seconds = now / 1000;
            if exp < seconds - SKEW || exp > seconds + ASSERTION_LIFE + SKEW {
                return Ok(Err("exp must be within the next 300 seconds"));
            }
            if [iat, nbf].into_iter().flatten().any(|t| t > seconds + SKEW) {
                return Ok(Err("the assertion is from the future"));
            }
            let fresh = assertion::redeem(tx, &jti, (exp + SKEW) * 1000)?;
            if !fresh && enforced(Control::T19JtiOnce) {
                return Ok(Err("this assertion was used before; make a new one"));
            }
            Ok(Ok(now))
        })
        .await?;
    let now = granted.map_err(AuthError::Client)?;
    Ok(token(operator, now + TOKEN_LIFE))
}

fn verify(operator: &Operator, assertion: &str) -> Result<Claims, AuthError> {
    const BAD: AuthError = AuthError::Client("the client assertion does not verify");
    let parsed = jws::decode_unverified(assertion, ASSERTION_LIMIT).map_err(|_| BAD)?;
    let kid = parsed.header.kid.as_deref();
    let known = operator
        .scheme_keys
        .iter()
        .find(|(known, _)| Some(known.as_str()) == kid);
    let (_, key) = known.ok_or(BAD)?;
    parsed
        .verify(key, &["JWT", "client-authentication+jwt", ""])
        .map_err(|_| BAD)?;
    let claims: Claims = ipse_jose::strict_json(&parsed.payload).map_err(|_| BAD)?;
    let client = &operator.config.scheme.client_id;
    if claims.iss != *client || claims.sub != *client {
        return Err(AuthError::Client("iss and sub must be the client_id"));
    }
    if !claims.aud.is(&operator.config.issuer) && enforced(Control::T19AssertionAudience) {
        return Err(AuthError::Client("aud must be this operator's issuer"));
    }
    Ok(claims)
}

/// An access token says when it ends, under a MAC: nothing to store, nothing to look up.
fn token(operator: &Operator, expires: i64) -> String {
    let mut bytes = Vec::with_capacity(CONTENT + 32);
    bytes.extend_from_slice(&expires.to_be_bytes());
    bytes.extend_from_slice(&ipse_protocol::random::<16>());
    let mac = operator.keys.token_mac(&bytes);
    bytes.extend_from_slice(mac.as_ref());
    b64::encode(&bytes)
}

/// Whether `token` is one of ours and not expired.
#[must_use]
pub fn is_valid(operator: &Operator, token: &str) -> bool {
    // 56 bytes in base64url.
    if token.len() != 75 {
        return false;
    }
    let Ok(bytes) = b64::decode(token) else {
        return false;
    };
    let Some((content, mac)) = bytes.split_at_checked(CONTENT) else {
        return false;
    };
    let Some((expires, _)) = content.split_first_chunk::<8>() else {
        return false;
    };
    operator.keys.is_token(content, mac) && i64::from_be_bytes(*expires) > process_now()
}

fn process_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}
