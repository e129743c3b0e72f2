//! Personal data, sealed; keyed look-ups; the keys that unseal.

use ipse_protocol::ids::IdentityId;

use crate::columns::words;
use crate::engine::{Row, Select, StoreError, Table, Tx};
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

/// Versions of people's attributes.
pub(crate) static ATTRIBUTES: Table = Table::new(
    "attributes",
    "number, version",
    "number, identity, version, sealed, source, proofing, time",
);

static LATEST: Select = Select::new(
    &ATTRIBUTES,
    "WHERE number = $1 AND identity = $2 ORDER BY version DESC LIMIT 1",
);

/// Adds a version of a person's attributes.
pub fn add_attributes(
    tx: &mut Tx,
    identity: &IdentityId,
    sealed: &[u8],
    source: &str,
    proofing: &str,
    now: i64,
) -> Result<(), StoreError> {
    let version = match tx.find(&LATEST, params![row_key::of(identity), identity])? {
        Some(mut row) => row.get::<i64>("version")? + 1,
        None => 1,
    };
    tx.add(
        &ATTRIBUTES,
        params![
            row_key::of(identity),
            identity,
            version,
            sealed,
            source,
            proofing,
            now
        ],
    )
}

/// The latest attributes, sealed.
pub fn attributes(tx: &mut Tx, identity: &IdentityId) -> Result<Option<Vec<u8>>, StoreError> {
    tx.find(&LATEST, params![row_key::of(identity), identity])?
        .map(|mut row| row.get("sealed"))
        .transpose()
}

static ALL_ATTRIBUTES: Select = Select::new(
    &ATTRIBUTES,
    "WHERE number = $1 AND identity = $2 ORDER BY version",
);

/// A version of a person's attributes.
pub struct AttributesVersion {
    /// Its number, from 1.
    pub version: i64,
    /// The attributes, sealed.
    pub sealed: Vec<u8>,
    /// Where they come from.
    pub source: String,
    /// The proofing that they rest on.
    pub proofing: String,
    /// Milliseconds.
    pub time: i64,
}

/// All versions of a person's attributes, oldest first.
pub fn all_attributes(
    tx: &mut Tx,
    identity: &IdentityId,
) -> Result<Vec<AttributesVersion>, StoreError> {
    let version = |mut row: Row| {
        Ok(AttributesVersion {
            version: row.get("version")?,
            sealed: row.get("sealed")?,
            source: row.get("source")?,
            proofing: row.get("proofing")?,
            time: row.get("time")?,
        })
    };
    let number = row_key::of(identity);
    let rows = tx.find_all(&ALL_ATTRIBUTES, params![number, identity])?;
    rows.into_iter().map(version).collect()
}

/// Adds a version of a person's attributes that differs in the phone number only: it rests on the same proofing.
pub fn change_number(
    tx: &mut Tx,
    identity: &IdentityId,
    sealed: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    let Some(mut row) = tx.find(&LATEST, params![row_key::of(identity), identity])? else {
        return tx.fail(StoreError::RowCount(0));
    };
    let (source, proofing): (String, String) = (row.get("source")?, row.get("proofing")?);
    add_attributes(tx, identity, sealed, &source, &proofing, now)
}

/// Photos of people, apart from their attributes: every login opens those, and few partners ask for a photo.
pub(crate) static PHOTOS: Table = Table::new(
    "photo",
    "number, reference",
    "number, identity, reference, sealed, time",
);

static NEWEST_PHOTO: Select = Select::new(
    &PHOTOS,
    "WHERE number = $1 AND identity = $2 ORDER BY time DESC LIMIT 1",
);

/// Keeps a photo under a keyed hash of its digest. One that is there becomes the newest.
pub fn add_photo(
    tx: &mut Tx,
    identity: &IdentityId,
    reference: &[u8],
    sealed: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    let number = row_key::of(identity);
    if tx.add_absent(&PHOTOS, params![number, identity, reference, sealed, now])? {
        return Ok(());
    }
    tx.amend_one(&PHOTOS, params![number, reference], |row| {
        row.set("time", now)?;
        Ok(true)
    })
}

/// The photo that was given last, sealed.
pub fn newest_photo(tx: &mut Tx, identity: &IdentityId) -> Result<Option<Vec<u8>>, StoreError> {
    tx.find(&NEWEST_PHOTO, params![row_key::of(identity), identity])?
        .map(|mut row| row.get("sealed"))
        .transpose()
}

