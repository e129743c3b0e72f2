//! The SIM of an enrolment: the operator texts a secret to the handset, and the holder types it.

use std::sync::Arc;

use ipse_protocol::ids::EnrolmentId;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::sim_statement;
use ipse_protocol::wire::SimSentResponse;
use ipse_store::enrolment::{self, Enrolment, EnrolmentSim, EnrolmentStatus};
use ipse_store::{Tx, sim_text};

use super::{NUMBER, opened};
use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::party;
use crate::scheme::Scheme;
use crate::sim::{PURPOSE, TextRequest, refused_by_operator, verify_holder};
use crate::sim_controller::{SimController, SimError};

/// How many messages one enrolment may ask for, also when the operator sent none.
pub const TEXTS_ASKED: i64 = 20;

impl Scheme {
    /// Which operator an enrolment waits for. Anybody may ask: it decides only which limit a call counts for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn operator_of_enrolment(&self, id: &str) -> Result<Option<String>, Error> {
        let Some(id) = EnrolmentId::parse(id) else {
            return Ok(None);
        };
        let found = self.store.read(move |tx| enrolment::by_id(tx, &id)).await?;
        Ok(found.and_then(|found| found.operator))
    }

    /// Has the operator text a secret to the handset.
    ///
    /// # Errors
    /// `sim_not_ready`, with a `reason` when it is the line's (lost, or about to move); `sim_mismatch`, `sim_unavailable`;
    /// `not_found` once the SIM is connected or the enrolment over; `too_many_requests` after too many.
    pub async fn enrolment_sim(&self, signed: &Signed, id: &str) -> Result<SimSentResponse, Error> {
        self.idempotent(signed, self.send_enrolment_secret(signed, id))
            .await
    }

    async fn send_enrolment_secret(
        &self,
        signed: &Signed,
        id: &str,
    ) -> Result<SimSentResponse, Error> {
        let found = self.enrolment(signed, id).await?;
        if !wants_sim(&found) {
            return Err(ProblemCode::NotFound.into());
        }
        let (operator, handle) = self.connectable(&found)?;
        let asked = self.message_for(&found).await?;
        let nonce_hash =
            sim_statement::nonce_hash(&found.id, &self.random.bytes(), &self.random.bytes());
        let of = found.id.clone();
        let begun = self
            .text_secret(
                (&**operator, handle),
                &nonce_hash,
                (PURPOSE, found.language),
                &asked,
                move |tx| may_ask(tx, &of),
            )
            .await?;
        let (challenge, tries_left) = begun.map_err(|error| match error {
            // The operator tells its customer which of them it is.
            SimError::NotFound | SimError::NotReady(_) => Problem::new(ProblemCode::SimNotReady)
                .with("reason", "line")
                .into(),
            other => refused_by_operator(other),
        })?;
        let id = found.id.clone();
        self.store
            .write(move |tx| enrolment::set_challenge(tx, &id, &challenge, &nonce_hash))
            .await?;
        Ok(SimSentResponse {
            sent: true,
            tries_left,
        })
    }

    /// The message of an enrolment. What the scheme knows of a number plays no part, so the limits do not reveal who is enrolled.
    async fn message_for(&self, found: &Enrolment) -> Result<TextRequest, Error> {
        let key = self.persons.key(&found.identity).await?;
        let number = key.open(NUMBER, &found.number)?;
        let number = std::str::from_utf8(&number).map_err(|_| Error::Corrupt("phone number"))?;
        let vouched = opened(&key, found)?;
        let person = vouched.as_ref().map(|v| v.national_number.as_str());
        Ok(self.ask_enrolling(&found.id, number, person))
    }

    fn connectable<'e>(
        &self,
        found: &'e Enrolment,
    ) -> Result<(&Arc<dyn SimController>, &'e str), Error> {
        if found.sim_state == EnrolmentSim::Changed {
            return Err(ProblemCode::SimMismatch.into());
        }
        let (Some(name), Some(handle)) = (&found.operator, &found.handle) else {
            return Err(ProblemCode::SimNotReady.into());
        };
        party::record_operator(name);
        let operator = self.operator(name).ok_or(ProblemCode::SimUnavailable)?;
        Ok((operator, handle))
    }

    /// The person typed the secret: the SIM is connected.
    ///
    /// # Errors
    /// `sim_secret_wrong` with the tries left, `sim_unavailable`, `sim_mismatch`.
    pub async fn enrolment_sim_answer(
        &self,
        signed: &Signed,
        id: &str,
        secret: &str,
    ) -> Result<(), Error> {
        self.idempotent(signed, self.accept_enrolment_secret(signed, id, secret))
            .await
    }

    async fn accept_enrolment_secret(
        &self,
        signed: &Signed,
        id: &str,
        secret: &str,
    ) -> Result<(), Error> {
        let found = self.enrolment(signed, id).await?;
        let (operator, handle) = self.connectable(&found)?;
        if found.sim_statement.is_some() {
            return Ok(());
        }
        let none_sent = || Problem::new(ProblemCode::SimSecretWrong).with("tries_left", 0);
        let challenge = found.sim_challenge.as_deref().ok_or_else(none_sent)?;
        let nonce_hash = found.sim_nonce_hash.ok_or_else(none_sent)?;
        let statement = operator
            .holder_answer(challenge, secret)
            .await
            .map_err(refused_by_operator)?;
        let now = self.store.read(Tx::now).await?;
        let claims = verify_holder(
            &**operator,
            &self.config.issuer,
            handle,
            &nonce_hash,
            &statement,
            now,
        )?;
        let (id, handle) = (found.id.clone(), handle.to_owned());
        self.write(move |tx| {
            // A swap that was reported since has taken the handle away.
            if enrolment::connect(tx, &id, &handle, &statement, claims.changed_at)? {
                // The holder asked for these messages, so they count no more against them.
                sim_text::settle(tx, &id)?;
                Ok(())
            } else {
                refuse!(SimMismatch);
            }
        })
        .await
    }
}

/// Whether the enrolment still needs a secret. One that is over, or has its SIM, causes no text message.
fn wants_sim(found: &Enrolment) -> bool {
    found.status == EnrolmentStatus::Open && found.sim_statement.is_none()
}

/// Whether an enrolment may ask for another message.
fn may_ask(tx: &mut Tx, id: &EnrolmentId) -> Result<(), RuleError> {
    if !enrolment::by_id(tx, id)?.is_some_and(|found| wants_sim(&found)) {
        refuse!(NotFound);
    }
    if !enrolment::count_text(tx, id, TEXTS_ASKED)? {
        refuse!(TooManyRequests);
    }
    Ok(())
}
