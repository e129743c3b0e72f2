//! DPoP (RFC 9449): a proof that the sender of a request has the private key to which a token or a code is bound.

use aws_lc_rs::constant_time;
use ipse_jose::{Alg, Error, NumericDate, b64, jws, sha256};
use serde::Deserialize;
use url::Url;

use crate::error::{OAuthError, OAuthErrorCode};

#[cfg(test)]
mod tests;

/// The accepted algorithms, as FAPI 2.0 Security Profile §5.4 lists them.
pub const ALGS: [Alg; 2] = [Alg::Es256, Alg::Ps256];
/// The longest proof, in characters.
pub const MAX_PROOF: usize = 4 * 1024;
/// How far `iat` may be from our time, in seconds. The nonce says when the proof was made; the clock of the client need not.
pub const SKEW: i64 = 5 * 60;
/// For how long the same nonce is given out, in seconds. It is accepted as long again.
pub const NONCE_SECONDS: i64 = 5 * 60;
/// How far the clocks of our nodes may differ, in seconds.
const NODES: i64 = 10;
/// The longest `htu`, in bytes.
const MAX_URI: usize = 512;
/// The longest `jti`, in bytes.
const MAX_JTI: usize = 255;
/// `typ` of a proof (§4.2).
const TYPE: &str = "dpop+jwt";

/// The nonces that are accepted now (§8). They are derived from the time, so each node knows those of all others.
#[derive(Clone, Debug)]
pub struct Nonces(Vec<Nonce>);

#[derive(Clone, Debug)]
struct Nonce {
    text: String,
    until: i64,
}

impl Nonces {
    /// The nonce of this period and the one before. `of` derives the nonce of a period; `now` is in seconds since 1970 UTC.
    pub fn at(now: i64, of: impl Fn(i64) -> String) -> Self {
        let period = now.div_euclid(NONCE_SECONDS);
        let mut accepted = vec![period, period - 1];
        // Another node may be a little ahead.
        let ahead = (now + NODES).div_euclid(NONCE_SECONDS);
        if ahead != period {
            accepted.push(ahead);
        }
        let nonce = |period| Nonce {
            text: of(period),
            until: (period + 2) * NONCE_SECONDS,
        };
        Self(accepted.into_iter().map(nonce).collect())
    }

    /// The one that is given out now.
    pub fn current(&self) -> &str {
        self.0.first().map_or("", |nonce| &nonce.text)
    }

    fn find(&self, text: &str) -> Option<&Nonce> {
        self.0.iter().find(|nonce| nonce.text == text)
    }
}

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Its method.
    pub method: &'a str,
    /// The URL of the endpoint, without a query.
    pub url: &'a str,
    /// Seconds since 1970 UTC.
    pub now: i64,
    /// The nonces that are accepted.
    pub nonces: &'a Nonces,
}

/// A verified proof.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the database must record that the proof was used"]
pub struct Proof {
    /// The thumbprint of its key (RFC 7638).
    pub jkt: String,
    /// `jti`, unique for each key.
    pub jti: String,
    /// Until when it must be remembered, in seconds since 1970 UTC: its nonce is not accepted any more.
    pub until: i64,
    ath: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    htm: String,
    htu: String,
    jti: String,
    iat: NumericDate,
    nonce: Option<String>,
    ath: Option<String>,
    nbf: Option<NumericDate>,
    exp: Option<NumericDate>,
}

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidDpopProof, description)
}

/// The answer to a client that must send a proof, and sent none.
pub const MISSING: OAuthError =
    invalid("the DPoP proof is missing: this client's tokens are bound to a key");

/// The answer to a proof that was used before.
pub const USED: OAuthError =
    invalid("the DPoP proof was used before: sign one with a new jti for each request");

