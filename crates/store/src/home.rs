//! The keystore to which a database belongs.

use crate::engine::{StoreError, Tx};
use crate::params;

/// The row of a keystore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Id of the keystore.
    pub keystore: String,
    /// Id of the database.
    pub database: String,
    /// Generation of the keystore's inventory.
    pub generation: i64,
    /// The keystore's MAC over the row.
    pub mac: [u8; 32],
}

const ALL: &str = "SELECT keystore, database, generation, mac FROM home ORDER BY keystore";
const ADD: &str = "INSERT INTO home (keystore, database, generation, mac) VALUES ($1, $2, $3, $4)";
const CHANGE: &str =
    "UPDATE home SET generation = $3, mac = $4 WHERE keystore = $1 AND database = $2";

/// All rows. Installations of versions before schemas of their own may share the database of person keys, so it can have several.
pub fn all(tx: &mut Tx) -> Result<Vec<Home>, StoreError> {
    tx.rows(ALL, &[])?
        .into_iter()
        .map(|mut row| {
            Ok(Home {
                keystore: row.get("keystore")?,
                database: row.get("database")?,
                generation: row.get("generation")?,
                mac: row.get("mac")?,
            })
        })
        .collect()
}

/// Adds a row.
pub fn add(tx: &mut Tx, h: &Home) -> Result<(), StoreError> {
    tx.change_one(
        ADD,
        params![&h.keystore, &h.database, h.generation, &h.mac[..]],
    )
}

/// Writes a new generation.
pub fn change(tx: &mut Tx, h: &Home) -> Result<(), StoreError> {
    tx.change_one(
        CHANGE,
        params![&h.keystore, &h.database, h.generation, &h.mac[..]],
    )
}
