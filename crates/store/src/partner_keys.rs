//! Keys that partners publish, as they were last fetched.

use ipse_protocol::ids::PartnerId;

use crate::engine::{Row, StoreError, Table, Tx};
use crate::params;

/// What is known of a partner's published keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerKeys {
    /// Where they are published.
    pub uri: String,
    /// The JWK set; empty when it was never fetched.
    pub jwks: String,
    /// Milliseconds of the last fetch; 0 when there was none.
    pub fetched: i64,
    /// For how many milliseconds after the fetch they can be used for encryption.
    pub max_age: i64,
    /// Milliseconds of the last attempt.
    pub attempted: i64,
}

/// Published keys.
pub(crate) static TABLE: Table = Table::new(
    "partner_keys",
    "partner",
    "partner, uri, jwks, fetched, max_age, attempted",
);

fn partner_keys(mut row: Row) -> Result<PartnerKeys, StoreError> {
    Ok(PartnerKeys {
        uri: row.get("uri")?,
        jwks: row.get("jwks")?,
        fetched: row.get("fetched")?,
        max_age: row.get("max_age")?,
        attempted: row.get("attempted")?,
    })
}

/// What is known of a partner's published keys.
pub fn find(tx: &mut Tx, partner: &PartnerId) -> Result<Option<PartnerKeys>, StoreError> {
    tx.by_key(&TABLE, params![partner])?
        .map(partner_keys)
        .transpose()
}

/// Notes that the keys at `uri` are fetched now. Keys of another address are forgotten.
pub fn attempt(tx: &mut Tx, partner: &PartnerId, uri: &str, now: i64) -> Result<(), StoreError> {
    let known = tx.amend(&TABLE, params![partner], |row| {
        if row.get::<String>("uri")? != uri {
            row.set("uri", uri)?;
            row.set("jwks", "")?;
            row.set("fetched", 0)?;
        }
        row.set("attempted", now)?;
        Ok(true)
    })?;
    if known {
        return Ok(());
    }
    tx.add(&TABLE, params![partner, uri, "", 0, 0, now])
}

/// Keeps keys that were fetched from `uri`; false when another address was tried meanwhile.
pub fn keep(
    tx: &mut Tx,
    partner: &PartnerId,
    uri: &str,
    jwks: &str,
    max_age: i64,
    now: i64,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![partner], |row| {
        if row.get::<String>("uri")? != uri {
            return Ok(false);
        }
        row.set("jwks", jwks)?;
        row.set("fetched", now)?;
        row.set("max_age", max_age)?;
        Ok(true)
    })
}
