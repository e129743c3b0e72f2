//! The one transaction that decides an action.

use ipse_protocol::control::{Control, enforced};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::action::{self, Action, Attempt, Decision};
use ipse_store::identity as identities;
use ipse_store::receipt::{self as receipts, Receipt};
use ipse_store::{StoreError, Tx};

use super::counting::{close_right, close_unfinished};
use super::verdict::Verdict;
use crate::device::{Sequence, Spent};
use crate::identity::Reason;
use crate::{Outcome, block, identity, login, refuse, sim};

/// The one transaction that decides an action.
pub(super) struct Deciding {
    pub(super) sequence: Sequence,
    pub(super) action: Action,
    pub(super) attempt: Option<Attempt>,
    pub(super) max_statement_age: i64,
    /// How long a later login may rest on this statement.
    pub(super) statement_serves: i64,
    pub(super) verdict: Verdict,
    pub(super) receipt: Receipt,
    pub(super) grant: Option<login::PreparedGrant>,
}

impl Deciding {
    pub(super) fn run(&self, tx: &mut Tx, keys: &dyn ipse_keys::KeyStore) -> Outcome<()> {
        match self.sequence.spend(tx)? {
            Ok(Spent::Fresh) => {}
            Ok(Spent::Repeated) => refuse!(ActionClosed),
            Err(problem) => return Ok(Err(problem)),
        }
        let who = self.action.identity.as_deref().unwrap_or_default();
        let now = tx.now()?;
        let approved = self.verdict.status == "approved";
        if approved && let Err(problem) = self.may_approve(tx, who, now)? {
            self.was_right(tx)?;
            return Ok(Err(problem));
        }
        if now >= self.action.expires {
            self.was_right(tx)?;
            refuse!(ActionExpired);
        }
        let decision = Decision {
            status: self.verdict.status,
            transcript: Some(&self.verdict.t),
            proof_hash: Some(&self.verdict.proof_hash),
            receipt: Some(&self.receipt.id),
            reason: self.verdict.reason.as_deref(),
        };
        if !action::decide(tx, &self.action.id, "linked", &decision, now)? {
            self.was_right(tx)?;
            let status = action::by_id(tx, &self.action.id)?.map(|a| a.status);
            return Ok(Err(Problem::new(ProblemCode::ActionClosed)
                .with("action_status", status.unwrap_or_default())));
        }
        receipts::insert(tx, &self.receipt)?;
        if approved {
            self.approve(tx, keys, who, now)?;
        } else {
            // Whoever refuses in the middle of an attempt has still spent it.
            close_unfinished(tx, who, &self.action.id)?;
        }
        block::action_changed(tx, &self.action.id, Some(who));
        Ok(Ok(()))
    }

    /// The code was right and the device signed it, so it counts as such even if the action fails (design §6).
    fn was_right(&self, tx: &mut Tx) -> Result<(), StoreError> {
        match &self.attempt {
            Some(attempt) => close_right(tx, attempt),
            None => Ok(()),
        }
    }

    /// Identity active, epoch unchanged, attempt open, SIM statement fresh: all as of this transaction.
    fn may_approve(&self, tx: &mut Tx, who: &str, now: i64) -> Outcome<()> {
        let own = self.action.partner.is_none();
        let Some(current) = identities::by_id(tx, who)? else {
            refuse!(NotFound);
        };
        if current.status != "active" && !own && enforced(Control::T07SimSwapBlocks) {
            return Ok(Err(identity::blocked(tx, who)?));
        }
        if Some(current.epoch) != self.action.epoch && enforced(Control::T07SimSwapBlocks) {
            refuse!(EpochChanged);
        }
        let Some(attempt) = &self.attempt else {
            refuse!(AttemptUnknown);
        };
        if self.action.kind == "sim"
            && let Err(problem) = sim::may_bind(tx, &self.action.id, who)?
        {
            return Ok(Err(problem));
        }
        if attempt.factor == "code"
            && action::open_attempt(tx, who)?.is_none_or(|open| open.id != attempt.id)
        {
            refuse!(AttemptUnknown);
        }
        if attempt.sim_statement.is_some() && now - attempt.created > self.max_statement_age {
            refuse!(SimUnavailable);
        }
        Ok(Ok(()))
    }

    fn approve(
        &self,
        tx: &mut Tx,
        keys: &dyn ipse_keys::KeyStore,
        who: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        if let Some(attempt) = &self.attempt {
            close_right(tx, attempt)?;
            let silent = attempt.sim_statement.is_some() && self.action.sim == "silent";
            if silent && self.statement_serves > 0 {
                // To the hour where it serves a day: nearly every login then leaves that row alone.
                let recent = attempt.created - self.statement_serves / 24;
                ipse_store::sim::keep_statement(tx, who, attempt.created, recent)?;
            }
        }
        if let Some(grant) = &self.grant {
            login::insert_grant(tx, grant, &self.action, now)?;
        }
        match self.action.kind.as_str() {
            "unblock" => {
                block::lift(tx, who, Reason::Person, "phone")?;
            }
            "sim" => sim::bind_new(tx, keys, &self.action.id, who)?,
            _ => {}
        }
        Ok(())
    }
}
