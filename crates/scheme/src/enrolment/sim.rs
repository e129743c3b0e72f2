//! The SIM of an enrolment: its operator texts a secret to the handset, and the holder types it.

use std::sync::Arc;

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::wire::SimSentResponse;
use ipse_protocol::{ids, sim_statement};
use ipse_store::enrolment::{self, Enrolment};
use ipse_store::{Tx, sim_text};

use super::{NUMBER, opened};
use crate::device::Signed;
use crate::error::{Error, settle};
use crate::person::lookup_hash;
use crate::sim::{PURPOSE, refused_by_operator, verify_holder};
use crate::sim_controller::{SimController, SimError};
use crate::{Outcome, Scheme, refuse};

/// Prefix of a text message's id.
const TEXT: &str = "txt";
/// So many messages a day go to one number for people whom no bank has vouched for. Anybody can begin an enrolment with
/// anybody's number, and the operator counts all messages to a SIM alike: beyond this, strangers would use up those that
/// the number's holder needs to get their own identity back.
pub const TEXTS: i64 = 5;
/// Whom a bank has vouched for has so many a day of their own. Together they stay below an operator's ten at once.
pub const TEXTS_VOUCHED: i64 = 4;
/// See [`TEXTS`], in milliseconds.
pub(super) const TEXTS_DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3_600_000;

impl Scheme {
    /// Which operator an enrolment waits for. Anybody may ask: it decides only whose queue a call stands in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn operator_of_enrolment(&self, id: &str) -> Result<Option<String>, Error> {
        if !ids::valid(ids::ENROLMENT, id) {
            return Ok(None);
        }
        let id = id.to_owned();
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
        let text = ids::new(TEXT);
        let (counted, of) = (text.clone(), found.id.clone());
        // Counted before it is sent, so that nobody gets more by asking at the same moment.
        settle(
            self.store
                .write(move |tx| count_text(tx, &counted, &of, (&hash, limit)))
                .await,
        )?;
        let nonce_hash = sim_statement::nonce_hash(
            &found.id,
            &ipse_protocol::random(),
            &ipse_protocol::random(),
        );
        let begun = operator
            .holder_begin(handle, &nonce_hash, PURPOSE, &found.language)
            .await;
        if matches!(begun, Err(SimError::Unavailable | SimError::TooMany)) {
            self.store
                .write(move |tx| sim_text::forget(tx, &text))
                .await?;
        }
        let (challenge, tries_left) = begun.map_err(|error| match error {
            // Which of them it is the operator tells its customer.
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

    /// By which hash an enrolment's messages are counted, and how many there may be in a day. What the scheme knows of a
    /// number plays no part, so the limit says nothing of who is enrolled.
    async fn texts_of(&self, found: &Enrolment) -> Result<(Vec<u8>, i64), Error> {
        let key = self.persons.key(&found.identity).await?;
        if let Some(vouched) = opened(&key, found)? {
            let person = &vouched.national_number;
            return Ok((
                lookup_hash(&*self.keys, "sim_text/person", person),
                TEXTS_VOUCHED,
            ));
        }
        let number = key.open(NUMBER, &found.number)?;
        let number = std::str::from_utf8(&number).map_err(|_| Error::Internal("phone number"))?;
        Ok((lookup_hash(&*self.keys, "sim_text/number", number), TEXTS))
    }

    fn connectable<'e>(
        &self,
        found: &'e Enrolment,
    ) -> Result<(&Arc<dyn SimController>, &'e str), Error> {
        if found.sim_state == "changed" {
            return Err(ProblemCode::SimMismatch.into());
        }
        let (Some(name), Some(handle)) = (&found.operator, &found.handle) else {
            return Err(ProblemCode::SimNotReady.into());
        };
        let operator = self
            .operator(name)
            .ok_or(Error::from(ProblemCode::SimUnavailable))?;
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
        self.idempotent(signed, self.take_enrolment_secret(signed, id, secret))
            .await
    }

    async fn take_enrolment_secret(
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
        let nonce_hash: [u8; 32] = found
            .sim_nonce_hash
            .as_deref()
            .and_then(|hash| hash.try_into().ok())
            .ok_or_else(none_sent)?;
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
        settle(
            self.store
                .write(move |tx| {
                    // A swap that was reported meanwhile has taken the handle away.
                    if enrolment::connect(tx, &id, &handle, &statement, claims.changed_at)? {
                        // The holder asked for these messages, and whoever has an Ipse leaves no trace in the count.
                        sim_text::forget_of(tx, &id)?;
                        Ok(Ok(()))
                    } else {
                        refuse!(SimMismatch);
                    }
                })
                .await,
        )
    }
}

/// Whether a secret would still serve: what is over, or has its SIM, sends nobody a text message.
fn wants_sim(found: &Enrolment) -> bool {
    found.status == "open" && found.sim_statement.is_none()
}

/// Counts a message that is about to be sent, unless there were too many.
fn count_text(tx: &mut Tx, id: &str, of: &str, (hash, limit): (&[u8], i64)) -> Outcome<()> {
    if !enrolment::by_id(tx, of)?.is_some_and(|found| wants_sim(&found)) {
        refuse!(NotFound);
    }
    let now = tx.now()?;
    let (sent, first) = sim_text::since(tx, hash, now - TEXTS_DAY)?;
    if sent >= limit {
        // In whole hours: when somebody else asked is not this caller's to know.
        let left = (first + TEXTS_DAY - now).max(1);
        let pause = (left + HOUR - 1) / HOUR * HOUR;
        return Ok(Err(
            Problem::new(ProblemCode::TooManyRequests).with("retry_after_ms", pause)
        ));
    }
    sim_text::add(tx, id, hash, of, now)?;
    Ok(Ok(()))
}
