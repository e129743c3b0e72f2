//! Approvals and refusals: every check that needs no lock, then the transaction that decides.

use ipse_protocol::ids::ReceiptId;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::receipt::Evidence;
use ipse_protocol::terms::{ActionStatus, Decision, Factor, LeafKind};
use ipse_protocol::transcript::{Transcript, choices_hash};
use ipse_protocol::view::{self, Chosen};
use ipse_protocol::wire::{ApproveRequest, Decided, DecisionResponse, RefuseRequest};
use ipse_protocol::{code as code_rules, constant_time_eq, sha256};
use ipse_store::action::{self, Action};
use ipse_store::attempt::{Attempt, AttemptStatus};
use ipse_store::identity as identities;

use super::counting::{close_right, judge_wrong};
use super::transaction::{DecisionTransaction, Outcome};
use super::{ApprovalSnapshot, promise_of, require_unchanged};
use crate::action::require_linked;
use crate::device::{Incoming, Signed};
use crate::effect::{Approval, Evident};
use crate::error::Error;
use crate::request::{ActionRequest, Origin};
use crate::scheme::Scheme;
use crate::webauthn;
use crate::{grant, kind};

/// What the device signed.
struct SignedDecision {
    transcript: Transcript,
    choices: Vec<Chosen>,
    t: [u8; 32],
    proof_hash: [u8; 32],
}

/// As [`Outcome`], before its effect is prepared.
#[expect(clippy::large_enum_variant, reason = "one value a decision")]
enum Wanted {
    Approve(Attempt),
    Refuse(String),
}

