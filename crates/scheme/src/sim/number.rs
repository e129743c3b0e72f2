//! Who has a phone number (threat 46). An operator says whose SIM a number is, and may be wrong or lie, so:
//!
//! - A number that two operators claim is nobody's until they agree.
//! - A number whose SIM lives at one operator goes to a SIM of another only after the first one said that it left.
//! - An operator may give a number of its own to another SIM. Its holder gets the number after they have proven that SIM. The
//!   former holder keeps the identity, is told, and connects another number.

use futures_util::future::join_all;
use ipse_protocol::ids::{self, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{Line, Readiness};
use ipse_store::audit::{self, Entry};
use ipse_store::person::{self, LookupField};
use ipse_store::sim::{self, Binding, BindingStatus};
use ipse_store::{StoreError, Tx};

use super::{Found, suspend_changed};
use crate::actor::Actor;
use crate::block::IDENTITY_CHANNEL;
use crate::error::{Error, RuleError, refuse};
use crate::person::{LOOKUP_VERSION, lookup_hash};
use crate::scheme::Scheme;
use crate::sim_controller::{Resolved, SimController, SimError};
use crate::sim_statements::SimChange;

const FIELD: LookupField = LookupField::PhoneNumber;
/// What the audit trail calls a claim of a number that another operator has.
pub const CLAIMED: &str = "number.claimed";
/// One entry a day and number: anybody can ask for the same number again and again.
const ALARM_MS: i64 = 24 * 3_600_000;

/// A SIM that is about to be bound to an identity, with its number.
pub(crate) struct Taking<'a> {
    /// Keyed hash of the number.
    pub(crate) number: &'a [u8],
    /// Whose it will be.
    pub(crate) identity: &'a IdentityId,
    /// The operator of the SIM.
    pub(crate) operator: &'a str,
}

/// The SIM that an identity has connected under a number, if it lives.
fn living(tx: &mut Tx, number: &[u8]) -> Result<Option<Binding>, StoreError> {
    let Some(holder) = person::by_lookup(tx, FIELD, number)? else {
        return Ok(None);
    };
    let binding = sim::binding(tx, &holder)?;
    Ok(binding.filter(|b| b.status == BindingStatus::Bound))
}

/// Checks, in the deciding transaction, that no SIM of another operator lives under the number.
///
/// # Errors
/// `number_disputed`.
pub(crate) fn may_take(tx: &mut Tx, taking: &Taking<'_>) -> Result<(), RuleError> {
    match living(tx, taking.number)? {
        Some(other) if other.operator != taking.operator => {
            alarm(tx, taking.number, [&other.operator, taking.operator])?;
            refuse!(NumberDisputed);
        }
        Some(_) | None => Ok(()),
    }
}

/// Gives the number to an identity whose SIM was proven, in the deciding transaction. [`may_take`] comes first. A former holder
/// is suspended until they connect another number, unless they are already.
///
/// # Errors
/// When the store fails.
pub(crate) fn take(tx: &mut Tx, taking: &Taking<'_>) -> Result<(), StoreError> {
    let Taking {
        number, identity, ..
    } = taking;
    if let Some(former) = person::by_lookup(tx, FIELD, number)?
        && former != **identity
        && let Some(binding) = sim::binding(tx, &former)?
    {
        if binding.status == BindingStatus::Bound {
            suspend_changed(tx, &binding, SimChange::Changed)?;
        }
        sim::set_status(tx, &former, BindingStatus::Moved)?;
        tx.notify(IDENTITY_CHANNEL, &former);
    }
    person::forget_lookup(tx, FIELD, identity)?;
    person::replace_lookup(tx, FIELD, number, LOOKUP_VERSION, identity)
}

/// Records, and logs, that operators disagree about a number. Neither names the number.
fn alarm(tx: &mut Tx, number: &[u8], operators: [&str; 2]) -> Result<(), StoreError> {
    let now = tx.now()?;
    let [has, claims] = operators;
    let id = ids::of("aud", &tx.random().bytes());
    let entry = Entry {
        actor: Actor::Operator(claims.to_owned()).audit_name(),
        event: CLAIMED.to_owned(),
        subject: Actor::Operator(has.to_owned()).audit_name(),
        time: now,
    };
    let subject = format!(
        "number:{}",
        ipse_jose::b64::encode(&number[..9.min(number.len())])
    );
    let known = audit::of_subject(tx, &subject)?;
    if known.iter().any(|old| old.time > now - ALARM_MS) {
        return Ok(());
    }
    tracing::error!(
        has,
        claims,
        "an operator claims the phone number of another one's customer"
    );
    audit::add(tx, &id, &entry)?;
    let mark = ids::of("aud", &tx.random().bytes());
    audit::add(tx, &mark, &Entry { subject, ..entry })
}

