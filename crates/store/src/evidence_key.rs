//! Public keys of evidence: those of confirmation objects and of the log.

use crate::columns::words;
use crate::engine::{Row, Select, StoreError, Table, Tx};
use crate::params;

words! {
    /// What a key signs.
    EvidencePurpose = "a purpose of a key of evidence" {
        /// Confirmation objects.
        Confirmation = "confirmation",
        /// Heads and promises of the log.
        Log = "log",
    }
}

/// A public key of evidence.
#[derive(Clone, Debug)]
pub struct EvidenceKey {
    /// Its key id.
    pub kid: String,
    /// What it signs.
    pub purpose: EvidencePurpose,
    /// The key as a JWK, JSON.
    pub jwk: String,
    /// Since when it signs, in milliseconds.
    pub first_used: i64,
    /// Until when it signed, in milliseconds; none while it does.
    pub last_used: Option<i64>,
    /// Since when it counts no more, in milliseconds.
    pub revoked: Option<i64>,
}

pub(crate) static TABLE: Table = Table::new(
    "evidence_key",
    "kid",
    "kid, purpose, jwk, first_used, last_used, revoked",
);

static PUBLISHED: Select = Select::new(
    &TABLE,
    "WHERE last_used IS NULL OR last_used > $1 ORDER BY first_used, kid LIMIT 1000",
);

fn key(mut row: Row) -> Result<EvidenceKey, StoreError> {
    Ok(EvidenceKey {
        kid: row.get("kid")?,
        purpose: row.get("purpose")?,
        jwk: row.get("jwk")?,
        first_used: row.get("first_used")?,
        last_used: row.get("last_used")?,
        revoked: row.get("revoked")?,
    })
}

/// The keys that sign, or did after a time.
pub fn used_after(tx: &mut Tx, time: i64) -> Result<Vec<EvidenceKey>, StoreError> {
    tx.find_all(&PUBLISHED, params![time])?
        .into_iter()
        .map(key)
        .collect()
}

/// Notes that a key signs from now on, instead of the one before with the same purpose.
pub fn begin(
    tx: &mut Tx,
    kid: &str,
    purpose: EvidencePurpose,
    jwk: &str,
    now: i64,
) -> Result<(), StoreError> {
    if tx.by_key(&TABLE, params![kid])?.is_some() {
        return Ok(());
    }
    for before in used_after(tx, now)? {
        if before.purpose == purpose && before.last_used.is_none() {
            tx.amend_one(&TABLE, params![&before.kid], |row| {
                row.set("last_used", now)?;
                Ok(true)
            })?;
        }
    }
    let none = None::<i64>;
    tx.add(&TABLE, params![kid, &purpose, jwk, now, none, none])
}

/// What came of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It counts no more from the time on.
    Done,
    /// There is no such key.
    Unknown,
    /// It still signs.
    Signs,
}

/// Notes that a key that signs no more counts no more from a time on. An earlier time replaces a later one.
pub fn revoke(tx: &mut Tx, kid: &str, time: i64) -> Result<Revoked, StoreError> {
    let mut found = Revoked::Unknown;
    tx.amend(&TABLE, params![kid], |row| {
        if row.get::<Option<i64>>("last_used")?.is_none() {
            found = Revoked::Signs;
            return Ok(false);
        }
        found = Revoked::Done;
        let before: Option<i64> = row.get("revoked")?;
        row.set("revoked", before.map_or(time, |before| before.min(time)))?;
        Ok(true)
    })?;
    Ok(found)
}
