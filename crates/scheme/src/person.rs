//! Personal data at rest: sealed under a key per person, found by keyed hashes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ipse_keys::KeyStore;
use ipse_protocol::ids::IdentityId;
use ipse_protocol::{Clock, Random};
use ipse_store::Store;
use ipse_store::person::{self, LookupField, WrappedKey};
use zeroize::Zeroizing;

use crate::error::Error;

mod attributes;
mod sandbox;

pub use attributes::{
    ATTRIBUTES, Address, Attributes, Photo, PhotoType, PlaceOfBirth, Route, SIMULATED, Verification,
};
pub use sandbox::{SandboxPerson, SandboxRefusal, add_sandbox};

const WEEK_MS: i64 = 7 * 24 * 3_600_000;
/// How long the key of a week that just ended is kept: another node may be wrapping a new person's key under it.
const WEEK_SLACK_MS: i64 = 3_600_000;
/// Keys kept parsed; the cache is emptied when it is full.
const CACHE: usize = 20_000;

/// A person's own key.
#[derive(Clone)]
pub struct PersonKey {
    key: Arc<LessSafeKey>,
    random: Random,
}

impl PersonKey {
    fn parse(bytes: &[u8], random: Random) -> Result<Self, Error> {
        let key = UnboundKey::new(&AES_256_GCM, bytes)
            .map_err(|_| Error::Corrupt("length of a person's key"))?;
        Ok(Self {
            key: Arc::new(LessSafeKey::new(key)),
            random,
        })
    }

    /// Seals; `purpose` says what the bytes are, and must be given again to open them.
    ///
    /// # Errors
    /// When the cipher fails.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_LEN] = self.random.bytes();
        let mut out = Vec::with_capacity(NONCE_LEN + plain.len() + 16);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut out[NONCE_LEN..],
            )
            .map_err(|_| Error::Internal("sealing failed"))?;
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Opens what [`PersonKey::seal`] sealed for the same purpose.
    ///
    /// # Errors
    /// When the bytes are not that.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (nonce, body) = sealed
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(Error::Corrupt("sealed data is too short"))?;
        let mut plain = Zeroizing::new(body.to_vec());
        let length = self
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(purpose.as_bytes()),
                &mut plain,
            )
            .map_err(|_| Error::Corrupt("sealed data does not open"))?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
}

/// The store of the persons' keys. To destroy a person's key there erases the person, in every backup too.
pub struct PersonKeys {
    store: Store,
    keys: Arc<dyn KeyStore>,
    clock: Clock,
    random: Random,
    cache: Mutex<HashMap<IdentityId, PersonKey>>,
}

impl PersonKeys {
    pub(crate) fn new(store: Store, keys: Arc<dyn KeyStore>, clock: Clock, random: Random) -> Self {
        Self {
            store,
            keys,
            clock,
            random,
            cache: Mutex::new(HashMap::new()),
        }
    }

    fn cached(&self, identity: &IdentityId) -> Option<PersonKey> {
        self.cache.lock().ok()?.get(identity).cloned()
    }

    fn remember(&self, identity: &IdentityId, key: &PersonKey) {
        if let Ok(mut cache) = self.cache.lock() {
            if cache.len() >= CACHE {
                cache.clear();
            }
            cache.insert(identity.clone(), key.clone());
        }
    }

    /// Makes the key of a new person. A key that exists is kept.
    ///
    /// # Errors
    /// When the keystore or the store fails.
    pub async fn create(&self, identity: &IdentityId) -> Result<PersonKey, Error> {
        let plain = Zeroizing::new(self.random.bytes::<32>());
        let week = self.week();
        let wrapped = self
            .keys
            .seal(&wrapping(week), identity.as_bytes(), &*plain)?;
        let id = identity.clone();
        self.store
            .write(move |tx| person::add_key(tx, &id, &wrapped, week).map(drop))
            .await?;
        self.key(identity).await
    }

