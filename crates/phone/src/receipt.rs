//! Checks a receipt offline (docs/protocol.md §7): it is in the log, the scheme signed the log, and it says what was
//! shown.

use ipse_jose::{Alg, VerifyingKey, b64, jws, strict_json};
use ipse_protocol::device_request::{self, RequestClaims};
use ipse_protocol::ids::{ActionId, ReceiptId};
use ipse_protocol::log_head::Continuity;
use ipse_protocol::merkle;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::receipt::{Evidence, Leaf, PROMISE_TYP, Promise, commitment, commits};
use ipse_protocol::sha256;
use ipse_protocol::transcript::choices_hash;
use ipse_protocol::view::{self, Chosen, Shown};
use ipse_protocol::wire::{ActionResponse, ReceiptResponse};
use serde::Serialize;

use crate::error::{Error, local};
use crate::log_head::{Head, LogEvidence, LogFault};
use crate::{Message, Opened, Phone, Result, State, Storage, Transport, requests};

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
    /// The phone starts without memory: it has nothing to compare with.
    First,
    /// Not in the log, although the scheme promised it by now.
    Overdue,
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
    /// The log continues the head that this phone remembers.
    pub continues: Check,
    /// The scheme promised to log it.
    pub promised: Check,
    /// This phone signed the decision, over this transcript, about the view below.
    pub mine: Check,
    /// Place in the log.
    pub index: Option<u64>,
    /// Size of the log at the checkpoint.
    pub size: Option<u64>,
    /// Size of the log that this phone remembered before.
    pub remembered: Option<u64>,
    /// How the log failed, if it did.
    pub fault: Option<LogFault>,
    /// What the scheme signed, if the log failed. The phone keeps the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<LogEvidence>,
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
    /// The checks, by name.
    #[must_use]
    pub fn checks(&self) -> [(&'static str, Check); 5] {
        [
            ("committed", self.committed),
            ("logged", self.logged),
            ("continues", self.continues),
            ("promised", self.promised),
            ("mine", self.mine),
        ]
    }

    /// Whether no check failed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let failed = |check| matches!(check, Check::No | Check::Overdue);
        self.checks().iter().all(|(_, check)| !failed(*check))
    }
}

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Fetches a receipt and checks it. The head of the log that comes with it is remembered if it continues the remembered one, and
    /// kept as evidence if it does not.
    ///
    /// # Errors
    /// The refusals of the protocol; `answer_unreadable` when there is nothing to check; `app_outdated` for a leaf that a newer
    /// phone can check.
    pub async fn receipt(&mut self, id: &str) -> Result<ReceiptCheck> {
        let state = self.enrolled()?;
        if ReceiptId::parse(id).is_none() {
            return Err(Error::problem(ProblemCode::NotFound));
        }
        let remembered = self.remembered_head(&state)?;
        let query = match &remembered {
            Some(head) => format!("?since={}", head.checkpoint.size),
            None => String::new(),
        };
        let message = Message::get(format!("/phone/v1/receipts/{id}{query}"));
        let answer: ReceiptResponse = self.call(message).await?;
        if answer.receipt != id {
            return Err(Error::of(local::RECEIPT));
        }
        let key = self.storage.key()?.verifying_key();
        let now = self.clock.unix_ms();
        let phone = Checker {
            state: &state,
            key: &key,
            remembered: remembered.as_ref(),
            now,
        };
        let Some((mut checked, head)) = phone.check(&answer) else {
            let newer = b64::decode(&answer.leaf).is_ok_and(|leaf| Leaf::is_newer(&leaf));
            return Err(Error::of(if newer {
                local::OUTDATED
            } else {
                local::ANSWER
            }));
        };
        if let Some(code) = checked.fault {
            let evidence = LogEvidence {
                code,
                time: now,
                receipt: answer.receipt,
                remembered: remembered.map(|head| head.jws),
                received: answer.checkpoint,
                consistency: answer.consistency,
                promise: answer.promise,
            };
            self.keep_evidence(&evidence)?;
            checked.evidence = Some(evidence);
        }
        if let Some(head) = head {
            self.remember_head(head, &state).await?;
        }
        Ok(checked)
    }

    /// Fetches and checks the receipt of an action.
    ///
    /// # Errors
    /// As [`Phone::receipt`]; `receipt_missing` for an action that has none.
    pub async fn receipt_of(&mut self, action: &str) -> Result<ReceiptCheck> {
        self.enrolled()?;
        ActionId::parse(action).ok_or_else(|| Error::problem(ProblemCode::NotFound))?;
        let found: ActionResponse = self.call(requests::action(action)).await?;
        match found.summary.receipt {
            Some(receipt) => self.receipt(&receipt).await,
            None => Err(Error::of(local::NO_RECEIPT)),
        }
    }
}

/// What is shown of an action.
pub(crate) enum Displayed {
    /// It can be decided.
    Open(Box<Opened>),
    /// It was decided: its receipt has the view.
    Decided(Box<ReceiptCheck>),
}

