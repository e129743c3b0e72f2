//! The steps of one action (docs/protocol.md §5–6), one request each, and the proofs between them.

use std::time::Duration;

use ipse_jose::{Alg, VerifyingKey, jws, strict_json};
use ipse_protocol::ids::ActionId;
use ipse_protocol::opaque::KE1_LEN;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::receipt::{PROMISE_TYP, Promise};
use ipse_protocol::terms::{ActionStatus, Decision, Factor, Obtained, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{
    ActionResponse, Attempt, AttemptResponse, BlockResponse, DecisionResponse, Offer,
    StopReturnsResponse,
};

use crate::error::{Error, local};
use crate::{Approval, Opened, Phone, Result, State, Storage, Transport, requests};

/// How long to wait for the SIM.
const SIM_PATIENCE: Duration = Duration::from_secs(25);
/// Shortest and longest pause before an attempt is sent again, in milliseconds.
const PAUSE_MS: (u64, u64) = (50, 5_000);

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Claims the action of a link or QR text, and reads its view.
    ///
    /// # Errors
    /// `link_invalid`, `link_stale`, `already_claimed`, `scan_required`, `view_unreadable`.
    pub async fn send_claim(&mut self, link: &str, obtained: Obtained) -> Result<Opened> {
        let offer: Offer = self.call(requests::claim(link, obtained)?).await?;
        Opened::new(offer)
    }

    /// Fetches an open action that this phone claimed, and reads its view.
    ///
    /// # Errors
    /// `not_found`; `action_closed` or `action_expired` when there is nothing to decide.
    pub async fn fetch_action(&mut self, action: &str) -> Result<Opened> {
        check_id(action)?;
        let found: ActionResponse = self.call(requests::action(action)).await?;
        match found.offer {
            Some(offer) if offer.action == action => Opened::new(offer),
            Some(_) => Err(Error::of(local::VIEW)),
            None => {
                let code = match found.summary.status {
                    ActionStatus::Expired => ProblemCode::ActionExpired,
                    _ => ProblemCode::ActionClosed,
                };
                Err(Error::problem(code).with("action_status", found.summary.status.as_str()))
            }
        }
    }

    /// Opens an attempt; `ke1` is OPAQUE's first message, for the factor `code`. While the SIM is being contacted the
    /// answer is [`AttemptResponse::Wait`], and nothing is spent.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn send_attempt(
        &mut self,
        opened: &Opened,
        factor: Factor,
        ke1: Option<[u8; KE1_LEN]>,
    ) -> Result<AttemptResponse> {
        self.call(requests::attempt(&opened.offer, factor, ke1)?)
            .await
    }

    /// As [`Phone::send_attempt`], again and again while the SIM is being contacted.
    ///
    /// # Errors
    /// `sim_unavailable` after 25 seconds, and the refusals of the protocol.
    pub async fn open_attempt(
        &mut self,
        opened: &Opened,
        factor: Factor,
        ke1: Option<[u8; KE1_LEN]>,
    ) -> Result<Attempt> {
        let began = self.clock.instant();
        loop {
            match self.send_attempt(opened, factor, ke1).await? {
                AttemptResponse::Attempt(attempt) => return Ok(attempt),
                AttemptResponse::Wait { retry_after_ms, .. } => {
                    let waited = self.clock.instant().saturating_duration_since(began);
                    if waited > SIM_PATIENCE {
                        return Err(Error::problem(ProblemCode::SimUnavailable));
                    }
                    let pause = retry_after_ms.clamp(PAUSE_MS.0, PAUSE_MS.1);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }

    /// What an approval covers. Fails if the SIM statement is not about this action.
    ///
    /// # Errors
    /// `sim_statement_invalid`, `not_enrolled`.
    pub fn transcript(
        &self,
        opened: &Opened,
        attempt: &Attempt,
        factor: Factor,
    ) -> Result<Transcript> {
        let Some(state) = self.storage.state()? else {
            return Err(Error::of(local::NOT_ENROLLED));
        };
        let statement = attempt.sim_statement.as_deref();
        opened.check_statement(&state.issuer, statement)?;
        Ok(opened.transcript(
            &state.issuer,
            state.device.as_deref().unwrap_or_default(),
            attempt.sequence,
            statement,
            factor,
            Decision::Approve,
        ))
    }

    /// Approves an action.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn send_approval(
        &mut self,
        action: &str,
        approval: &Approval,
    ) -> Result<DecisionResponse> {
        self.call(requests::approve(action, approval)?).await
    }

    /// Says that the code of an attempt was wrong, so that the scheme counts it now and says how many tries are left.
    /// The answer is always a refusal.
    pub async fn send_wrong_code(&mut self, action: &str, attempt: &str) -> Error {
        let message = match requests::wrong_code(action, attempt) {
            Ok(message) => message,
            Err(error) => return error,
        };
        match self.call::<serde_json::Value>(message).await {
            Err(error) => error,
            Ok(_) => Error::of(local::ANSWER),
        }
    }

    /// Refuses an action; no factor is needed.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn send_refusal(
        &mut self,
        opened: &Opened,
        reason: RefusalReason,
    ) -> Result<DecisionResponse> {
        self.exchange_made(|state, sequence| {
            requests::refuse(&opened.refusal(state, sequence), reason)
        })
        .await?
        .read()
    }

    /// "This was not me": blocks the identity and records it.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn report(&mut self, action: &str) -> Result<BlockResponse> {
        check_id(action)?;
        self.call(requests::report(action)?).await
    }

    /// The browser of an approval may not come back any more.
    ///
    /// # Errors
    /// `not_found` where no browser may.
    pub async fn stop_returns(&mut self, action: &str) -> Result<StopReturnsResponse> {
        check_id(action)?;
        self.call(requests::stop_returns(action)?).await
    }

    /// Checks that the scheme signed a promise to log this decision.
    ///
    /// # Errors
    /// `promise_invalid`.
    pub fn check_promise(&self, done: &DecisionResponse) -> Result<()> {
        let log_key = self.state()?.log_key;
        let holds = || {
            let key = VerifyingKey::from_jwk(&log_key, Alg::Es256).ok()?;
            let jws = jws::verify(&done.promise, 4096, &key, &[PROMISE_TYP]).ok()?;
            let promise: Promise = strict_json(&jws.payload).ok()?;
            (promise.receipt == done.receipt).then_some(())
        };
        holds().ok_or_else(|| Error::of(local::PROMISE))
    }
}

impl Opened {
    /// What a refusal covers, sent with this sequence.
    #[must_use]
    pub fn refusal(&self, state: &State, sequence: u64) -> Transcript {
        self.transcript(
            &state.issuer,
            state.device.as_deref().unwrap_or_default(),
            sequence,
            None,
            Factor::None,
            Decision::Refuse,
        )
    }
}

/// An action id goes into a path, so only a well-formed one does.
fn check_id(action: &str) -> Result<()> {
    match ActionId::parse(action) {
        Some(_) => Ok(()),
        None => Err(Error::problem(ProblemCode::NotFound)),
    }
}
