//! Checks a receipt offline (docs/protocol.md §7): it is in the log, the scheme signed the log, and it says what was
//! shown.

use ipse_jose::{Alg, VerifyingKey, b64, jws, strict_json};
use ipse_protocol::device_request::{self, RequestClaims};
use ipse_protocol::ids::ReceiptId;
use ipse_protocol::merkle;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::receipt::{
    CHECKPOINT_TYP, Checkpoint, Evidence, Leaf, PROMISE_TYP, Promise, commitment, commits,
};
use ipse_protocol::sha256;
use ipse_protocol::transcript::choices_hash;
use ipse_protocol::view::{self, Chosen, Shown};
use ipse_protocol::wire::ReceiptResponse;
use serde::Serialize;

use crate::error::{Error, local};
use crate::{Message, Phone, Result, State, Storage, Transport};

/// Whether one property of a receipt holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// Not yet in the log.
    Pending,
    /// The evidence has no such part.
    Absent,
    /// Another phone of the person signed it, and this one does not have its key.
    Other,
}

impl Check {
    fn of(holds: Option<bool>) -> Self {
        if holds == Some(true) {
            Check::Yes
        } else {
            Check::No
        }
    }
}

/// What the phone found out about a receipt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReceiptCheck {
    /// Receipt id.
    pub receipt: String,
    /// What happened.
    pub kind: String,
    /// When, milliseconds.
    pub time: i64,
    /// The leaf commits to this evidence, this person and what a partner may show others.
    pub committed: Check,
    /// The log holds the leaf, by a checkpoint that the scheme signed.
    pub logged: Check,
    /// The scheme promised to log it.
    pub promised: Check,
    /// This phone signed the decision, over this transcript, about the view below.
    pub mine: Check,
    /// Place in the log.
    pub index: Option<u64>,
    /// Size of the log at the checkpoint.
    pub size: Option<u64>,
    /// What was decided.
    pub decision: Option<String>,
    /// The factor.
    pub factor: Option<String>,
    /// What the person chose.
    pub choices: Vec<Chosen>,
    /// What was shown.
    pub view: Option<Shown>,
}

impl ReceiptCheck {
    /// Whether no check failed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        [self.committed, self.logged, self.promised, self.mine]
            .iter()
            .all(|check| *check != Check::No)
    }
}

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Fetches a receipt and checks it.
    ///
    /// # Errors
    /// The refusals of the protocol; `answer_unreadable` when there is nothing to check; `app_outdated` for a leaf that a newer
    /// phone can check.
    pub async fn receipt(&mut self, id: &str) -> Result<ReceiptCheck> {
        let state = self.enrolled()?;
        if ReceiptId::parse(id).is_none() {
            return Err(Error::problem(ProblemCode::NotFound));
        }
        let message = Message::get(format!("/phone/v1/receipts/{id}"));
        let answer: ReceiptResponse = self.call(message).await?;
        if answer.receipt != id {
            return Err(Error::of(local::RECEIPT));
        }
        let key = self.storage.key()?.verifying_key();
        check(&answer, &state, &key).ok_or_else(|| {
            let newer = b64::decode(&answer.leaf).is_ok_and(|leaf| Leaf::is_newer(&leaf));
            Error::of(if newer {
                local::OUTDATED
            } else {
                local::ANSWER
            })
        })
    }
}

