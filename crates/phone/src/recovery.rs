//! Recovery of the code, and a new SIM (docs/protocol.md §3): each step, and all of them.

use ipse_protocol::opaque::REGISTRATION_RECORD_LEN;
use ipse_protocol::wire::{
    OwnActionResponse, RecoveryCompleteResponse, RecoveryResponse, RecoveryState, SimSentResponse,
};

use crate::enrolment::check_code;
use crate::{Phone, Result, Storage, Transport, requests};

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Registers a new code through the bank, for one that is used up or forgotten: the whole sequence of steps.
    ///
    /// # Errors
    /// `person_mismatch` when the bank vouches for another person.
    pub async fn recover(
        &mut self,
        bank: &str,
        customer: &str,
        code: &str,
    ) -> Result<RecoveryCompleteResponse> {
        let state = self.enrolled()?;
        check_code(code, Some(&state.phone_number), state.birth_date.as_deref())?;
        let RecoveryResponse {
            recovery,
            authorization_url,
        } = self.begin_recovery(bank).await?;
        self.sign_in_at_bank(&authorization_url, customer).await?;
        self.recovery(&recovery).await?;
        let record = self.register_recovery_code(&recovery, code).await?;
        self.complete_recovery(&recovery, record).await
    }

    /// First step: chooses the bank that vouches again.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn begin_recovery(&mut self, bank: &str) -> Result<RecoveryResponse> {
        self.call(requests::recovery(bank)?).await
    }

    /// How far a recovery is.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn recovery(&mut self, recovery: &str) -> Result<RecoveryState> {
        self.call(requests::recovery_state(recovery)).await
    }

    /// Registers the new code; the record for the last step.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn register_recovery_code(
        &mut self,
        recovery: &str,
        code: &str,
    ) -> Result<[u8; REGISTRATION_RECORD_LEN]> {
        let of = format!("recoveries/{recovery}");
        self.register_code_with(code, |blinded| requests::code(&of, blinded))
            .await
    }

    /// Last step: from here on the new code counts.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn complete_recovery(
        &mut self,
        recovery: &str,
        record: [u8; REGISTRATION_RECORD_LEN],
    ) -> Result<RecoveryCompleteResponse> {
        self.call(requests::complete_recovery(recovery, record)?)
            .await
    }

    /// Chooses another code: the operator texts a secret to the bound SIM, and the new code is registered. The result is the action
    /// that the person approves with the old code.
    ///
    /// # Errors
    /// `code_refused` with `reason` before anything is sent; `sim_not_ready` without a bound SIM.
    pub async fn change_code(&mut self, code: &str) -> Result<String> {
        let state = self.enrolled()?;
        check_code(code, Some(&state.phone_number), state.birth_date.as_deref())?;
        let before = self.messages().await?;
        let _: SimSentResponse = self.call(requests::change_code()?).await?;
        let record = self
            .register_code_with(code, requests::change_code_registration)
            .await?;
        let secret = self.secret_after(&before).await?;
        let answer: OwnActionResponse = self
            .call(requests::change_code_answer(&secret, record)?)
            .await?;
        Ok(answer.action)
    }

    /// Connects the SIM that is in the handset now, of another number if one is given: both steps. The result is the action that the person approves with
    /// the code.
    ///
    /// # Errors
    /// `sim_unavailable`, `sim_not_ready`; `message_missing` outside the demo.
    pub async fn connect_sim(&mut self, phone_number: Option<&str>) -> Result<String> {
        self.enrolled()?;
        if let Some(number) = phone_number {
            // The messages are read on the handset with this number.
            let mut state = self.state()?;
            state.phone_number = number.to_owned();
            self.storage.set_state(state)?;
        }
        let before = self.messages().await?;
        self.send_new_sim_secret(phone_number).await?;
        let secret = self.secret_after(&before).await?;
        self.answer_new_sim_secret(&secret).await
    }

    /// First step of connecting a SIM: has the operator text a secret to it.
    ///
    /// # Errors
    /// `sim_unavailable`, `sim_not_ready`, `sim_mismatch`, `number_disputed`.
    pub async fn send_new_sim_secret(
        &mut self,
        phone_number: Option<&str>,
    ) -> Result<SimSentResponse> {
        self.call(requests::sim(phone_number)?).await
    }

    /// Second step of connecting a SIM: the secret from the message. The result is the action to approve.
    ///
    /// # Errors
    /// `sim_secret_wrong` with `tries_left`.
    pub async fn answer_new_sim_secret(&mut self, secret: &str) -> Result<String> {
        let answer: OwnActionResponse = self.call(requests::sim_answer(secret)?).await?;
        Ok(answer.action)
    }
}
