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
            ("id_token_encrypted_response_alg", self.id_token_encryption),
            ("userinfo_encrypted_response_alg", self.userinfo_encryption),
        ]
        .into_iter()
        .find(|(_, encryption)| {
            encryption.is_some_and(|encryption| Recipient::find(encryption, keys).is_none())
        })
        .map(|(member, _)| member)
    }
}

#[cfg(test)]
mod tests {
    use ipse_jose::{DecryptionKey, SigningKey};

    use super::*;
    use crate::client::tests::shop;
    use crate::client::{AssertionAudience, RegistrationProblem};

    const NOW: i64 = 1_800_000_000;
    const USERINFO: &str = "userinfo_encrypted_response_alg";

    fn encryption(alg: KeyAlg) -> Encryption {
        let enc = Enc::A256Gcm;
        Encryption { alg, enc }
    }

    fn set(keys: &[Jwk]) -> JwkSet {
        let keys = keys.to_vec();
        JwkSet { keys }
    }

    #[test]
    fn t22_a_key_is_chosen_by_its_kind_and_use() {
        let (ec, rsa) = (DecryptionKey::generate_ec(), DecryptionKey::generate_rsa());
        let signing = SigningKey::generate_es256().public_jwk();
        let mut unsaid = DecryptionKey::generate_ec().public_jwk().bare();
        unsaid.kid = Some("unsaid".to_owned());
        let mut off_curve = ec.public_jwk();
        if let ipse_jose::PublicParams::Ec { y, .. } = &mut off_curve.params {
            y[31] ^= 1;
        }
        let kid = |alg, keys: &[Jwk]| {
            let found = Recipient::find(encryption(alg), &set(keys))?;
            found.key.kid
        };
        let all = [
            signing.clone(),
            unsaid.clone(),
            off_curve.clone(),
            ec.public_jwk(),
            rsa.public_jwk(),
        ];
        assert_eq!(kid(KeyAlg::EcdhEs, &all).as_deref(), Some(ec.kid()));
        assert_eq!(kid(KeyAlg::RsaOaep256, &all).as_deref(), Some(rsa.kid()));
        assert_eq!(kid(KeyAlg::EcdhEs, &all[..3]).as_deref(), Some("unsaid"));
        assert_eq!(kid(KeyAlg::EcdhEs, &[signing, off_curve]), None);
        assert_eq!(kid(KeyAlg::RsaOaep256, &all[..4]), None);
    }

    #[test]
    fn t22_encryption_without_a_usable_key_cannot_be_registered() {
        let signing = SigningKey::generate_es256().public_jwk();
        let ec = DecryptionKey::generate_ec().public_jwk();
        let with = |alg: KeyAlg, keys: &[Jwk]| {
            let mut new = shop();
            new.authentication = Authentication::PrivateKeyJwt {
                jwks: set(keys).into(),
                audience: AssertionAudience::Issuer,
            };
            new.userinfo_encryption = Some(encryption(alg));
            new.validate(false, NOW)
        };
        let both = [signing.clone(), ec.clone()];
        let without = Err(RegistrationProblem::NoEncryptionKey(USERINFO));
        assert_eq!(with(KeyAlg::EcdhEs, &both), Ok(()));
        assert_eq!(with(KeyAlg::RsaOaep256, &both), without);
        assert_eq!(with(KeyAlg::EcdhEs, &both[..1]), without);
        // Somebody who only decrypts cannot sign assertions.
        assert_eq!(
            with(KeyAlg::EcdhEs, &both[1..]),
            Err(RegistrationProblem::Keys)
        );
        let mut id_token = shop();
        id_token.id_token_encryption = Some(encryption(KeyAlg::EcdhEs));
        assert_eq!(
            id_token.validate(false, NOW),
            Err(RegistrationProblem::NoEncryptionKey(
                "id_token_encrypted_response_alg"
            ))
        );
    }

    #[test]
    fn t22_keys_of_a_client_with_a_secret_are_for_encryption_only() {
        let signing = SigningKey::generate_es256().public_jwk();
        let ec = DecryptionKey::generate_ec().public_jwk();
        let with = |keys: &[Jwk]| {
            let mut new = shop();
            new.encryption_keys = set(keys);
            new.validate(false, NOW)
        };
        let refused = Err(RegistrationProblem::EncryptionKeys);
        assert_eq!(with(std::slice::from_ref(&ec)), Ok(()));
        assert_eq!(with(&[ec.bare()]), refused);
        assert_eq!(with(&[ec.clone(), signing]), refused);
        assert_eq!(with(&vec![ec.clone(); 11]), refused);
        let mut published = shop();
        published.encryption_keys = set(&[ec]);
        published.jwks_uri = Some("https://shop.example/jwks".to_owned());
        assert_eq!(published.validate(false, NOW), refused);
    }
}
