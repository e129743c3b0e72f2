//! The answers to a client: the ID token, the token response, userinfo, and the answer of `/par`.

use std::collections::BTreeMap;

use ipse_jose::{SigningKey, jws};
use ipse_protocol::terms::{Factor, KeyKind};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Level;
use crate::details::Details;

/// How long an ID token is valid, in seconds. It proves a login that has just happened, and is no session.
pub const ID_TOKEN_SECONDS: i64 = 300;

/// The contents of an ID token (OpenID Connect Core §2).
#[derive(Clone, Debug)]
pub struct IdToken<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The client.
    pub client_id: &'a str,
    /// The pairwise name of the person.
    pub subject: &'a str,
    /// When the person approved, in seconds since 1970 UTC.
    pub auth_time: i64,
    /// The level of the login. Never less than the request requires.
    pub acr: Level,
    /// How the person approved, from [`methods`]; none if that is not known.
    pub amr: Option<[&'static str; 3]>,
    /// The request's nonce.
    pub nonce: Option<&'a str>,
    /// Released claims, from [`crate::disclosure::release`].
    pub claims: BTreeMap<String, Value>,
}

/// The methods of an approval (RFC 8176 §2): the device's key, the code or the unlock of the phone, and that these are several
/// factors. The unlock is `user` (a person was there), not `fpt`: the platform accepts a fingerprint, a face or its own screen code,
/// and does not say which. None for a factor that approves nothing.
pub fn methods(factor: Factor, key: KeyKind) -> Option<[&'static str; 3]> {
    let key = match key {
        KeyKind::Software => "swk",
        KeyKind::Hardware => "hwk",
    };
    match factor {
        Factor::Code => Some([key, "pin", "mfa"]),
        Factor::Biometric => Some([key, "user", "mfa"]),
        Factor::None => None,
    }
}

impl IdToken<'_> {
    /// The claims of the token, issued at `now` (seconds since 1970 UTC). There is no `at_hash`: it is optional in the code
    /// flow (§3.1.3.6), where PKCE and client authentication protect the delivery of the access token.
    pub fn claims(&self, now: i64) -> Map<String, Value> {
        // Released claims are inserted first, so that they cannot overwrite the others.
        let mut claims: Map<String, Value> = self.claims.clone().into_iter().collect();
        claims.insert("iss".into(), self.issuer.into());
        claims.insert("sub".into(), self.subject.into());
        claims.insert("aud".into(), self.client_id.into());
        claims.insert("exp".into(), (now + ID_TOKEN_SECONDS).into());
        claims.insert("iat".into(), now.into());
        claims.insert("auth_time".into(), self.auth_time.into());
        claims.insert("acr".into(), self.acr.as_str().into());
        if let Some(amr) = self.amr {
            claims.insert("amr".into(), amr.as_slice().into());
        }
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".into(), nonce.into());
        }
        claims
    }

    /// Signs the token. The key must be for the algorithm that the client registered.
    ///
    /// # Errors
    /// As [`SigningKey::sign`].
    pub fn sign(&self, key: &SigningKey, now: i64) -> Result<String, ipse_jose::Error> {
        jws::sign(
            key,
            "JWT",
            Value::Object(self.claims(now)).to_string().as_bytes(),
        )
    }
}

/// The answer of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// Opaque; valid at userinfo only.
    pub access_token: String,
    /// `Bearer` or `DPoP`.
    pub token_type: &'static str,
    /// How long the access token is valid, in seconds.
    pub expires_in: i64,
    /// The ID token.
    pub id_token: String,
    /// The granted scopes.
    pub scope: String,
    /// What was confirmed, as approved (RFC 9396 §7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_details: Option<[Details; 1]>,
    /// The evidence of it.
    #[serde(flatten)]
    pub confirmation: Option<Confirmation>,
}

/// The evidence of a confirmation (docs/evidence.md): what the partner keeps, to show others that the person approved.
#[derive(Clone, Serialize)]
pub struct Confirmation {
    /// The confirmation object, a JWS.
    pub confirmation: String,
    /// The leaf of the log that commits to the payload of the JWS, in base64url.
    #[serde(rename = "confirmation_leaf")]
    pub leaf: String,
    /// The salt of that commitment, in base64url.
    #[serde(rename = "confirmation_salt")]
    pub salt: String,
    /// The promise to include the leaf in the log, a JWS.
    #[serde(rename = "confirmation_promise")]
    pub promise: String,
}

/// Prints no tokens.
impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// The answer of userinfo (OpenID Connect Core §5.3.2).
pub fn userinfo(subject: &str, released: BTreeMap<String, Value>) -> Map<String, Value> {
    let mut claims: Map<String, Value> = released.into_iter().collect();
    claims.insert("sub".into(), subject.into());
    claims
}

/// Userinfo as a JWT for the client that registered so (OpenID Connect Core §5.3.2). It has no `exp`, so it is no ID token.
///
/// # Errors
/// As [`SigningKey::sign`].
pub fn signed_userinfo(
    mut claims: Map<String, Value>,
    issuer: &str,
    client_id: &str,
    key: &SigningKey,
) -> Result<String, ipse_jose::Error> {
    claims.insert("iss".into(), issuer.into());
    claims.insert("aud".into(), client_id.into());
    jws::sign(key, "JWT", Value::Object(claims).to_string().as_bytes())
}

/// The answer of `/par` (RFC 9126 §2.2).
#[derive(Clone, Debug, Serialize)]
pub struct PushedResponse {
    /// The reference to the pushed request.
    pub request_uri: String,
    /// How long it is valid, in seconds.
    pub expires_in: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_token_has_its_claims_and_released_claims_do_not_overwrite_them() {
        let claims = [
            ("given_name", "An"),
            ("sub", "someone else"),
            ("acr", "advanced"),
            ("amr", "fpt"),
            ("iss", "x"),
        ];
        let token = IdToken {
            issuer: "https://ipse.example",
            client_id: "shop",
            subject: "pairwise",
            auth_time: 990,
            acr: Level::Basic,
            amr: methods(Factor::Biometric, KeyKind::Software),
            nonce: Some("n"),
            claims: claims
                .iter()
                .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
                .collect(),
        };
        assert_eq!(
            Value::Object(token.claims(1000)),
            serde_json::json!({
                "iss": "https://ipse.example", "sub": "pairwise", "aud": "shop", "exp": 1300, "iat": 1000,
                "auth_time": 990, "acr": "basic", "amr": ["swk", "user", "mfa"], "nonce": "n", "given_name": "An",
            })
        );
    }

    #[test]
    fn methods_say_what_was_used() {
        let hardware = methods(Factor::Code, KeyKind::Hardware);
        assert_eq!(hardware, Some(["hwk", "pin", "mfa"]));
        assert_eq!(methods(Factor::None, KeyKind::Software), None);
    }

    #[test]
    fn userinfo_has_the_subject_and_the_released_claims() {
        let released = BTreeMap::from([
            ("sub".to_owned(), Value::from("x")),
            ("name".to_owned(), Value::from("An")),
        ]);
        assert_eq!(
            Value::Object(userinfo("p", released)),
            serde_json::json!({"sub": "p", "name": "An"})
        );
    }
}