impl<T: Transport, S: Storage> Phone<T, S> {
    /// As [`Phone::show`], also of an action that was decided.
    pub(crate) async fn show_any(&mut self, action: &str) -> Result<Displayed> {
        let closed = match self.show(action).await {
            Ok(opened) => return Ok(Displayed::Open(opened.into())),
            Err(error) => error,
        };
        let decided = [ProblemCode::ActionClosed, ProblemCode::ActionExpired];
        if !decided.iter().any(|code| closed.code == code.as_str()) {
            return Err(closed);
        }
        match self.receipt_of(action).await {
            Ok(receipt) if !receipt.is_valid() => Err(Error::of(local::RECEIPT)),
            Ok(receipt) if receipt.view.is_some() => Ok(Displayed::Decided(receipt.into())),
            Ok(_) => Err(closed),
            Err(error) if error.code == local::NO_RECEIPT.0 => Err(closed),
            Err(error) => Err(error),
        }
    }
}

/// What a phone checks a receipt with.
struct Checker<'a> {
    state: &'a State,
    key: &'a VerifyingKey,
    remembered: Option<&'a Head>,
    now: i64,
}

impl Checker<'_> {
    /// The result, and the head to remember. `None` when leaf or evidence cannot be read. What can be read and fails is a
    /// [`Check::No`].
    fn check(&self, answer: &ReceiptResponse) -> Option<(ReceiptCheck, Option<Head>)> {
        let state = self.state;
        let bytes = b64::decode(&answer.leaf).ok()?;
        let leaf = Leaf::parse(&bytes)?;
        let hash = merkle::leaf_hash(&bytes);
        let salt = array(&answer.salt)?;
        let evidence_bytes = b64::decode(&answer.evidence).ok()?;
        let evidence: Evidence = strict_json(&evidence_bytes).ok()?;
        let identity = state.identity.as_deref().unwrap_or_default();
        let log = VerifyingKey::from_jwk(&state.log_key, Alg::Es256).ok()?;

        let promise = jws::verify(&answer.promise, 4096, &log, &[PROMISE_TYP])
            .ok()
            .and_then(|jws| strict_json::<Promise>(&jws.payload).ok())
            .filter(|p| p.receipt == answer.receipt && p.leaf.0 == hash);
        let head = match &answer.checkpoint {
            None => Ok(None),
            Some(jws) => Head::read(jws, state).map(Some).ok_or(()),
        };
        let logged = match (&head, answer.index) {
            (Err(()), _) => Check::No,
            (Ok(Some(head)), Some(index)) => {
                let proof = arrays(&answer.proof);
                let (size, root) = (head.checkpoint.size, &head.checkpoint.root.0);
                let included =
                    |proof: Vec<_>| merkle::verify_inclusion(&hash, index, size, &proof, root);
                Check::of(proof.map(included))
            }
            (Ok(None), _) | (Ok(Some(_)), None) => match &promise {
                Some(promise) if promise.is_overdue(self.now) => Check::Overdue,
                Some(_) | None => Check::Pending,
            },
        };
        // What the scheme did not sign proves nothing against it.
        let continuity = head.as_ref().ok().map(|head| {
            let proof = answer.consistency.as_deref().and_then(arrays);
            let known = self.remembered.map(|known| &known.checkpoint);
            let head = head.as_ref().map(|head| &head.checkpoint);
            Continuity::of(known, head, proof.as_deref())
        });
        let continues = match continuity {
            Some(Continuity::Unsigned) => Check::Pending,
            Some(Continuity::First) => Check::First,
            Some(Continuity::Continues) => Check::Yes,
            Some(Continuity::Forgot | Continuity::Forked) | None => Check::No,
        };
        let overdue = (logged == Check::Overdue).then_some(LogFault::Overdue);
        let fault = continuity.and_then(LogFault::of).or(overdue);
        let mine = match (&evidence.transcript, &evidence.device_jws) {
            (Some(transcript), Some(jws)) => {
                signed_here(&evidence, transcript, jws, (self.key, state)).unwrap_or(Check::No)
            }
            _ => Check::Absent,
        };
        let head = head.ok().flatten();
        let checked = ReceiptCheck {
            receipt: answer.receipt.clone(),
            kind: leaf.kind.as_str().to_owned(),
            time: leaf.time,
            committed: Check::of(Some(
                commits(&leaf, &salt, &evidence_bytes, identity)
                    && discloses(&leaf, answer) == Some(true),
            )),
            logged,
            continues,
            promised: Check::of(promise.map(|_| true)),
            mine,
            index: answer.index,
            size: head.as_ref().map(|head| head.checkpoint.size),
            remembered: self.remembered.map(|head| head.checkpoint.size),
            fault,
            evidence: None,
            decision: evidence.decision.map(|d| d.to_string()),
            factor: evidence.factor.map(|f| f.to_string()),
            choices: evidence.choices,
            view: evidence
                .view
                .and_then(|bytes| view::parse_shown(&bytes.0).ok()),
        };
        Some((
            checked,
            head.filter(|_| matches!(continues, Check::First | Check::Yes)),
        ))
    }
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

fn arrays(texts: &[String]) -> Option<Vec<[u8; 32]>> {
    texts.iter().map(|text| array(text)).collect()
}

fn array(text: &str) -> Option<[u8; 32]> {
    b64::decode(text).ok()?.try_into().ok()
}
