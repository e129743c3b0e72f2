//! Keys in files: for development, tests and the demo.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::hmac;
use ipse_jose::jwe::{DecryptionKey, KeyAlg};
use ipse_jose::{Alg, SigningKey};
use zeroize::Zeroizing;

use crate::cache::Cache;
use crate::disk::Disk;
use crate::{DAILY_LIFE, Error, KeyStore, SealingKey, Secret32, random};

const MASTER: &str = "master.key";

/// A keystore in a directory. `master.key` is in clear (mode 0600). Each other key is in a separate file, sealed under the master
/// key with its kind and purpose as associated data, so that files cannot be swapped. Several processes may share the directory.
pub struct FileKeyStore {
    disk: Disk,
    master: SealingKey,
    macs: MacKeys,
    signing: Cache<Arc<SigningKey>>,
    decryption: Cache<Arc<DecryptionKey>>,
    secrets: Cache<Secret32>,
    sealing: Cache<Arc<SealingKey>>,
    daily: Mutex<BTreeMap<i64, Arc<SealingKey>>>,
}

/// MAC keys are derived from one root (HKDF-Expand, RFC 5869 §2.3, first block), so that a MAC needs no disk and cannot fail.
struct MacKeys {
    root: hmac::Key,
    known: Cache<hmac::Key>,
}

impl FileKeyStore {
    /// Opens the store. The first use makes the directory and the master key.
    ///
    /// # Errors
    /// When the disk fails, when other users can read the files, or when there are keys but no master key.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let disk = Disk::open(dir)?;
        let master = SealingKey::new(&*master(&disk)?)?;
        let root = load_or_make(&disk, &master, &File::new("root", "mac")?, &random_vec)?;
        let macs = MacKeys {
            root: hmac::Key::new(hmac::HMAC_SHA256, &root),
            known: Cache::default(),
        };
        Ok(Self {
            disk,
            master,
            macs,
            signing: Cache::default(),
            decryption: Cache::default(),
            secrets: Cache::default(),
            sealing: Cache::default(),
            daily: Mutex::default(),
        })
    }

    fn load_or_make(
        &self,
        file: &File,
        make: &dyn Fn() -> Result<Zeroizing<Vec<u8>>, Error>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        load_or_make(&self.disk, &self.master, file, make)
    }

    /// 256 random bits, stored at the first use.
    fn bits(&self, file: &File) -> Result<Zeroizing<[u8; 32]>, Error> {
        let bytes = self.load_or_make(file, &random_vec)?;
        array(&bytes, file)
    }

    /// The keys of days that are open.
    fn days(&self) -> MutexGuard<'_, BTreeMap<i64, Arc<SealingKey>>> {
        self.daily.lock().unwrap_or_else(PoisonError::into_inner)
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
                let bytes = load(&self.disk, &self.master, &file)?
                    .ok_or_else(|| Error::NoKey(purpose.to_owned()))?;
                SealingKey::new(&*array(&bytes, &file)?).map(Arc::new)
            })?
            .open(aad, sealed)
    }

    fn destroy(&self, purpose: &str) -> Result<(), Error> {
        let file = File::new("seal", purpose)?;
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
        let bytes = load(&self.disk, &self.master, &file)?.ok_or(Error::Destroyed(day))?;
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
        })
    }
}

fn day_of(name: &str) -> Option<i64> {
    name.strip_prefix("daily.")?
        .strip_suffix(".key")?
        .parse()
        .ok()
}

/// The master key. It is made when the directory contains no key.
fn master(disk: &Disk) -> Result<Zeroizing<[u8; 32]>, Error> {
    let read = || disk.read(MASTER);
    let bytes = match read()? {
        Some(bytes) => bytes,
        None => {
            if disk.names()?.is_empty() {
                disk.create(MASTER, &random_vec()?)?;
            }
            // This process has made it, or another one has meanwhile.
            read()?.ok_or(Error::MasterMissing)?
        }
    };
    <[u8; 32]>::try_from(bytes.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| Error::Corrupt(MASTER.to_owned()))
}

fn load(
    disk: &Disk,
    master: &SealingKey,
    file: &File,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let Some(sealed) = disk.read(&file.name)? else {
        return Ok(None);
    };
    master
        .open(file.aad.as_bytes(), &sealed)
        .map(Some)
        .map_err(|_| Error::Corrupt(file.name.clone()))
}

fn load_or_make(
    disk: &Disk,
    master: &SealingKey,
    file: &File,
    make: &dyn Fn() -> Result<Zeroizing<Vec<u8>>, Error>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if let Some(found) = load(disk, master, file)? {
        return Ok(found);
    }
    let made = make()?;
    disk.create(&file.name, &master.seal(file.aad.as_bytes(), &made)?)?;
    // Another process may have stored its key first. Then its key is used.
    load(disk, master, file)?.ok_or_else(|| Error::Corrupt(file.name.clone()))
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
