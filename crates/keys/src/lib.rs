//! Keys that sign, seal, decrypt and authenticate. Each key has one purpose. Keys are made when a home is set up; only those of
//! days and weeks are made when they are first used.
//!
//! [`KeyStore`] is the interface. [`FileKeyStore`] keeps keys in files, for development, tests and the demo, and refuses
//! production. A hardware module can implement the same trait.

mod cache;
mod disk;
mod error;
mod file;
mod inventory;
mod random;
mod sealing;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use ipse_jose::jwe::{DecryptionKey, KeyAlg};
use ipse_jose::{Alg, SigningKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use error::Error;
pub use file::FileKeyStore;
pub use inventory::{Inventory, Rows};
pub use sealing::SealingKey;

/// How many days a daily key exists: its day and the next.
pub const DAILY_LIFE: i64 = 2;

/// A store of keys.
///
/// A purpose is a path of lower-case words, digits, `-`, `_` and `.`, such as `opaque/setup/1`. A new version of a key is a new
/// purpose. A key that is missing is [`Error::NoKey`]: [`FileKeyStore::init`] makes keys. Only the keys of days, and the sealing
/// keys of weeks (the last word of the purpose begins with `week-`), are made at the first use.
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

    /// The decryption key of a purpose, for `alg`.
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

    /// A secret of any form. `create` makes it while a home is set up.
    ///
    /// # Errors
    /// When the store fails.
    fn secret_bytes(
        &self,
        purpose: &str,
        create: &dyn Fn() -> Vec<u8>,
    ) -> Result<Zeroizing<Vec<u8>>, Error>;

    /// Encrypts and authenticates with AES-256-GCM, and authenticates `aad`. A purpose may seal at most 2³² texts (NIST SP 800-38D
    /// §8.3, random nonces); one that seals more has a period of time in its name.
    ///
    /// # Errors
    /// When the store fails.
    fn seal(&self, purpose: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error>;

    /// Decrypts what [`Self::seal`] sealed for the same purpose and `aad`.
    ///
    /// # Errors
    /// [`Error::Open`] for anything else, [`Error::NoKey`] when the key was destroyed or never made.
    fn open(&self, purpose: &str, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error>;

    /// Destroys the sealing key of a week, and so everything that was sealed under it. The purpose must not be used again.
    ///
    /// # Errors
    /// [`Error::Purpose`] for the key of no week, or when the store fails.
    fn destroy(&self, purpose: &str) -> Result<(), Error>;

    /// HMAC-SHA-256 under the key of a purpose.
    fn mac(&self, purpose: &str, msg: &[u8]) -> [u8; 32];

    /// The keys that authenticate database rows.
    ///
    /// # Errors
    /// When the store fails.
    fn row_keys(&self) -> Result<RowSecrets, Error>;

    /// Which keystore this is, and to which databases it belongs.
    fn belonging(&self) -> Belonging;

    /// Whether each row of the databases has its MAC, so that one without is refused.
    fn rows_sealed(&self) -> bool;

    /// The sealing key of a day, in days since 1970 UTC. A missing one is made, also for a day whose key was destroyed: a clock
    /// that was wrong for a while must not close a day.
    ///
    /// # Errors
    /// When the store fails.
    fn daily(&self, day: i64) -> Result<Arc<SealingKey>, Error>;

    /// The sealing key of a day, if it exists.
    ///
    /// # Errors
    /// [`Error::Destroyed`] if it does not, or when the store fails.
    fn daily_made(&self, day: i64) -> Result<Arc<SealingKey>, Error>;

    /// Destroys the keys of days that ended [`DAILY_LIFE`] days before the end of `today` or earlier. The caller knows that the
    /// clock can be trusted: what was sealed under them is gone.
    ///
    /// # Errors
    /// When the store fails.
    fn destroy_days(&self, today: i64) -> Result<(), Error>;

    /// Whether the keys are protected well enough for production. `false` for a store in software.
    fn is_production(&self) -> bool;
}

/// Which keystore this is, and to which databases it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// The id of the keystore.
    pub keystore: String,
    /// How often its keys have changed.
    pub generation: i64,
    /// The ids of the databases, by what they hold.
    pub databases: BTreeMap<String, String>,
}

/// The keys that authenticate database rows, by version.
#[derive(Clone, Debug)]
pub struct RowSecrets {
    /// The version that authenticates what is written.
    pub current: u32,
    /// All versions that are accepted, with the current one. A retired version is not among them.
    pub keys: Vec<(u32, Secret32)>,
}

impl RowSecrets {
    /// The key of an accepted version.
    #[must_use]
    pub fn key(&self, version: u32) -> Option<&Secret32> {
        let found = self.keys.iter().find(|(known, _)| *known == version);
        found.map(|(_, key)| key)
    }
}

/// A secret of 256 bits, erased when dropped.
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
