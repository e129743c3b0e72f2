//! How the scheme authenticates as a client at operators and banks: `private_key_jwt` (RFC 7523).

use std::sync::Arc;

use ipse_jose::{SigningKey, b64, jws};
use ipse_protocol::{Clock, Random};

/// `client_assertion_type` of a JWT (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion is valid, in seconds.
const LIFETIME: i64 = 60;

/// Signs client assertions for one party.
pub struct AssertionSigner {
    key: Arc<SigningKey>,
    client_id: String,
    audience: String,
    clock: Clock,
    random: Random,
}

impl AssertionSigner {
    /// `client_id` is the scheme's name at the party, `audience` the party's issuer.
    pub fn new(
        key: Arc<SigningKey>,
        client_id: &str,
        audience: &str,
        clock: Clock,
        random: Random,
    ) -> Self {
        Self {
            key,
            client_id: client_id.to_owned(),
            audience: audience.to_owned(),
            clock,
            random,
        }
    }

    /// A new client assertion (RFC 7523 §3). Its audience is one string, the party's issuer.
    ///
    /// # Errors
    /// When the library fails, which is logged.
    pub fn sign(&self) -> Result<String, ipse_jose::Error> {
        let now = self.clock.unix_seconds();
        let claims = serde_json::json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.audience, "iat": now, "exp": now + LIFETIME,
            "jti": b64::encode(&self.random.bytes::<16>()),
        });
        jws::sign(&self.key, "JWT", claims.to_string().as_bytes())
            .inspect_err(|error| tracing::error!(%error, "a client assertion cannot be signed"))
    }
}
