//! How the scheme authenticates as a client, at operators and banks: `private_key_jwt` (RFC 7523).

use ipse_jose::{SigningKey, b64, jws};

/// Type of a JWT client assertion (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion lives, in seconds.
const LIFE: i64 = 60;

/// A client assertion (RFC 7523 §3): its audience is the other party's issuer, one string and nothing else.
pub fn assertion(key: &SigningKey, client_id: &str, issuer: &str) -> String {
    let now = ipse_protocol::unix_ms() / 1000;
    let claims = serde_json::json!({
        "iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + LIFE,
        "jti": b64::encode(&ipse_protocol::random::<16>()),
    });
    jws::sign(key, "JWT", claims.to_string().as_bytes())
}
