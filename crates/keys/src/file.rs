//! Keys in files: for development, tests and the demo.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::{fmt, fs};

use aws_lc_rs::hmac;
use ipse_jose::jwe::{DecryptionKey, KeyAlg};
use ipse_jose::{Alg, SigningKey};
use zeroize::Zeroizing;

use crate::cache::Cache;
use crate::disk::Disk;
use crate::inventory::Inventory;
use crate::{Belonging, DAILY_LIFE, Error, KeyStore, RowSecrets, SealingKey, Secret32, random};

mod init;
mod rows;

const MASTER: &str = "master.key";

/// A keystore in a directory. `master.key` is in clear (mode 0600). Each other key is in a separate file, sealed under the master
/// key with its kind and purpose as associated data, so that files cannot be swapped. The inventory, sealed as well, lists all of
/// them but those of days and weeks. Several processes may share the directory; one that changes the inventory is alone.
pub struct FileKeyStore {
    disk: Disk,
    master: SealingKey,
    macs: MacKeys,
    signing: Cache<Arc<SigningKey>>,
    decryption: Cache<Arc<DecryptionKey>>,
    secrets: Cache<Secret32>,
    sealing: Cache<Arc<SealingKey>>,
    daily: Mutex<BTreeMap<i64, Arc<SealingKey>>>,
    inventory: RwLock<Inventory>,
    mode: Mode,
    /// Locked as long as the store is open.
    _lock: fs::File,
}

/// What a store may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Read, beside other processes.
    Shared,
    /// Change the inventory.
    Alone,
    /// Make what is missing.
    Making,
}

/// MAC keys are derived from one root (HKDF-Expand, RFC 5869 §2.3, first block), so that a MAC needs no disk and cannot fail.
struct MacKeys {
    root: hmac::Key,
    known: Cache<hmac::Key>,
}

impl FileKeyStore {
    fn new(disk: Disk, lock: fs::File, mode: Mode) -> Result<Self, Error> {
        let master = SealingKey::new(&*master(&disk)?)?;
        let inventory =
            Inventory::read(&disk, &master)?.ok_or_else(|| Error::NoInventory(disk.path()))?;
        inventory.check_all(&disk)?;
        Self::with(disk, lock, mode, master, inventory)
    }

    /// The store with this inventory, whose files were checked.
    fn with(
        disk: Disk,
        lock: fs::File,
        mode: Mode,
        master: SealingKey,
        inventory: Inventory,
    ) -> Result<Self, Error> {
        let mut store = Self {
            disk,
            master,
            macs: MacKeys {
                root: hmac::Key::new(hmac::HMAC_SHA256, &[]),
                known: Cache::default(),
            },
            signing: Cache::default(),
            decryption: Cache::default(),
            secrets: Cache::default(),
            sealing: Cache::default(),
            daily: Mutex::default(),
            inventory: RwLock::new(inventory),
            mode,
            _lock: lock,
        };
        let root = store.load_or_make(&File::new("root", "mac")?, &random_vec)?;
        store.macs.root = hmac::Key::new(hmac::HMAC_SHA256, &root);
        Ok(store)
    }

