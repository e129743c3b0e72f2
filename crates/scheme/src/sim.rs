//! The SIM factor: statements that operators make while a person reads, and the binding of a SIM to an identity.

mod connect;
mod holder;
mod number;
mod text;

use std::sync::Arc;

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::{ids, sim_statement};
use ipse_sim::statement::{self, Claims, Expect, Line, Method, Refusal};
use ipse_store::outbox::{self, EffectKind};
use ipse_store::sim::Binding;
use ipse_store::{StoreError, Tx, sim};

use crate::actor::Actor;
use crate::block;
use crate::error::Error;
use crate::scheme::Scheme;
use crate::sim_controller::{Resolved, SimController, SimError};
use crate::sim_statements::{SimChange, SimRefusal};

pub(crate) use connect::{bind_new, may_bind};
pub(crate) use holder::Proving;
pub use number::CLAIMED;
pub(crate) use number::{Taking, may_take, take};
pub(crate) use text::{COUNTED_MS, TextRequest};
pub use text::{TEXTS, TEXTS_ENROLLED, TEXTS_OTHERS, TEXTS_VOUCHED};

/// What the text message says the secret is for.
pub(crate) const PURPOSE: &str = "bind_sim";

/// When to ask again for a text message after too many.
const TEXTS_PAUSE_MS: u64 = 600_000;

/// What a silent statement must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The scheme's issuer.
    pub audience: &'a str,
    /// The bound SIM.
    pub handle: &'a str,
    /// What was asked.
    pub nonce_hash: &'a [u8; 32],
    /// When the bound SIM was put in, seconds.
    pub changed_at: i64,
    /// Milliseconds.
    pub now: i64,
}

/// Suspends an identity because its operator said that a SIM of it changed. The bound SIM is marked too, if it is still
/// that one, and its earlier statements no longer count.
///
/// # Errors
/// When the store fails.
pub(crate) fn suspend_changed(
    tx: &mut Tx,
    changed: &Binding,
    change: SimChange,
) -> Result<(), StoreError> {
    let id = &changed.identity;
    if sim::binding(tx, id)?.is_some_and(|bound| bound.handle == changed.handle) {
        sim::forget_statement(tx, id)?;
        sim::set_status(tx, id, change.status())?;
    }
    let operator = Actor::Operator(changed.operator.clone());
    block::suspend(tx, id, change.reason(), &operator).map(drop)
}

/// Verifies a silent statement of the bound SIM.
///
/// # Errors
/// [`SimRefusal`] says why not.
pub fn verify(
    operator: &dyn SimController,
    jws: &str,
    expect: &Expected<'_>,
) -> Result<(), SimRefusal> {
    let verified = statement::verify(
        jws,
        operator.keys(),
        &Expect {
            issuer: operator.issuer(),
            audience: expect.audience,
            handle: expect.handle,
            nonce_hash: expect.nonce_hash,
            method_min: Method::Silent,
            changed_at: Some(expect.changed_at),
            now: expect.now / 1000,
        },
    );
    match verified {
        Ok(_) => Ok(()),
        Err(Refusal::Changed) => Err(SimRefusal::Changed(SimChange::Changed)),
        Err(Refusal::LineNotActive) => Err(line_refused(jws)),
        Err(Refusal::Handle | Refusal::NotReady) => Err(SimRefusal::Mismatch),
        Err(refusal) => {
            tracing::warn!(operator = operator.name(), %refusal, "SIM statement refused");
            Err(SimRefusal::Unusable)
        }
    }
}

/// The refusal of a statement for the state of its line. The line is checked last, so the signature is verified.
fn line_refused(jws: &str) -> SimRefusal {
    match sim_statement::read(jws).map(|claims| claims.line) {
        Some(Line::BarredLost) => SimRefusal::Changed(SimChange::Lost),
        Some(Line::Ported | Line::Terminated | Line::Quarantined) => {
            SimRefusal::Changed(SimChange::Changed)
        }
        _ => SimRefusal::Mismatch,
    }
}

/// Verifies a holder statement of a SIM that is being bound.
///
/// # Errors
/// `sim_mismatch`, `sim_not_ready` or `sim_unavailable`.
pub fn verify_holder(
    operator: &dyn SimController,
    audience: &str,
    handle: &str,
    nonce_hash: &[u8; 32],
    jws: &str,
    now: i64,
) -> Result<Claims, Error> {
    statement::verify(
        jws,
        operator.keys(),
        &Expect {
            issuer: operator.issuer(),
            audience,
            handle,
            nonce_hash,
            method_min: Method::Holder,
            changed_at: None,
            now: now / 1000,
        },
    )
    .map_err(|refusal| {
        tracing::warn!(operator = operator.name(), %refusal, "holder statement refused");
        ProblemCode::parse(refusal.code())
            .unwrap_or(ProblemCode::SimUnavailable)
            .into()
    })
}

/// What an operator's refusal, or its silence, means for the phone.
pub(crate) fn refused_by_operator(error: SimError) -> Error {
    match error {
        SimError::Unavailable => ProblemCode::SimUnavailable.into(),
        SimError::NotFound | SimError::NotReady(_) => ProblemCode::SimNotReady.into(),
        SimError::Secret { tries_left } => Problem::new(ProblemCode::SimSecretWrong)
            .with("tries_left", tries_left)
            .into(),
        SimError::TooMany => Problem::new(ProblemCode::TooManyRequests)
            .with("retry_after_ms", TEXTS_PAUSE_MS)
            .into(),
        SimError::Closed => Problem::new(ProblemCode::SimSecretWrong)
            .with("tries_left", 0)
            .into(),
    }
}

/// Which operator has a number, as the operators say.
pub(crate) enum Found {
    /// This one.
    At(Arc<dyn SimController>, Resolved),
    /// None of them.
    Nowhere,
}

/// Queues the effect that tells an operator that a SIM is no longer bound here.
///
/// # Errors
/// When the store fails.
pub fn release(tx: &mut Tx, operator: &str, handle: &str) -> Result<(), StoreError> {
    let payload = serde_json::json!({"operator": operator, "handle": handle}).to_string();
    let now = tx.now()?;
    let lane = (EffectKind::Unbind, operator);
    let id = ids::of("eff", &tx.random().bytes());
    outbox::add_for(tx, &id, lane, &payload, now)
}

impl Scheme {
    /// Carries out an [`EffectKind::Unbind`]. A SIM that is bound again, or is being connected, stays bound.
    ///
    /// # Errors
    /// When the operator does not answer: try again later.
    pub async fn unbind(&self, payload: &str) -> Result<(), Error> {
        #[derive(serde::Deserialize)]
        struct Unbind {
            operator: String,
            handle: String,
        }
        let effect: Unbind =
            serde_json::from_str(payload).map_err(|_| Error::Corrupt("unbind effect"))?;
        let Some(operator) = self.operator(&effect.operator) else {
            // No longer an operator of this deployment: nobody is told.
            return Ok(());
        };
        let (name, handle) = (effect.operator.clone(), effect.handle.clone());
        let in_use = self
            .store
            .read(move |tx| {
                Ok(sim::by_handle(tx, &name, &handle)?.is_some()
                    || sim::is_connecting(tx, &name, &handle)?
                    || ipse_store::enrolment::uses_handle(tx, &name, &handle)?)
            })
            .await?;
        if in_use {
            return Ok(());
        }
        match operator.unbind(&effect.handle).await {
            Ok(()) | Err(SimError::NotFound) => Ok(()),
            Err(error) => Err(refused_by_operator(error)),
        }
    }
}
