//! Deciding as a person does: what was shown is what is approved, and an answer that got lost is asked for again.

use std::collections::BTreeMap;

use ipse_protocol::bytes::B32;
use ipse_protocol::opaque::OpaqueError;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::sha256;
use ipse_protocol::terms::{Factor, Obtained, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::view::Chosen;
use ipse_protocol::wire::{ApproveRequest, DecisionResponse, ImageResponse};
use serde::{Deserialize, Serialize};

use crate::error::{Error, local};
use crate::storage::{Exclusive, read_json, write_json};
use crate::{Approval, Biometric, CodeLogin, Opened, Phone, Result, Storage, Transport, requests};

/// Hashes of the views that were shown, by action.
const SHOWN: &str = "shown.json";
/// An approval whose answer has not come yet.
const PENDING: &str = "pending.json";
/// How many shown views are remembered.
const MAX_SHOWN: usize = 64;

/// What the person approves with.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// Five digits.
    Code(&'a str),
    /// Fingerprint.
    Biometric,
}

/// Expiry and view hash of each action that was shown.
type Shown = BTreeMap<String, (u64, B32)>;

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Claims the action of a link or QR text, and remembers its view as shown.
    ///
    /// # Errors
    /// As [`Phone::send_claim`]; `not_enrolled`.
    pub async fn claim(&mut self, link: &str, obtained: Obtained) -> Result<Opened> {
        self.enrolled()?;
        let opened = self.send_claim(link, obtained).await?;
        self.remember(&opened)?;
        Ok(opened)
    }

    /// Fetches an open action, and remembers its view as shown.
    ///
    /// # Errors
    /// As [`Phone::fetch_action`]; `not_enrolled`.
    pub async fn show(&mut self, action: &str) -> Result<Opened> {
        self.enrolled()?;
        let opened = self.fetch_action(action).await?;
        self.remember(&opened)?;
        Ok(opened)
    }

    /// What was shown is what will be approved, also by the next command.
    pub(crate) fn remember(&mut self, opened: &Opened) -> Result<()> {
        let mut shown: Shown = read_json(&self.storage, SHOWN)?.unwrap_or_default();
        let entry = (opened.offer.expires, B32::from(opened.offer.view_hash()));
        if shown.get(&opened.offer.action) == Some(&entry) {
            return Ok(());
        }
        shown.insert(opened.offer.action.clone(), entry);
        while shown.len() > MAX_SHOWN {
            let oldest = shown.iter().min_by_key(|(_, (expires, _))| *expires);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
                break;
            };
            shown.remove(&oldest);
        }
        write_json(&mut self.storage, SHOWN, &shown)
    }

    /// Fetches an action to decide it. A view that was shown before must not have changed.
    async fn fetch_shown(&mut self, action: &str) -> Result<Opened> {
        self.enrolled()?;
        let opened = self.fetch_action(action).await?;
        let shown: Shown = read_json(&self.storage, SHOWN)?.unwrap_or_default();
        match shown.get(action) {
            Some((_, hash)) if hash.0 != opened.offer.view_hash() => {
                Err(Error::problem(ProblemCode::ViewChanged))
            }
            _ => Ok(opened),
        }
    }

    /// Approves an action: the whole sequence of steps.
    ///
    /// # Errors
    /// `code_wrong` with `wrong_codes_left` and `blocked`, and the other refusals of the protocol.
    pub async fn approve(&mut self, action: &str, proof: Proof<'_>) -> Result<DecisionResponse> {
        self.approve_choosing(action, proof, &[]).await
    }

    /// As [`Phone::approve`], with what the person chose. Keys that the view does not have are left out.
    ///
    /// # Errors
    /// As [`Phone::approve`].
    pub async fn approve_choosing(
        &mut self,
        action: &str,
        proof: Proof<'_>,
        wanted: &[Chosen],
    ) -> Result<DecisionResponse> {
        let _lock = self.storage.lock(Exclusive::Decision).await?;
        self.enrolled()?;
        if let Some(done) = self.resume(action).await? {
            return Ok(done);
        }
        let mut opened = self.fetch_shown(action).await?;
        self.fetch_images(&opened).await?;
        opened.chosen = opened.view.choosing(wanted);
        let factor = match proof {
            Proof::Code(_) => Factor::Code,
            Proof::Biometric => Factor::Biometric,
        };
        if !opened.offer.factors.contains(&factor) {
            return Err(Error::of(local::FACTOR).with("factor", factor.as_str()));
        }
        let approval = match proof {
            Proof::Code(code) => self.prove_code(&opened, code).await?,
            Proof::Biometric => self.prove_biometric(&opened).await?,
        };
        let pending = Pending::new(action, approval.choosing(opened.chosen));
        write_json(&mut self.storage, PENDING, &pending)?;
        self.settle(pending).await
    }

    /// Fetches the images of a view. Nothing is approved whose images are not those of the view.
    async fn fetch_images(&mut self, opened: &Opened) -> Result<()> {
        for digest in opened.view.images() {
            let message = requests::image(&opened.offer.action, &digest);
            let image: ImageResponse = self.call(message).await?;
            if sha256(&image.bytes.0) != digest {
                return Err(Error::of(local::VIEW).with("reason", "another image"));
            }
        }
        Ok(())
    }

    /// Sends an approval again whose answer was lost with a connection or a process: the scheme gives the same answer.
    async fn resume(&mut self, action: &str) -> Result<Option<DecisionResponse>> {
        let pending: Option<Pending> = read_json(&self.storage, PENDING)?;
        match pending.filter(|pending| pending.action == action) {
            None => Ok(None),
            Some(pending) => match self.settle(pending).await {
                Ok(done) => Ok(Some(done)),
                // That attempt is over; the person approves a second time.
                Err(error) if matches!(&*error.code, "attempt_unknown" | "proof_invalid") => {
                    Ok(None)
                }
                Err(error) => Err(error),
            },
        }
    }

    async fn settle(&mut self, pending: Pending) -> Result<DecisionResponse> {
        let (action, approval) = pending.into_parts();
        let answer = self
            .exchange(requests::approve(&action, &approval)?)
            .await?;
        if answer.status.is_server_error() {
            // It is not known yet whether it was decided: keep the proofs.
            return answer.read();
        }
        self.storage.remove(PENDING)?;
        let done: DecisionResponse = answer.read()?;
        self.check_promise(&done)?;
        Ok(done)
    }

    async fn prove_code(&mut self, opened: &Opened, code: &str) -> Result<Approval> {
        let unreadable = || Error::of(local::ANSWER);
        let (login, ke1) =
            CodeLogin::start(self.stretching, code, &self.random).map_err(|_| unreadable())?;
        let attempt = self.open_attempt(opened, Factor::Code, Some(ke1)).await?;
        let ke2 = attempt.ke2.as_ref().ok_or_else(unreadable)?;
        let finished = match login.finish(&ke2.0) {
            Ok(finished) => finished,
            Err(OpaqueError::Code) => {
                return Err(self
                    .send_wrong_code(&opened.offer.action, &attempt.attempt)
                    .await);
            }
            Err(OpaqueError::Message) => return Err(unreadable()),
        };
        let transcript = self.transcript(opened, &attempt, Factor::Code)?;
        Ok(Approval::with_code(
            &attempt.attempt,
            &transcript,
            &finished,
        ))
    }

    async fn prove_biometric(&mut self, opened: &Opened) -> Result<Approval> {
        let biometric = Biometric::open(&self.storage)?;
        let attempt = self.open_attempt(opened, Factor::Biometric, None).await?;
        if !attempt
            .biometric_credential
            .as_ref()
            .is_some_and(|id| biometric.has_id(&id.0))
        {
            return Err(Error::of(local::BIOMETRIC));
        }
        let transcript = self.transcript(opened, &attempt, Factor::Biometric)?;
        let state = self.state()?;
        let challenge = Transcript::biometric_challenge(&transcript.hash());
        let assertion = biometric.assert(&state.rp_id, &state.app, &challenge)?;
        Ok(Approval::with_biometric(
            &attempt.attempt,
            &transcript,
            assertion,
        ))
    }

    /// Refuses an action; no factor is needed.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn refuse(
        &mut self,
        action: &str,
        reason: RefusalReason,
    ) -> Result<DecisionResponse> {
        let _lock = self.storage.lock(Exclusive::Decision).await?;
        let opened = self.fetch_shown(action).await?;
        let done = self.send_refusal(&opened, reason).await?;
        self.check_promise(&done)?;
        Ok(done)
    }
}

#[derive(Serialize, Deserialize)]
struct Pending {
    action: String,
    /// Body, T and H.
    proven: (ApproveRequest, B32, B32),
}

impl Pending {
    fn new(action: &str, approval: Approval) -> Self {
        Pending {
            action: action.to_owned(),
            proven: (approval.request, approval.t, approval.proof_hash),
        }
    }

    fn into_parts(self) -> (String, Approval) {
        let (request, t, proof_hash) = self.proven;
        let approval = Approval {
            request,
            t,
            proof_hash,
        };
        (self.action, approval)
    }
}
