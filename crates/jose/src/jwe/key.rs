//! Keys that decrypt.

use std::fmt;

use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsBigEndian, AsDer, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{KeyPair, RsaKeyPair};
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{ContentKey, KeyAlg};
use crate::jwk::{PublicParams, check_rsa, uncompressed};
use crate::sign::{PrivateJwk, add_rsa_private};
use crate::{Error, Jwk, der};

/// A private key for decryption. Its kind fixes the algorithm.
pub struct DecryptionKey {
    public: Jwk,
    kid: String,
    inner: Inner,
}

enum Inner {
    Ec(agreement::PrivateKey),
    Rsa {
        key: OaepPrivateDecryptingKey,
        pkcs8: Zeroizing<Vec<u8>>,
    },
}

impl DecryptionKey {
    /// A new P-256 key for ECDH-ES.
    ///
    /// # Panics
    /// When the system gives no randomness.
    #[must_use]
    pub fn generate_ec() -> Self {
        agreement::PrivateKey::generate(&ECDH_P256)
            .map_err(|_| Error::Internal("key generation failed"))
            .and_then(Self::from_ec)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// A new key of 2048 bits for RSA-OAEP-256.
    ///
    /// # Panics
    /// As [`Self::generate_ec`].
    #[must_use]
    pub fn generate_rsa() -> Self {
        RsaKeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| Error::Internal("key generation failed"))
            .and_then(|pair| Self::from_rsa(&pair))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Reads unencrypted PKCS #8 (RFC 5958).
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn from_pkcs8(alg: KeyAlg, pkcs8: &[u8]) -> Result<Self, Error> {
        let refused = |_| Error::Key("not a PKCS #8 key for this algorithm");
        match alg {
            KeyAlg::EcdhEs => Self::from_ec(
                agreement::PrivateKey::from_private_key_der(&ECDH_P256, pkcs8).map_err(refused)?,
            ),
            KeyAlg::RsaOaep256 => Self::from_rsa(&RsaKeyPair::from_pkcs8(pkcs8).map_err(refused)?),
        }
    }

    /// Reads a private JWK (RFC 7518 §6.2.2, §6.3.2). An RSA key must have all CRT members.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn from_jwk(value: &Value) -> Result<Self, Error> {
        let raw = PrivateJwk::deserialize(value)
            .map_err(|_| Error::Key("not a private JWK of a supported kind"))?;
        let key = match raw.ec() {
            Ok((private, point)) => {
                let private = agreement::PrivateKey::from_private_key(&ECDH_P256, &*private)
                    .map_err(|_| Error::Key("not a P-256 private key"))?;
                let key = Self::from_ec(private)?;
                if !matches!(&key.public.params, PublicParams::Ec { x, y } if uncompressed(x, y) == point)
                {
                    return Err(Error::Key(
                        "the private and the public part do not belong together",
                    ));
                }
                key
            }
            Err(_) => Self::from_rsa(&raw.rsa()?)?,
        };
        match raw.alg() {
            Some(alg) if alg != key.alg().name() => Err(Error::Key(
                "its kty and alg are not supported for encryption",
            )),
            _ => Ok(key),
        }
    }

