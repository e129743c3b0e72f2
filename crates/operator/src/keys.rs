//! The operator's keys: for signatures, handles, tokens, secrets and cards.

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::hmac;
use ipse_jose::SigningKey;
use ipse_keys::{FileKeyStore, KeyStore};
use zeroize::Zeroizing;

use crate::ids::{ChallengeId, Handle, Iccid};

/// Keys, ready for use on each request.
pub struct OperatorKeys {
    store: Arc<dyn KeyStore>,
    /// Signs statements and events.
    pub signing: Arc<SigningKey>,
    /// Master key of the cards.
    pub master: Zeroizing<[u8; 32]>,
    handles: hmac::Key,
    tokens: hmac::Key,
    secrets: hmac::Key,
}

const SIGNING: &str = "operator/signing";
const MASTER: &str = "operator/sim-master";
const HANDLE: &str = "operator/handle";
const TOKEN: &str = "operator/token";
const SECRET: &str = "operator/secret";
const CARD: &str = "operator/card";

/// Makes each key that an operator needs, in a keystore that makes keys.
///
/// # Errors
/// The keystore's.
pub fn make_keys(store: &dyn KeyStore) -> Result<(), ipse_keys::Error> {
    store.signing(SIGNING)?;
    for purpose in [MASTER, HANDLE, TOKEN, SECRET] {
        store.secret(purpose)?;
    }
    store.seal(CARD, b"", b"").map(drop)
}

impl OperatorKeys {
    /// Opens the keys in `home/keys`.
    ///
    /// # Errors
    /// The keystore's.
    pub fn open(home: &Path) -> Result<Self, ipse_keys::Error> {
        Self::new(Arc::new(FileKeyStore::open(&home.join("keys"))?))
    }

    /// Makes the keystore in `home/keys`, or the keys that it misses.
    ///
    /// # Errors
    /// The keystore's.
    pub fn init(home: &Path) -> Result<FileKeyStore, ipse_keys::Error> {
        FileKeyStore::init(&home.join("keys"), &make_keys)
    }

    /// Gets the keys from a keystore.
    ///
    /// # Errors
    /// The keystore's.
    pub fn new(store: Arc<dyn KeyStore>) -> Result<Self, ipse_keys::Error> {
        let mac_key = |purpose: &str| -> Result<hmac::Key, ipse_keys::Error> {
            Ok(hmac::Key::new(
                hmac::HMAC_SHA256,
                secret(&*store, purpose)?.as_ref(),
            ))
        };
        Ok(Self {
            signing: store.signing(SIGNING)?,
            master: secret(&*store, MASTER)?,
            handles: mac_key(HANDLE)?,
            tokens: mac_key(TOKEN)?,
            secrets: mac_key(SECRET)?,
            store,
        })
    }

    /// Whether the keys are in hardware.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.store.is_production()
    }

    /// The handle of one activation of a card towards one scheme. A new card, chip or activation has a new handle.
    #[must_use]
    pub fn handle(&self, scheme: &str, iccid: &Iccid, eid: &str, activation: i64) -> Handle {
        let activation = activation.to_be_bytes();
        let mut context = hmac::Context::with_key(&self.handles);
        for part in [
            scheme.as_bytes(),
            iccid.as_str().as_bytes(),
            eid.as_bytes(),
            &activation,
        ] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut name = [0; 32];
        name.copy_from_slice(context.sign().as_ref());
        Handle::of(&name)
    }

    /// Keyed hash of a secret that was shown on a handset.
    #[must_use]
    pub fn secret_mac(&self, challenge: &ChallengeId, secret: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.secrets);
        context.update(challenge.as_str().as_bytes());
        context.update(b"|");
        context.update(secret.as_bytes());
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }

    /// MAC of the content of an access token.
    #[must_use]
    pub fn token_mac(&self, content: &[u8]) -> hmac::Tag {
        hmac::sign(&self.tokens, content)
    }

    /// Checks an access token's MAC in constant time.
    #[must_use]
    pub fn is_token(&self, content: &[u8], mac: &[u8]) -> bool {
        hmac::verify(&self.tokens, content, mac).is_ok()
    }

    /// Seals the secrets of a simulated card.
    ///
    /// # Errors
    /// The keystore's.
    pub fn seal_card(&self, iccid: &Iccid, plain: &[u8]) -> Result<Vec<u8>, ipse_keys::Error> {
        self.store.seal(CARD, iccid.as_str().as_bytes(), plain)
    }

    /// Opens what [`Self::seal_card`] sealed.
    ///
    /// # Errors
    /// The keystore's.
    pub fn open_card(
        &self,
        iccid: &Iccid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ipse_keys::Error> {
        self.store.open(CARD, iccid.as_str().as_bytes(), sealed)
    }
}

fn secret(store: &dyn KeyStore, purpose: &str) -> Result<Zeroizing<[u8; 32]>, ipse_keys::Error> {
    let secret = store.secret(purpose)?;
    let mut out = Zeroizing::new([0; 32]);
    out.copy_from_slice(secret.as_ref());
    Ok(out)
}