impl Scheme {
    /// The approval (protocol §6): checks that need no database come first, then one deciding transaction.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn approve(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        body: &ApproveRequest,
    ) -> Result<DecisionResponse, Error> {
        let (signed, snapshot) = self.load_signed(incoming, id, Some(&body.attempt)).await?;
        let t = body.t.0;
        let proof_hash = proof_hash(body)?;
        require_signed(&signed, &t, &proof_hash)?;
        if let Some(answer) = self
            .decided_before(&signed, &snapshot, &t, &proof_hash)
            .await?
        {
            return Ok(answer);
        }
        let late = require_linked(snapshot.action.status_at(snapshot.now)).err();
        let attempt = snapshot
            .attempt
            .as_ref()
            .filter(|a| a.action == snapshot.action.id && a.status == AttemptStatus::Open)
            .cloned();
        let Some(attempt) = attempt else {
            return Err(match late {
                Some(late) => late.into(),
                None => self.why_not_open(&snapshot).await?,
            });
        };
        let statement = attempt.sim_statement.as_deref();
        let by = (attempt.factor, Decision::Approve);
        let choices = &body.choices;
        let transcript = self.transcript(&snapshot, attempt.sequence, by, statement, choices)?;
        if transcript.hash() != t {
            return Err(late.map_or_else(|| ProblemCode::ProofInvalid.into(), Error::from));
        }
        if !self.is_proven(&signed, &attempt, body, &t).await? {
            let (attempt, sequence) = (attempt.id, self.sequence(&signed));
            return self
                .write(move |tx| {
                    sequence.spend(tx)?;
                    Err(judge_wrong(tx, &attempt)?.into())
                })
                .await;
        }
        if let Some(late) = late {
            // The code was right, but too late for this action. It was no guess.
            let sequence = self.sequence(&signed);
            self.write(move |tx| {
                sequence.spend(tx)?;
                Ok(close_right(tx, &attempt)?)
            })
            .await?;
            return Err(late.into());
        }
        let signed_decision = SignedDecision {
            transcript,
            choices: body.choices.clone(),
            t,
            proof_hash,
        };
        self.decide(signed, snapshot, signed_decision, Wanted::Approve(attempt))
            .await
    }

    /// Why the attempt is not open. A change that no attempt at this action survives comes first.
    async fn why_not_open(&self, snapshot: &ApprovalSnapshot) -> Result<Error, Error> {
        let identity = snapshot.claim.identity.clone();
        let now = self
            .store
            .read(move |tx| identities::by_id(tx, &identity))
            .await?;
        let changed = now.and_then(|now| require_unchanged(snapshot, &now).err());
        Ok(changed.unwrap_or(ProblemCode::AttemptUnknown).into())
    }

    /// A refusal is a decision like an approval, without a factor.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn refuse(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        body: &RefuseRequest,
    ) -> Result<DecisionResponse, Error> {
        let (signed, snapshot) = self.load_signed(incoming, id, None).await?;
        let t = body.t.0;
        let proof_hash = code_rules::no_proof_hash();
        require_signed(&signed, &t, &proof_hash)?;
        if let Some(answer) = self
            .decided_before(&signed, &snapshot, &t, &proof_hash)
            .await?
        {
            return Ok(answer);
        }
        let reason = body.reason.as_str();
        let again = snapshot.action.status == ActionStatus::Refused
            && snapshot.action.reason() == Some(reason);
        if !again {
            require_linked(snapshot.action.status_at(snapshot.now))?;
        }
        let sequence = i64::try_from(body.sequence).map_err(|_| ProblemCode::ProofInvalid)?;
        let by = (Factor::None, Decision::Refuse);
        let transcript = self.transcript(&snapshot, sequence, by, None, &[])?;
        if transcript.hash() != t || body.sequence != signed.claims.seq {
            return Err(ProblemCode::ProofInvalid.into());
        }
        if again {
            // The first answer was lost, and the phone has sent other requests since. The new signature says the same.
            self.spend_only(&signed).await?;
            return self.stored_answer(&snapshot.action, snapshot.promise.as_deref());
        }
        let signed_decision = SignedDecision {
            transcript,
            choices: Vec::new(),
            t,
            proof_hash,
        };
        let wanted = Wanted::Refuse(reason.to_owned());
        self.decide(signed, snapshot, signed_decision, wanted).await
    }

    /// The answer of the same decision that was sent before.
    async fn decided_before(
        &self,
        signed: &Signed,
        snapshot: &ApprovalSnapshot,
        t: &[u8; 32],
        proof_hash: &[u8; 32],
    ) -> Result<Option<DecisionResponse>, Error> {
        if !is_same_decision(&snapshot.action, t, proof_hash) {
            return Ok(None);
        }
        self.spend_only(signed).await?;
        self.stored_answer(&snapshot.action, snapshot.promise.as_deref())
            .map(Some)
    }

    /// The answer of a decision, as the database has it.
    fn stored_answer(&self, a: &Action, promise: Option<&str>) -> Result<DecisionResponse, Error> {
        let missing = Error::Corrupt("decision without a receipt");
        let (Some(decision), Some(promise)) = (&a.decision, promise) else {
            return Err(missing);
        };
        Ok(DecisionResponse {
            status: match decision.reason {
                Some(_) => Decided::Refused,
                None => Decided::Approved,
            },
            return_url: a
                .claim
                .as_ref()
                .and_then(|claim| kind::of(a.kind).return_url(self, a, claim)),
            receipt: decision.receipt.as_ref().ok_or(missing)?.to_string(),
            promise: promise.to_owned(),
        })
    }

    fn transcript(
        &self,
        snapshot: &ApprovalSnapshot,
        sequence: i64,
        (factor, decision): (Factor, Decision),
        statement: Option<&str>,
        choices: &[Chosen],
    ) -> Result<Transcript, Error> {
        let (a, claim) = (&snapshot.action, &snapshot.claim);
        let origin = Origin::of(a)?;
        Ok(Transcript {
            issuer: self.config.issuer.clone(),
            identity: claim.identity.to_string(),
            device: claim.device.to_string(),
            sequence: sequence.unsigned_abs(),
            epoch: claim.epoch.unsigned_abs(),
            code_version: claim.code_version()?.unsigned_abs(),
            nonce: claim.nonce,
            action: a.id.to_string(),
            partner: origin.partner.to_owned(),
            domain: ActionRequest::parse(&a.request)?
                .partner_domain
                .into_owned(),
            flow: claim.flow,
            browser_binding: origin.browser_binding,
            view_hash: claim.view_hash,
            attributes_hash: claim.attributes_hash,
            choices_hash: Some(choices_hash(choices)),
            documents: Vec::new(),
            sim_statement_hash: statement.map(|jws| sha256(jws.as_bytes())),
            factor,
            decision,
            expires: a.expires.unsigned_abs(),
        })
    }

    /// Whether the factor proves `T`. False for a wrong code.
    async fn is_proven(
        &self,
        signed: &Signed,
        attempt: &Attempt,
        body: &ApproveRequest,
        t: &[u8; 32],
    ) -> Result<bool, Error> {
        let proof = (attempt.factor, &body.ke3, &body.code_proof, &body.assertion);
        match proof {
            (Factor::Code, Some(ke3), Some(proof), None) => {
                let sealed = attempt
                    .state
                    .as_deref()
                    .ok_or(ProblemCode::AttemptUnknown)?;
                let state = self
                    .keys
                    .daily_made(attempt.state_day)?
                    .open(attempt.action.as_bytes(), sealed)?;
                let Some(session) = self.code.finish(&state, ke3.as_ref())? else {
                    return Ok(false);
                };
                let expected = code_rules::code_proof(&session, t);
                if constant_time_eq(&expected, &proof.0) {
                    Ok(true)
                } else {
                    Err(ProblemCode::ProofInvalid.into())
                }
            }
            (Factor::Biometric, None, None, Some(assertion)) => {
                let Some(key) = &signed.device.biometric_key else {
                    return Err(ProblemCode::ProofInvalid.into());
                };
                let expect = webauthn::Expected {
                    challenge: &Transcript::biometric_challenge(t),
                    origin: &self.config.app,
                    rp_id: self.config.rp_id(),
                };
                let registered = signed.device.biometric_backup;
                webauthn::verify_assertion(assertion, key, registered, &expect)
                    .map_err(|_| ProblemCode::ProofInvalid)?;
                Ok(true)
            }
            _ => Err(ProblemCode::MalformedRequest.into()),
        }
    }

    /// Prepares everything slow, then decides in one transaction.
    async fn decide(
        &self,
        signed: Signed,
        snapshot: ApprovalSnapshot,
        decision: SignedDecision,
        wanted: Wanted,
    ) -> Result<DecisionResponse, Error> {
        let ApprovalSnapshot {
            action, claim, now, ..
        } = snapshot;
        let key = self.persons.key(&claim.identity).await?;
        let view = key.open("action/view", &claim.view)?;
        let shown = view::parse(&view).map_err(|_| Error::Corrupt("view of an action"))?;
        match &wanted {
            Wanted::Approve(_) if !shown.accepts(&decision.choices) => {
                return Err(ProblemCode::MalformedRequest.into());
            }
            Wanted::Approve(_) | Wanted::Refuse(_) => {}
        }
        let sequence = self.sequence(&signed);
        let (leaf, status, statement) = match &wanted {
            Wanted::Approve(attempt) => (
                LeafKind::Approval,
                Decided::Approved,
                attempt.sim_statement.clone(),
            ),
            Wanted::Refuse(_) => (LeafKind::Refusal, Decided::Refused, None),
        };
        let choices = decision.choices.clone();
        let evidence = Evidence {
            decision: Some(decision.transcript.decision),
            factor: Some(decision.transcript.factor),
            device_jws: Some(signed.jws),
            sim_statement: statement,
            choices: decision.choices,
            time: now,
            transcript: Some(decision.transcript),
            view: Some(view.to_vec().into()),
        }
        .to_bytes();
        let kind = kind::of(action.kind);
        let approval = match &wanted {
            Wanted::Refuse(_) => None,
            Wanted::Approve(attempt) => Some(Approval {
                action: &action,
                claim: &claim,
                view: &view,
                choices: &choices,
                key: &key,
                methods: (attempt.factor, signed.device.key_kind),
            }),
        };
        let disclosed = match (&approval, kind.evidence()) {
            (Some(approval), Some(make)) => {
                let evident = Evident {
                    sub: grant::subject(self, &action, &claim.identity).await?,
                    time: now,
                };
                Some(make(self, approval, &evident)?)
            }
            _ => None,
        };
        let receipt = self.recorder(&claim.identity).await?.prepare_evident(
            ReceiptId::dated(now, &self.random),
            leaf,
            Some(&action.id),
            (&evidence, disclosed.as_deref()),
            now,
        )?;
        let answer = DecisionResponse {
            status,
            return_url: kind.return_url(self, &action, &claim),
            receipt: receipt.id.to_string(),
            promise: receipt.promise.clone(),
        };
        let effect = approval
            .map(|approval| kind.prepare(self, &approval))
            .transpose()?;
        let outcome = match (wanted, effect) {
            (Wanted::Approve(attempt), Some(effect)) => Outcome::Approved { effect, attempt },
            (Wanted::Approve(_), None) => {
                return Err(Error::Internal("an approval without effect"));
            }
            (Wanted::Refuse(reason), _) => Outcome::Refused { reason },
        };
        self.statements.forget(&action.id);
        let id = action.id.clone();
        let transaction = DecisionTransaction {
            sequence,
            action,
            claim,
            outcome,
            transcript: decision.t,
            proof_hash: decision.proof_hash,
            receipt,
            max_statement_age: self.config.lifetimes.sim_statement,
            statement_serves: self.config.lifetimes.sim_statement_login,
        };
        let decided = self.write(move |tx| transaction.run(tx)).await;
        let Err(refused @ Error::Refused(_)) = decided else {
            return decided.map(|()| answer);
        };
        // The same decision may have been sent twice at the same time, and the other one was taken.
        let found = self
            .store
            .read(move |tx| {
                let Some(found) = action::by_id(tx, &id)? else {
                    return Ok(None);
                };
                let promise = promise_of(tx, &found)?;
                Ok(Some((found, promise)))
            })
            .await?;
        match found {
            Some((a, promise)) if is_same_decision(&a, &decision.t, &decision.proof_hash) => {
                self.stored_answer(&a, promise.as_deref())
            }
            _ => Err(refused),
        }
    }
}

fn is_same_decision(a: &Action, t: &[u8; 32], proof_hash: &[u8; 32]) -> bool {
    a.decision.as_ref().is_some_and(|d| {
        d.transcript.as_ref() == Some(t) && d.proof_hash.as_ref() == Some(proof_hash)
    })
}

/// The device's signature must cover `T` and the proof.
fn require_signed(signed: &Signed, t: &[u8; 32], proof_hash: &[u8; 32]) -> Result<(), ProblemCode> {
    if signed.claims.t.as_ref() == Some(t) && signed.claims.h.as_ref() == Some(proof_hash) {
        Ok(())
    } else {
        Err(ProblemCode::ProofInvalid)
    }
}

fn proof_hash(body: &ApproveRequest) -> Result<[u8; 32], ProblemCode> {
    match (&body.ke3, &body.code_proof, &body.assertion) {
        (Some(ke3), Some(proof), None) => Ok(code_rules::proof_hash(ke3.as_ref(), &proof.0)),
        (None, None, Some(a)) => Ok(code_rules::biometric_proof_hash(
            a.authenticator_data.as_ref(),
            a.client_data.as_ref(),
            a.signature.as_ref(),
        )),
        _ => Err(ProblemCode::MalformedRequest),
    }
}
