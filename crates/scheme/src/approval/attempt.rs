//! Attempts: the SIM statement is there, the try is spent, and only then the second message is sent.

use ipse_protocol::ids::AttemptId;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{Factor, SimNeed};
use ipse_protocol::wire::{Attempt as AttemptAnswer, AttemptRequest, AttemptResponse};
use ipse_protocol::{sha256, sim_statement};
use ipse_store::Tx;
use ipse_store::attempt::{Attempt, AttemptStatus};
use ipse_store::identity::{self as identities, Identity};
use ipse_store::sim::{self as bindings, Binding, BindingStatus};

use super::counting::{judge_wrong, spend_attempt};
use super::{ApprovalSnapshot, require_unchanged};
use crate::action::require_linked;
use crate::device::{Incoming, Signed};
use crate::error::Error;
use crate::party;
use crate::scheme::Scheme;
use crate::sim_statements::{SimRefusal, Waited};
use crate::{code, kind, sim};

/// How soon to ask again for a SIM statement that is not there yet.
const RETRY_MS: u64 = 250;

enum Statement {
    NotNeeded,
    Live(String),
    Pending { slow: bool },
}

impl Scheme {
    /// An attempt to approve (protocol §6). What it spends is committed before the second message is sent.
    ///
    /// # Errors
    /// The refusals of the protocol. Those that come before the statement is there spend nothing.
    pub async fn attempt(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        body: &AttemptRequest,
    ) -> Result<AttemptResponse, Error> {
        let asked = self.statements.bound(id);
        let known = asked.is_some();
        let person = move |tx: &mut Tx, snapshot: &ApprovalSnapshot| {
            let who = &snapshot.claim.identity;
            let identity = identities::by_id(tx, who)?;
            // What the claim asked the operator about is known already.
            let binding = match snapshot.claim.sim {
                SimNeed::Silent if !known => bindings::binding(tx, who)?,
                SimNeed::None | SimNeed::Silent | SimNeed::Holder => None,
            };
            Ok((identity, binding))
        };
        let (signed, (snapshot, (identity, binding))) =
            self.load_signed_with(incoming, id, None, person).await?;
        require_linked(snapshot.action.status_at(snapshot.now))?;
        let identity: Identity = identity.ok_or(ProblemCode::NotFound)?;
        require_unchanged(&snapshot, &identity)?;
        // Another SIM is another epoch, so the SIM that the claim asked about is still the bound one.
        let binding = asked.or(binding);
        if snapshot.claim.nonce != body.nonce.0 {
            return Err(ProblemCode::ActionClosed.into());
        }
        if snapshot.claim.view_hash != body.view_hash.0 {
            return Err(ProblemCode::ViewChanged.into());
        }
        let action = &snapshot.action;
        let allowed = kind::factors(action.kind, &signed.device, action.level);
        let first = match (body.factor, &body.ke1) {
            (Factor::Code, Some(ke1)) => ke1.as_ref(),
            (Factor::Biometric, None) if allowed.contains(&Factor::Biometric) => &body.nonce.0[..],
            _ => return Err(ProblemCode::MalformedRequest.into()),
        };
        let statement = self.statement_for(&signed, &snapshot, binding.as_ref());
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
        self.open_attempt(signed, snapshot, body.factor, first, statement)
            .await
    }

    /// The SIM statement that this action needs. An operator that does not answer costs no try.
    async fn statement_for(
        &self,
        signed: &Signed,
        snapshot: &ApprovalSnapshot,
        binding: Option<&Binding>,
    ) -> Result<Statement, Error> {
        let (a, claim) = (&snapshot.action, &snapshot.claim);
        match claim.sim {
            SimNeed::None => return Ok(Statement::NotNeeded),
            SimNeed::Holder => {
                let jws = claim.sim_statement.clone();
                let jws = jws.ok_or(Error::Corrupt("holder action without a statement"))?;
                return Ok(Statement::Live(jws));
            }
            SimNeed::Silent => {}
        }
        let binding = binding.ok_or(ProblemCode::SimNotReady)?;
        // The binding's row says which operator to ask. Which SIM it must be is under the MAC of the device's row.
        if signed.device.sim_handle.as_ref() != Some(&binding.handle) {
            tracing::error!("the bound SIM is not the one of the device");
            return Err(ProblemCode::SimMismatch.into());
        }
        party::record_operator(&binding.operator);
        let operator = self
            .operator(&binding.operator)
            .ok_or(ProblemCode::SimUnavailable)?;
        let hash = sim_statement::nonce_hash(&a.id, &claim.nonce, &claim.view_hash);
        let answer = self
            .statements
            .wait(operator.clone(), &a.id, binding, hash, snapshot.now)
            .await;
        match answer {
            Waited::Statement { arrived, .. }
                if snapshot.now - arrived > self.config.lifetimes.sim_statement =>
            {
                self.statements.forget(&a.id);
                Ok(Statement::Pending { slow: true })
            }
            Waited::Statement { jws, arrived } => {
                let expect = sim::Expected {
                    audience: &self.config.issuer,
                    handle: &binding.handle,
                    nonce_hash: &hash,
                    changed_at: binding.changed_at,
                    // Its expiry limits only when it may be received: a slow reader is not the SIM's fault.
                    now: arrived,
                };
                match sim::verify(&**operator, &jws, &expect) {
                    Ok(()) => Ok(Statement::Live(jws)),
                    Err(refusal) => Err(self.sim_refused(snapshot, binding, refusal).await?),
                }
            }
            Waited::Refused(refusal) => Err(self.sim_refused(snapshot, binding, refusal).await?),
            Waited::Pending { slow } => Ok(Statement::Pending { slow }),
            Waited::Unavailable => {
                if kind::of(a.kind).accepts_earlier_statement()
                    && self.has_earlier_statement(binding).await?
                {
                    Ok(Statement::NotNeeded)
                } else {
                    Err(ProblemCode::SimUnavailable.into())
                }
            }
        }
    }

