//! The SIM of an enrolment: the operator texts a secret to the handset, and the holder types it.

use std::sync::Arc;

use ipse_protocol::ids::EnrolmentId;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::wire::SimSentResponse;
use ipse_protocol::{ids, sim_statement};
use ipse_store::enrolment::{self, Enrolment, EnrolmentSim, EnrolmentStatus};
use ipse_store::{Tx, sim_text};

use super::{NUMBER, opened};
use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::party;
use crate::person::keyed_hash;
use crate::scheme::Scheme;
use crate::sim::{PURPOSE, refused_by_operator, verify_holder};
use crate::sim_controller::{SimController, SimError};

/// Prefix of a text message's id.
const TEXT: &str = "txt";
/// How many messages a day go to one number for people whom no bank has vouched for. Anybody can begin an enrolment with any
/// number, and the operator counts all messages to a SIM together. Without this limit, strangers could use up the messages
/// that the holder of the number needs to get their identity back.
pub const TEXTS: i64 = 5;
/// How many messages a day a person gets whom a bank has vouched for. Both limits together stay below the operator's ten.
pub const TEXTS_VOUCHED: i64 = 4;
/// How many messages one enrolment may ask for, also when the operator sent none.
pub const TEXTS_ASKED: i64 = 20;
/// See [`TEXTS`], in milliseconds.
pub(super) const TEXTS_DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3_600_000;

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
    /// `not_found` once the SIM is connected or the enrolment over; `too_many_requests` after [`TEXTS`] of them.
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
        let (hash, limit) = self.texts_of(&found).await?;
        let text = ids::of(TEXT, &self.random.bytes());
        let (counted, of) = (text.clone(), found.id.clone());
        // Counted before it is sent, so that simultaneous requests get no more.
        self.write(move |tx| count_text(tx, &counted, &of, (&hash, limit)))
            .await?;
        let nonce_hash =
            sim_statement::nonce_hash(&found.id, &self.random.bytes(), &self.random.bytes());
        let begun = operator
            .holder_begin(handle, &nonce_hash, PURPOSE, found.language)
            .await;
        if matches!(begun, Err(SimError::Unavailable | SimError::TooMany)) {
            self.store
                .write(move |tx| sim_text::forget(tx, &text))
                .await?;
        }
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

    /// By which hash the messages of an enrolment are counted, and how many there may be a day. What the scheme knows of a
    /// number plays no part, so the limit does not reveal who is enrolled.
    async fn texts_of(&self, found: &Enrolment) -> Result<(Vec<u8>, i64), Error> {
        let key = self.persons.key(&found.identity).await?;
        if let Some(vouched) = opened(&key, found)? {
            let person = &vouched.national_number;
            return Ok((
                keyed_hash(&*self.keys, "sim_text/person", person),
                TEXTS_VOUCHED,
            ));
        }
        let number = key.open(NUMBER, &found.number)?;
        let number = std::str::from_utf8(&number).map_err(|_| Error::Corrupt("phone number"))?;
        Ok((keyed_hash(&*self.keys, "sim_text/number", number), TEXTS))
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
                // The holder asked for these messages, so they do not count.
                sim_text::forget_of(tx, &id)?;
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

/// Counts a message that is about to be sent, unless there were too many.
fn count_text(
    tx: &mut Tx,
    id: &str,
    of: &EnrolmentId,
    (hash, limit): (&[u8], i64),
) -> Result<(), RuleError> {
    if !enrolment::by_id(tx, of)?.is_some_and(|found| wants_sim(&found)) {
        refuse!(NotFound);
    }
    if !enrolment::count_text(tx, of, TEXTS_ASKED)? {
        refuse!(TooManyRequests);
    }
    let now = tx.now()?;
    let (sent, first) = sim_text::since(tx, hash, now - TEXTS_DAY)?;
    if sent >= limit {
        // In whole hours: this caller must not learn when another one asked.
        let left = (first + TEXTS_DAY - now).max(1);
        let pause = (left + HOUR - 1) / HOUR * HOUR;
        return Err(
            (Problem::new(ProblemCode::TooManyRequests).with("retry_after_ms", pause)).into(),
        );
    }
    sim_text::add(tx, id, hash, of, now)?;
    Ok(())
}
