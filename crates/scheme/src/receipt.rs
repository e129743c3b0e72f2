//! Receipts: every decision is a leaf of the log, with evidence that its person can check.

use ipse_jose::b64;
use ipse_protocol::Random;
use ipse_protocol::ids::{ActionId, IdentityId, ReceiptId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::receipt::Leaf;
use ipse_protocol::terms::LeafKind;
use ipse_protocol::wire::ReceiptResponse;
use ipse_protocol::{merkle, receipt as wire, sha256};
use ipse_store::Tx;
use ipse_store::receipt::{self, Receipt};

use crate::actor::Viewer;
use crate::block::IDENTITY_CHANNEL;
use crate::error::{Error, RuleError, refuse};
use crate::person::PersonKey;
use crate::scheme::Scheme;
use crate::signer::Signer;

/// What a partner may show others about a decision: nothing, for all kinds of action so far.
const NOTHING: &[u8] = b"";

/// Makes receipts for one person.
pub struct Recorder {
    identity: IdentityId,
    key: PersonKey,
    signer: Signer,
    random: Random,
}

impl Recorder {
    /// Prepares a receipt: seals its evidence and signs the promise. This is slow, so it comes before the transaction, which
    /// then adds the receipt ([`ipse_store::receipt::insert`]).
    ///
    /// # Errors
    /// When sealing fails.
    pub fn prepare(
        &self,
        id: ReceiptId,
        kind: LeafKind,
        action: Option<&ActionId>,
        evidence: &[u8],
        now: i64,
    ) -> Result<Receipt, Error> {
        let salt: [u8; 32] = self.random.bytes();
        let disclosure_salt: [u8; 32] = self.random.bytes();
        let leaf = Leaf {
            kind,
            time: now,
            subject: wire::subject(&salt, &self.identity),
            commitment: wire::commitment(&salt, &sha256(evidence)),
            // Each leaf has one, so that nobody sees which decisions a partner may show.
            disclosure: Some(wire::commitment(&disclosure_salt, &sha256(NOTHING))),
        }
        .to_bytes();
        let promise = self.signer.promise(&merkle::leaf_hash(&leaf), &id, now)?;
        Ok(Receipt {
            id,
            identity: self.identity.clone(),
            action: action.cloned(),
            kind,
            leaf,
            salt,
            disclosure_salt: Some(disclosure_salt),
            evidence: self.key.seal("receipt/evidence", evidence)?,
            promise,
            position: None,
            time: now,
        })
    }
}

impl Scheme {
    /// What makes receipts for a person.
    ///
    /// # Errors
    /// When the person has no key.
    pub async fn recorder(&self, identity: &IdentityId) -> Result<Recorder, Error> {
        Ok(Recorder {
            identity: identity.clone(),
            key: self.persons.key(identity).await?,
            signer: self.signer.clone(),
            random: self.random.clone(),
        })
    }

    /// The log's public key.
    pub fn log_key(&self) -> ipse_jose::Jwk {
        self.signer.public_jwk()
    }

    /// Writes a receipt that a rule queued in the outbox. Idempotent: the effect's id is the receipt's.
    ///
    /// # Errors
    /// When the store or a key fails.
    pub async fn write_queued_receipt(&self, id: &str, payload: &str) -> Result<(), Error> {
        #[derive(serde::Deserialize)]
        struct Queued {
            identity: IdentityId,
            kind: LeafKind,
            /// The action that ended without a decision.
            #[serde(default)]
            action: Option<ActionId>,
            time: i64,
        }
        let queued: Queued =
            serde_json::from_str(payload).map_err(|_| Error::Corrupt("queued receipt"))?;
        let id = ReceiptId::parse(id).ok_or(Error::Corrupt("id of a queued receipt"))?;
        let row = self.recorder(&queued.identity).await?.prepare(
            id.clone(),
            queued.kind,
            queued.action.as_ref(),
            payload.as_bytes(),
            queued.time,
        )?;
        self.store
            .write(move |tx| {
                if receipt::by_id(tx, &id)?.is_none() {
                    receipt::insert(tx, &row)?;
                    // The history of an open app has a new entry.
                    if row.action.is_none() {
                        tx.notify(IDENTITY_CHANNEL, &row.identity);
                    }
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// A receipt of this person, with its evidence opened and, once it has a position in the log, its proof.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn receipt(&self, viewer: &Viewer, id: &str) -> Result<ReceiptResponse, Error> {
        let id = ReceiptId::parse(id).ok_or(ProblemCode::NotFound)?;
        let identity = &viewer.identity;
        let owner = identity.clone();
        let (row, checkpoint, proof) = self.read(move |tx| find(tx, &owner, &id)).await?;
        let evidence = self
            .persons
            .key(identity)
            .await?
            .open("receipt/evidence", &row.evidence)?;
        let placed = checkpoint.is_some();
        Ok(ReceiptResponse {
            receipt: row.id.to_string(),
            leaf: b64::encode(&row.leaf),
            salt: b64::encode(&row.salt),
            evidence: b64::encode(&evidence),
            disclosure_salt: row.disclosure_salt.map(|salt| b64::encode(&salt)),
            disclosure: row.disclosure_salt.map(|_| b64::encode(NOTHING)),
            index: row.position.filter(|_| placed).map(|p| p as u64),
            proof: proof.iter().map(|h| b64::encode(h)).collect(),
            checkpoint,
            promise: row.promise,
        })
    }
}

type Found = (Receipt, Option<String>, Vec<[u8; 32]>);

fn find(tx: &mut Tx, identity: &IdentityId, id: &ReceiptId) -> Result<Found, RuleError> {
    let Some(row) = receipt::by_id(tx, id)? else {
        refuse!(NotFound);
    };
    if row.identity != *identity {
        refuse!(NotFound);
    }
    let latest = receipt::latest_checkpoint(tx)?;
    let (Some(position), Some(latest)) = (row.position, latest) else {
        return Ok((row, None, Vec::new()));
    };
    // It got its position a moment ago, and no signed head covers it yet. Until then there is the promise.
    if position >= latest.size {
        return Ok((row, None, Vec::new()));
    }
    let proof = crate::log::inclusion(tx, position as u64, latest.size as u64)?;
    Ok((row, Some(latest.jws), proof))
}
