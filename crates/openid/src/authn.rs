//! Client authentication at `/par`, `/token` and `/revoke`.
//!
//! There are two steps, since the caller looks up the registration between them: [`Credentials::read`] reads the claimed
//! client, [`Credentials::verify`] checks the proof. A client must use the method that it registered.

use ipse_jose::{Alg, NumericDate, b64, jws};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::client::{AssertionAudience, Registration};
use crate::client_keys::ClientKeys;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::{Params, decode};

#[cfg(test)]
mod tests;

/// `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest assertion, in characters.
pub const MAX_ASSERTION: usize = 8 * 1024;
/// How far in the future an assertion may expire, in seconds.
pub const HORIZON: i64 = 5 * 60;
/// The same for older client software (audience `endpoint`), some of which always uses one hour. The assertion is valid
/// once only, too.
pub const LEGACY_HORIZON: i64 = 60 * 60;
/// How much a client's clock may be ahead, in seconds.
pub const SKEW: i64 = 10;
/// The accepted `typ` values of an assertion: that of RFC 10070, that of any JWT (RFC 7519 §5.1), and none.
const ASSERTION_TYPES: [&str; 3] = ["client-authentication+jwt", "JWT", ""];

/// The credentials of a request, not yet verified.
#[derive(Clone)]
pub struct Credentials {
    client_id: String,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    Basic(Zeroizing<String>),
    Post(Zeroizing<String>),
    Assertion(Box<Assertion>),
}

#[derive(Clone)]
struct Assertion {
    jws: jws::Parsed,
    audience: String,
    jti: String,
    expires: i64,
    issued: Option<i64>,
    not_before: Option<i64>,
}

/// Prints no proof.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The endpoint and time of a request.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The URL of the token endpoint.
    pub token_endpoint: &'a str,
    /// The URL of the called endpoint.
    pub called_endpoint: &'a str,
    /// Seconds since 1970 UTC.
    pub now: i64,
}

/// An authenticated client.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the database must record that the assertion was used"]
pub struct Authenticated {
    /// The assertion, if the client used one. The caller must record it before acting, and must refuse the request if
    /// `(client, jti)` was recorded before.
    pub assertion: Option<AssertionId>,
}

/// What identifies an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionId {
    /// `jti`, unique for each client (RFC 7519 §4.1.7).
    pub jti: String,
    /// `exp`, in seconds since 1970 UTC. It must be remembered until then.
    pub expires: i64,
}

const FAILED: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidClient,
    "client authentication failed",
);

const OTHER_METHOD: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidClient,
    "the client is registered with another authentication method",
);

/// The signature of an assertion is of none of the client's keys. A client that publishes its keys may have newer ones.
pub const UNKNOWN_KEY: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidClient,
    "the client assertion is not signed with a registered key",
);

impl Credentials {
    /// Reads the credentials of a request from its `Authorization` header and its form.
    ///
    /// # Errors
    /// `invalid_request` or `invalid_client`.
    pub fn read(authorization: Option<&str>, params: &Params) -> Result<Self, OAuthError> {
        params.unique()?;
        let methods = [
            authorization.is_some(),
            params.get("client_secret").is_some(),
            params.get("client_assertion").is_some()
                || params.get("client_assertion_type").is_some(),
        ];
        if methods.iter().filter(|used| **used).count() > 1 {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidRequest,
                "use one method of client authentication: the registered one",
            ));
        }
        let credentials = if let Some(header) = authorization {
            basic(header)?
        } else if let Some(secret) = params.get("client_secret") {
            Self {
                client_id: params
                    .require("client_id", "client_id is missing")?
                    .to_owned(),
                proof: Proof::Post(Zeroizing::new(secret.to_owned())),
            }
        } else if let Some(text) = params.get("client_assertion") {
            if params.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(OAuthError::new(
                    OAuthErrorCode::InvalidRequest,
                    "client_assertion_type is missing or unknown",
                ));
            }
            assertion(text)?
        } else {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidClient,
                "client authentication is missing",
            ));
        };
        // RFC 7521 §4.2: a client_id in the form must be of the same client.
        if params
            .get("client_id")
            .is_some_and(|client_id| client_id != credentials.client_id)
        {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidClient,
                "client_id is not the client of the credentials",
            ));
        }
        Ok(credentials)
    }

    /// The claimed client. Only for looking up its registration.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Checks the proof with the registration of [`Credentials::client_id`].
    ///
    /// # Errors
    /// `invalid_client`.
    pub fn verify(
        &self,
        registration: &Registration,
        context: &Context<'_>,
    ) -> Result<Authenticated, OAuthError> {
        if registration.client_id != self.client_id {
            return Err(FAILED.because("the registration is of another client"));
        }
        match &self.proof {
            // The place of the secret proves nothing, and libraries have different defaults, so both places are accepted.
            Proof::Basic(given) | Proof::Post(given) => {
                let mut accepted = registration.secrets(context.now).peekable();
                if accepted.peek().is_none() {
                    Err(OTHER_METHOD)
                } else if accepted.any(|secret| secret.matches(given)) {
                    Ok(Authenticated { assertion: None })
                } else {
                    Err(FAILED.because("the client secret is wrong"))
                }
            }
            Proof::Assertion(assertion) => {
                let audience = registration.assertion_audience(context.now);
                assertion.verify(registration, audience.ok_or(OTHER_METHOD)?, context)
            }
        }
    }
}