/// `None` when leaf or evidence cannot be read. What can be read and fails is a [`Check::No`].
fn check(answer: &ReceiptResponse, state: &State, device: &VerifyingKey) -> Option<ReceiptCheck> {
    let bytes = b64::decode(&answer.leaf).ok()?;
    let leaf = Leaf::parse(&bytes)?;
    let hash = merkle::leaf_hash(&bytes);
    let salt = array(&answer.salt)?;
    let evidence_bytes = b64::decode(&answer.evidence).ok()?;
    let evidence: Evidence = strict_json(&evidence_bytes).ok()?;
    let identity = state.identity.as_deref().unwrap_or_default();
    let log = VerifyingKey::from_jwk(&state.log_key, Alg::Es256).ok()?;

    let checkpoint = answer.checkpoint.as_deref().map(|jws| {
        let parsed = jws::verify(jws, 4096, &log, &[CHECKPOINT_TYP]).ok()?;
        strict_json::<Checkpoint>(&parsed.payload).ok()
    });
    let logged = match (&checkpoint, answer.index) {
        (None, _) | (_, None) => Check::Pending,
        (Some(checkpoint), Some(index)) => Check::of(checkpoint.as_ref().and_then(|c| {
            let proof: Option<Vec<_>> = answer.proof.iter().map(|node| array(node)).collect();
            let included = merkle::verify_inclusion(&hash, index, c.size, &proof?, &c.root.0);
            Some(c.origin == state.issuer && included)
        })),
    };
    let promise = jws::verify(&answer.promise, 4096, &log, &[PROMISE_TYP])
        .ok()
        .and_then(|jws| strict_json::<Promise>(&jws.payload).ok());
    let mine = match (&evidence.transcript, &evidence.device_jws) {
        (Some(transcript), Some(jws)) => {
            signed_here(&evidence, transcript, jws, (device, state)).unwrap_or(Check::No)
        }
        _ => Check::Absent,
    };
    Some(ReceiptCheck {
        receipt: answer.receipt.clone(),
        kind: leaf.kind.as_str().to_owned(),
        time: leaf.time,
        committed: Check::of(Some(
            commits(&leaf, &salt, &evidence_bytes, identity)
                && discloses(&leaf, answer) == Some(true),
        )),
        logged,
        promised: Check::of(promise.map(|p| p.receipt == answer.receipt && p.leaf.0 == hash)),
        mine,
        index: answer.index,
        size: checkpoint.flatten().map(|c| c.size),
        decision: evidence.decision.map(|d| d.to_string()),
        factor: evidence.factor.map(|f| f.to_string()),
        choices: evidence.choices,
        view: evidence
            .view
            .and_then(|bytes| view::parse_shown(&bytes.0).ok()),
    })
}

/// Whether the second commitment is to what the answer says that a partner may show others. A leaf of version 1 has none.
fn discloses(leaf: &Leaf, answer: &ReceiptResponse) -> Option<bool> {
    match (
        &leaf.disclosure,
        &answer.disclosure_salt,
        &answer.disclosure,
    ) {
        (None, None, None) => Some(true),
        (Some(committed), Some(salt), Some(object)) => {
            let object = b64::decode(object).ok()?;
            Some(*committed == commitment(&array(salt)?, &sha256(&object)))
        }
        _ => None,
    }
}

fn signed_here(
    evidence: &Evidence,
    transcript: &ipse_protocol::transcript::Transcript,
    jws: &str,
    (key, state): (&VerifyingKey, &State),
) -> Option<Check> {
    let parsed = jws::decode_unverified(jws, device_request::MAX_LEN).ok()?;
    let claims = RequestClaims::parse(&parsed.payload).ok()?;
    let view = evidence.view.as_ref()?;
    let chosen = match &transcript.choices_hash {
        Some(hash) => *hash == choices_hash(&evidence.choices),
        None => evidence.choices.is_empty(),
    };
    let holds = chosen
        && claims.t == Some(transcript.hash())
        && transcript.view_hash == view::hash(&view.0)
        && Some(transcript.decision) == evidence.decision
        && Some(transcript.factor) == evidence.factor;
    Some(match parsed.verify(key, &[device_request::TYP]) {
        _ if !holds => Check::No,
        Ok(()) => Check::Yes,
        Err(_) if state.device.as_ref() != Some(&claims.dev) => Check::Other,
        Err(_) => Check::No,
    })
}

fn array(text: &str) -> Option<[u8; 32]> {
    b64::decode(text).ok()?.try_into().ok()
}
