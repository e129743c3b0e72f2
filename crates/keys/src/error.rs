//! What can be wrong with a keystore.

use std::io;

/// Why a keystore does not do what it is asked for.
///
/// At fault: the operator of the service for [`Error::Corrupt`], [`Error::Io`], [`Error::MasterMissing`] and
/// [`Error::Permissions`]; the calling code for [`Error::Purpose`] and [`Error::NoKey`]; the machine for [`Error::Crypto`].
/// [`Error::Open`] and [`Error::Destroyed`] depend on the sealed text, which may come from an attacker or be old.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The keystore did not write this file under its master key.
    #[error("key file {0} is damaged or belongs to another keystore: restore it from a backup")]
    Corrupt(String),
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto(#[source] ipse_jose::Error),
    /// The key of that day, in days since 1970 UTC, has been destroyed.
    #[error("the key of day {0} is destroyed: start again")]
    Destroyed(i64),
    /// The disk failed.
    #[error("key file {0} cannot be read or written")]
    Io(String, #[source] io::Error),
    /// There are keys, but no master key to open them.
    #[error("master.key is missing although there are keys: restore it from a backup")]
    MasterMissing,
    /// There is no key for this purpose, and it must not be made.
    #[error("there is no key for {0}")]
    NoKey(String),
    /// A sealed text does not open.
    #[error("the sealed text was changed, or sealed for another purpose")]
    Open,
    /// Other users can read the file.
    #[error(
        "other users can read {0}: chmod 600 it, and replace the keys if somebody may have read them"
    )]
    Permissions(String),
    /// The name of the purpose is not valid.
    #[error("not a valid purpose: {0}")]
    Purpose(String),
}

impl Error {
    /// A stable name, for logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Corrupt(_) => "key_corrupt",
            Self::Crypto(_) => "crypto_failed",
            Self::Destroyed(_) => "key_destroyed",
            Self::Io(..) => "key_io",
            Self::MasterMissing => "master_key_missing",
            Self::NoKey(_) => "key_missing",
            Self::Open => "unsealing_failed",
            Self::Permissions(_) => "key_permissions",
            Self::Purpose(_) => "purpose_invalid",
        }
    }
}
