//! The keys that ID tokens are signed with. A new version of one is a new purpose of the keystore; the ones before stay known.

use std::sync::Arc;

use anyhow::{Context, bail};
use ipse_jose::{Alg, Jwk, SigningKey, VerifyingKey};
use ipse_keys::{Error, KeyStore};
use ipse_openid::client::IdTokenAlg;

/// Purpose of the first key of each algorithm (RFC 8725 §3.1). RS256 is for clients that support nothing newer.
const PURPOSES: [(&str, Alg); 2] = [
    ("openid/id-token/es256", Alg::Es256),
    ("openid/id-token/rs256", Alg::Rs256),
];
/// How many versions of a key are published: tokens of the one before are still in use when a new one begins.
const PUBLISHED: usize = 2;
/// The most versions that there may be.
const MAX: usize = 100;

fn purpose(first: &str, version: usize) -> String {
    match version {
        1 => first.to_owned(),
        later => format!("{first}/{later}"),
    }
}

/// Makes a version of each key, in a keystore that makes keys.
///
/// # Errors
/// The keystore's.
pub fn make(keys: &dyn KeyStore, version: usize) -> Result<(), Error> {
    for (first, alg) in PURPOSES {
        keys.signing_with(&purpose(first, version), alg)?;
    }
    Ok(())
}

/// The keys.
pub struct IdTokenKeys {
    es256: Versions,
    rs256: Versions,
    verifying: Vec<VerifyingKey>,
}

/// The versions of a key.
struct Versions {
    newest: Arc<SigningKey>,
    /// The latest first.
    earlier: Vec<Arc<SigningKey>>,
}

impl IdTokenKeys {
    /// Gets all versions from a keystore.
    ///
    /// # Errors
    /// When the keystore cannot give the first ones, or has more than a hundred.
    pub fn open(keys: &dyn KeyStore) -> anyhow::Result<Self> {
        let [es256, rs256] = PURPOSES.map(|(first, alg)| Versions::open(keys, first, alg));
        let (es256, rs256) = (es256?, rs256?);
        let verifying = es256.all().chain(rs256.all());
        Ok(Self {
            verifying: verifying.map(|key| key.verifying_key()).collect(),
            es256,
            rs256,
        })
    }

    /// The version that the next one has.
    pub fn next_version(&self) -> usize {
        self.es256.all().count().max(self.rs256.all().count()) + 1
    }

    /// The key for new tokens of an algorithm.
    pub fn signing(&self, alg: IdTokenAlg) -> &SigningKey {
        match alg {
            IdTokenAlg::ES256 => &self.es256.newest,
            IdTokenAlg::RS256 => &self.rs256.newest,
        }
    }

    /// What clients find at the JWK set.
    pub fn published(&self) -> Vec<Jwk> {
        let of = |versions: &Versions| -> Vec<Jwk> {
            let newest = versions.all().take(PUBLISHED);
            newest.map(|key| key.public_jwk()).collect()
        };
        [of(&self.es256), of(&self.rs256)].concat()
    }

    /// All that a token of ours may be signed with, however old it is.
    pub fn verifying(&self) -> &[VerifyingKey] {
        &self.verifying
    }
}

impl Versions {
    fn open(keys: &dyn KeyStore, first: &str, alg: Alg) -> anyhow::Result<Self> {
        let missing = || format!("the keystore does not give {first}");
        let mut found = Self {
            newest: keys.signing_with(first, alg).with_context(missing)?,
            earlier: Vec::new(),
        };
        for version in 2.. {
            if version > MAX {
                bail!("the keystore has more than {MAX} versions of {first}");
            }
            let next = match keys.signing_with(&purpose(first, version), alg) {
                Ok(next) => next,
                Err(Error::NoKey(_)) => break,
                Err(error) => return Err(error).with_context(missing),
            };
            let before = std::mem::replace(&mut found.newest, next);
            found.earlier.insert(0, before);
        }
        Ok(found)
    }

    /// All, the newest first.
    fn all(&self) -> impl Iterator<Item = &Arc<SigningKey>> {
        std::iter::once(&self.newest).chain(&self.earlier)
    }
}