    /// The key, unless it is neither listed nor one of a period.
    fn load(&self, file: &File) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let content = self.disk.read(&file.name)?;
        if !file.periodic {
            let inventory = self.inventory();
            if inventory.files.contains_key(&file.name) {
                inventory.check(&file.name, content.as_ref().map(|found| found.as_slice()))?;
            } else {
                return Ok(None);
            }
        }
        content.map(|sealed| self.unseal(file, &sealed)).transpose()
    }

    fn unseal(&self, file: &File, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.master
            .open(file.aad.as_bytes(), sealed)
            .map_err(|_| Error::Corrupt(file.name.clone()))
    }

    fn load_or_make(
        &self,
        file: &File,
        make: &dyn Fn() -> Result<Zeroizing<Vec<u8>>, Error>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        if let Some(found) = self.load(file)? {
            return Ok(found);
        }
        if !file.periodic && self.mode != Mode::Making {
            return Err(Error::NoKey(file.purpose.clone()));
        }
        let made = make()?;
        let sealed = self.master.seal(file.aad.as_bytes(), &made)?;
        if file.periodic {
            self.disk.create(&file.name, &sealed)?;
            // Another process may have stored its key first. Then its key is used.
            return self
                .load(file)?
                .ok_or_else(|| Error::Corrupt(file.name.clone()));
        }
        // A file that is not listed was never used.
        self.disk.replace(&file.name, &sealed)?;
        self.inventory_mut().list(&file.name, &sealed);
        Ok(made)
    }

    /// 256 random bits.
    fn bits(&self, file: &File) -> Result<Zeroizing<[u8; 32]>, Error> {
        let bytes = self.load_or_make(file, &random_vec)?;
        array(&bytes, file)
    }

    /// The keys of days that are open.
    fn days(&self) -> MutexGuard<'_, BTreeMap<i64, Arc<SealingKey>>> {
        self.daily.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no other process has the keystore open.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.mode == Mode::Alone
    }

    /// Records the ids of the databases to which the keystore belongs.
    ///
    /// # Errors
    /// [`Error::InUse`] unless the store is open alone, and when the disk fails.
    pub fn set_databases(&self, ids: BTreeMap<String, String>) -> Result<(), Error> {
        self.change(|inventory| {
            inventory.databases = ids;
            Ok(())
        })
    }

    /// What the keystore has.
    pub fn inventory(&self) -> RwLockReadGuard<'_, Inventory> {
        self.inventory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn inventory_mut(&self) -> RwLockWriteGuard<'_, Inventory> {
        self.inventory
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyStore for FileKeyStore {
    fn signing_with(&self, purpose: &str, alg: Alg) -> Result<Arc<SigningKey>, Error> {
        let kind = match alg {
            Alg::Es256 => "sign-es256",
            Alg::Ps256 => "sign-ps256",
            Alg::Rs256 => "sign-rs256",
        };
        let file = File::new(kind, purpose)?;
        self.signing.get_or(&file.name, || {
            let pkcs8 = self.load_or_make(&file, &|| {
                let key = match alg {
                    Alg::Es256 => SigningKey::generate_es256(),
                    Alg::Ps256 => SigningKey::generate_ps256(),
                    Alg::Rs256 => SigningKey::generate_rs256(),
                };
                key.to_pkcs8().map_err(Error::Crypto)
            })?;
            let key = SigningKey::from_pkcs8(alg, &pkcs8);
            key.map(Arc::new)
                .map_err(|_| Error::Corrupt(file.name.clone()))
        })
    }

    fn decryption_with(&self, purpose: &str, alg: KeyAlg) -> Result<Arc<DecryptionKey>, Error> {
        let kind = match alg {
            KeyAlg::EcdhEs => "decrypt-ec",
            KeyAlg::RsaOaep256 => "decrypt-rsa",
        };
        let file = File::new(kind, purpose)?;
        self.decryption.get_or(&file.name, || {
            let pkcs8 = self.load_or_make(&file, &|| {
                let key = match alg {
                    KeyAlg::EcdhEs => DecryptionKey::generate_ec(),
                    KeyAlg::RsaOaep256 => DecryptionKey::generate_rsa(),
                };
                key.to_pkcs8().map_err(Error::Crypto)
            })?;
            let key = DecryptionKey::from_pkcs8(alg, &pkcs8);
            key.map(Arc::new)
                .map_err(|_| Error::Corrupt(file.name.clone()))
        })
    }

    fn secret(&self, purpose: &str) -> Result<Secret32, Error> {
        let file = File::new("secret", purpose)?;
        self.secrets
            .get_or(&file.name, || Ok(Secret32(*self.bits(&file)?)))
    }

    fn secret_bytes(
        &self,
        purpose: &str,
        create: &dyn Fn() -> Vec<u8>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let file = File::new("bytes", purpose)?;
        self.load_or_make(&file, &|| Ok(Zeroizing::new(create())))
    }

    fn seal(&self, purpose: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        let file = File::new("seal", purpose)?;
        self.sealing
            .get_or(&file.name, || {
                SealingKey::new(&*self.bits(&file)?).map(Arc::new)
            })?
            .seal(aad, plain)
    }

    fn open(&self, purpose: &str, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let file = File::new("seal", purpose)?;
        self.sealing
            .get_or(&file.name, || {
                let bytes = self
                    .load(&file)?
                    .ok_or_else(|| Error::NoKey(purpose.to_owned()))?;
                SealingKey::new(&*array(&bytes, &file)?).map(Arc::new)
            })?
            .open(aad, sealed)
    }

    fn destroy(&self, purpose: &str) -> Result<(), Error> {
        let file = File::new("seal", purpose)?;
        if !file.periodic {
            return Err(Error::Purpose(purpose.to_owned()));
        }
        self.disk.destroy(&file.name)?;
        self.sealing.remove(&file.name);
        Ok(())
    }

    fn mac(&self, purpose: &str, msg: &[u8]) -> [u8; 32] {
        let derive = || {
            let mut context = hmac::Context::with_key(&self.macs.root);
            context.update(b"ipse/keys/mac/1|");
            context.update(purpose.as_bytes());
            context.update(&[1]);
            hmac::Key::new(hmac::HMAC_SHA256, context.sign().as_ref())
        };
        let key = self
            .macs
            .known
            .get_or(purpose, || Ok(derive()))
            .unwrap_or_else(|_| derive());
        let mut tag = [0; 32];
        tag.copy_from_slice(hmac::sign(&key, msg).as_ref());
        tag
    }

    fn row_keys(&self) -> Result<RowSecrets, Error> {
        let rows = self.inventory().rows.clone();
        let key = |version: u32| Ok((version, self.secret(&rows::purpose(version))?));
        Ok(RowSecrets {
            current: rows.current,
            keys: rows
                .accepted
                .into_iter()
                .map(key)
                .collect::<Result<_, Error>>()?,
        })
    }

    fn belonging(&self) -> Belonging {
        let inventory = self.inventory();
        Belonging {
            keystore: inventory.id.clone(),
            generation: inventory.generation,
            databases: inventory.databases.clone(),
        }
    }

    fn rows_sealed(&self) -> bool {
        self.inventory().rows.sealed
    }

    fn daily(&self, day: i64) -> Result<Arc<SealingKey>, Error> {
        let mut days = self.days();
        if let Some(key) = days.get(&day) {
            return Ok(Arc::clone(key));
        }
        let file = File::new("daily", &day.to_string())?;
        let key = Arc::new(SealingKey::new(&*self.bits(&file)?)?);
        days.insert(day, Arc::clone(&key));
        Ok(key)
    }

    fn daily_made(&self, day: i64) -> Result<Arc<SealingKey>, Error> {
        let mut days = self.days();
        if let Some(key) = days.get(&day) {
            return Ok(Arc::clone(key));
        }
        let file = File::new("daily", &day.to_string())?;
        let bytes = self.load(&file)?.ok_or(Error::Destroyed(day))?;
        let key = Arc::new(SealingKey::new(&*array(&bytes, &file)?)?);
        days.insert(day, Arc::clone(&key));
        Ok(key)
    }

    fn destroy_days(&self, today: i64) -> Result<(), Error> {
        let expired = today.saturating_sub(DAILY_LIFE);
        let mut days = self.days();
        days.retain(|day, _| *day > expired);
        for name in self.disk.names()? {
            if day_of(&name).is_some_and(|day| day <= expired) {
                self.disk.destroy(&name)?;
            }
        }
        Ok(())
    }

    fn is_production(&self) -> bool {
        false
    }
}

