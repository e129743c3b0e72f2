//! Attempts: the SIM statement in hand, the try spent, and only then the second message.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::Factor;
use ipse_protocol::wire::{Attempt as AttemptAnswer, AttemptRequest, AttemptResponse};
use ipse_protocol::{ids, sha256, sim_statement};
use ipse_store::action::Attempt;
use ipse_store::identity::{self as identities, Identity};
use ipse_store::sim::Binding;
use ipse_store::{StoreError, Tx};

use super::counting::{judged_wrong, spend_attempt};
use super::{Read, still_linked, unchanged};
use crate::action::fixed;
use crate::device::{Incoming, Signed};
use crate::error::{Error, settle};
use crate::{Scheme, block, code, sim};

/// How soon to ask again for a SIM statement that is not there yet.
const RETRY_MS: u64 = 250;

/// What an attempt rests on beside its action.
struct Person {
    identity: Identity,
    /// Of the SIM, if a statement is to come from it and it is not known from the claim.
    binding: Option<Binding>,
}

fn person(tx: &mut Tx, read: &Read, who: &str, known: bool) -> Result<Option<Person>, StoreError> {
    let Some(identity) = identities::by_id(tx, who)? else {
        return Ok(None);
    };
    let binding = match read.action.sim.as_str() {
        "silent" if !known => ipse_store::sim::binding(tx, who)?,
        _ => None,
    };
    Ok(Some(Person { identity, binding }))
}

enum Statement {
    NotNeeded,
    Live(String),
    Pending { slow: bool },
}

impl Scheme {
    /// An attempt to approve (protocol §6). What is spent is committed before the second message leaves.
    ///
    /// # Errors
    /// The refusals of the protocol; nothing is spent by any that comes before the statement is in hand.
    pub async fn attempt(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        body: &AttemptRequest,
    ) -> Result<AttemptResponse, Error> {
        let kept = self.statements.bound(id);
        let known = kept.is_some();
        let person = move |tx: &mut Tx, read: &Read, who: &str| person(tx, read, who, known);
        let (signed, (read, person)) = self.read_with(incoming, id, None, person).await?;
        still_linked(&read)?;
        let Some(person) = person else {
            return Err(ProblemCode::NotFound.into());
        };
        unchanged(&read, &person.identity)?;
        // Another SIM is another epoch, so what was bound when the operator was asked still is.
        let binding = kept.or(person.binding);
        let (nonce, view_hash) = (&body.nonce.0, &body.view_hash.0);
        if read.action.nonce.as_deref() != Some(&nonce[..]) && enforced(Control::T12NonceOnce) {
            return Err(ProblemCode::ActionClosed.into());
        }
        if read.action.view_hash.as_deref() != Some(&view_hash[..])
            && enforced(Control::T08ViewHash)
        {
            return Err(ProblemCode::ViewChanged.into());
        }
        let first = match (body.factor, &body.ke1) {
            (Factor::Code, Some(ke1)) => ke1.as_ref(),
            // What brings an identity back takes the code (design §6), whatever the phone was told.
            (Factor::Biometric, None)
                if signed.device.biometric_credential.is_some() && read.action.kind == "login" =>
            {
                &nonce[..]
            }
            _ => return Err(ProblemCode::MalformedRequest.into()),
        };
        let statement = self.statement_for(&signed, &read, binding.as_ref());
        let statement = match statement.await? {
            Statement::NotNeeded => None,
            Statement::Live(jws) => Some(jws),
            Statement::Pending { slow } => {
                self.spend_only(&signed).await?;
                return Ok(AttemptResponse::Wait {
                    retry_after_ms: RETRY_MS,
                    contacting_sim: slow,
                });
            }
        };
        self.open_attempt(signed, read, body.factor, first, statement)
            .await
    }

    /// The SIM statement that this action needs: silent operators never cost a try.
    async fn statement_for(
        &self,
        signed: &Signed,
        read: &Read,
        binding: Option<&Binding>,
    ) -> Result<Statement, Error> {
        let a = &read.action;
        match a.sim.as_str() {
            "none" => return Ok(Statement::NotNeeded),
            "holder" => {
                let jws = a
                    .sim_statement
                    .clone()
                    .ok_or(Error::Internal("no statement"))?;
                return Ok(Statement::Live(jws));
            }
            _ => {}
        }
        let binding = binding.ok_or(Error::from(ProblemCode::SimNotReady))?;
        // The binding's row says which operator to ask; which SIM it must be stands under the device's MAC.
        if signed.device.sim_handle.as_ref() != Some(&binding.handle) {
            tracing::error!("the bound SIM is not the one of the device");
            return Err(ProblemCode::SimMismatch.into());
        }
        let operator = self
            .operator(&binding.operator)
            .ok_or(Error::from(ProblemCode::SimUnavailable))?;
        let hash = sim_statement::nonce_hash(
            &a.id,
            &fixed(a.nonce.as_deref().unwrap_or_default()),
            &fixed(a.view_hash.as_deref().unwrap_or_default()),
        );
        let answer = self
            .statements
            .wait(operator.clone(), &a.id, binding, hash, read.now)
            .await;
        match answer {
            sim::Waited::Statement { arrived, .. }
                if read.now - arrived > self.config.lifetimes.sim_statement =>
            {
                self.statements.forget(&a.id);
                Ok(Statement::Pending { slow: true })
            }
            sim::Waited::Statement { jws, arrived } => {
                let expect = sim::Expected {
                    audience: &self.config.issuer,
                    handle: &binding.handle,
                    nonce_hash: &hash,
                    changed_at: binding.changed_at,
                    // Its expiry bounds receipt only: reading slowly is no fault of the SIM.
                    now: arrived,
                };
                match sim::verify(&**operator, &jws, &expect) {
                    Ok(()) => Ok(Statement::Live(jws)),
                    Err(refusal) => Err(self.sim_refused(read, binding, refusal).await?),
                }
            }
            sim::Waited::Refused(refusal) => Err(self.sim_refused(read, binding, refusal).await?),
            sim::Waited::Pending { slow } => Ok(Statement::Pending { slow }),
            sim::Waited::Unavailable => {
                if a.kind == "login" && self.stated_lately(&binding.identity).await? {
                    Ok(Statement::NotNeeded)
                } else if enforced(Control::T30OperatorSilent) {
                    Err(ProblemCode::SimUnavailable.into())
                } else {
                    Ok(Statement::NotNeeded)
                }
            }
        }
    }

