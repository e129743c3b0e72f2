//! Opening a keystore, and making one or its missing keys.

use std::fs::{self, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::{File, FileKeyStore, MASTER, Mode, master, random_vec, rows};
use crate::disk::Disk;
use crate::inventory::Inventory;
use crate::{Error, KeyStore, SealingKey};

impl FileKeyStore {
    /// Opens the keystore beside other processes. It makes the keys of days and weeks only.
    ///
    /// # Errors
    /// When a file is missing, was changed, or can be read by other users, when the disk fails, and [`Error::InUse`] while
    /// another process changes the keystore.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let disk = Disk::open(dir)?;
        let lock = disk.lock_file()?;
        locked(&disk, || lock.try_lock_shared())?;
        Self::new(disk, lock, Mode::Shared)
    }

    /// Opens the keystore for changes of its inventory.
    ///
    /// # Errors
    /// As [`Self::open`]; [`Error::InUse`] when another process has it open.
    pub fn open_alone(dir: &Path) -> Result<Self, Error> {
        let disk = Disk::open(dir)?;
        let lock = lock_alone(&disk)?;
        Self::new(disk, lock, Mode::Alone)
    }

    /// Makes the keystore, if there is none, and the keys that `make` asks for and the inventory does not list. Keys of a
    /// keystore from before inventories are kept. A key that is listed and missing is never made again.
    ///
    /// Stopped in the middle, it can be run again.
    ///
    /// # Errors
    /// As [`Self::open_alone`], and those of `make`. A keystore in use is an error only if keys are missing.
    pub fn init(
        dir: &Path,
        make: &dyn Fn(&dyn KeyStore) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let disk = Disk::make(dir)?;
        match lock_alone(&disk) {
            Ok(lock) => Self::init_locked(disk, lock, make),
            Err(Error::InUse(path)) => {
                let store = Self::open(dir)?;
                match make(&store) {
                    Err(Error::NoKey(_)) => Err(Error::InUse(path)),
                    made => made.map(|()| store),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn init_locked(
        disk: Disk,
        lock: fs::File,
        make: &dyn Fn(&dyn KeyStore) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let (master, before) = match master(&disk) {
            Ok(bytes) => {
                let master = SealingKey::new(&bytes)?;
                let before = Inventory::read(&disk, &master)?;
                (master, before)
            }
            Err(Error::NoKeystore(_)) => {
                disk.create(MASTER, &random_vec()?)?;
                (SealingKey::new(&*super::master(&disk)?)?, None)
            }
            Err(error) => return Err(error),
        };
        let inventory = match &before {
            Some(inventory) => {
                inventory.check_all(&disk)?;
                inventory.clone()
            }
            None => adopt(&disk, &master)?,
        };
        let mut store = Self::with(disk, lock, Mode::Making, master, inventory)?;
        store.first_row_key()?;
        make(&store)?;
        store.mode = Mode::Alone;
        if before.as_ref() != Some(&*store.inventory()) {
            store.inventory_mut().write(&store.disk, &store.master)?;
        }
        Ok(store)
    }

    fn first_row_key(&self) -> Result<(), Error> {
        if self.inventory().rows.current > 0 {
            return Ok(());
        }
        self.secret(&rows::purpose(1))?;
        let rows = &mut self.inventory_mut().rows;
        rows.current = 1;
        rows.accepted.insert(1);
        Ok(())
    }

    /// Whether there is a keystore, with an inventory or without.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn exists(dir: &Path) -> Result<bool, Error> {
        Ok(dir.is_dir() && !Disk::open(dir)?.names()?.is_empty())
    }

    /// Whether there is a keystore with an inventory.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn has_inventory(dir: &Path) -> Result<bool, Error> {
        Ok(dir.is_dir() && Inventory::exists(&Disk::open(dir)?)?)
    }
}

/// The inventory of a keystore that has none: with every key that is there.
fn adopt(disk: &Disk, master: &SealingKey) -> Result<Inventory, Error> {
    let mut inventory = Inventory::new()?;
    for name in disk.names()? {
        if name == MASTER {
            continue;
        }
        let file = File::named(&name)?;
        if file.periodic {
            continue;
        }
        let content = disk.read(&name)?.ok_or(Error::Missing(name.clone()))?;
        master
            .open(file.aad.as_bytes(), &content)
            .map_err(|_| Error::Corrupt(name.clone()))?;
        inventory.list(&name, &content);
    }
    Ok(inventory)
}

fn lock_alone(disk: &Disk) -> Result<fs::File, Error> {
    let lock = disk.lock_file()?;
    locked(disk, || lock.try_lock())?;
    Ok(lock)
}

/// Locks. A lock that a program has released stays for a moment with a process that it was just starting, so this is tried for
/// two seconds.
fn locked(disk: &Disk, lock: impl Fn() -> Result<(), TryLockError>) -> Result<(), Error> {
    const TRIES: usize = 100;
    const PAUSE: Duration = Duration::from_millis(20);
    for left in (0..TRIES).rev() {
        match lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if left > 0 => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(Error::Io("lock".to_owned(), error)),
        }
    }
    Err(Error::InUse(disk.path()))
}
