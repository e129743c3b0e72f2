//! Versions of the key that authenticates database rows.

use super::{File, FileKeyStore, Mode};
use crate::Error;
use crate::inventory::Inventory;

/// The purpose of a version.
pub(super) fn purpose(version: u32) -> String {
    format!("rows/{version}")
}

impl FileKeyStore {
    /// Adds a version, which becomes the current one, and returns it. The one before stays accepted until
    /// [`Self::end_roll`]. If a roll has begun, nothing changes.
    ///
    /// # Errors
    /// [`Error::InUse`] unless the store is open alone, and when the disk fails.
    pub fn begin_roll(&self) -> Result<u32, Error> {
        let rows = self.inventory().rows.clone();
        if rows.accepted.len() > 1 {
            return Ok(rows.current);
        }
        let version = rows.current + 1;
        let file = File::new("secret", &purpose(version))?;
        let sealed = self
            .master
            .seal(file.aad.as_bytes(), &super::random_vec()?)?;
        self.change(|inventory| {
            // A file of a roll that was stopped was never used.
            self.disk.replace(&file.name, &sealed)?;
            inventory.list(&file.name, &sealed);
            inventory.rows.current = version;
            inventory.rows.accepted.insert(version);
            Ok(())
        })?;
        Ok(version)
    }

    /// Retires all versions but the current one, and destroys their keys. The caller knows that no row needs them.
    ///
    /// # Errors
    /// As [`Self::begin_roll`].
    pub fn end_roll(&self) -> Result<(), Error> {
        let current = self.inventory().rows.current;
        let retired: Vec<File> = (1..current)
            .map(|version| File::new("secret", &purpose(version)))
            .collect::<Result<_, _>>()?;
        self.change(|inventory| {
            inventory
                .rows
                .accepted
                .retain(|version| *version == current);
            for file in &retired {
                inventory.files.remove(&file.name);
            }
            Ok(())
        })?;
        for file in &retired {
            self.disk.destroy(&file.name)?;
            self.secrets.remove(&file.name);
        }
        Ok(())
    }

    /// Records that each row has its MAC.
    ///
    /// # Errors
    /// As [`Self::begin_roll`].
    pub fn set_rows_sealed(&self) -> Result<(), Error> {
        self.change(|inventory| {
            inventory.rows.sealed = true;
            Ok(())
        })
    }

    /// Writes the inventory if `change` changes it.
    pub(super) fn change(
        &self,
        change: impl FnOnce(&mut Inventory) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.mode != Mode::Alone {
            return Err(Error::InUse(self.disk.path()));
        }
        let mut known = self.inventory_mut();
        let mut changed = known.clone();
        change(&mut changed)?;
        if changed != *known {
            changed.write(&self.disk, &self.master)?;
            *known = changed;
        }
        Ok(())
    }
}
