//! Keys: what signs, seals, decrypts and names. One purpose a key, made on first use, never handed to another purpose.
//!
//! [`KeyStore`] is what the rest of Ipse sees. [`FileKeyStore`] keeps keys in files, for development, tests and the demo; it says
//! of itself that it is not for production. A hardware module takes its place behind the same trait.

mod cache;
mod disk;
mod error;
mod file;
mod sealing;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use ipse_jose::jwe::{DecryptionKey, KeyAlg};
use ipse_jose::{Alg, SigningKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use error::Error;
pub use file::FileKeyStore;
pub use sealing::SealingKey;

/// How many days a daily key lives: the day itself and the next.
pub const DAILY_LIFE: i64 = 2;

/// A store of keys.
///
/// A purpose is a path of lower-case words, digits, `-`, `_` and `.`, such as `opaque/setup/1`; a new version of a key is a new purpose.
/// A key that is not there yet is made, but never by [`Self::open`].
pub trait KeyStore: Send + Sync {
    /// The signing key of a purpose, for `alg`.
    ///
    /// # Errors
    /// When the store fails.
    fn signing_with(&self, purpose: &str, alg: Alg) -> Result<Arc<SigningKey>, Error>;

    /// The ES256 key of a purpose.
    ///
    /// # Errors
    /// When the store fails.
    fn signing(&self, purpose: &str) -> Result<Arc<SigningKey>, Error> {
        self.signing_with(purpose, Alg::Es256)
    }

    /// The key of a purpose that others encrypt to with `alg`.
    ///
    /// # Errors
    /// When the store fails.
    fn decryption_with(&self, purpose: &str, alg: KeyAlg) -> Result<Arc<DecryptionKey>, Error>;

    /// The ECDH-ES key of a purpose.
    ///
    /// # Errors
    /// When the store fails.
    fn decryption(&self, purpose: &str) -> Result<Arc<DecryptionKey>, Error> {
        self.decryption_with(purpose, KeyAlg::EcdhEs)
    }

    /// A random secret of 256 bits.
    ///
    /// # Errors
    /// When the store fails.
    fn secret(&self, purpose: &str) -> Result<Secret32, Error>;

    /// A secret with a form of its own, which `create` makes when there is none. What was stored is returned, also when another
    /// process was first.
    ///
    /// # Errors
    /// When the store fails.
    fn secret_bytes(
        &self,
        purpose: &str,
        create: &dyn Fn() -> Vec<u8>,
    ) -> Result<Zeroizing<Vec<u8>>, Error>;

    /// Encrypts and authenticates with AES-256-GCM; `aad` is authenticated with it. At most 2³² texts a purpose (NIST SP 800-38D
    /// §8.3, random nonces): purposes that see more carry a period in their name.
    ///
    /// # Errors
    /// When the store fails.
    fn seal(&self, purpose: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error>;

    /// Opens what [`Self::seal`] sealed under the same purpose and `aad`.
    ///
    /// # Errors
    /// [`Error::Open`] when it is not that, [`Error::NoKey`] when the key is gone.
    fn open(&self, purpose: &str, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error>;

    /// Destroys the sealing key of a purpose, and with it all that was sealed under it. Nobody may seal under it any more.
    ///
    /// # Errors
    /// When the store fails.
    fn destroy(&self, purpose: &str) -> Result<(), Error>;

    /// HMAC-SHA-256 under the key of a purpose.
    fn mac(&self, purpose: &str, msg: &[u8]) -> [u8; 32];

    /// The sealing key of a day (days since 1970). Asking for a new day destroys keys that have reached [`DAILY_LIFE`].
    ///
    /// # Errors
    /// [`Error::Destroyed`] for a day that is over, or when the store fails.
    fn daily(&self, day: i64) -> Result<Arc<SealingKey>, Error>;

    /// Whether keys are kept well enough for production; a software store says no and marks what it makes `loa=none`.
    fn is_production(&self) -> bool;
}

/// A secret of 256 bits, wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret32([u8; 32]);

impl Deref for Secret32 {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0
    }
}

impl AsRef<[u8]> for Secret32 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret32(…)")
    }
}
