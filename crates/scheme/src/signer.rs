//! Signatures of the log: promises and checkpoints.

use std::sync::Arc;

use ipse_jose::{SigningKey, jws};
use ipse_keys::KeyStore;
use ipse_protocol::ids::ReceiptId;
use ipse_protocol::receipt::{self as wire, Checkpoint, PROMISE_MS, Promise};

use crate::error::Error;

/// Keystore purpose of the log's key.
pub(crate) const KEY: &str = "log/1";

/// Signs promises and checkpoints with the log's key.
#[derive(Clone)]
pub struct Signer {
    key: Arc<SigningKey>,
    issuer: Arc<str>,
}

impl Signer {
    pub(crate) fn new(keys: &dyn KeyStore, issuer: &str) -> Result<Self, Error> {
        Ok(Self {
            key: keys.signing(KEY)?,
            issuer: issuer.into(),
        })
    }

    /// The log's public key.
    pub fn public_jwk(&self) -> ipse_jose::Jwk {
        self.key.public_jwk()
    }

    pub(crate) fn promise(
        &self,
        leaf_hash: &[u8; 32],
        receipt: &ReceiptId,
        now: i64,
    ) -> Result<String, Error> {
        let promise = Promise {
            leaf: (*leaf_hash).into(),
            receipt: receipt.to_string(),
            by: now + PROMISE_MS,
        };
        self.sign(wire::PROMISE_TYP, &promise)
    }

    /// Signs a tree head.
    pub(crate) fn checkpoint(&self, size: u64, root: &[u8; 32], now: i64) -> Result<String, Error> {
        let head = Checkpoint {
            origin: self.issuer.to_string(),
            size,
            root: (*root).into(),
            iat: now / 1000,
        };
        self.sign(wire::CHECKPOINT_TYP, &head)
    }

    /// Whether this is a tree head that the log's key signed, and the row says the same.
    pub(crate) fn signed(&self, head: &ipse_store::receipt::Checkpoint) -> bool {
        let key = self.key.verifying_key();
        jws::decode_unverified(&head.jws, 4096)
            .ok()
            .filter(|parsed| parsed.verify(&key, &[wire::CHECKPOINT_TYP]).is_ok())
            .and_then(|parsed| ipse_jose::strict_json::<Checkpoint>(&parsed.payload).ok())
            .is_some_and(|signed| {
                signed.origin == *self.issuer
                    && signed.size == head.size.unsigned_abs()
                    && signed.root.0 == head.root
            })
    }

    fn sign(&self, typ: &str, payload: &impl serde::Serialize) -> Result<String, Error> {
        let bytes = serde_json::to_vec(payload)
            .map_err(|_| Error::Internal("a promise or a checkpoint does not serialize"))?;
        jws::sign(&self.key, typ, &bytes)
            .map_err(|_| Error::Internal("a promise or a checkpoint cannot be signed"))
    }
}