    /// A person's key.
    ///
    /// # Errors
    /// When there is none (the person was erased), or the keystore or the store fails.
    pub async fn key(&self, identity: &IdentityId) -> Result<PersonKey, Error> {
        if let Some(key) = self.cached(identity) {
            return Ok(key);
        }
        let id = identity.clone();
        let stored = self
            .store
            .read(move |tx| person::key(tx, &id))
            .await?
            .ok_or(Error::Corrupt("a person's key is missing"))?;
        let plain = self
            .keys
            .open(&wrapping(stored.week), identity.as_bytes(), &stored.wrapped)?;
        let key = PersonKey::parse(&plain, self.random.clone())?;
        self.remember(identity, &key);
        Ok(key)
    }

    /// Destroys a person's key: whatever was sealed under it is gone, in every backup too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn erase(&self, identity: &IdentityId) -> Result<(), Error> {
        self.erase_all(std::slice::from_ref(identity)).await
    }

    /// As [`PersonKeys::erase`], for many in one transaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn erase_all(&self, identities: &[IdentityId]) -> Result<(), Error> {
        if identities.is_empty() {
            return Ok(());
        }
        if let Ok(mut cache) = self.cache.lock() {
            for identity in identities {
                cache.remove(identity);
            }
        }
        let all = identities.to_vec();
        Ok(self
            .store
            .write(move |tx| all.iter().try_for_each(|id| person::erase_key(tx, id)))
            .await?)
    }

    fn week(&self) -> i64 {
        self.clock.unix_ms() / WEEK_MS
    }

    /// Wraps up to 500 keys of earlier weeks under the key of this week, and says how many. When none is left under the key
    /// of an earlier week, that key is destroyed, so that an older backup of this store opens nothing.
    ///
    /// # Errors
    /// When the keystore or the store fails.
    pub async fn rewrap(&self) -> Result<usize, Error> {
        let week = self.week();
        let old = self
            .store
            .read(move |tx| person::keys_before(tx, week))
            .await?;
        let mut renewed = Vec::with_capacity(old.len());
        for key in old {
            let aad = key.identity.as_bytes();
            let plain = self.keys.open(&wrapping(key.week), aad, &key.wrapped)?;
            let wrapped = self.keys.seal(&wrapping(week), aad, &plain)?;
            let from = key.week;
            let identity = key.identity;
            renewed.push((
                WrappedKey {
                    identity,
                    wrapped,
                    week,
                },
                from,
            ));
        }
        let count = renewed.len();
        self.store
            .write(move |tx| {
                for (key, from) in &renewed {
                    person::rewrap(tx, key, *from)?;
                }
                Ok(())
            })
            .await?;
        // The keys of the last weeks, under which nothing is left. A purpose without a key is no error.
        if count < 500 {
            let ended = (self.clock.unix_ms() - WEEK_SLACK_MS) / WEEK_MS;
            for old in (week - 8)..ended.min(week) {
                self.keys.destroy(&wrapping(old))?;
            }
        }
        Ok(count)
    }
}

fn wrapping(week: i64) -> String {
    format!("persons/week-{week}")
}

/// Version of the keyed hashes by which people are found again.
pub(crate) const LOOKUP_VERSION: i64 = 1;

/// A keyed hash by which a person is found again. The version names the key, so that it can be replaced.
pub fn lookup_hash(keys: &dyn KeyStore, field: LookupField, value: &str) -> Vec<u8> {
    keyed_hash(keys, field.as_str(), value)
}

/// A keyed hash of a value, for a purpose of its own.
pub(crate) fn keyed_hash(keys: &dyn KeyStore, field: &str, value: &str) -> Vec<u8> {
    keys.mac(&format!("lookup/{field}/1"), value.as_bytes())
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t34_sealed_data_hides_its_content_and_opens_for_its_purpose_only() {
        let key = PersonKey::parse(&[7; 32], Random::system()).unwrap();
        let plain = b"An Peeters of Ghent";
        let sealed = key.seal("a", plain).unwrap();
        assert!(!sealed.windows(4).any(|part| part == &plain[..4]));
        assert_ne!(sealed, key.seal("a", plain).unwrap());
        assert_eq!(*key.open("a", &sealed).unwrap(), plain);
        assert!(key.open("b", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open("a", &changed).is_err(), "byte {at}");
        }
    }
}
