//! What can be wrong with a keystore.

use std::io;

/// Why a keystore does not do what it is asked for.
///
/// At fault: the calling code for [`Error::Purpose`]; the machine for [`Error::Crypto`]; for the others the operator of the
/// service, except that [`Error::Open`] and [`Error::Destroyed`] depend on the sealed text, which may come from an attacker or
/// be old.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The content of a file is not the one that the inventory lists.
    #[error(
        "key file {0} is not the one that the keystore's inventory lists: restore the keys from a backup"
    )]
    Changed(String),
    /// The keystore did not write this file under its master key.
    #[error("key file {0} is damaged or belongs to another keystore: restore it from a backup")]
    Corrupt(String),
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto(#[source] ipse_jose::Error),
    /// The key of that day, in days since 1970 UTC, has been destroyed.
    #[error("the key of day {0} is destroyed: start again")]
    Destroyed(i64),
    /// Another process uses the keystore, or changes it.
    #[error("the keystore in {0} is in use: stop the program that uses it, and try again")]
    InUse(String),
    /// The inventory does not open under the master key.
    #[error(
        "the inventory of the keystore is damaged, or master.key is not its master key: restore the keys from a backup"
    )]
    Inventory,
    /// The disk failed.
    #[error("key file {0} cannot be read or written")]
    Io(String, #[source] io::Error),
    /// There are keys, but no master key to open them.
    #[error("master.key is missing although there are keys: restore it from a backup")]
    MasterMissing,
    /// A file that the inventory lists is not there.
    #[error("key file {0} is missing: restore it from a backup")]
    Missing(String),
    /// There are keys, but no inventory.
    #[error(
        "the keystore in {0} has no inventory: restore it from a backup, or run `ipse keys init` if the keys are from a \
         version before inventories"
    )]
    NoInventory(String),
    /// There is no key for this purpose, and it must not be made.
    #[error("there is no key for {0}: `ipse keys init` makes the keys that a new version needs")]
    NoKey(String),
    /// There is no keystore.
    #[error(
        "there is no keystore in {0}: restore it from a backup, or make a new one with `ipse keys init`"
    )]
    NoKeystore(String),
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
            Self::Changed(_) => "key_changed",
            Self::Corrupt(_) => "key_corrupt",
            Self::Crypto(_) => "crypto_failed",
            Self::Destroyed(_) => "key_destroyed",
            Self::InUse(_) => "keystore_in_use",
            Self::Inventory => "inventory_corrupt",
            Self::Io(..) => "key_io",
            Self::MasterMissing => "master_key_missing",
            Self::Missing(_) => "key_file_missing",
            Self::NoInventory(_) => "inventory_missing",
            Self::NoKey(_) => "key_missing",
            Self::NoKeystore(_) => "keystore_missing",
            Self::Open => "unsealing_failed",
            Self::Permissions(_) => "key_permissions",
            Self::Purpose(_) => "purpose_invalid",
        }
    }
}
