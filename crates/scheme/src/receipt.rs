//! Receipts: every decision is a leaf of the log, with evidence that its person can check.

use ipse_jose::b64;
use ipse_protocol::Random;
use ipse_protocol::ids::{ActionId, IdentityId, ReceiptId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::receipt::Leaf;
use ipse_protocol::terms::LeafKind;
use ipse_protocol::wire::ReceiptResponse;
use ipse_protocol::{merkle, receipt as wire, sha256};
use ipse_store::receipt::{self, Receipt};
use ipse_store::{StoreError, Tx};

use crate::actor::Viewer;
use crate::block::IDENTITY_CHANNEL;
use crate::error::{Error, RuleError, refuse};
use crate::person::PersonKey;
use crate::scheme::Scheme;
use crate::signer::Signer;

/// What a partner may show others about a decision of which it may show nothing.
const NOTHING: &[u8] = b"";
/// The purpose under which what a partner may show others is sealed.
pub(crate) const DISCLOSED: &str = "receipt/disclosed";

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
        self.prepare_evident(id, kind, action, (evidence, None), now)
    }

    /// As [`Recorder::prepare`]: evidence for the person, and what the partner may show others.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn prepare_evident(
        &self,
        id: ReceiptId,
        kind: LeafKind,
        action: Option<&ActionId>,
        (evidence, disclosed): (&[u8], Option<&[u8]>),
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
            disclosure: Some(wire::commitment(
                &disclosure_salt,
                &sha256(disclosed.unwrap_or(NOTHING)),
            )),
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
            disclosed: disclosed
                .map(|bytes| self.key.seal(DISCLOSED, bytes))
                .transpose()?,
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

    /// A receipt of this person, with its evidence opened, the latest head of the log and, once that covers it, its proof. `since` is
    /// the size of the head that the phone remembers: the answer then proves that the log continues it.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn receipt(
        &self,
        viewer: &Viewer,
        id: &str,
        since: Option<u64>,
    ) -> Result<ReceiptResponse, Error> {
        let id = ReceiptId::parse(id).ok_or(ProblemCode::NotFound)?;
        let identity = &viewer.identity;
        let owner = identity.clone();
        let (row, logged) = self.read(move |tx| find(tx, &owner, &id, since)).await?;
        let key = self.persons.key(identity).await?;
        let evidence = key.open("receipt/evidence", &row.evidence)?;
        let disclosed = match &row.disclosed {
            Some(sealed) => key.open(DISCLOSED, sealed)?.to_vec(),
            None => NOTHING.to_vec(),
        };
        let texts = |path: Vec<[u8; 32]>| path.iter().map(|h| b64::encode(h)).collect();
        Ok(ReceiptResponse {
            receipt: row.id.to_string(),
            leaf: b64::encode(&row.leaf),
            salt: b64::encode(&row.salt),
            evidence: b64::encode(&evidence),
            disclosure_salt: row.disclosure_salt.map(|salt| b64::encode(&salt)),
            disclosure: row.disclosure_salt.map(|_| b64::encode(&disclosed)),
            index: logged.index,
            proof: texts(logged.proof),
            checkpoint: logged.head,
            consistency: logged.consistency.map(texts),
            promise: row.promise,
        })
    }
}

/// What the log says about a receipt.
#[derive(Default)]
struct Logged {
    head: Option<String>,
    consistency: Option<Vec<[u8; 32]>>,
    index: Option<u64>,
    proof: Vec<[u8; 32]>,
}

fn find(
    tx: &mut Tx,
    identity: &IdentityId,
    id: &ReceiptId,
    since: Option<u64>,
) -> Result<(Receipt, Logged), RuleError> {
    let Some(row) = receipt::by_id(tx, id)? else {
        refuse!(NotFound);
    };
    if row.identity != *identity {
        refuse!(NotFound);
    }
    let logged = logged(tx, row.position, since)?;
    Ok((row, logged))
}

fn logged(tx: &mut Tx, position: Option<i64>, since: Option<u64>) -> Result<Logged, StoreError> {
    let Some(head) = receipt::latest_checkpoint(tx)? else {
        return Ok(Logged::default());
    };
    let size = head.size.unsigned_abs();
    // A log that lost hashes proves nothing. The phone must see that rather than an error that may pass.
    let proven = |path: Result<Vec<[u8; 32]>, StoreError>| match path {
        Err(StoreError::Corrupt(what)) => {
            tracing::error!(what, size, "the log cannot prove what it holds");
            Ok(None)
        }
        path => path.map(Some),
    };
    let consistency = match since {
        Some(since) if since <= size => proven(crate::log::consistency(tx, since, size))?,
        Some(_) | None => None,
    };
    // It may have got its position a moment ago, and no signed head covers it yet. Until then there is the promise.
    let index = position
        .map(i64::unsigned_abs)
        .filter(|position| *position < size);
    let proof = match index {
        Some(index) => proven(crate::log::inclusion(tx, index, size))?.unwrap_or_default(),
        None => Vec::new(),
    };
    Ok(Logged {
        head: Some(head.jws),
        consistency,
        index,
        proof,
    })
}
