//! Personal data, sealed; keyed look-ups; the keys that unseal.

use crate::engine::{StoreError, Tx};
use crate::{params, row_key};

const INSERT_ATTRIBUTES: &str = "INSERT INTO attributes (number, identity, version, sealed, source, proofing, time) \
     VALUES ($1, $2, (SELECT COALESCE(MAX(version), 0) + 1 FROM attributes WHERE number = $1), $3, $4, $5, $6)";

/// Adds a version of a person's attributes.
pub fn add_attributes(
    tx: &mut Tx,
    identity: &str,
    sealed: &[u8],
    source: &str,
    proofing: &str,
    now: i64,
) -> Result<(), StoreError> {
    tx.exec(
        INSERT_ATTRIBUTES,
        params![
            row_key::of(identity),
            identity,
            sealed,
            source,
            proofing,
            now
        ],
    )
    .map(drop)
}

const LATEST: &str = "SELECT sealed FROM attributes WHERE number = $1 AND identity = $2 \
     ORDER BY version DESC LIMIT 1";

/// The latest attributes, sealed.
pub fn attributes(tx: &mut Tx, identity: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(LATEST, params![row_key::of(identity), identity])?
        .map(|mut row| row.blob(0))
        .transpose()
}

const INSERT_PROOFING: &str = "INSERT INTO proofing (id, identity, registrar, loa, policy, sealed, time) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// How a person was verified, with the evidence.
pub struct Proofing<'a> {
    /// `prf_…`.
    pub id: &'a str,
    /// The identity.
    pub identity: &'a str,
    /// Who vouched.
    pub registrar: &'a str,
    /// Level of assurance; `none` for anything simulated.
    pub loa: &'a str,
    /// Version of the policy that judged it.
    pub policy: &'a str,
    /// Evidence, sealed under the person's key.
    pub sealed: &'a [u8],
}

/// Keeps a proofing.
pub fn add_proofing(tx: &mut Tx, p: &Proofing, now: i64) -> Result<(), StoreError> {
    tx.exec(
        INSERT_PROOFING,
        params![
            p.id,
            p.identity,
            p.registrar,
            p.loa,
            p.policy,
            p.sealed,
            now
        ],
    )
    .map(drop)
}

const INSERT_LOOKUP: &str = "INSERT INTO lookup (field, hash, key_version, identity) VALUES ($1, $2, $3, $4) ON CONFLICT (field, hash) DO NOTHING";

/// Adds a keyed hash; false when another identity has it.
pub fn add_lookup(
    tx: &mut Tx,
    field: &str,
    hash: &[u8],
    key_version: i64,
    identity: &str,
) -> Result<bool, StoreError> {
    Ok(tx.exec(INSERT_LOOKUP, params![field, hash, key_version, identity])? == 1)
}

const REPLACE_LOOKUP: &str = "INSERT INTO lookup (field, hash, key_version, identity) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (field, hash) DO UPDATE SET identity = excluded.identity";

/// Points a keyed hash at an identity, whoever had it before (a phone number moves with its SIM).
pub fn replace_lookup(
    tx: &mut Tx,
    field: &str,
    hash: &[u8],
    key_version: i64,
    identity: &str,
) -> Result<(), StoreError> {
    tx.exec(REPLACE_LOOKUP, params![field, hash, key_version, identity])
        .map(drop)
}

const BY_LOOKUP: &str = "SELECT identity FROM lookup WHERE field = $1 AND hash = $2";

/// Which identity has a keyed hash.
pub fn by_lookup(tx: &mut Tx, field: &str, hash: &[u8]) -> Result<Option<String>, StoreError> {
    tx.row(BY_LOOKUP, params![field, hash])?
        .map(|mut row| row.text(0))
        .transpose()
}

const INSERT_KEY: &str = "INSERT INTO person_key (identity, wrapped, wrapping_week) VALUES ($1, $2, $3) \
     ON CONFLICT (identity) DO NOTHING";
const KEY: &str = "SELECT wrapped, wrapping_week FROM person_key WHERE identity = $1";
const OLD_KEYS: &str = "SELECT identity, wrapped, wrapping_week FROM person_key WHERE wrapping_week < $1 \
     ORDER BY wrapping_week LIMIT 500";
const REWRAP: &str = "UPDATE person_key SET wrapped = $2, wrapping_week = $3 WHERE identity = $1 AND wrapping_week = $4";

/// Keeps a person's wrapped key, in the store of person keys; false when there is one.
pub fn add_key(tx: &mut Tx, identity: &str, wrapped: &[u8], week: i64) -> Result<bool, StoreError> {
    Ok(tx.exec(INSERT_KEY, params![identity, wrapped, week])? == 1)
}

/// A person's wrapped key and the week of the key that wraps it.
pub fn key(tx: &mut Tx, identity: &str) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
    tx.row(KEY, params![identity])?
        .map(|mut row| Ok((row.blob(0)?, row.int(1)?)))
        .transpose()
}

/// Up to 500 keys that an older week's key wraps.
pub fn keys_before(tx: &mut Tx, week: i64) -> Result<Vec<(String, Vec<u8>, i64)>, StoreError> {
    tx.rows(OLD_KEYS, params![week])?
        .into_iter()
        .map(|mut row| Ok((row.text(0)?, row.blob(1)?, row.int(2)?)))
        .collect()
}

/// Replaces the wrapping of a person's key.
pub fn rewrap(
    tx: &mut Tx,
    identity: &str,
    wrapped: &[u8],
    week: i64,
    from: i64,
) -> Result<bool, StoreError> {
    Ok(tx.exec(REWRAP, params![identity, wrapped, week, from])? == 1)
}

const DELETE_KEY: &str = "DELETE FROM person_key WHERE identity = $1";

/// Destroys a person's key: what it sealed is gone, in every backup too.
pub fn delete_key(tx: &mut Tx, identity: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(DELETE_KEY, params![identity])? == 1)
}

const ERASE: &str = "DELETE FROM person_key WHERE identity = $1";

/// Destroys a person's key.
pub fn erase_key(tx: &mut Tx, identity: &str) -> Result<(), StoreError> {
    tx.exec(ERASE, params![identity]).map(drop)
}
