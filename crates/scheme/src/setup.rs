//! The keystore and the databases of a home belong together: each has the id of the others.
//!
//! A new keystore opens nothing that an older one sealed, and with another database people would have other codes, numbers
//! and suspensions. So a server refuses to start when they differ, and nothing is made again silently.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ipse_keys::{Belonging, FileKeyStore, KeyStore};
use ipse_protocol::{Random, constant_time_eq};
use ipse_store::home::{self, Home};
use ipse_store::{Store, StoreError, identity};

use crate::{code, evidence_signer, notice, signer};

/// The scheme's database, as the keystore's inventory names it.
const SCHEME: &str = "scheme";
/// The store of person keys.
const PERSONS: &str = "persons";

/// The databases of a home.
#[derive(Clone, Copy, Debug)]
pub struct Databases<'a> {
    /// The scheme's database.
    pub scheme: &'a Store,
    /// The store of person keys.
    pub persons: &'a Store,
}

/// Why a keystore and databases do not go together.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The keystore is missing, damaged or in use.
    #[error("the keystore cannot be used")]
    Keys(#[from] ipse_keys::Error),
    /// A database failed.
    #[error("the database cannot be read")]
    Store(#[from] StoreError),
    /// `ipse keys init` did not run, or did not end.
    #[error("keystore and databases are not connected: stop the scheme and run `ipse keys init`")]
    NotConnected,
    /// The databases belong to a keystore, which is not there.
    #[error(
        "the {0} database belongs to a keystore that is missing, or whose inventory is: restore the keystore from a backup. A new one \
         could not open what the database holds"
    )]
    KeystoreGone(&'static str),
    /// The database belongs to another keystore.
    #[error(
        "the {0} database belongs to another keystore: use keystore and databases of one home, or restore them from backups"
    )]
    OtherKeystore(&'static str),
    /// The keystore belongs to another database.
    #[error(
        "the keystore belongs to another {0} database: use keystore and databases of one home, or restore them from backups"
    )]
    OtherDatabase(&'static str),
    /// The keystore did not write the row.
    #[error(
        "what the {0} database says of its keystore was changed: restore the database from a backup"
    )]
    NotAuthentic(&'static str),
    /// The database has rows without a MAC.
    #[error(
        "the database is from before its rows carried a MAC: stop the scheme, make a backup, and run `ipse keys upgrade`"
    )]
    RowsNotSealed,
    /// The keystore is a copy of an earlier state.
    #[error(
        "the keystore is older than the one that the {0} database was used with: restore the latest keystore"
    )]
    OlderKeystore(&'static str),
}

/// Makes the keys that the rules need, in a keystore that makes keys.
///
/// # Errors
/// The keystore's.
pub fn make_keys(keys: &dyn KeyStore, random: &Random) -> Result<(), ipse_keys::Error> {
    keys.signing(signer::KEY)?;
    evidence_signer::make(keys)?;
    keys.signing(notice::EVENT_KEY)?;
    code::setup(keys, random).map(drop)
}

