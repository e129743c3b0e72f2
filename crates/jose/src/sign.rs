//! Keys that sign.

use std::fmt;

use aws_lc_rs::encoding::{AsBigEndian, AsDer};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair, RsaPublicKeyComponents,
};
use serde::Deserialize;
use serde_json::Value;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::jwk::{PublicParams, check_rsa, uncompressed};
use crate::{Alg, Error, Jwk, VerifyingKey, b64, der};

/// A private key for one algorithm. Callers cannot see how it is kept, so that a key inside a hardware module can be added.
pub struct SigningKey {
    alg: Alg,
    kid: String,
    verifying: VerifyingKey,
    public: Jwk,
    inner: Inner,
}

enum Inner {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl SigningKey {
    /// A new ES256 key.
    ///
    /// # Panics
    /// When the system gives no randomness.
    #[must_use]
    pub fn generate_es256() -> Self {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| Error::Internal("key generation failed"))
            .and_then(Self::from_ec)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// A new RS256 key of 2048 bits.
    ///
    /// # Panics
    /// As [`Self::generate_es256`].
    #[must_use]
    pub fn generate_rs256() -> Self {
        Self::generate_rsa(Alg::Rs256)
    }

    /// A new PS256 key of 2048 bits.
    ///
    /// # Panics
    /// As [`Self::generate_es256`].
    #[must_use]
    pub fn generate_ps256() -> Self {
        Self::generate_rsa(Alg::Ps256)
    }

    fn generate_rsa(alg: Alg) -> Self {
        RsaKeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| Error::Internal("key generation failed"))
            .and_then(|pair| Self::from_rsa(alg, pair))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Reads unencrypted PKCS #8 (RFC 5958).
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn from_pkcs8(alg: Alg, pkcs8: &[u8]) -> Result<Self, Error> {
        let refused = |_| Error::Key("not a PKCS #8 key for this algorithm");
        match alg {
            Alg::Es256 => Self::from_ec(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(refused)?,
            ),
            Alg::Ps256 | Alg::Rs256 => {
                Self::from_rsa(alg, RsaKeyPair::from_pkcs8(pkcs8).map_err(refused)?)
            }
        }
    }

    /// Reads a private JWK (RFC 7518 §6.2.2, §6.3.2). An RSA key must have `alg`, PS256 or RS256, and all CRT members.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn from_jwk(value: &Value) -> Result<Self, Error> {
        let raw = PrivateJwk::deserialize(value)
            .map_err(|_| Error::Key("not a private JWK of a supported kind"))?;
        raw.signing()
    }