/// A person's photo, sealed.
pub fn photo(
    tx: &mut Tx,
    identity: &IdentityId,
    reference: &[u8],
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(mut row) = tx.by_key(&PHOTOS, params![row_key::of(identity), reference])? else {
        return Ok(None);
    };
    let whose: IdentityId = row.get("identity")?;
    if whose == *identity {
        row.get("sealed").map(Some)
    } else {
        Ok(None)
    }
}

static ALL_PHOTOS: Select = Select::new(
    &PHOTOS,
    "WHERE number = $1 AND identity = $2 ORDER BY time, reference",
);

/// All photos of a person, sealed, and when each was given last; oldest first.
pub fn all_photos(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<(Vec<u8>, i64)>, StoreError> {
    let rows = tx.find_all(&ALL_PHOTOS, params![row_key::of(identity), identity])?;
    rows.into_iter()
        .map(|mut row| Ok((row.get("sealed")?, row.get("time")?)))
        .collect()
}

/// How people were verified.
pub(crate) static PROOFINGS: Table = Table::new(
    "proofing",
    "id",
    "id, identity, registrar, loa, policy, sealed, time",
);

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
    tx.add(
        &PROOFINGS,
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

/// Whether there is a proofing with this id.
pub fn has_proofing(tx: &mut Tx, id: &str) -> Result<bool, StoreError> {
    Ok(tx.by_key(&PROOFINGS, params![id])?.is_some())
}

static FIRST_PROOFING: Select =
    Select::new(&PROOFINGS, "WHERE identity = $1 ORDER BY time, id LIMIT 1");

/// The registrar that vouched first for a person, and its evidence, sealed.
pub fn first_proofing(
    tx: &mut Tx,
    identity: &IdentityId,
) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let Some(mut row) = tx.find(&FIRST_PROOFING, params![identity])? else {
        return Ok(None);
    };
    Ok(Some((row.get("registrar")?, row.get("sealed")?)))
}

static ALL_PROOFINGS: Select = Select::new(&PROOFINGS, "WHERE identity = $1 ORDER BY time, id");

/// A proofing that was kept.
pub struct KeptProofing {
    /// `prf_…`.
    pub id: String,
    /// Who vouched.
    pub registrar: String,
    /// Level of assurance.
    pub loa: String,
    /// Version of the policy that judged it.
    pub policy: String,
    /// Evidence, sealed.
    pub sealed: Vec<u8>,
    /// Milliseconds.
    pub time: i64,
}

/// All proofings of a person, oldest first.
pub fn all_proofings(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<KeptProofing>, StoreError> {
    let kept = |mut row: Row| {
        Ok(KeptProofing {
            id: row.get("id")?,
            registrar: row.get("registrar")?,
            loa: row.get("loa")?,
            policy: row.get("policy")?,
            sealed: row.get("sealed")?,
            time: row.get("time")?,
        })
    };
    let rows = tx.find_all(&ALL_PROOFINGS, params![identity])?;
    rows.into_iter().map(kept).collect()
}

/// Keyed hashes by which people are found.
pub(crate) static LOOKUPS: Table = Table::new(
    "lookup",
    "field, hash",
    "field, hash, key_version, identity",
);

/// Adds a keyed hash; false when another identity has it.
pub fn add_lookup(
    tx: &mut Tx,
    field: LookupField,
    hash: &[u8],
    key_version: i64,
    identity: &IdentityId,
) -> Result<bool, StoreError> {
    tx.add_absent(&LOOKUPS, params![&field, hash, key_version, identity])
}

/// Assigns a keyed hash to an identity, also when another one has it (a phone number moves with its SIM).
pub fn replace_lookup(
    tx: &mut Tx,
    field: LookupField,
    hash: &[u8],
    key_version: i64,
    identity: &IdentityId,
) -> Result<(), StoreError> {
    if add_lookup(tx, field, hash, key_version, identity)? {
        return Ok(());
    }
    tx.amend_one(&LOOKUPS, params![&field, hash], |row| {
        row.set("identity", identity)?;
        Ok(true)
    })
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

/// Which identity has a keyed hash.
pub fn by_lookup(
    tx: &mut Tx,
    field: LookupField,
    hash: &[u8],
) -> Result<Option<IdentityId>, StoreError> {
    tx.by_key(&LOOKUPS, params![&field, hash])?
        .map(|mut row| row.get("identity"))
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