    /// The key as unencrypted PKCS #8 (RFC 5958).
    ///
    /// # Errors
    /// [`Error::Internal`] when the library cannot write the key.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        match &self.inner {
            Inner::Ec(key) => {
                let der = AsDer::<Pkcs8V1Der<'_>>::as_der(key)
                    .map_err(|_| Error::Internal("the key cannot be written"))?;
                Ok(Zeroizing::new(der.as_ref().to_vec()))
            }
            Inner::Rsa { pkcs8, .. } => Ok(pkcs8.clone()),
        }
    }

    /// The key as a private JWK with `kid`, `alg` and `use`.
    ///
    /// # Errors
    /// [`Error::Internal`] when the library cannot write the key.
    pub fn to_private_jwk(&self) -> Result<Value, Error> {
        let mut jwk = self.public.to_value();
        match &self.inner {
            Inner::Ec(key) => {
                let d = AsBigEndian::<EcPrivateKeyBin<'_>>::as_be_bytes(key)
                    .map_err(|_| Error::Internal("the key cannot be written"))?;
                jwk["d"] = crate::b64::encode(d.as_ref()).into();
            }
            Inner::Rsa { pkcs8, .. } => add_rsa_private(&mut jwk, pkcs8)?,
        }
        Ok(jwk)
    }

    /// The only algorithm that this key decrypts.
    #[must_use]
    pub fn alg(&self) -> KeyAlg {
        match self.inner {
            Inner::Ec(_) => KeyAlg::EcdhEs,
            Inner::Rsa { .. } => KeyAlg::RsaOaep256,
        }
    }

    /// The key id: the RFC 7638 thumbprint.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public part, with `kid`, `alg` and `use`.
    #[must_use]
    pub fn public_jwk(&self) -> Jwk {
        self.public.clone()
    }

    /// Derives the content key from the agreement with an ephemeral key on P-256.
    pub(super) fn agree(
        &self,
        epk: &Jwk,
        derive: impl FnOnce(&[u8]) -> Result<ContentKey, Error>,
    ) -> Result<ContentKey, Error> {
        let (Inner::Ec(key), PublicParams::Ec { x, y }) = (&self.inner, &epk.params) else {
            return Err(Error::Key("`epk` is of another kind"));
        };
        // Parsing the point checks the curve equation: an invalid curve would leak the private key bit by bit.
        let peer = UnparsedPublicKey::new(&ECDH_P256, uncompressed(x, y));
        agreement::agree(key, peer, Error::Key("`epk` is not on the curve"), derive)
    }

    /// Decrypts a content key.
    pub(super) fn unwrap_key(&self, encrypted: &[u8]) -> Result<ContentKey, Error> {
        let Inner::Rsa { key, .. } = &self.inner else {
            return Err(Error::Key("not an RSA key"));
        };
        let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
        let plain = key
            .decrypt(&OAEP_SHA256_MGF1SHA256, encrypted, &mut buffer, None)
            .map_err(|_| Error::Decrypt)?;
        let content_key: &[u8; 32] = (&*plain)
            .try_into()
            .map_err(|_| Error::Malformed("the content key has 256 bits"))?;
        Ok(Zeroizing::new(*content_key))
    }

    fn from_ec(key: agreement::PrivateKey) -> Result<Self, Error> {
        let point = key
            .compute_public_key()
            .map_err(|_| Error::Key("not a P-256 private key"))?;
        let public = Jwk::from_sec1(point.as_ref())?;
        Ok(Self::assemble(public, Inner::Ec(key)))
    }

    fn from_rsa(pair: &RsaKeyPair) -> Result<Self, Error> {
        let refused = |_| Error::Key("not an RSA key for decryption");
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map_err(refused)?;
        let pkcs8 = Zeroizing::new(der.as_ref().to_vec());
        let key = PrivateDecryptingKey::from_pkcs8(&pkcs8)
            .map_err(|_| Error::Key("not an RSA key for decryption"))?;
        let key = OaepPrivateDecryptingKey::new(key).map_err(refused)?;
        let [n, e] =
            der::rsa_public(pair.public_key().as_ref()).ok_or(Error::Key("not an RSA key"))?;
        check_rsa(n, e)?;
        let public = Jwk::from_params(PublicParams::Rsa {
            n: n.to_vec(),
            e: e.to_vec(),
        });
        Ok(Self::assemble(public, Inner::Rsa { key, pkcs8 }))
    }

    fn assemble(mut public: Jwk, inner: Inner) -> Self {
        let kid = public.thumbprint_b64();
        public.kid = Some(kid.clone());
        public.use_ = Some("enc".to_owned());
        let mut key = Self { public, kid, inner };
        key.public.alg = Some(key.alg().name().to_owned());
        key
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey")
            .field("alg", &self.alg())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