impl Assertion {
    fn verify(
        &self,
        registration: &Registration,
        audience: AssertionAudience,
        context: &Context<'_>,
    ) -> Result<Authenticated, OAuthError> {
        self.check_audience(audience, context)?;
        let horizon = match audience {
            AssertionAudience::Issuer => HORIZON,
            AssertionAudience::Endpoint { .. } => LEGACY_HORIZON,
        };
        let refused =
            |description| Err(OAuthError::new(OAuthErrorCode::InvalidClient, description));
        if self.expires <= context.now {
            return refused("the client assertion has expired");
        }
        if self.expires > context.now + horizon + SKEW {
            return refused("the client assertion expires too late: use at most five minutes");
        }
        if self
            .issued
            .is_some_and(|issued| issued > context.now + SKEW || issued > self.expires)
        {
            return refused("the client assertion is issued in the future: check the clock");
        }
        if self
            .not_before
            .is_some_and(|start| start > context.now + SKEW)
        {
            return refused("the client assertion is not valid yet: check the clock");
        }
        if registration.fapi && self.jws.header.alg == Alg::Rs256 {
            return refused("the client assertion must be signed with ES256 or PS256 (fapi)");
        }
        let mut keys = registration.keys(context.now);
        if !keys.any(|keys| self.signed_by_one_of(keys)) {
            return Err(UNKNOWN_KEY);
        }
        Ok(Authenticated {
            assertion: Some(AssertionId {
                jti: self.jti.clone(),
                expires: self.expires,
            }),
        })
    }

    /// RFC 10070: `aud` is the issuer, as one string. For older clients it is an endpoint, until a date.
    fn check_audience(
        &self,
        audience: AssertionAudience,
        context: &Context<'_>,
    ) -> Result<(), OAuthError> {
        let refused =
            |description| Err(OAuthError::new(OAuthErrorCode::InvalidClient, description));
        match audience {
            AssertionAudience::Issuer if self.audience == context.issuer => Ok(()),
            AssertionAudience::Issuer => refused(
                "the client assertion's aud must be the issuer; software that sends an endpoint is registered so (assertion_audience)",
            ),
            AssertionAudience::Endpoint { until } if context.now >= until => {
                refused("an endpoint as aud is no longer accepted for this client: use the issuer")
            }
            AssertionAudience::Endpoint { .. }
                if self.audience == context.issuer
                    || self.audience == context.token_endpoint
                    || self.audience == context.called_endpoint =>
            {
                Ok(())
            }
            AssertionAudience::Endpoint { .. } => refused(
                "the client assertion's aud must be the issuer or the URL of the token endpoint",
            ),
        }
    }

    /// Only registered keys are tried (threat 22).
    fn signed_by_one_of(&self, jwks: &ClientKeys) -> bool {
        let header = &self.jws.header;
        jwks.candidates(header.alg, header.kid.as_deref())
            .any(|key| self.jws.verify(key, &ASSERTION_TYPES).is_ok())
    }
}