    /// Design §6: a login may rest on a statement of the last 24 hours, but only while the operator's events are known to arrive.
    async fn stated_lately(&self, who: &str) -> Result<bool, Error> {
        let who = who.to_owned();
        let serves = self.config.lifetimes.sim_statement_login;
        let stale = self.config.lifetimes.operator_feed;
        let read = move |tx: &mut Tx| {
            let now = tx.now()?;
            let Some(bound) = ipse_store::sim::binding(tx, &who)? else {
                return Ok(false);
            };
            let young = bound.status == "bound" && bound.stated >= Some(now - serves);
            Ok(young && ipse_store::sim::feed_healthy(tx, &bound.operator, now - stale)?)
        };
        Ok(self.store.read(read).await?)
    }

    /// A statement that says another SIM: the identity is suspended before anything else happens.
    async fn sim_refused(
        &self,
        read: &Read,
        asked: &Binding,
        refusal: sim::Refused,
    ) -> Result<Error, Error> {
        if let sim::Refused::Changed(reason) = refusal {
            let asked = asked.clone();
            self.store
                .write(move |tx| {
                    let id = &asked.identity;
                    let bound = ipse_store::sim::binding(tx, id)?;
                    // Unless the person has connected another SIM meanwhile.
                    if bound.is_some_and(|b| b.handle == asked.handle) {
                        sim::broken(tx, id, reason)?;
                    }
                    block::suspend(tx, id, reason, &asked.operator).map(drop)
                })
                .await?;
        }
        // The next attempt asks anew.
        self.statements.forget(&read.action.id);
        Ok(refusal.code().into())
    }

    async fn open_attempt(
        &self,
        signed: Signed,
        read: Read,
        factor: Factor,
        first: &[u8],
        statement: Option<String>,
    ) -> Result<AttemptResponse, Error> {
        let first_hash = sha256(first);
        let today = code::day(read.now);
        let (second, state) = if factor == Factor::Code {
            let record = signed
                .device
                .opaque_record
                .as_deref()
                .ok_or(Error::Internal("device without a code"))?;
            let identifier = code::credential_identifier(
                &signed.device.identity,
                &signed.device.id,
                signed.device.code_version,
            );
            let second = self.code.second(&identifier, record, first)?;
            let sealed = self
                .keys
                .daily(today)?
                .seal(read.action.id.as_bytes(), &second.state)?;
            (Some(second.message), Some(sealed))
        } else {
            (None, None)
        };
        let row = Attempt {
            id: ids::dated(ids::ATTEMPT, read.now),
            action: read.action.id.clone(),
            identity: signed.device.identity.clone(),
            device: signed.device.id.clone(),
            factor: factor.as_str().into(),
            status: "open".into(),
            sequence: signed.claims.seq as i64,
            first_hash: first_hash.to_vec(),
            second,
            state,
            state_day: today,
            sim_statement: statement,
            created: read.now,
        };
        let (sequence, epoch) = (self.sequence(&signed), read.action.epoch);
        let kept = settle(
            self.store
                .write(move |tx| {
                    if let Err(problem) = sequence.spend(tx)? {
                        return Ok(Err(problem));
                    }
                    spend_attempt(tx, &row, epoch)
                })
                .await,
        )?;
        let biometric = signed.device.biometric_credential.clone();
        Ok(AttemptResponse::Attempt(AttemptAnswer {
            attempt: kept.id,
            sequence: kept.sequence as u64,
            ke2: kept.second.map(Into::into),
            sim_statement: kept.sim_statement,
            biometric_credential: biometric
                .filter(|_| factor == Factor::Biometric)
                .map(Into::into),
        }))
    }

    /// The phone saw that the code was wrong (protocol §6).
    ///
    /// # Errors
    /// Always: `code_wrong` with the tries left, or why not even that.
    pub async fn wrong(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        attempt: &str,
    ) -> Result<(), Error> {
        let (signed, read) = self
            .read_signed(incoming, id, Some(attempt.to_owned()))
            .await?;
        if read.attempt.is_none_or(|a| a.action != read.action.id) {
            return Err(ProblemCode::AttemptUnknown.into());
        }
        let (sequence, attempt) = (self.sequence(&signed), attempt.to_owned());
        settle(
            self.store
                .write(move |tx| {
                    if let Err(problem) = sequence.spend(tx)? {
                        return Ok(Err(problem));
                    }
                    judged_wrong(tx, &attempt).map(Err)
                })
                .await,
        )
    }
}