    /// Whether the bound SIM gave a statement within the last hours, and the operator's events are known to arrive.
    async fn has_earlier_statement(&self, binding: &Binding) -> Result<bool, Error> {
        let identity = binding.identity.clone();
        let serves = self.config.lifetimes.sim_statement_login;
        let stale = self.config.lifetimes.operator_feed;
        let read = move |tx: &mut Tx| {
            let now = tx.now()?;
            let Some(bound) = bindings::binding(tx, &identity)? else {
                return Ok(false);
            };
            let recent = bound.status == BindingStatus::Bound && bound.stated >= Some(now - serves);
            Ok(recent && bindings::feed_healthy(tx, &bound.operator, now - stale)?)
        };
        Ok(self.store.read(read).await?)
    }

    /// The statement says another SIM: the identity is suspended before anything else happens.
    async fn sim_refused(
        &self,
        snapshot: &ApprovalSnapshot,
        asked: &Binding,
        refusal: SimRefusal,
    ) -> Result<Error, Error> {
        if let SimRefusal::Changed(change) = refusal {
            let asked = asked.clone();
            self.store
                .write(move |tx| sim::suspend_changed(tx, &asked, change))
                .await?;
        }
        // The next attempt asks again.
        self.statements.forget(&snapshot.action.id);
        Ok(refusal.code().into())
    }

    async fn open_attempt(
        &self,
        signed: Signed,
        snapshot: ApprovalSnapshot,
        factor: Factor,
        first: &[u8],
        statement: Option<String>,
    ) -> Result<AttemptResponse, Error> {
        let first_hash = sha256(first);
        let today = code::day(snapshot.now);
        let (second, state) = if factor == Factor::Code {
            let record = signed
                .device
                .opaque_record
                .as_deref()
                .ok_or(Error::Corrupt("device without a code"))?;
            let identifier = code::credential_identifier(
                &signed.device.identity,
                &signed.device.id,
                signed.device.code_version,
            );
            let second = self.code.second(&identifier, record, first)?;
            let sealed = self
                .keys
                .daily(today)?
                .seal(snapshot.action.id.as_bytes(), &second.state)?;
            (Some(second.message), Some(sealed))
        } else {
            (None, None)
        };
        let sequence = i64::try_from(signed.claims.seq)
            .map_err(|_| Error::Internal("a verified sequence is out of range"))?;
        let row = Attempt {
            id: AttemptId::dated(snapshot.now, &self.random),
            action: snapshot.action.id.clone(),
            identity: signed.device.identity.clone(),
            device: signed.device.id.clone(),
            factor,
            status: AttemptStatus::Open,
            sequence,
            first_hash,
            second,
            state,
            state_day: today,
            sim_statement: statement,
            created: snapshot.now,
        };
        let (sequence, claim) = (self.sequence(&signed), snapshot.claim);
        let open = self
            .write(move |tx| {
                sequence.spend(tx)?;
                spend_attempt(tx, &row, &claim)
            })
            .await?;
        let credential = signed.device.biometric_credential.clone();
        Ok(AttemptResponse::Attempt(AttemptAnswer {
            attempt: open.id.to_string(),
            sequence: open.sequence.unsigned_abs(),
            ke2: open.second.map(Into::into),
            sim_statement: open.sim_statement,
            biometric_credential: credential
                .filter(|_| factor == Factor::Biometric)
                .map(Into::into),
        }))
    }

    /// The phone found that the code was wrong (protocol §6).
    ///
    /// # Errors
    /// Always: `code_wrong` with the tries left, or why it is not even that.
    pub async fn wrong(
        &self,
        incoming: Incoming<'_>,
        id: &str,
        attempt: &str,
    ) -> Result<(), Error> {
        let (signed, snapshot) = self.load_signed(incoming, id, Some(attempt)).await?;
        let attempt = snapshot
            .attempt
            .filter(|a| a.action == snapshot.action.id)
            .ok_or(ProblemCode::AttemptUnknown)?;
        let sequence = self.sequence(&signed);
        self.write(move |tx| {
            sequence.spend(tx)?;
            Err(judge_wrong(tx, &attempt.id)?.into())
        })
        .await
    }
}