    /// The key as unencrypted PKCS #8 (RFC 5958).
    ///
    /// # Errors
    /// [`Error::Internal`] when the library cannot write the key.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let der = match &self.inner {
            Inner::Ec(pair) => pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()),
            Inner::Rsa(pair) => AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(pair)
                .map(|der| der.as_ref().to_vec()),
        };
        der.map(Zeroizing::new)
            .map_err(|_| Error::Internal("the key cannot be written"))
    }

    /// The key as a private JWK with `kid`, `alg` and `use`.
    ///
    /// # Errors
    /// [`Error::Internal`] when the library cannot write the key.
    pub fn to_private_jwk(&self) -> Result<Value, Error> {
        let mut jwk = self.public.to_value();
        match &self.inner {
            Inner::Ec(pair) => {
                let d = pair
                    .private_key()
                    .as_be_bytes()
                    .map_err(|_| Error::Internal("the key cannot be written"))?;
                jwk["d"] = b64::encode(d.as_ref()).into();
            }
            Inner::Rsa(_) => add_rsa_private(&mut jwk, &self.to_pkcs8()?)?,
        }
        Ok(jwk)
    }

    /// The only algorithm that this key signs with.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
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

    /// The public part, parsed for verification.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying.clone()
    }

    /// Signs a message.
    ///
    /// # Errors
    /// [`Error::Internal`] when the library fails.
    pub fn sign(&self, msg: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::Internal("signing failed");
        let random = SystemRandom::new();
        match &self.inner {
            Inner::Ec(pair) => pair
                .sign(&random, msg)
                .map(|sig| sig.as_ref().to_vec())
                .map_err(failed),
            Inner::Rsa(pair) => {
                let padding = match self.alg {
                    Alg::Ps256 => &RSA_PSS_SHA256,
                    Alg::Es256 | Alg::Rs256 => &RSA_PKCS1_SHA256,
                };
                let mut sig = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, msg, &mut sig).map_err(failed)?;
                Ok(sig)
            }
        }
    }

    fn from_ec(pair: EcdsaKeyPair) -> Result<Self, Error> {
        let public = Jwk::from_sec1(pair.public_key().as_ref())?;
        Self::assemble(Alg::Es256, public, Inner::Ec(pair))
    }

    fn from_rsa(alg: Alg, pair: RsaKeyPair) -> Result<Self, Error> {
        let [n, e] = der::rsa_public(pair.public_key().as_ref()).ok_or(Error::Key("not RSA"))?;
        check_rsa(n, e)?;
        let public = Jwk::from_params(PublicParams::Rsa {
            n: n.to_vec(),
            e: e.to_vec(),
        });
        Self::assemble(alg, public, Inner::Rsa(pair))
    }

    fn assemble(alg: Alg, mut public: Jwk, inner: Inner) -> Result<Self, Error> {
        let verifying = VerifyingKey::from_jwk(&public, alg)?;
        let kid = b64::encode(&verifying.thumbprint());
        public.kid = Some(kid.clone());
        public.alg = Some(alg.name().to_owned());
        public.use_ = Some("sig".to_owned());
        Ok(Self {
            alg,
            kid,
            verifying,
            public,
            inner,
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("alg", &self.alg)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Adds `d` and the CRT members of an RSA key to its public JWK.
pub(crate) fn add_rsa_private(jwk: &mut Value, pkcs8: &[u8]) -> Result<(), Error> {
    let [_, _, private @ ..] =
        der::rsa_private(pkcs8).ok_or(Error::Internal("the key cannot be written"))?;
    let names = ["d", "p", "q", "dp", "dq", "qi"];
    for (name, value) in names.into_iter().zip(private) {
        jwk[name] = b64::encode(value).into();
    }
    Ok(())
}

/// The members of a private JWK, erased when dropped.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct PrivateJwk {
    kty: String,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<String>,
    p: Option<String>,
    q: Option<String>,
    dp: Option<String>,
    dq: Option<String>,
    qi: Option<String>,
}

impl PrivateJwk {
    fn signing(&self) -> Result<SigningKey, Error> {
        match (self.kty.as_str(), self.alg.as_deref()) {
            ("EC", None | Some("ES256")) => {
                let (private, point) = self.ec()?;
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    &ECDSA_P256_SHA256_FIXED_SIGNING,
                    private.as_ref(),
                    &point,
                )
                .map_err(|_| {
                    Error::Key("the private and the public part do not belong together")
                })?;
                SigningKey::from_ec(pair)
            }
            ("RSA", Some(alg @ ("PS256" | "RS256"))) => {
                let alg = if alg == "PS256" {
                    Alg::Ps256
                } else {
                    Alg::Rs256
                };
                SigningKey::from_rsa(alg, self.rsa()?)
            }
            _ => Err(Error::Key("its kty and alg are not supported for signing")),
        }
    }

    /// Private scalar and uncompressed point.
    pub(crate) fn ec(&self) -> Result<(Zeroizing<[u8; 32]>, [u8; 65]), Error> {
        if self.kty != "EC" || self.crv.as_deref() != Some("P-256") {
            return Err(Error::Key("an EC key must be on P-256"));
        }
        let (x, y) = (
            b64::decode_array(required(&self.x)?)?,
            b64::decode_array(required(&self.y)?)?,
        );
        let d = Zeroizing::new(b64::decode_array(required(&self.d)?)?);
        Ok((d, uncompressed(&x, &y)))
    }

    /// The RSA key pair.
    pub(crate) fn rsa(&self) -> Result<RsaKeyPair, Error> {
        let secret = |value: &Option<String>| b64::decode(required(value)?).map(Zeroizing::new);
        let public = |value: &Option<String>| b64::decode(required(value)?);
        if self.kty != "RSA" {
            return Err(Error::Key("not an RSA key"));
        }
        let (n, e) = (public(&self.n)?, public(&self.e)?);
        check_rsa(&n, &e)?;
        let components = rsa::KeyPairComponents::<Vec<u8>, ZeroBytes> {
            public_key: RsaPublicKeyComponents { n, e },
            d: ZeroBytes(secret(&self.d)?),
            p: ZeroBytes(secret(&self.p)?),
            q: ZeroBytes(secret(&self.q)?),
            dP: ZeroBytes(secret(&self.dp)?),
            dQ: ZeroBytes(secret(&self.dq)?),
            qInv: ZeroBytes(secret(&self.qi)?),
        };
        RsaKeyPair::from_components(&components)
            .map_err(|_| Error::Key("the RSA members do not belong together"))
    }

    /// `alg`, if the key has it.
    pub(crate) fn alg(&self) -> Option<&str> {
        self.alg.as_deref()
    }
}

fn required(value: &Option<String>) -> Result<&str, Error> {
    value.as_deref().ok_or(Error::Key("a member is missing"))
}

/// `aws-lc-rs` needs `AsRef<[u8]>`, which `Zeroizing<Vec<u8>>` does not implement.
struct ZeroBytes(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for ZeroBytes {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}
