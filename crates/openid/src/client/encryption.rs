//! Answers that are encrypted to the client (OpenID Connect Core §10.2): ID tokens and userinfo.

use ipse_jose::jwe::{self, Enc, KeyAlg};
use ipse_jose::{Jwk, JwkSet};
use serde::{Deserialize, Serialize};

use super::{Authentication, Registration};
use crate::{OAuthError, OAuthErrorCode};

/// What is answered when no key of the client can be used: never the same answer without encryption.
pub const NO_KEY: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidRequest,
    "the answer is encrypted, and the client has no key for it: publish one for the registered algorithm",
);

/// How an answer is encrypted (`…_encrypted_response_alg`, `…_encrypted_response_enc`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// How the content key reaches the client.
    pub alg: KeyAlg,
    /// How the content is encrypted.
    pub enc: Enc,
}

/// A key of a client to which an answer is encrypted.
#[derive(Clone, Debug)]
pub struct Recipient {
    key: Jwk,
    encryption: Encryption,
}

impl Recipient {
    /// The key of a set that is used: the first one for encryption, or else the first one that does not say its use. A key to which
    /// encryption fails, such as a point that is not on the curve, is not used.
    pub fn find(encryption: Encryption, keys: &JwkSet) -> Option<Self> {
        let Encryption { alg, enc } = encryption;
        let usable =
            |key: &&Jwk| key.encrypts(alg) && jwe::encrypt(key, alg, enc, None, b"").is_ok();
        let for_it = keys.keys.iter().filter(|key| key.use_.is_some());
        let unsaid = keys.keys.iter().filter(|key| key.use_.is_none());
        let key = for_it.chain(unsaid).find(usable)?.clone();
        Some(Self { key, encryption })
    }

    /// Encrypts a signed token: nested (RFC 7519 §5.2).
    ///
    /// # Errors
    /// [`NO_KEY`].
    pub fn encrypt_jwt(&self, token: &str) -> Result<String, OAuthError> {
        self.encrypt(Some("JWT"), token.as_bytes())
    }

    /// Encrypts JSON that is not signed.
    ///
    /// # Errors
    /// [`NO_KEY`].
    pub fn encrypt_json(&self, json: &[u8]) -> Result<String, OAuthError> {
        self.encrypt(None, json)
    }

    fn encrypt(&self, cty: Option<&str>, content: &[u8]) -> Result<String, OAuthError> {
        let Encryption { alg, enc } = self.encryption;
        jwe::encrypt(&self.key, alg, enc, cty, content).map_err(|_| NO_KEY)
    }
}

impl Registration {
    /// The client's keys, by value or as fetched from its `jwks_uri`.
    pub fn key_set(&self) -> &JwkSet {
        match &self.authentication {
            Authentication::PrivateKeyJwt { jwks, .. } => jwks.set(),
            Authentication::ClientSecretBasic { .. } | Authentication::ClientSecretPost { .. } => {
                &self.encryption_keys
            }
        }
    }

    /// The first kind of answer that must be encrypted and for which `keys` have no key, by its member.
    pub fn without_key(&self, keys: &JwkSet) -> Option<&'static str> {
        [
            (
                "id_token_encrypted_response_alg",
                self.id_token_encryption,
            ),
            (
                "userinfo_encrypted_response_alg",
                self.userinfo_encryption,
            ),
        ]
        .into_iter()
        .find(|(_, encryption)| {
            encryption.is_some_and(|encryption| Recipient::find(encryption, keys).is_none())
        })
        .map(|(member, _)| member)
    }
}
