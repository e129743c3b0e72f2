//! Personal data at rest: sealed under a key per person, found by keyed hashes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ipse_keys::KeyStore;
use ipse_protocol::control::{Control, enforced};
use ipse_store::{Store, person};
use zeroize::Zeroizing;

use crate::error::Error;

const WEEK_MS: i64 = 7 * 24 * 3_600_000;
/// How long the key of a week that just ended is kept: another node may be wrapping a new person's key under it.
const WEEK_SLACK_MS: i64 = 3_600_000;
/// Keys kept parsed; the cache is emptied when it is full.
const CACHE: usize = 20_000;

/// A person's own key.
#[derive(Clone)]
pub struct PersonKey(Arc<LessSafeKey>);

impl PersonKey {
    fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let key = UnboundKey::new(&AES_256_GCM, bytes)
            .map_err(|_| Error::Keys("person key of a wrong length".into()))?;
        Ok(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// Seals; `purpose` says what the bytes are, and must be given again to open them.
    ///
    /// # Errors
    /// When the cipher fails.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        if !enforced(Control::T34FieldEncryption) {
            return Ok(plain.to_vec());
        }
        let nonce: [u8; NONCE_LEN] = ipse_protocol::random();
        let mut out = Vec::with_capacity(NONCE_LEN + plain.len() + 16);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let tag = self
            .0
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
        if !enforced(Control::T34FieldEncryption) {
            return Ok(Zeroizing::new(sealed.to_vec()));
        }
        let (nonce, body) = sealed
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(Error::Internal("sealed data too short"))?;
        let mut plain = Zeroizing::new(body.to_vec());
        let length = self
            .0
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(purpose.as_bytes()),
                &mut plain,
            )
            .map_err(|_| Error::Internal("sealed data does not open"))?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
}

/// The store of person keys. Whoever destroys a person's key there has erased the person, in every backup too.
pub struct PersonKeys {
    store: Store,
    keys: Arc<dyn KeyStore>,
    cache: Mutex<HashMap<String, PersonKey>>,
}

impl PersonKeys {
    pub(crate) fn new(store: Store, keys: Arc<dyn KeyStore>) -> Self {
        Self {
            store,
            keys,
            cache: Mutex::new(HashMap::new()),
        }
    }

    fn cached(&self, identity: &str) -> Option<PersonKey> {
        self.cache.lock().ok()?.get(identity).cloned()
    }

    fn remember(&self, identity: &str, key: &PersonKey) {
        if let Ok(mut cache) = self.cache.lock() {
            if cache.len() >= CACHE {
                cache.clear();
            }
            cache.insert(identity.to_owned(), key.clone());
        }
    }

    /// Makes the key of a new person; a key that is there already is kept.
    ///
    /// # Errors
    /// When the keystore or the store fails.
    pub async fn create(&self, identity: &str) -> Result<PersonKey, Error> {
        let plain = Zeroizing::new(ipse_protocol::random::<32>());
        let week = self.week();
        let wrapped = self
            .keys
            .seal(&wrapping(week), identity.as_bytes(), &*plain)?;
        let id = identity.to_owned();
        self.store
            .write(move |tx| person::add_key(tx, &id, &wrapped, week).map(drop))
            .await?;
        self.key(identity).await
    }

    /// A person's key.
    ///
    /// # Errors
    /// When there is none (the person was erased), or the keystore or the store fails.
    pub async fn key(&self, identity: &str) -> Result<PersonKey, Error> {
        if let Some(key) = self.cached(identity) {
            return Ok(key);
        }
        let id = identity.to_owned();
        let (wrapped, week) = self
            .store
            .read(move |tx| person::key(tx, &id))
            .await?
            .ok_or(Error::Internal("no person key"))?;
        let plain = self
            .keys
            .open(&wrapping(week), identity.as_bytes(), &wrapped)?;
        let key = PersonKey::parse(&plain)?;
        self.remember(identity, &key);
        Ok(key)
    }

    /// Destroys a person's key: whatever was sealed under it is gone, in every backup too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn erase(&self, identity: &str) -> Result<(), Error> {
        if let Ok(mut cache) = self.cache.lock() {
            cache.remove(identity);
        }
        let id = identity.to_owned();
        Ok(self
            .store
            .write(move |tx| person::erase_key(tx, &id))
            .await?)
    }

    fn week(&self) -> i64 {
        ipse_protocol::unix_ms() / WEEK_MS
    }

    /// Wraps keys of earlier weeks anew, up to 500 a call, and says how many it did. Once none is left under an old
    /// week's key, that key is destroyed, so that an older backup of this store opens nothing.
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
        for (identity, wrapped, from) in old {
            let plain = self
                .keys
                .open(&wrapping(from), identity.as_bytes(), &wrapped)?;
            let again = self
                .keys
                .seal(&wrapping(week), identity.as_bytes(), &plain)?;
            renewed.push((identity, again, from));
        }
        let count = renewed.len();
        self.store
            .write(move |tx| {
                for (identity, wrapped, from) in &renewed {
                    person::rewrap(tx, identity, wrapped, week, *from)?;
                }
                Ok(())
            })
            .await?;
        // Keys of the last weeks that nothing is under any more. A purpose without a key is no error.
        if count < 500 {
            let settled = (ipse_protocol::unix_ms() - WEEK_SLACK_MS) / WEEK_MS;
            for old in (week - 8)..settled.min(week) {
                self.keys.destroy(&wrapping(old))?;
            }
        }
        Ok(count)
    }
}

fn wrapping(week: i64) -> String {
    format!("persons/week-{week}")
}

/// A keyed hash by which a person is found again. The version names the key, so that it can be replaced.
pub fn lookup_hash(keys: &dyn KeyStore, field: &str, value: &str) -> Vec<u8> {
    keys.mac(&format!("lookup/{field}/1"), value.as_bytes())
        .to_vec()
}

/// What is known of a person, from one proofing (design §5: versioned, never overwritten).
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// Given names as on the document.
    pub given_name: String,
    /// Family name as on the document.
    pub family_name: String,
    /// `YYYY-MM-DD`, or less if the document says less.
    pub birthdate: String,
    /// ISO 3166-1 alpha-2.
    pub nationality: String,
    /// National number, digits.
    pub national_number: String,
    /// Number of the document that was checked.
    pub document_number: String,
    /// E.164 number at enrolment: contact data, never an identifier.
    pub phone_number: String,
}

/// Purpose under which [`Attributes`] are sealed.
pub const ATTRIBUTES: &str = "attributes";

impl Attributes {
    /// Opens sealed attributes.
    ///
    /// # Errors
    /// When they are not that.
    pub fn open(key: &PersonKey, sealed: &[u8]) -> Result<Self, Error> {
        let plain = key.open(ATTRIBUTES, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Error::Internal("attributes do not parse"))
    }

    /// Seals them.
    ///
    /// # Errors
    /// When the cipher fails.
    pub fn seal(&self, key: &PersonKey) -> Result<Vec<u8>, Error> {
        let plain =
            Zeroizing::new(serde_json::to_vec(self).map_err(|_| Error::Internal("attributes"))?);
        key.seal(ATTRIBUTES, &plain)
    }

    /// Full name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}
