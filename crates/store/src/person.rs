//! Personal data, sealed; keyed look-ups; the keys that unseal.

use ipse_protocol::ids::IdentityId;

use crate::columns::words;
use crate::engine::{Row, StoreError, Tx};
use crate::{params, row_key};

words! {
    /// Data by which a person is found again, as a keyed hash.
    LookupField = "a field of the look-up" {
        /// The national number: one person, one identity.
        NationalNumber = "national_number",
        /// The phone number: contact data, which moves with its SIM.
        PhoneNumber = "phone_number",
        /// Name of a person in the sandbox of the demo.
        Sandbox = "sandbox",
    }
}

const INSERT_ATTRIBUTES: &str = "INSERT INTO attributes (number, identity, version, sealed, source, proofing, time) \
     VALUES ($1, $2, (SELECT COALESCE(MAX(version), 0) + 1 FROM attributes WHERE number = $1), $3, $4, $5, $6)";

/// Adds a version of a person's attributes.
pub fn add_attributes(
    tx: &mut Tx,
    identity: &IdentityId,
    sealed: &[u8],
    source: &str,
    proofing: &str,
    now: i64,
) -> Result<(), StoreError> {
    tx.change_one(
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
}

const LATEST: &str = "SELECT sealed FROM attributes WHERE number = $1 AND identity = $2 \
     ORDER BY version DESC LIMIT 1";

/// The latest attributes, sealed.
pub fn attributes(tx: &mut Tx, identity: &IdentityId) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(LATEST, params![row_key::of(identity), identity])?
        .map(|mut row| row.only())
        .transpose()
}

const CHANGE_NUMBER: &str = "INSERT INTO attributes (number, identity, version, sealed, source, proofing, time) \
     SELECT number, identity, version + 1, $3, source, proofing, $4 FROM attributes WHERE number = $1 AND identity = $2 \
     ORDER BY version DESC LIMIT 1";

/// Adds a version of a person's attributes that differs in the phone number only: it rests on the same proofing.
pub fn change_number(
    tx: &mut Tx,
    identity: &IdentityId,
    sealed: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    tx.change_one(
        CHANGE_NUMBER,
        params![row_key::of(identity), identity, sealed, now],
    )
}

const INSERT_PROOFING: &str = "INSERT INTO proofing (id, identity, registrar, loa, policy, sealed, time) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// How a person was verified, with the evidence.
pub struct Proofing<'a> {
    /// `prf_…`.
    pub id: &'a str,
    /// The identity.
    pub identity: &'a IdentityId,
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
    tx.change_one(
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
}

const FIRST_PROOFING: &str =
    "SELECT registrar, sealed FROM proofing WHERE identity = $1 ORDER BY time, id LIMIT 1";

/// The registrar that vouched first for a person, and its evidence, sealed.
pub fn first_proofing(
    tx: &mut Tx,
    identity: &IdentityId,
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let Some(mut row) = tx.row(FIRST_PROOFING, params![identity])? else {
        return Ok(None);
    };
    Ok(Some((row.get("registrar")?, row.get("sealed")?)))
}

const INSERT_LOOKUP: &str = "INSERT INTO lookup (field, hash, key_version, identity) VALUES ($1, $2, $3, $4) ON CONFLICT (field, hash) DO NOTHING";

/// Adds a keyed hash; false when another identity has it.
pub fn add_lookup(
    tx: &mut Tx,
    field: LookupField,
    hash: &[u8],
    key_version: i64,
    identity: &IdentityId,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(INSERT_LOOKUP, params![&field, hash, key_version, identity])
}

const REPLACE_LOOKUP: &str = "INSERT INTO lookup (field, hash, key_version, identity) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (field, hash) DO UPDATE SET identity = excluded.identity";

/// Assigns a keyed hash to an identity, also when another one has it (a phone number moves with its SIM).
pub fn replace_lookup(
    tx: &mut Tx,
    field: LookupField,
    hash: &[u8],
    key_version: i64,
    identity: &IdentityId,
) -> Result<(), StoreError> {
    tx.change_one(REPLACE_LOOKUP, params![&field, hash, key_version, identity])
}

const FORGET_LOOKUP: &str = "DELETE FROM lookup WHERE field = $1 AND identity = $2";

/// Deletes what an identity is found by in a field.
pub fn forget_lookup(
    tx: &mut Tx,
    field: LookupField,
    identity: &IdentityId,
) -> Result<(), StoreError> {
    tx.exec(FORGET_LOOKUP, params![&field, identity]).map(drop)
}

const BY_LOOKUP: &str = "SELECT identity FROM lookup WHERE field = $1 AND hash = $2";

/// Which identity has a keyed hash.
pub fn by_lookup(
    tx: &mut Tx,
    field: LookupField,
    hash: &[u8],
) -> Result<Option<IdentityId>, StoreError> {
    tx.row(BY_LOOKUP, params![&field, hash])?
        .map(|mut row| row.only())
        .transpose()
}

const INSERT_KEY: &str = "INSERT INTO person_key (identity, wrapped, wrapping_week) VALUES ($1, $2, $3) \
     ON CONFLICT (identity) DO NOTHING";
const KEY: &str = "SELECT identity, wrapped, wrapping_week FROM person_key WHERE identity = $1";
const OLD_KEYS: &str = "SELECT identity, wrapped, wrapping_week FROM person_key WHERE wrapping_week < $1 \
     ORDER BY wrapping_week LIMIT 500";
const REWRAP: &str = "UPDATE person_key SET wrapped = $2, wrapping_week = $3 WHERE identity = $1 AND wrapping_week = $4";

/// Keeps a person's wrapped key, in the store of person keys; false when there is one.
pub fn add_key(
    tx: &mut Tx,
    identity: &IdentityId,
    wrapped: &[u8],
    week: i64,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(INSERT_KEY, params![identity, wrapped, week])
}

/// A person's key, wrapped.
pub struct WrappedKey {
    /// Whose.
    pub identity: IdentityId,
    /// The key, sealed under the key of a week.
    pub wrapped: Vec<u8>,
    /// That week, counted from 1970.
    pub week: i64,
}

fn wrapped_key(mut row: Row) -> Result<WrappedKey, StoreError> {
    Ok(WrappedKey {
        identity: row.get("identity")?,
        wrapped: row.get("wrapped")?,
        week: row.get("wrapping_week")?,
    })
}

/// A person's key, wrapped; none when it was erased.
pub fn key(tx: &mut Tx, identity: &IdentityId) -> Result<Option<WrappedKey>, StoreError> {
    tx.row(KEY, params![identity])?.map(wrapped_key).transpose()
}

/// Up to 500 keys that are wrapped under the key of an earlier week.
pub fn keys_before(tx: &mut Tx, week: i64) -> Result<Vec<WrappedKey>, StoreError> {
    tx.rows(OLD_KEYS, params![week])?
        .into_iter()
        .map(wrapped_key)
        .collect()
}

/// Replaces the wrapping of week `from`; false when the key was erased or wrapped again since.
pub fn rewrap(tx: &mut Tx, key: &WrappedKey, from: i64) -> Result<bool, StoreError> {
    tx.change_at_most_one(REWRAP, params![&key.identity, &key.wrapped, key.week, from])
}

const ERASE: &str = "DELETE FROM person_key WHERE identity = $1";

/// Deletes a person's key: what it sealed cannot be read again, in no backup either.
pub fn erase_key(tx: &mut Tx, identity: &IdentityId) -> Result<(), StoreError> {
    tx.change_at_most_one(ERASE, params![identity]).map(drop)
}
