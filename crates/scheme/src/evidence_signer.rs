//! The keys of evidence in the keystore: they sign confirmation objects and nothing else.

use std::sync::Arc;

use ipse_jose::{SigningKey, jws};
use ipse_keys::{Error as KeyError, KeyStore};

use crate::error::Error;

/// `typ` of a confirmation object.
pub const CONFIRMATION_TYP: &str = "ipse-confirmation+jwt";
/// Purpose of the first key.
const FIRST: &str = "evidence/es256";
/// The most versions that there may be.
const MOST: usize = 100;

fn purpose(version: usize) -> String {
    match version {
        1 => FIRST.to_owned(),
        later => format!("{FIRST}/{later}"),
    }
}

/// Makes the first key, in a keystore that makes keys.
pub(crate) fn make(keys: &dyn KeyStore) -> Result<(), KeyError> {
    keys.signing(FIRST).map(drop)
}

/// Makes the key of the next version, in a keystore that makes keys. It signs from the next start on.
///
/// # Errors
/// The keystore's.
pub fn make_version(keys: &dyn KeyStore, version: usize) -> Result<(), KeyError> {
    keys.signing(&purpose(version)).map(drop)
}

/// The number of the newest version, and its key.
///
/// # Errors
/// When the keystore has none.
pub fn newest(keys: &dyn KeyStore) -> Result<(usize, Arc<SigningKey>), KeyError> {
    let mut found = (1, keys.signing(FIRST)?);
    for version in 2..=MOST {
        match keys.signing(&purpose(version)) {
            Ok(key) => found = (version, key),
            Err(KeyError::NoKey(_)) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Signs confirmation objects.
pub(crate) struct EvidenceSigner(Arc<SigningKey>);

impl EvidenceSigner {
    pub(crate) fn new(keys: &dyn KeyStore) -> Result<Self, Error> {
        Ok(Self(newest(keys)?.1))
    }

    /// The public key.
    pub(crate) fn public_jwk(&self) -> ipse_jose::Jwk {
        self.0.public_jwk()
    }

    pub(crate) fn sign(&self, payload: &[u8]) -> Result<String, Error> {
        jws::sign(&self.0, CONFIRMATION_TYP, payload)
            .map_err(|_| Error::Internal("a confirmation cannot be signed"))
    }
}
