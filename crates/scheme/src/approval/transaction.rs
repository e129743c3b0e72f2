//! The one transaction that decides an action.

use ipse_protocol::ids::IdentityId;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{ActionStatus, Factor, IdentityStatus, SimNeed};
use ipse_store::action::{self, Action, Claim, Decision};
use ipse_store::attempt::{self as attempts, Attempt};
use ipse_store::identity as identities;
use ipse_store::receipt::{self as receipts, Receipt};
use ipse_store::{StoreError, Tx};

use super::counting::{close_right, close_unfinished};
use crate::device::{Sequence, Spent};
use crate::effect::Effect;
use crate::error::RuleError;
use crate::error::refuse;
use crate::{block, identity, kind, partner};

/// What the person decided.
#[expect(clippy::large_enum_variant, reason = "one value a decision")]
pub(super) enum Outcome {
    /// They approved: by this attempt, with this effect.
    Approved { attempt: Attempt, effect: Effect },
    /// They refused, for this reason.
    Refused { reason: String },
}

impl Outcome {
    fn status(&self) -> ActionStatus {
        match self {
            Self::Approved { .. } => ActionStatus::Approved,
            Self::Refused { .. } => ActionStatus::Refused,
        }
    }
}

/// Everything that the deciding transaction needs. All slow work is done.
pub(super) struct DecisionTransaction {
    pub(super) sequence: Sequence,
    pub(super) action: Action,
    pub(super) claim: Claim,
    pub(super) outcome: Outcome,
    /// `T`.
    pub(super) transcript: [u8; 32],
    pub(super) proof_hash: [u8; 32],
    pub(super) receipt: Receipt,
    /// How old a SIM statement may be, milliseconds.
    pub(super) max_statement_age: i64,
    /// How long a later login may rest on this statement, milliseconds.
    pub(super) statement_serves: i64,
}

impl DecisionTransaction {
    pub(super) fn run(&self, tx: &mut Tx) -> Result<(), RuleError> {
        match self.sequence.spend(tx)? {
            Spent::Fresh => {}
            Spent::Repeated => refuse!(ActionClosed),
        }
        let identity = &self.claim.identity;
        let now = tx.now()?;
        if let Outcome::Approved { attempt, .. } = &self.outcome {
            match self.may_approve(tx, attempt, now) {
                Ok(()) => {}
                Err(RuleError::Refused(problem)) => {
                    close_right(tx, attempt)?;
                    return Err(problem.into());
                }
                Err(error) => return Err(error),
            }
        }
        if now >= self.action.expires {
            self.close_right(tx)?;
            refuse!(ActionExpired);
        }
        let decision = Decision {
            transcript: Some(self.transcript),
            proof_hash: Some(self.proof_hash),
            receipt: Some(self.receipt.id.clone()),
            reason: match &self.outcome {
                Outcome::Approved { .. } => None,
                Outcome::Refused { reason } => Some(reason.clone()),
            },
            decided: now,
        };
        let (id, to) = (&self.action.id, self.outcome.status());
        if !action::decide_offered(tx, id, &self.claim, to, &decision)? {
            self.close_right(tx)?;
            return Err(closed(tx, &self.action)?.into());
        }
        receipts::insert(tx, &self.receipt)?;
        match &self.outcome {
            Outcome::Approved { attempt, effect } => {
                close_right(tx, attempt)?;
                self.record_statement(tx, attempt, identity)?;
                effect(tx, now)?;
            }
            // A person who refuses in the middle of an attempt has spent it.
            Outcome::Refused { .. } => close_unfinished(tx, identity, id)?,
        }
        block::action_changed(tx, id, Some(identity));
        Ok(())
    }

    /// The code was right and the device signed it, so it counts as right even if the action fails (design §6).
    fn close_right(&self, tx: &mut Tx) -> Result<(), StoreError> {
        match &self.outcome {
            Outcome::Approved { attempt, .. } => close_right(tx, attempt),
            Outcome::Refused { .. } => Ok(()),
        }
    }

    /// Checks, as of this transaction: identity active, epoch unchanged, attempt open, SIM statement fresh, and what the
    /// kind of action demands.
    fn may_approve(&self, tx: &mut Tx, attempt: &Attempt, now: i64) -> Result<(), RuleError> {
        let identity = &self.claim.identity;
        let kind = kind::of(self.action.kind);
        let Some(current) = identities::by_id(tx, identity)? else {
            refuse!(NotFound);
        };
        if current.status != IdentityStatus::Active && !kind.allowed_while_suspended() {
            return Err(identity::blocked(tx, identity)?.into());
        }
        if current.epoch != self.claim.epoch {
            refuse!(EpochChanged);
        }
        partner::require_active(tx, &self.action)?;
        kind.may_approve(tx, &self.action, &self.claim)?;
        if attempt.factor == Factor::Code
            && attempts::open(tx, identity)?.is_none_or(|open| open.id != attempt.id)
        {
            refuse!(AttemptUnknown);
        }
        if attempt.sim_statement.is_some() && now - attempt.created > self.max_statement_age {
            refuse!(SimUnavailable);
        }
        Ok(())
    }

    /// Records that the bound SIM gave a good statement, where a later login may rest on it.
    fn record_statement(
        &self,
        tx: &mut Tx,
        attempt: &Attempt,
        identity: &IdentityId,
    ) -> Result<(), StoreError> {
        let silent = attempt.sim_statement.is_some() && self.claim.sim == SimNeed::Silent;
        if !silent || self.statement_serves == 0 {
            return Ok(());
        }
        // To the hour where it serves a day: nearly every login leaves the row unchanged.
        let recent = attempt.created - self.statement_serves / 24;
        ipse_store::sim::keep_statement(tx, identity, attempt.created, recent)
    }
}

/// The refusal that says how the action ended.
fn closed(tx: &mut Tx, a: &Action) -> Result<Problem, StoreError> {
    let closed = Problem::new(ProblemCode::ActionClosed);
    Ok(match action::by_id(tx, &a.id)? {
        // The phone got another offer of it since.
        Some(now) if now.status == ActionStatus::Linked => Problem::new(ProblemCode::ViewChanged),
        Some(now) => closed.with("action_status", now.status.as_str()),
        None => closed,
    })
}
