//! The inventory: which keys a keystore has, and to which databases it belongs.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::disk::Disk;
use crate::{Error, SealingKey, random};

/// The file. It is no key, so its name does not end with `.key`.
const FILE: &str = "inventory";
/// Associated data, so that nothing else that the master key seals can be the inventory.
const AAD: &[u8] = b"ipse/keys/inventory/1";

/// What a keystore has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Names the keystore: 32 random hexadecimal digits.
    pub id: String,
    /// Goes up with each change.
    pub generation: i64,
    /// The ids of the databases to which the keystore belongs, by what they hold.
    pub databases: BTreeMap<String, String>,
    /// SHA-256 of each key file, in hexadecimal digits.
    pub files: BTreeMap<String, String>,
    /// The keys of database rows.
    pub rows: Rows,
}

/// Versions of the key that authenticates database rows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The version that authenticates what is written.
    pub current: u32,
    /// The versions that are accepted, with the current one.
    pub accepted: BTreeSet<u32>,
    /// Whether each row has its MAC, so that one without is refused.
    pub sealed: bool,
}

impl Inventory {
    /// The inventory of a new keystore, without keys.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut id = [0; 16];
        random::fill(&mut id)?;
        Ok(Self {
            id: hex(&id),
            generation: 0,
            databases: BTreeMap::new(),
            files: BTreeMap::new(),
            rows: Rows {
                current: 0,
                accepted: BTreeSet::new(),
                sealed: false,
            },
        })
    }

    /// Whether the keystore has an inventory.
    pub(crate) fn exists(disk: &Disk) -> Result<bool, Error> {
        Ok(disk.read(FILE)?.is_some())
    }

    /// The inventory of a keystore, if it has one.
    pub(crate) fn read(disk: &Disk, master: &SealingKey) -> Result<Option<Self>, Error> {
        let Some(sealed) = disk.read(FILE)? else {
            return Ok(None);
        };
        let plain = master.open(AAD, &sealed).map_err(|_| Error::Inventory)?;
        let inventory = serde_json::from_slice(&plain).map_err(|_| Error::Inventory)?;
        Ok(Some(inventory))
    }

    /// Writes the inventory as the next generation.
    pub(crate) fn write(&mut self, disk: &Disk, master: &SealingKey) -> Result<(), Error> {
        self.generation += 1;
        let plain = serde_json::to_vec(self).map_err(|_| Error::Inventory)?;
        disk.replace(FILE, &master.seal(AAD, &plain)?)
    }

    /// Lists a file with its content.
    pub(crate) fn list(&mut self, name: &str, content: &[u8]) {
        self.files.insert(name.to_owned(), hash(content));
    }

    /// Checks that a listed file is there, with its content.
    pub(crate) fn check(&self, name: &str, content: Option<&[u8]>) -> Result<(), Error> {
        match (self.files.get(name), content) {
            (_, None) => Err(Error::Missing(name.to_owned())),
            (Some(listed), Some(content)) if *listed == hash(content) => Ok(()),
            _ => Err(Error::Changed(name.to_owned())),
        }
    }

    /// Checks each listed file.
    pub(crate) fn check_all(&self, disk: &Disk) -> Result<(), Error> {
        for name in self.files.keys() {
            let content = disk.read(name)?;
            self.check(name, content.as_ref().map(|content| content.as_slice()))?;
        }
        Ok(())
    }
}

fn hash(content: &[u8]) -> String {
    hex(digest(&SHA256, content).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
