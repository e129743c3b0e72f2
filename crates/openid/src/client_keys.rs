//! The public keys that a client registered.

use ipse_jose::jwe::KeyAlg;
use ipse_jose::{Alg, JwkSet, VerifyingKey};
use serde::{Deserialize, Serialize};

/// The most keys that a client may register.
pub(crate) const MAX: usize = 10;

/// A client's keys: as registered, and parsed for its assertions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "JwkSet", into = "JwkSet")]
pub struct ClientKeys {
    set: JwkSet,
    parsed: Vec<ClientKey>,
}

/// One key, parsed for each algorithm that it allows.
#[derive(Clone, Debug)]
struct ClientKey {
    kid: Option<String>,
    verifying: Vec<VerifyingKey>,
    encrypts: bool,
}

impl From<JwkSet> for ClientKeys {
    fn from(set: JwkSet) -> Self {
        let parse = |key: &ipse_jose::Jwk| ClientKey {
            kid: key.kid.clone(),
            verifying: [Alg::Es256, Alg::Ps256, Alg::Rs256]
                .into_iter()
                .filter_map(|alg| VerifyingKey::from_jwk(key, alg).ok())
                .collect(),
            encrypts: KeyAlg::ALL.into_iter().any(|alg| key.encrypts(alg)),
        };
        Self {
            parsed: set.keys.iter().map(parse).collect(),
            set,
        }
    }
}

impl From<ClientKeys> for JwkSet {
    fn from(keys: ClientKeys) -> Self {
        keys.set
    }
}

impl ClientKeys {
    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.set.keys.is_empty()
    }

    /// The keys as registered.
    pub const fn set(&self) -> &JwkSet {
        &self.set
    }

    /// Whether there is at least one key for signatures, and every key is for signatures or encryption.
    pub fn are_usable(&self) -> bool {
        let verifies = |key: &ClientKey| !key.verifying.is_empty();
        self.parsed.len() <= MAX
            && self.parsed.iter().any(verifies)
            && self.parsed.iter().all(|key| verifies(key) || key.encrypts)
    }

    /// Whether every key for signatures can be used with ES256 or PS256 (FAPI 2.0 Security Profile §5.4).
    pub(crate) fn are_fapi(&self) -> bool {
        let allowed = |key: &VerifyingKey| key.alg() != Alg::Rs256;
        let mut signing = self.parsed.iter().filter(|key| !key.verifying.is_empty());
        signing.all(|key| key.verifying.iter().any(allowed))
    }

    /// The keys that may have made a signature. `kid` is an opaque name and never a place to fetch a key from (threat 22). A key is
    /// used only with the algorithms that it allows (threat 23).
    pub(crate) fn candidates(
        &self,
        alg: Alg,
        kid: Option<&str>,
    ) -> impl Iterator<Item = &VerifyingKey> {
        self.parsed
            .iter()
            .filter(move |key| kid.is_none() || key.kid.as_deref() == kid)
            .flat_map(|key| &key.verifying)
            .filter(move |key| key.alg() == alg)
            .take(MAX)
    }
}
