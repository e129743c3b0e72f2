//! AES-CMAC (RFC 4493, NIST SP 800-38B) over a message given in parts.

use aws_lc_rs::cmac;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a MAC and of an AES-128 key, in bytes.
pub const LENGTH: usize = 16;

/// The cryptographic library refused a key or an operation. This does not happen with keys of the right length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the CMAC could not be computed")]
pub struct CmacError;

/// An AES-128 key of a SIM. Erased when dropped, and never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key(pub [u8; LENGTH]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(redacted)")
    }
}

impl Key {
    /// AES-CMAC-128 of the concatenated `parts`.
    ///
    /// # Errors
    /// [`CmacError`] when the library fails.
    pub fn mac(&self, parts: &[&[u8]]) -> Result<[u8; LENGTH], CmacError> {
        mac(cmac::AES_128, &self.0, parts)
    }

    /// Compares `tag` with the MAC of `parts` in constant time.
    #[must_use]
    pub fn verifies(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        let Ok(key) = cmac::Key::new(cmac::AES_128, &self.0) else {
            return false;
        };
        let mut context = cmac::Context::with_key(&key);
        parts.iter().all(|part| context.update(part).is_ok()) && context.verify(tag).is_ok()
    }
}

/// AES-CMAC with the operator's master key, which has 256 bits.
pub(crate) fn mac_256(key: &[u8; 32], parts: &[&[u8]]) -> Result<[u8; LENGTH], CmacError> {
    mac(cmac::AES_256, key, parts)
}

fn mac(algorithm: cmac::Algorithm, key: &[u8], parts: &[&[u8]]) -> Result<[u8; LENGTH], CmacError> {
    let key = cmac::Key::new(algorithm, key).map_err(|_| CmacError)?;
    let mut context = cmac::Context::with_key(&key);
    for part in parts {
        context.update(part).map_err(|_| CmacError)?;
    }
    let tag = context.sign().map_err(|_| CmacError)?;
    tag.as_ref().try_into().map_err(|_| CmacError)
}