impl Proof {
    /// Verifies the proof of a request (§4.3), but for the access token and for whether its `jti` is new.
    ///
    /// # Errors
    /// `invalid_dpop_proof`, `use_dpop_nonce`.
    pub fn verify(text: &str, context: &Context<'_>) -> Result<Self, OAuthError> {
        let (jws, jwk) =
            jws::verify_possession(text, MAX_PROOF, &ALGS, &[TYPE]).map_err(malformed)?;
        let claims: Claims = ipse_jose::strict_json(&jws.payload).map_err(|_| {
            invalid("the DPoP proof needs htm, htu and jti as texts, and iat in seconds since 1970")
        })?;
        if !(1..=MAX_JTI).contains(&claims.jti.len()) {
            return Err(invalid(
                "the jti of the DPoP proof must have 1 to 255 bytes",
            ));
        }
        if claims.htm != context.method {
            return Err(invalid(
                "the htm of the DPoP proof is not the method of the request",
            ));
        }
        let here = normal(context.url);
        if here.is_none() || normal(&claims.htu) != here {
            return Err(invalid(
                "the htu of the DPoP proof is not the URL of the endpoint",
            ));
        }
        let (NumericDate(issued), now) = (claims.iat, context.now);
        if !(now - SKEW..=now + SKEW).contains(&issued) {
            let wrong =
                invalid("the iat of the DPoP proof is more than five minutes off: set your clock");
            return Err(wrong.with_clock(issued - now));
        }
        let ended = claims.exp.is_some_and(|exp| exp.0 <= now - SKEW);
        if ended || claims.nbf.is_some_and(|nbf| nbf.0 > now + SKEW) {
            return Err(invalid(
                "the DPoP proof is not valid now, by its nbf or exp",
            ));
        }
        let nonce = claims.nonce.and_then(|nonce| context.nonces.find(&nonce));
        let nonce = nonce.ok_or(OAuthError::new(
            OAuthErrorCode::UseDpopNonce,
            "sign the DPoP proof again, with the nonce of the header DPoP-Nonce",
        ))?;
        Ok(Self {
            jkt: jwk.thumbprint_b64(),
            jti: claims.jti,
            until: nonce.until,
            ath: claims.ath,
        })
    }

    /// Checks that the proof is for an access token (`ath`, §4.2).
    ///
    /// # Errors
    /// `invalid_dpop_proof`.
    pub fn check_token(&self, access_token: &str) -> Result<(), OAuthError> {
        let hash = b64::encode(&sha256(access_token.as_bytes()));
        let same = self.ath.as_deref().is_some_and(|ath| {
            constant_time::verify_slices_are_equal(ath.as_bytes(), hash.as_bytes()).is_ok()
        });
        if same {
            Ok(())
        } else {
            Err(invalid(
                "the ath of the DPoP proof is not the hash of the access token",
            ))
        }
    }
}

fn malformed(error: Error) -> OAuthError {
    match error {
        Error::TooLarge => invalid("the DPoP proof is longer than 4096 characters"),
        Error::Unsupported(_) => invalid("the DPoP proof must be signed with ES256 or PS256"),
        Error::Type => invalid("the typ of the DPoP proof must be dpop+jwt"),
        Error::Key(_) => {
            invalid("the DPoP proof needs a jwk in its header: a public key, and no private member")
        }
        Error::Signature => invalid("the DPoP proof is not signed with the key in its header"),
        Error::Malformed(_) | Error::Decrypt | Error::Internal(_) => {
            invalid("the DPoP proof is not a well-formed JWT")
        }
    }
}

/// A thumbprint as `dpop_jkt` has it (§10): the base64url of a SHA-256.
pub(crate) fn is_thumbprint(text: &str) -> bool {
    b64::decode_array::<32>(text).is_ok()
}

/// A URI without query and fragment, after the normalisation of RFC 3986 §6.2.2 and §6.2.3. None for what is no URL of a server.
fn normal(uri: &str) -> Option<String> {
    // The URL standard repairs what RFC 3986 refuses.
    let printable = uri
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if uri.len() > MAX_URI || !printable {
        return None;
    }
    let url = Url::parse(uri).ok()?;
    let authority = uri.get(url.scheme().len()..)?.strip_prefix("://")?;
    if authority.starts_with('/') || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let (host, path) = (url.host_str()?, unescaped(url.path())?);
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    Some(format!("{}://{host}{port}{path}", url.scheme()))
}

/// A path whose escapes are needed, and in upper case (RFC 3986 §6.2.2.1, §6.2.2.2).
fn unescaped(path: &str) -> Option<String> {
    let mut out = String::with_capacity(path.len());
    let mut parts = path.split('%');
    out.push_str(parts.next()?);
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        let value = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let value = value.then(|| u8::from_str_radix(digits, 16).ok())??;
        if value.is_ascii_alphanumeric() || b"-._~".contains(&value) {
            out.push(char::from(value));
        } else {
            out.push('%');
            out.push_str(&digits.to_ascii_uppercase());
        }
        out.push_str(rest);
    }
    Some(out)
}

/// Signs a proof as a client does. `token` is the access token that is sent with it. For the programs of Ipse that are clients,
/// and for tests.
///
/// # Errors
/// As [`ipse_jose::SigningKey::sign`].
pub fn sign_proof(
    key: &ipse_jose::SigningKey,
    (method, url): (&str, &str),
    jti: &[u8; 16],
    now: i64,
    nonce: Option<&str>,
    token: Option<&str>,
) -> Result<String, Error> {
    let mut claims =
        serde_json::json!({"htm": method, "htu": url, "jti": b64::encode(jti), "iat": now});
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    if let Some(token) = token {
        claims["ath"] = b64::encode(&sha256(token.as_bytes())).into();
    }
    jws::sign_with_key(key, TYPE, claims.to_string().as_bytes())
}