impl fmt::Debug for FileKeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKeyStore(…)")
    }
}

/// The file of a key.
struct File {
    name: String,
    aad: String,
    purpose: String,
    /// Whether the key is one of a day or a week, which is made when it is needed and destroyed later.
    periodic: bool,
}

impl File {
    fn new(kind: &str, purpose: &str) -> Result<Self, Error> {
        let is_word = |word: &str| {
            !word.is_empty()
                && !word.starts_with('.')
                && word
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
        };
        if purpose.len() > 100 || !purpose.split('/').all(is_word) {
            return Err(Error::Purpose(purpose.to_owned()));
        }
        Ok(Self {
            // No purpose contains `+`, so two purposes never share a file.
            name: format!("{kind}.{}.key", purpose.replace('/', "+")),
            aad: format!("ipse/keys/1|{kind}|{purpose}"),
            purpose: purpose.to_owned(),
            periodic: kind == "daily" || {
                let last = purpose.rsplit('/').next();
                kind == "seal" && last.is_some_and(|word| word.starts_with("week-"))
            },
        })
    }

    /// The file of this name.
    fn named(name: &str) -> Result<Self, Error> {
        let (kind, purpose) = name
            .strip_suffix(".key")
            .and_then(|name| name.split_once('.'))
            .ok_or_else(|| Error::Corrupt(name.to_owned()))?;
        Self::new(kind, &purpose.replace('+', "/"))
    }
}

fn day_of(name: &str) -> Option<i64> {
    name.strip_prefix("daily.")?
        .strip_suffix(".key")?
        .parse()
        .ok()
}

/// The master key.
fn master(disk: &Disk) -> Result<Zeroizing<[u8; 32]>, Error> {
    let Some(bytes) = disk.read(MASTER)? else {
        let used = Inventory::exists(disk)? || !disk.names()?.is_empty();
        return Err(if used {
            Error::MasterMissing
        } else {
            Error::NoKeystore(disk.path())
        });
    };
    <[u8; 32]>::try_from(bytes.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| Error::Corrupt(MASTER.to_owned()))
}

fn random_vec() -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(vec![0; 32]);
    random::fill(&mut bytes)?;
    Ok(bytes)
}

fn array(bytes: &[u8], file: &File) -> Result<Zeroizing<[u8; 32]>, Error> {
    bytes
        .try_into()
        .map(Zeroizing::new)
        .map_err(|_| Error::Corrupt(file.name.clone()))
}
