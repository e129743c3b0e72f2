//! Claim, read, decide (docs/protocol.md §5–6). The code and OPAQUE's state stay in memory.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ipse_jose::{Alg, VerifyingKey, jws, strict_json};
use ipse_protocol::bytes::{B32, Fixed};
use ipse_protocol::opaque::{ClientLogin, OpaqueError, Stretching};
use ipse_protocol::receipt::{PROMISE_TYP, Promise};
use ipse_protocol::terms::{ActionStatus, Decision, Factor, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{
    ActionResponse, ApproveRequest, Attempt, AttemptRequest, AttemptResponse, BlockResponse,
    ClaimRequest, DecisionResponse, Empty, Offer, RefuseRequest, WrongRequest,
};
use ipse_protocol::{code as code_rules, ids};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::biometric::Biometric;
use crate::error::{Error, local};
use crate::phone::{Body, read};
use crate::state::{PENDING, SHOWN, State};
use crate::{Opened, Phone, Result};

/// How long to wait for the SIM.
const PATIENCE: Duration = Duration::from_secs(25);
/// How many shown views are remembered.
const REMEMBERED: usize = 64;

/// What the person approves with.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// Five digits.
    Code(&'a str),
    /// Fingerprint.
    Biometric,
}

impl Phone {
    /// Claims the action behind a link or QR text.
    ///
    /// # Errors
    /// `link_invalid`, `link_stale`, `already_claimed`, `view_unreadable`.
    pub async fn claim(&self, link: &str) -> Result<Opened> {
        self.enrolled()?;
        let link = link.trim().to_owned();
        let offer: Offer = self
            .post("/phone/v1/actions/claim", &ClaimRequest { link })
            .await?;
        let opened = Opened::new(offer)?;
        self.remember(&opened)?;
        Ok(opened)
    }

    /// What an open action shows.
    ///
    /// # Errors
    /// `not_found`; `action_closed` when it is decided or not claimed by this phone.
    pub async fn show(&self, action: &str) -> Result<Opened> {
        let opened = self.fetch(action).await?;
        self.remember(&opened)?;
        Ok(opened)
    }

    async fn fetch(&self, action: &str) -> Result<Opened> {
        self.enrolled()?;
        check_id(action)?;
        let found: ActionResponse = self.get(&format!("/phone/v1/actions/{action}")).await?;
        match found.offer {
            Some(offer) if offer.action == action => Opened::new(offer),
            Some(_) => Err(Error::of(local::VIEW)),
            None => {
                let code = match found.summary.status {
                    ActionStatus::Expired => ipse_protocol::problem::ProblemCode::ActionExpired,
                    _ => ipse_protocol::problem::ProblemCode::ActionClosed,
                };
                Err(Error {
                    code: code.as_str().into(),
                    detail: code.detail().to_owned(),
                    ..Error::of(local::VIEW)
                }
                .with("action_status", found.summary.status.as_str()))
            }
        }
    }

    /// What was shown is what will be approved, also by the next command.
    fn remember(&self, opened: &Opened) -> Result<()> {
        let mut shown: BTreeMap<String, (u64, B32)> =
            self.home.read_json(SHOWN)?.unwrap_or_default();
        let entry = (opened.offer.expires, B32::from(opened.offer.view_hash()));
        if shown.get(&opened.offer.action) == Some(&entry) {
            return Ok(());
        }
        shown.insert(opened.offer.action.clone(), entry);
        while shown.len() > REMEMBERED {
            let oldest = shown.iter().min_by_key(|(_, (expires, _))| *expires);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
                break;
            };
            shown.remove(&oldest);
        }
        self.home.write_json(SHOWN, &shown)
    }

    /// Opens an action to decide it. A view that was shown before must not have changed.
    async fn open_shown(&self, action: &str) -> Result<Opened> {
        let opened = self.fetch(action).await?;
        let shown: BTreeMap<String, (u64, B32)> = self.home.read_json(SHOWN)?.unwrap_or_default();
        match shown.get(action) {
            Some((_, hash)) if hash.0 != opened.offer.view_hash() => {
                let code = ipse_protocol::problem::ProblemCode::ViewChanged;
                Err(Error {
                    code: code.as_str().into(),
                    detail: code.detail().to_owned(),
                    ..Error::of(local::VIEW)
                })
            }
            _ => Ok(opened),
        }
    }

    /// Approves an action.
    ///
    /// # Errors
    /// `code_wrong` with `wrong_codes_left` and `blocked`, and the other refusals of the protocol.
    pub async fn approve(&self, action: &str, proof: Proof<'_>) -> Result<DecisionResponse> {
        let _deciding = self.home.deciding().await?;
        let state = self.enrolled()?;
        if let Some(done) = self.resume(&state, action).await? {
            return Ok(done);
        }
        let opened = self.open_shown(action).await?;
        let factor = match proof {
            Proof::Code(_) => Factor::Code,
            Proof::Biometric => Factor::Biometric,
        };
        if !opened.offer.factors.contains(&factor) {
            return Err(Error::of(local::FACTOR).with("factor", factor.as_str()));
        }
        let proven = match proof {
            Proof::Code(code) => self.prove_code(&state, &opened, code).await?,
            Proof::Biometric => self.prove_biometric(&state, &opened).await?,
        };
        let pending = Pending {
            action: action.to_owned(),
            proven,
        };
        self.home.write_json(PENDING, &pending)?;
        self.settle(&state, &pending).await
    }

    /// An approval whose answer was lost (a connection, a crash) is sent again: the scheme gives the same answer.
    /// It holds proofs of one transcript, nothing that tells the code.
    async fn resume(&self, state: &State, action: &str) -> Result<Option<DecisionResponse>> {
        let pending: Option<Pending> = self.home.read_json(PENDING)?;
        match pending.filter(|pending| pending.action == action) {
            None => Ok(None),
            Some(pending) => match self.settle(state, &pending).await {
                Ok(done) => Ok(Some(done)),
                // The attempt is over; the person has just approved anew.
                Err(error) if matches!(&*error.code, "attempt_unknown" | "proof_invalid") => {
                    Ok(None)
                }
                Err(error) => Err(error),
            },
        }
    }

    async fn settle(&self, state: &State, pending: &Pending) -> Result<DecisionResponse> {
        let path = format!("/phone/v1/actions/{}/approve", pending.action);
        let (body, t, h) = &pending.proven;
        let answer = self
            .ask(Method::POST, &path, &|_| {
                Ok(Body {
                    decision: Some((t.0, h.0)),
                    ..Body::json(body)?
                })
            })
            .await?;
        if answer.status.is_server_error() {
            // Nobody knows yet whether it was decided: keep the proofs.
            return read(&answer);
        }
        self.home.remove(PENDING)?;
        let done: DecisionResponse = read(&answer)?;
        check_promise(state, &done)?;
        Ok(done)
    }

    async fn prove_code(&self, state: &State, opened: &Opened, code: &str) -> Result<Proven> {
        let unreadable = || Error::of(local::ANSWER);
        let (login, ke1) = ClientLogin::<Stretching>::start(code).map_err(|_| unreadable())?;
        let attempt = self.attempt(opened, Factor::Code, Some(ke1.into())).await?;
        let ke2 = attempt.ke2.as_ref().ok_or_else(unreadable)?;
        let finished = match login.finish(&ke2.0) {
            Ok(finished) => finished,
            Err(OpaqueError::Code) => return Err(self.tell_wrong(opened, &attempt).await),
            Err(OpaqueError::Message) => return Err(unreadable()),
        };
        let t = self
            .transcript(state, opened, &attempt, Factor::Code)?
            .hash();
        let proof = code_rules::code_proof(&finished.session_key, &t);
        let request = ApproveRequest {
            attempt: attempt.attempt,
            t: t.into(),
            ke3: Some(finished.ke3.into()),
            code_proof: Some(proof.into()),
            assertion: None,
        };
        let h = code_rules::proof_hash(&finished.ke3, &proof);
        Ok((request, t.into(), h.into()))
    }

    async fn prove_biometric(&self, state: &State, opened: &Opened) -> Result<Proven> {
        let biometric = Biometric::open(&self.home)?;
        let attempt = self.attempt(opened, Factor::Biometric, None).await?;
        if !attempt
            .biometric_credential
            .as_ref()
            .is_some_and(|id| biometric.is(&id.0))
        {
            return Err(Error::of(local::BIOMETRIC));
        }
        let t = self
            .transcript(state, opened, &attempt, Factor::Biometric)?
            .hash();
        let assertion = biometric.assert(
            &state.rp_id,
            &state.app,
            &Transcript::biometric_challenge(&t),
        );
        let h = code_rules::biometric_proof_hash(
            &assertion.authenticator_data.0,
            &assertion.client_data.0,
            &assertion.signature.0,
        );
        let request = ApproveRequest {
            attempt: attempt.attempt,
            t: t.into(),
            ke3: None,
            code_proof: None,
            assertion: Some(assertion),
        };
        Ok((request, t.into(), h.into()))
    }

    /// Opens an attempt; waits while the SIM is being contacted, which spends nothing.
    async fn attempt(
        &self,
        opened: &Opened,
        factor: Factor,
        ke1: Option<Fixed<{ ipse_protocol::opaque::KE1_LEN }>>,
    ) -> Result<Attempt> {
        let path = format!("/phone/v1/actions/{}/attempt", opened.offer.action);
        let request = AttemptRequest {
            factor,
            nonce: opened.offer.nonce,
            view_hash: opened.offer.view_hash().into(),
            ke1,
        };
        let began = Instant::now();
        loop {
            match self.post(&path, &request).await? {
                AttemptResponse::Attempt(attempt) => return Ok(attempt),
                AttemptResponse::Wait { retry_after_ms, .. } => {
                    if began.elapsed() > PATIENCE {
                        let code = ipse_protocol::problem::ProblemCode::SimUnavailable;
                        return Err(Error {
                            code: code.as_str().into(),
                            detail: code.detail().to_owned(),
                            ..Error::of(local::OFFLINE)
                        });
                    }
                    tokio::time::sleep(Duration::from_millis(retry_after_ms.clamp(50, 5000))).await;
                }
            }
        }
    }

    fn transcript(
        &self,
        state: &State,
        opened: &Opened,
        attempt: &Attempt,
        factor: Factor,
    ) -> Result<Transcript> {
        let statement = attempt.sim_statement.as_deref();
        opened.check_statement(&state.issuer, statement)?;
        let device = state.device.as_deref().unwrap_or_default();
        Ok(opened.transcript(
            &state.issuer,
            device,
            attempt.sequence,
            statement,
            factor,
            Decision::Approve,
        ))
    }

    /// Told at once, so that the count is settled and the scheme says how many tries are left.
    async fn tell_wrong(&self, opened: &Opened, attempt: &Attempt) -> Error {
        let path = format!("/phone/v1/actions/{}/wrong", opened.offer.action);
        let attempt = attempt.attempt.clone();
        match self
            .post::<_, serde_json::Value>(&path, &WrongRequest { attempt })
            .await
        {
            Err(error) => error,
            Ok(_) => Error::of(local::ANSWER),
        }
    }

    /// Refuses an action; no factor is needed.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn refuse(&self, action: &str, reason: RefusalReason) -> Result<DecisionResponse> {
        let _deciding = self.home.deciding().await?;
        let opened = self.open_shown(action).await?;
        let state = self.enrolled()?;
        let device = state.device.as_deref().unwrap_or_default();
        let path = format!("/phone/v1/actions/{action}/refuse");
        let answer = self
            .ask(Method::POST, &path, &|sequence| {
                let t = opened
                    .transcript(
                        &state.issuer,
                        device,
                        sequence,
                        None,
                        Factor::None,
                        Decision::Refuse,
                    )
                    .hash();
                let request = RefuseRequest {
                    t: t.into(),
                    sequence,
                    reason,
                };
                Ok(Body {
                    decision: Some((t, code_rules::no_proof_hash())),
                    ..Body::json(&request)?
                })
            })
            .await?;
        let done: DecisionResponse = read(&answer)?;
        check_promise(&state, &done)?;
        Ok(done)
    }

    /// "This wasn't me": blocks the identity and records it.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn report(&self, action: &str) -> Result<BlockResponse> {
        check_id(action)?;
        self.post(&format!("/phone/v1/actions/{action}/report"), &Empty {})
            .await
    }
}

/// The request with T and the proof hash that the device signs.
type Proven = (ApproveRequest, B32, B32);

#[derive(Serialize, Deserialize)]
struct Pending {
    action: String,
    proven: Proven,
}

fn check_id(action: &str) -> Result<()> {
    if ids::valid(ids::ACTION, action) {
        return Ok(());
    }
    let code = ipse_protocol::problem::ProblemCode::NotFound;
    Err(Error {
        code: code.as_str().into(),
        detail: code.detail().to_owned(),
        ..Error::of(local::ANSWER)
    })
}

/// The scheme's signed word that this decision will be in the log.
fn check_promise(state: &State, done: &DecisionResponse) -> Result<()> {
    let holds = || {
        let key = VerifyingKey::from_jwk(&state.log_key, Alg::Es256).ok()?;
        let jws = jws::verify(&done.promise, 4096, &key, &[PROMISE_TYP]).ok()?;
        let promise: Promise = strict_json(&jws.payload).ok()?;
        (promise.receipt == done.receipt).then_some(())
    };
    holds().ok_or_else(|| Error::of(local::PROMISE))
}