/// RFC 6749 §2.3.1: identifier and secret are form-encoded before RFC 7617 joins them.
fn basic(header: &str) -> Result<Credentials, OAuthError> {
    use base64::Engine as _;
    let malformed = OAuthError::new(
        OAuthErrorCode::InvalidClient,
        "the Authorization header is not well-formed Basic authentication",
    );
    let (scheme, credentials) = header.split_once(' ').ok_or(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") || credentials.len() > 2048 {
        return Err(malformed);
    }
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(credentials.trim())
        .map_err(|_| malformed)?;
    let bytes = Zeroizing::new(bytes);
    let colon = bytes
        .iter()
        .position(|byte| *byte == b':')
        .ok_or(malformed)?;
    let client_id = decode(&bytes[..colon]).map_err(|_| malformed)?;
    let secret = Zeroizing::new(decode(&bytes[colon + 1..]).map_err(|_| malformed)?);
    Ok(Credentials {
        client_id,
        proof: Proof::Basic(secret),
    })
}

/// Parses an assertion (RFC 7523 §3) without verifying it.
fn assertion(text: &str) -> Result<Credentials, OAuthError> {
    let malformed = OAuthError::new(
        OAuthErrorCode::InvalidClient,
        "the client assertion is not a well-formed JWT",
    );
    let jws = jws::decode_unverified(text, MAX_ASSERTION).map_err(|_| malformed)?;
    let claims: Value = ipse_jose::strict_json(&jws.payload).map_err(|_| malformed)?;
    let times: Times = ipse_jose::strict_json(&jws.payload).map_err(|_| {
        OAuthError::new(
            OAuthErrorCode::InvalidClient,
            "exp, iat and nbf of the client assertion must be seconds since 1970, without an exponent",
        )
    })?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let (issuer, subject) = (text("iss").ok_or(malformed)?, text("sub").ok_or(malformed)?);
    if issuer != subject {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidClient,
            "iss and sub of the client assertion must be the client_id",
        ));
    }
    let audience = match claims.get("aud") {
        Some(Value::String(audience)) => audience.clone(),
        // A list could also name another server, which could then use the assertion here.
        _ => {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidClient,
                "the client assertion's aud must be one string",
            ));
        }
    };
    let jti = text("jti")
        .filter(|jti| (1..=255).contains(&jti.len()))
        .ok_or(OAuthError::new(
            OAuthErrorCode::InvalidClient,
            "the client assertion needs a jti of 1 to 255 bytes",
        ))?;
    let expires = times.exp.ok_or(OAuthError::new(
        OAuthErrorCode::InvalidClient,
        "the client assertion needs an exp",
    ))?;
    Ok(Credentials {
        client_id: subject,
        proof: Proof::Assertion(Box::new(Assertion {
            jws,
            audience,
            jti,
            expires: expires.0,
            issued: times.iat.map(|time| time.0),
            not_before: times.nbf.map(|time| time.0),
        })),
    })
}

/// The times of an assertion. `null` is not a time.
#[derive(Deserialize)]
struct Times {
    #[serde(default, deserialize_with = "valued")]
    exp: Option<NumericDate>,
    #[serde(default, deserialize_with = "valued")]
    iat: Option<NumericDate>,
    #[serde(default, deserialize_with = "valued")]
    nbf: Option<NumericDate>,
}

fn valued<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NumericDate>, D::Error> {
    NumericDate::deserialize(deserializer).map(Some)
}

/// Signs an assertion as a client does, valid for 60 seconds from `now`. For the programs of Ipse that are clients, and for
/// tests.
///
/// # Errors
/// As [`ipse_jose::SigningKey::sign`].
pub fn sign_assertion(
    key: &ipse_jose::SigningKey,
    client_id: &str,
    audience: &str,
    jti: &[u8; 16],
    now: i64,
) -> Result<String, ipse_jose::Error> {
    let claims = serde_json::json!({
        "iss": client_id, "sub": client_id, "aud": audience, "jti": b64::encode(jti), "iat": now, "exp": now + 60,
    });
    jws::sign(key, "JWT", claims.to_string().as_bytes())
}
