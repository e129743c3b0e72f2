//! Verifies what an operator signed, with pinned keys that are parsed once.

use ipse_jose::jws;
use ipse_jose::{Alg, JwkSet, VerifyingKey};
use serde::de::DeserializeOwned;

/// The longest signed text that is read, in bytes.
const LIMIT: usize = 4096;

/// The keys that the scheme pinned for one operator.
pub struct Keys(Vec<(String, VerifyingKey)>);

/// What is wrong with a pinned key set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// It contains no ES256 key.
    #[error("the key set has no ES256 key: use the set of the operator's /sim-controller/v1/jwks")]
    Empty,
    /// A key does not parse, or has no key id.
    #[error("a key of the set is not a P-256 public key with a key id")]
    Malformed,
}

/// What is wrong with a JWS, apart from its claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvelopeProblem {
    Malformed,
    UnknownKey,
    Signature,
}

impl Keys {
    /// Parses the ES256 keys of `set`.
    ///
    /// # Errors
    /// [`KeyProblem`].
    pub fn new(set: &JwkSet) -> Result<Self, KeyProblem> {
        let mut keys = Vec::with_capacity(set.keys.len());
        for jwk in &set.keys {
            let key = VerifyingKey::from_jwk(jwk, Alg::Es256).map_err(|_| KeyProblem::Malformed)?;
            let kid = jwk.kid.clone().ok_or(KeyProblem::Malformed)?;
            keys.push((kid, key));
        }
        if keys.is_empty() {
            return Err(KeyProblem::Empty);
        }
        Ok(Self(keys))
    }

    /// Verifies the signature, then parses the payload strictly.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        text: &str,
        typ: &str,
    ) -> Result<T, EnvelopeProblem> {
        let parsed = jws::decode_unverified(text, LIMIT).map_err(|_| EnvelopeProblem::Malformed)?;
        let kid = parsed.header.kid.as_deref();
        let (_, key) = self
            .0
            .iter()
            .find(|(known, _)| Some(known.as_str()) == kid)
            .ok_or(EnvelopeProblem::UnknownKey)?;
        parsed
            .verify(key, &[typ])
            .map_err(|_| EnvelopeProblem::Signature)?;
        ipse_jose::strict_json(&parsed.payload).map_err(|_| EnvelopeProblem::Malformed)
    }
}
