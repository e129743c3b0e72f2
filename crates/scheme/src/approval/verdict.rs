//! Approvals and refusals: every check that needs no lock, then the transaction that decides.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::receipt::Evidence;
use ipse_protocol::terms::{self, Factor, Flow, LeafKind};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{ApproveRequest, Decided, DecisionResponse, RefuseRequest};
use ipse_protocol::{code as code_rules, constant_time_eq, ids, sha256};
use ipse_store::action::{self, Action, Attempt};
use ipse_store::identity as identities;
use zeroize::Zeroizing;

use super::counting::{close_right, judged_wrong};
use super::deciding::Deciding;
use super::{Read, promise_of, still_linked, unchanged};
use crate::action::{ActionRequest, OWN, fixed, word};
use crate::device::{Incoming, Signed};
use crate::error::{Error, settle};
use crate::{Scheme, login, webauthn};

pub(super) struct Verdict {
    pub(super) status: &'static str,
    pub(super) transcript: Transcript,
    pub(super) t: [u8; 32],
    pub(super) proof_hash: [u8; 32],
    pub(super) reason: Option<String>,
}

impl Scheme {
    /// The approval (protocol §6): checks that need no database first, then one deciding transaction.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn approve(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        body: &ApproveRequest,
    ) -> Result<DecisionResponse, Error> {
        let (signed, read) = self
            .read_signed(incoming, id, Some(body.attempt.clone()))
            .await?;
        let t = body.t.0;
        let proof_hash = proof_hash(body)?;
        covers(&signed, &t, &proof_hash)?;
        if let Some(answer) = self.decided_before(&signed, &read, &t, &proof_hash).await? {
            return Ok(answer);
        }
        let late = still_linked(&read).err();
        let attempt = read
            .attempt
            .as_ref()
            .filter(|a| a.action == read.action.id && a.status == "open");
        let Some(attempt) = attempt else {
            return Err(match late {
                Some(late) => late,
                None => self.why_not_open(&signed, &read).await?,
            });
        };
        let transcript = self.transcript(
            &signed,
            &read,
            attempt.sequence,
            (
                word(Factor::parse, Some(&attempt.factor))?,
                terms::Decision::Approve,
            ),
            attempt.sim_statement.as_deref(),
        )?;
        if transcript.hash() != t {
            return Err(late.unwrap_or_else(|| ProblemCode::ProofInvalid.into()));
        }
        if !self.proven(&signed, &read, attempt, body, &t).await? {
            let (attempt, sequence) = (attempt.id.clone(), self.sequence(&signed));
            return settle(
                self.store
                    .write(move |tx| {
                        if let Err(problem) = sequence.spend(tx)? {
                            return Ok(Err(problem));
                        }
                        judged_wrong(tx, &attempt).map(Err)
                    })
                    .await,
            );
        }
        if let Some(late) = late {
            // The code was right, though it came too late for this action: it was no guess.
            let (attempt, sequence) = (attempt.clone(), self.sequence(&signed));
            settle(
                self.store
                    .write(move |tx| {
                        if let Err(problem) = sequence.spend(tx)? {
                            return Ok(Err(problem));
                        }
                        close_right(tx, &attempt).map(Ok)
                    })
                    .await,
            )?;
            return Err(late);
        }
        self.decide(
            signed,
            read,
            Verdict {
                status: "approved",
                transcript,
                t,
                proof_hash,
                reason: None,
            },
        )
        .await
    }

    /// Why an attempt is not open: a change that no attempt at this action outlives, before anything else.
    async fn why_not_open(&self, signed: &Signed, read: &Read) -> Result<Error, Error> {
        let who = signed.device.identity.clone();
        let now = self
            .store
            .read(move |tx| identities::by_id(tx, &who))
            .await?;
        let changed = now.and_then(|now| unchanged(read, &now).err());
        Ok(changed.unwrap_or_else(|| ProblemCode::AttemptUnknown.into()))
    }

    /// A refusal is an outcome like any other.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn refuse(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        body: &RefuseRequest,
    ) -> Result<DecisionResponse, Error> {
        let (signed, read) = self.read_signed(incoming, id, None).await?;
        let t = body.t.0;
        let proof_hash = code_rules::no_proof_hash();
        covers(&signed, &t, &proof_hash)?;
        if let Some(answer) = self.decided_before(&signed, &read, &t, &proof_hash).await? {
            return Ok(answer);
        }
        let again = read.action.status == "refused"
            && read.action.reason.as_deref() == Some(body.reason.as_str());
        if !again {
            still_linked(&read)?;
        }
        let transcript = self.transcript(
            &signed,
            &read,
            body.sequence as i64,
            (Factor::None, terms::Decision::Refuse),
            None,
        )?;
        if transcript.hash() != t || body.sequence != signed.claims.seq {
            return Err(ProblemCode::ProofInvalid.into());
        }
        if again {
            // The first one's answer was lost and other requests went out since: signed anew, it says nothing else.
            self.spend_only(&signed).await?;
            return Ok(self.answer_of_before(&read.action, read.promise));
        }
        self.decide(
            signed,
            read,
            Verdict {
                status: "refused",
                transcript,
                t,
                proof_hash,
                reason: Some(body.reason.as_str().to_owned()),
            },
        )
        .await
    }

    /// The same decision sent again gets the same answer.
    async fn decided_before(
        &self,
        signed: &Signed,
        read: &Read,
        t: &[u8; 32],
        proof_hash: &[u8; 32],
    ) -> Result<Option<DecisionResponse>, Error> {
        let answer = self.same_decision(&read.action, read.promise.clone(), t, proof_hash);
        if answer.is_some() {
            self.spend_only(signed).await?;
        }
        Ok(answer)
    }

    fn same_decision(
        &self,
        a: &Action,
        promise: Option<String>,
        t: &[u8; 32],
        proof_hash: &[u8; 32],
    ) -> Option<DecisionResponse> {
        let same = a.transcript.as_deref() == Some(&t[..])
            && a.proof_hash.as_deref() == Some(&proof_hash[..]);
        same.then(|| self.answer_of_before(a, promise))
    }

    fn answer_of_before(&self, a: &Action, promise: Option<String>) -> DecisionResponse {
        DecisionResponse {
            status: if a.reason.is_some() {
                Decided::Refused
            } else {
                Decided::Approved
            },
            return_url: self.return_url(a),
            receipt: a.receipt.clone().unwrap_or_default(),
            promise: promise.unwrap_or_default(),
        }
    }

    fn return_url(&self, a: &Action) -> Option<String> {
        let same_device = a.flow.as_deref() == Some("app") && a.partner.is_some();
        same_device.then(|| {
            format!(
                "{}/return/{}",
                self.config.issuer,
                login::return_token(&*self.keys, &a.id)
            )
        })
    }

    fn transcript(
        &self,
        signed: &Signed,
        read: &Read,
        sequence: i64,
        (factor, decision): (Factor, terms::Decision),
        statement: Option<&str>,
    ) -> Result<Transcript, Error> {
        let a = &read.action;
        Ok(Transcript {
            issuer: self.config.issuer.clone(),
            identity: signed.device.identity.clone(),
            device: a.device.clone().unwrap_or_default(),
            sequence: sequence as u64,
            epoch: a.epoch.unwrap_or_default() as u64,
            code_version: a.code_version.unwrap_or_default() as u64,
            nonce: fixed(a.nonce.as_deref().unwrap_or_default()),
            action: a.id.clone(),
            partner: a.partner.as_deref().unwrap_or(OWN).to_owned(),
            domain: ActionRequest::parse(&a.request)?
                .partner_domain
                .into_owned(),
            flow: word(Flow::parse, a.flow.as_deref())?,
            browser_binding: fixed(a.browser.as_deref().unwrap_or(&[0; 32])),
            view_hash: fixed(a.view_hash.as_deref().unwrap_or_default()),
            attributes_hash: fixed(a.attributes_hash.as_deref().unwrap_or_default()),
            documents: Vec::new(),
            sim_statement_hash: statement.map(|jws| sha256(jws.as_bytes())),
            factor,
            decision,
            expires: a.expires as u64,
        })
    }

    /// Whether the factor proves `T`.
    async fn proven(
        &self,
        signed: &Signed,
        read: &Read,
        attempt: &Attempt,
        body: &ApproveRequest,
        t: &[u8; 32],
    ) -> Result<bool, Error> {
        match (
            attempt.factor.as_str(),
            &body.ke3,
            &body.code_proof,
            &body.assertion,
        ) {
            ("code", Some(ke3), Some(proof), None) => {
                let sealed = attempt
                    .state
                    .as_deref()
                    .ok_or(Error::from(ProblemCode::AttemptUnknown))?;
                let state = self
                    .keys
                    .daily(attempt.state_day)?
                    .open(read.action.id.as_bytes(), sealed)?;
                let Some(session) = self.code.finish(&state, ke3.as_ref())? else {
                    return Ok(false);
                };
                let expected = code_rules::code_proof(&session, t);
                if constant_time_eq(&expected, &proof.0)
                    || !enforced(Control::T06ProofCoversTranscript)
                {
                    Ok(true)
                } else {
                    Err(ProblemCode::ProofInvalid.into())
                }
            }
            ("unlock", None, None, Some(assertion)) => {
                let Some(key) = &signed.device.biometric_key else {
                    return Err(ProblemCode::ProofInvalid.into());
                };
                let expect = webauthn::Expected {
                    challenge: &Transcript::biometric_challenge(t),
                    origin: &self.config.app,
                    rp_id: self.config.rp_id(),
                };
                webauthn::verify_assertion(assertion, key, &expect)
                    .map_err(|_| Error::from(ProblemCode::ProofInvalid))?;
                Ok(true)
            }
            _ => Err(ProblemCode::MalformedRequest.into()),
        }
    }

    /// Prepares everything slow, then decides in one transaction.
    async fn decide(
        &self,
        signed: Signed,
        read: Read,
        verdict: Verdict,
    ) -> Result<DecisionResponse, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        let view = match &read.action.view {
            Some(view) => key.open("action/view", view)?,
            None => Zeroizing::new(Vec::new()),
        };
        let sequence = self.sequence(&signed);
        let attempt = read
            .attempt
            .as_ref()
            .filter(|a| verdict.status == "approved" && a.action == read.action.id);
        let evidence = Evidence {
            decision: Some(verdict.transcript.decision),
            factor: Some(verdict.transcript.factor),
            device_jws: Some(signed.jws),
            sim_statement: attempt.and_then(|a| a.sim_statement.clone()),
            time: read.now,
            transcript: Some(verdict.transcript.clone()),
            view: Some(view.to_vec().into()),
        }
        .to_bytes();
        let approved = verdict.status == "approved";
        let kind = if approved {
            LeafKind::Approval
        } else {
            LeafKind::Refusal
        };
        let receipt = self.recorder(&signed.device.identity).await?.prepare(
            &ids::dated(ids::RECEIPT, read.now),
            kind,
            Some(&read.action.id),
            &evidence,
            read.now,
        )?;
        let grant = if approved && read.action.partner.is_some() {
            Some(login::prepare_grant(self, &read.action, &view, &key)?)
        } else {
            None
        };
        let answer = DecisionResponse {
            status: if approved {
                Decided::Approved
            } else {
                Decided::Refused
            },
            return_url: self.return_url(&read.action),
            receipt: receipt.id.clone(),
            promise: receipt.promise.clone(),
        };
        self.statements.forget(&read.action.id);
        let deciding = Deciding {
            sequence,
            attempt: attempt.cloned(),
            max_statement_age: self.config.lifetimes.sim_statement,
            statement_serves: self.config.lifetimes.sim_statement_login,
            action: read.action,
            verdict,
            receipt,
            grant,
        };
        let keys = self.keys.clone();
        let (id, t, proof_hash) = (
            deciding.action.id.clone(),
            deciding.verdict.t,
            deciding.verdict.proof_hash,
        );
        let decided = settle(self.store.write(move |tx| deciding.run(tx, &*keys)).await);
        match decided {
            Ok(()) => Ok(answer),
            Err(refused @ Error::Refused(_)) => {
                // The same decision may have been sent twice at once, and the other one was taken.
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
                found
                    .and_then(|(a, promise)| self.same_decision(&a, promise, &t, &proof_hash))
                    .ok_or(refused)
            }
            Err(error) => Err(error),
        }
    }
}

/// The device's signature covers `T` and the proof.
fn covers(signed: &Signed, t: &[u8; 32], proof_hash: &[u8; 32]) -> Result<(), Error> {
    if signed.claims.t.as_ref() == Some(t) && signed.claims.h.as_ref() == Some(proof_hash) {
        Ok(())
    } else {
        Err(ProblemCode::ProofInvalid.into())
    }
}

fn proof_hash(body: &ApproveRequest) -> Result<[u8; 32], Error> {
    match (&body.ke3, &body.code_proof, &body.assertion) {
        (Some(ke3), Some(proof), None) => Ok(code_rules::proof_hash(ke3.as_ref(), &proof.0)),
        (None, None, Some(a)) => Ok(code_rules::biometric_proof_hash(
            a.authenticator_data.as_ref(),
            a.client_data.as_ref(),
            a.signature.as_ref(),
        )),
        _ => Err(ProblemCode::MalformedRequest.into()),
    }
}
