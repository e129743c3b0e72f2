//! Client assertions that were used.

use ipse_store::{StoreError, Tx, params};

statements! {
    USE = "INSERT INTO assertion (jti, expires) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING";
    PRUNE = "DELETE FROM assertion WHERE expires < $1";
}

/// Uses `jti`; false when it was used before. `expires` is in milliseconds.
///
/// # Errors
/// The store's.
pub fn redeem(tx: &mut Tx, jti: &str, expires: i64) -> Result<bool, StoreError> {
    tx.change_at_most_one(USE, params![jti, expires])
}

/// Deletes those that expired before `before`, in milliseconds.
///
/// # Errors
/// The store's.
pub fn prune(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(PRUNE, params![before])
}
