//! Client assertions that were used.

use ipse_store::{StoreError, Tx, params};

const USE: &str =
    "INSERT INTO assertion (jti, expires) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING";
const PRUNE: &str = "DELETE FROM assertion WHERE expires < $1";

pub(super) const STATEMENTS: &[&str] = &[USE, PRUNE];

/// Uses `jti`; false when it was used before.
pub fn redeem(tx: &mut Tx, jti: &str, expires: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(USE, params![jti, expires])? == 1)
}

/// Forgets those that expired before `before`.
pub fn prune(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(PRUNE, params![before])
}
