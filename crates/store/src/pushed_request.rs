//! Pushed authorization requests (RFC 9126), and client assertions and DPoP proofs that were used.

use ipse_protocol::ids::PartnerId;

use crate::engine::{StoreError, Table, Tx};
use crate::params;

const USE_JTI: &str = "INSERT INTO assertion (expires, partner, jti) VALUES ($3, $1, $2) \
     ON CONFLICT (expires, partner, jti) DO NOTHING";

/// Marks a client assertion or DPoP proof as used, by a hash of its `jti` and its expiry; false when it was used before.
pub fn use_jti(
    tx: &mut Tx,
    partner: &PartnerId,
    jti: &[u8; 32],
    expires: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(USE_JTI, params![partner, jti, expires])
}

/// Pushed requests.
pub(crate) static TABLE: Table = Table::new("pushed_request", "handle", "handle, partner, request");

const CONSUME: &str = "DELETE FROM pushed_request WHERE handle = $1 AND partner = $2 \
     RETURNING handle, partner, request, mac";

/// The key of a pushed request: its expiry, so that requests of the same time are close together and old ones are
/// found, and the hash of the reference that the partner got.
fn key(expires: i64, hash: &[u8; 32]) -> [u8; 40] {
    let mut key = [0; 40];
    key[..8].copy_from_slice(&expires.to_be_bytes());
    key[8..].copy_from_slice(hash);
    key
}

/// Keeps a pushed request (JSON).
pub fn push(
    tx: &mut Tx,
    expires: i64,
    hash: &[u8; 32],
    partner: &PartnerId,
    request: &str,
) -> Result<(), StoreError> {
    tx.add(&TABLE, params![&key(expires, hash), partner, request])
}

/// The JSON of a partner's pushed request that was not consumed.
pub fn waiting(
    tx: &mut Tx,
    expires: i64,
    hash: &[u8; 32],
    partner: &PartnerId,
) -> Result<Option<String>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![&key(expires, hash)])? else {
        return Ok(None);
    };
    let mine = row.get::<PartnerId>("partner")? == *partner;
    mine.then(|| row.get("request")).transpose()
}

/// Removes a partner's pushed request and returns its JSON; none when it was consumed before.
pub fn consume(
    tx: &mut Tx,
    expires: i64,
    hash: &[u8; 32],
    partner: &PartnerId,
) -> Result<Option<String>, StoreError> {
    let Some(mut row) = tx.row(CONSUME, params![&key(expires, hash), partner])? else {
        return Ok(None);
    };
    tx.require_authentic(&TABLE, &row)?;
    row.get("request").map(Some)
}

const OLD_ASSERTIONS: &str = "DELETE FROM assertion WHERE expires < $1";
const OLD_REQUESTS: &str = "DELETE FROM pushed_request WHERE handle < $1";

/// Deletes assertions and proofs whose time is over. One that is deleted can be used again once the clock shows an earlier time.
pub fn forget_assertions(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(OLD_ASSERTIONS, params![before])
}

/// Deletes pushed requests whose time is over.
pub fn sweep(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(OLD_REQUESTS, params![&before.to_be_bytes()])
}