impl Databases<'_> {
    /// Refuses a keystore that does not belong to the databases.
    ///
    /// # Errors
    /// [`SetupError`] says which database, and what to do.
    pub fn check(&self, keys: &dyn KeyStore) -> Result<(), SetupError> {
        let belonging = keys.belonging();
        for (name, store) in self.each() {
            let listed = belonging.databases.get(name);
            let listed = listed.ok_or(SetupError::NotConnected)?;
            let row = row(keys, &belonging, name, store)?.ok_or(SetupError::OtherDatabase(name))?;
            if row.database != *listed {
                return Err(SetupError::OtherDatabase(name));
            }
            match row.generation.cmp(&belonging.generation) {
                Ordering::Greater => return Err(SetupError::OlderKeystore(name)),
                Ordering::Less => return Err(SetupError::NotConnected),
                Ordering::Equal => {}
            }
        }
        if keys.rows_sealed() {
            Ok(())
        } else {
            Err(SetupError::RowsNotSealed)
        }
    }

    /// Refuses to make an inventory of keys without one (`has_keys`) when the databases belong to a keystore, and a new keystore
    /// also when they have people: nobody could use their phone or code any more.
    ///
    /// # Errors
    /// [`SetupError::KeystoreGone`], or when a database fails.
    pub fn check_unused(&self, has_keys: bool) -> Result<(), SetupError> {
        // The store of person keys may be one that several installations share.
        let named = !self.scheme.read_blocking(home::all)?.is_empty();
        if named || !has_keys && self.scheme.read_blocking(identity::has_people)? {
            return Err(SetupError::KeystoreGone(SCHEME));
        }
        Ok(())
    }

    /// Connects keystore and databases, and tells the databases the generation of the inventory. What is connected already
    /// stays so, and a keystore or database of another home is refused. Run it after each change of the inventory.
    ///
    /// Stopped in the middle, it can be run again: a database is written first and the inventory afterwards, and a row
    /// without its entry in the inventory is taken up.
    ///
    /// # Errors
    /// [`SetupError`] says which database, and what to do. Changes need a keystore that no other process has open.
    pub fn connect(&self, keys: &FileKeyStore, random: &Random) -> Result<(), SetupError> {
        let belonging = keys.belonging();
        let mut ids = BTreeMap::new();
        let mut missing = Vec::new();
        for (name, store) in self.each() {
            let id = match (
                row(keys, &belonging, name, store)?,
                belonging.databases.get(name),
            ) {
                (Some(row), _) if row.generation > belonging.generation => {
                    return Err(SetupError::OlderKeystore(name));
                }
                (Some(row), Some(listed)) if row.database != *listed => {
                    return Err(SetupError::OtherDatabase(name));
                }
                (None, Some(_)) => return Err(SetupError::OtherDatabase(name)),
                (Some(row), _) => row.database,
                (None, None) => {
                    let id = format!("{:032x}", u128::from_be_bytes(random.bytes()));
                    missing.push((name, store, id.clone()));
                    id
                }
            };
            ids.insert(name.to_owned(), id);
        }
        if !missing.is_empty() && !keys.is_alone() {
            return Err(ipse_keys::Error::InUse("the home".to_owned()).into());
        }
        for (name, store, id) in missing {
            let row = sealed(keys, &belonging, name, id);
            store.write_blocking(move |tx| home::add(tx, &row))?;
        }
        if ids != belonging.databases {
            keys.set_databases(ids)?;
        }
        self.tell(keys)
    }

    /// Writes the generation of the inventory into each database that has an earlier one.
    fn tell(&self, keys: &FileKeyStore) -> Result<(), SetupError> {
        let belonging = keys.belonging();
        for (name, store) in self.each() {
            let row = row(keys, &belonging, name, store)?.ok_or(SetupError::OtherDatabase(name))?;
            if row.generation != belonging.generation {
                let row = sealed(keys, &belonging, name, row.database);
                store.write_blocking(move |tx| home::change(tx, &row))?;
            }
        }
        Ok(())
    }

    fn each(&self) -> [(&'static str, &Store); 2] {
        [(SCHEME, self.scheme), (PERSONS, self.persons)]
    }
}

/// What the database says of this keystore, if anything.
fn row(
    keys: &dyn KeyStore,
    belonging: &Belonging,
    name: &'static str,
    store: &Store,
) -> Result<Option<Home>, SetupError> {
    let rows = store.read_blocking(home::all)?;
    let (own, others): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| row.keystore == belonging.keystore);
    let listed = belonging.databases.contains_key(name);
    let row = own.into_iter().next();
    // Only the store of person keys may be one that several installations share.
    if !others.is_empty() && (name == SCHEME || (listed && row.is_none())) {
        return Err(SetupError::OtherKeystore(name));
    }
    if row
        .as_ref()
        .is_some_and(|row| !constant_time_eq(&mac(keys, name, row), &row.mac))
    {
        return Err(SetupError::NotAuthentic(name));
    }
    Ok(row)
}

fn sealed(keys: &dyn KeyStore, belonging: &Belonging, name: &str, database: String) -> Home {
    let mut row = Home {
        keystore: belonging.keystore.clone(),
        database,
        generation: belonging.generation,
        mac: [0; 32],
    };
    row.mac = mac(keys, name, &row);
    row
}

fn mac(keys: &dyn KeyStore, name: &str, row: &Home) -> [u8; 32] {
    let mut bytes = row.generation.to_be_bytes().to_vec();
    for field in [name, &row.keystore, &row.database] {
        bytes.extend((field.len() as u64).to_be_bytes());
        bytes.extend(field.as_bytes());
    }
    keys.mac("home/row/1", &bytes)
}
