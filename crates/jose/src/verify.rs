//! Keys that verify signatures.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents,
};

use crate::jwk::{PublicParams, check_rsa, uncompressed};
use crate::{Alg, Error, Jwk};

static PS256: RsaParameters = RSA_PSS_2048_8192_SHA256;
static RS256: RsaParameters = RSA_PKCS1_2048_8192_SHA256;

/// A public key for one algorithm, parsed once. Cloning is cheap.
#[derive(Clone)]
pub struct VerifyingKey {
    alg: Alg,
    key: Arc<Key>,
}

struct Key {
    params: PublicParams,
    parsed: ParsedPublicKey,
}

impl VerifyingKey {
    /// Parses a key for `alg`.
    ///
    /// # Errors
    /// [`Error::Key`] when the key does not allow `alg`, is not on the curve, or has an unsafe size.
    pub fn from_jwk(jwk: &Jwk, alg: Alg) -> Result<Self, Error> {
        if !jwk.verifies(alg) {
            return Err(Error::Key("it is not for this signature algorithm"));
        }
        let parsed = match &jwk.params {
            PublicParams::Ec { x, y } => {
                // Parsing checks the curve equation.
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, uncompressed(x, y))
            }
            PublicParams::Rsa { n, e } => {
                check_rsa(n, e)?;
                let params = if alg == Alg::Ps256 { &PS256 } else { &RS256 };
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(params)
            }
        };
        Ok(Self {
            alg,
            key: Arc::new(Key {
                params: jwk.params.clone(),
                parsed: parsed.map_err(|_| Error::Key("it is not a valid public key"))?,
            }),
        })
    }

    /// The only algorithm that this key verifies.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// RFC 7638 thumbprint, SHA-256.
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 32] {
        self.key.params.thumbprint()
    }

    /// Verifies `sig` over `msg`. An ES256 signature is the 64 bytes `r || s` (RFC 7518 §3.4). ECDSA has two valid values of `s`,
    /// and both are accepted, since the key hardware of phones produces both. So the bytes of a signature are not an id.
    ///
    /// # Errors
    /// [`Error::Signature`].
    pub fn verify(&self, msg: &[u8], sig: &[u8]) -> Result<(), Error> {
        self.key
            .parsed
            .verify_sig(msg, sig)
            .map_err(|_| Error::Signature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("alg", &self.alg)
            .field("thumbprint", &crate::b64::encode(&self.thumbprint()))
            .finish()
    }
}
