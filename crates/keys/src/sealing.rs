//! AES-256-GCM with random nonces (NIST SP 800-38D §8.2.2).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::{Error, random};

/// The first byte of every sealed text, so that the format can change.
const VERSION: u8 = 1;
const TAG_LEN: usize = 16;

/// A key that seals texts. A sealed text is `1 || nonce || ciphertext || tag`.
pub struct SealingKey(LessSafeKey);

impl SealingKey {
    /// A key of 256 bits.
    pub(crate) fn new(key: &[u8; 32]) -> Result<Self, Error> {
        UnboundKey::new(&AES_256_GCM, key)
            .map(|key| Self(LessSafeKey::new(key)))
            .map_err(|_| failed())
    }

    /// Encrypts and authenticates `plain`, and authenticates `aad`.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        random::fill(&mut nonce)?;
        let head = 1 + NONCE_LEN;
        let mut out = Vec::with_capacity(head + plain.len() + TAG_LEN);
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut out[head..],
            )
            .map_err(|_| failed())?;
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Decrypts what [`Self::seal`] sealed with the same `aad`.
    ///
    /// # Errors
    /// [`Error::Open`] for anything else.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let [VERSION, rest @ ..] = sealed else {
            return Err(Error::Open);
        };
        let (nonce, rest) = rest.split_at_checked(NONCE_LEN).ok_or(Error::Open)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::Open)?;
        let mut plain = Zeroizing::new(rest.to_vec());
        let len = self
            .0
            .open_in_place(nonce, Aad::from(aad), &mut plain)
            .map_err(|_| Error::Open)?
            .len();
        plain.truncate(len);
        Ok(plain)
    }
}

fn failed() -> Error {
    Error::Crypto(ipse_jose::Error::Internal("sealing failed"))
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}