impl Scheme {
    /// Asks all operators at the same time whose SIM a number is. What the scheme knows of the number plays no part, so the
    /// answer does not reveal who is enrolled.
    ///
    /// # Errors
    /// `number_disputed` when two operators claim it; `sim_unavailable` when none knows it and one did not answer, which might
    /// know it.
    pub(crate) async fn resolve(&self, number: &str) -> Result<Found, Error> {
        let answers = join_all(self.operators.iter().map(|o| o.resolve(number))).await;
        let mut found = None;
        let mut silent = None;
        for (operator, answer) in self.operators.iter().zip(answers) {
            match answer {
                // The operator from which a number was ported away still knows it.
                Ok(claim) if !has_left(&claim) => match &found {
                    None => found = Some((operator, claim)),
                    Some((first, _)) => {
                        self.alarm(number, first.name(), operator.name()).await?;
                        return Err(ProblemCode::NumberDisputed.into());
                    }
                },
                Ok(_) | Err(SimError::NotFound) => {}
                Err(_) => silent = Some(operator),
            }
        }
        match (found, silent) {
            (Some((operator, claim)), _) => Ok(Found::At(operator.clone(), claim)),
            (None, Some(operator)) => {
                crate::party::record_operator(operator.name());
                Err(ProblemCode::SimUnavailable.into())
            }
            (None, None) => Ok(Found::Nowhere),
        }
    }

    /// Before a SIM at `operator` gets a number: if a SIM of another operator lives under it, that one is asked whether the number
    /// left. Its word counts as its event would.
    ///
    /// # Errors
    /// `number_disputed` when it does not say so, `sim_unavailable` when it says nothing.
    pub(crate) async fn require_departure(
        &self,
        number: &str,
        operator: &str,
    ) -> Result<(), Error> {
        let hash = lookup_hash(&*self.keys, FIELD, number);
        let living = self.store.read(move |tx| living(tx, &hash)).await?;
        let Some(living) = living.filter(|binding| binding.operator != operator) else {
            return Ok(());
        };
        let said = match self.operator(&living.operator) {
            Some(former) => left(&**former, &living.handle, number).await,
            // It is no longer an operator of this deployment: nobody can give its word.
            None => Ok(false),
        };
        match said {
            Ok(true) => {
                let change = SimChange::Changed;
                self.store
                    .write(move |tx| match sim::binding(tx, &living.identity)? {
                        Some(now) if same_sim(&now, &living) => suspend_changed(tx, &now, change),
                        Some(_) | None => Ok(()),
                    })
                    .await?;
                Ok(())
            }
            Ok(false) => {
                self.alarm(number, &living.operator, operator).await?;
                Err(ProblemCode::NumberDisputed.into())
            }
            Err(_) => {
                crate::party::record_operator(&living.operator);
                Err(ProblemCode::SimUnavailable.into())
            }
        }
    }

    async fn alarm(&self, number: &str, has: &str, claims: &str) -> Result<(), Error> {
        let hash = lookup_hash(&*self.keys, FIELD, number);
        let (has, claims) = (has.to_owned(), claims.to_owned());
        self.store
            .write(move |tx| alarm(tx, &hash, [&has, &claims]))
            .await?;
        Ok(())
    }
}

/// Whether an operator says that a number left: its SIM has no line any more, and no other SIM there has the number. An operator that
/// knows nothing of the SIM has not said so.
async fn left(operator: &dyn SimController, handle: &str, number: &str) -> Result<bool, SimError> {
    let gone = match operator.state(handle).await {
        Ok(state) => line_left(state.line),
        Err(SimError::NotFound) => false,
        Err(error) => return Err(error),
    };
    match operator.resolve(number).await {
        Ok(claim) => Ok(gone && has_left(&claim)),
        Err(SimError::NotFound) => Ok(gone),
        Err(error) => Err(error),
    }
}

fn same_sim(now: &Binding, then: &Binding) -> bool {
    (&now.operator, &now.handle, now.status) == (&then.operator, &then.handle, then.status)
}

/// Whether the SIM or the line is no longer in use at the operator.
fn has_left(found: &Resolved) -> bool {
    line_left(found.line) || found.readiness == Readiness::Retired
}

fn line_left(line: Line) -> bool {
    match line {
        Line::Ported | Line::Terminated | Line::Quarantined => true,
        Line::Active | Line::BarredLost | Line::PortPending => false,
    }
}
