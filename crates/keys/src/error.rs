//! What can be wrong with a keystore.

use std::io;

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is not what the store wrote under this master key.
    #[error("key file {0} is damaged or of another keystore: restore it from backup")]
    Corrupt(String),
    /// Randomness or memory failed.
    #[error("the cryptographic library failed")]
    Crypto,
    /// The key of that day has been destroyed.
    #[error("the key of day {0} is destroyed: start again")]
    Destroyed(i64),
    /// The disk failed.
    #[error("key file {0} cannot be read or written")]
    Io(String, #[source] io::Error),
    /// There are keys, but not the one that opens them.
    #[error("master.key is missing although there are keys: restore it from backup")]
    MasterMissing,
    /// No such key, and it must not be made anew.
    #[error("there is no key for {0}")]
    NoKey(String),
    /// A sealed text does not open.
    #[error("the sealed text was changed, or sealed for something else")]
    Open,
    /// Others can read the file.
    #[error(
        "{0} can be read by others: chmod 600 it, and replace the keys if somebody may have read them"
    )]
    Permissions(String),
    /// Not a name for a purpose.
    #[error("not a valid purpose: {0}")]
    Purpose(String),
}

impl Error {
    /// A stable name, for logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Corrupt(_) => "key_corrupt",
            Self::Crypto => "crypto_failed",
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
