//! Connecting a SIM to an identity that exists: after a swap or loss, or once the SIM is ready. The holder proves that
//! they hold it, and approves with the code.

use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{BlockReason, FieldKind, LeafKind, Line, Readiness};
use ipse_protocol::view::Field;
use ipse_protocol::wire::SimSentResponse;
use ipse_sim::phone_number;
use ipse_store::action::Claim;
use ipse_store::person::{self, LookupField};
use ipse_store::sim::{Binding, BindingStatus, Connection, ConnectionStatus};
use ipse_store::{Kind, StoreError, Tx, identity as identities, sim};

use super::holder::{Number, Proving};
use super::number::{self, Taking};
use super::{Found, PURPOSE, release};
use crate::actor::Actor;
use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::person::{Attributes, lookup_hash};
use crate::scheme::Scheme;
use crate::{block, party};

impl Scheme {
    /// A person connects the SIM that has their number now, or another number with its SIM: after a swap or loss, when the number
    /// has another holder, or for the first time (protocol §3, "New SIM"). The operator texts a secret that only the holder can read.
    ///
    /// # Errors
    /// `malformed_request` for a number that is none, `sim_not_ready`, `sim_unavailable`, `number_disputed`, `sim_mismatch` when the
    /// SIM that has the person's number is another one's, `too_many_requests`; `identity_blocked` where another block comes first.
    pub async fn begin_sim(
        &self,
        signed: &Signed,
        phone_number: Option<&str>,
    ) -> Result<SimSentResponse, Error> {
        let work = self.send_secret(signed, phone_number);
        self.idempotent(signed, work).await
    }

    async fn send_secret(
        &self,
        signed: &Signed,
        phone_number: Option<&str>,
    ) -> Result<SimSentResponse, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        let id = signed.device.identity.clone();
        let (identity, sealed, now) = self
            .read(move |tx| {
                let Some(found) = identities::by_id(tx, &id)? else {
                    refuse!(NotFound);
                };
                let Some(sealed) = person::attributes(tx, &id)? else {
                    refuse!(NotFound);
                };
                Ok((found, sealed, tx.now()?))
            })
            .await?;
        let mut known = Attributes::open(&key, &sealed)?;
        let mut changed = false;
        if let Some(other) = phone_number {
            let other = phone_number::normalise(other).map_err(|problem| {
                Problem::new(ProblemCode::MalformedRequest)
                    .with("member", "phone_number")
                    .with("reason", problem.code())
            })?;
            changed = known.phone_number != other;
            known.phone_number = other;
        }
        let number = known.phone_number.clone();
        let Found::At(operator, found) = self.resolve(&number).await? else {
            return Err(ProblemCode::SimNotReady.into());
        };
        party::record_operator(operator.name());
        if found.readiness != Readiness::Ready || found.line != Line::Active {
            return Err(ProblemCode::SimNotReady.into());
        }
        let field = LookupField::PhoneNumber;
        let hash = lookup_hash(&*self.keys, field, &number);
        let by = hash.clone();
        let holder = self
            .store
            .read(move |tx| person::by_lookup(tx, field, &by))
            .await?;
        let holds = holder.as_ref() == Some(&identity.id);
        if holds {
            // Its word suspends the identity, which the action below must not precede.
            self.require_departure(&number, operator.name()).await?;
        }
        let (id, name, handle) = (
            identity.id,
            operator.name().to_owned(),
            found.handle.clone(),
        );
        let (identity, bound) = self
            .read(move |tx| match identities::by_id(tx, &id)? {
                Some(identity) => Ok((identity, sim::by_handle(tx, &name, &handle)?)),
                None => refuse!(NotFound),
            })
            .await?;
        if !changed && bound.is_some_and(|other| other.identity != identity.id) {
            // The number has another holder, who gets no message. Of other numbers nothing is told before the SIM is proven.
            return Err(ProblemCode::SimMismatch.into());
        }
        let shown = Field {
            kind: FieldKind::Text.as_str().to_owned(),
            label: self
                .views
                .sentences(identity.language)
                .get("connect-sim-number"),
            value: number.clone(),
            claims: Vec::new(),
        };
        let about = Proving {
            kind: Kind::ConnectSim,
            purpose: PURPOSE,
            operator,
            handle: found.handle,
            code_version: None,
            shown: vec![shown],
            number: Some(Number {
                hash,
                attributes: changed.then(|| known.seal(&key)).transpose()?,
                holds,
            }),
        };
        self.ask_holder(signed, about, (&identity, &number), &key, now)
            .await
    }

    /// The person typed the secret: the action that binds the SIM begins, with the holder statement in it.
    ///
    /// # Errors
    /// `sim_secret_wrong` with the tries left, `sim_unavailable`, `sim_mismatch`, `number_disputed`, `not_found` when nothing was
    /// begun.
    pub async fn answer_sim(&self, signed: &Signed, secret: &str) -> Result<String, Error> {
        self.idempotent(signed, self.accept_secret(signed, secret))
            .await
    }

    async fn accept_secret(&self, signed: &Signed, secret: &str) -> Result<String, Error> {
        let found = self.connection(signed, Kind::ConnectSim).await?;
        self.accept_holder(found, secret, |tx, connection, _| {
            let bound = sim::by_handle(tx, &connection.operator, &connection.handle)?;
            if bound.is_some_and(|other| other.identity != connection.identity) {
                // One identity per SIM, and a bound SIM is never silently unbound.
                refuse!(SimMismatch);
            }
            number::may_take(tx, &taking(connection)?)
        })
        .await
    }
}

/// The number that a connection takes.
fn taking(connection: &Connection) -> Result<Taking<'_>, StoreError> {
    let number = connection.number.as_deref();
    Ok(Taking {
        number: number
            .ok_or_else(|| StoreError::Corrupt("a connection without a number".into()))?,
        identity: &connection.identity,
        operator: &connection.operator,
    })
}

/// Whether the SIM of an action may still be bound: it was not swapped, or bound elsewhere, since its holder proved it.
///
/// # Errors
/// `sim_mismatch`, `number_disputed`.
pub(crate) fn may_bind(
    tx: &mut Tx,
    action: &ActionId,
    identity: &IdentityId,
) -> Result<(), RuleError> {
    let found = sim::connection_of_action(tx, action)?;
    let answered =
        |c: &Connection| c.status == ConnectionStatus::Answered && c.identity == *identity;
    let Some(found) = found.filter(answered) else {
        refuse!(SimMismatch);
    };
    match sim::by_handle(tx, &found.operator, &found.handle)? {
        Some(other) if other.identity != *identity => refuse!(SimMismatch),
        Some(_) | None => number::may_take(tx, &taking(&found)?),
    }
}

/// Binds the SIM of an approved action, in its deciding transaction. The old SIM is released, and the suspensions that a
/// new SIM lifts are lifted. [`may_bind`] comes first.
///
/// # Errors
/// When the store fails, or the connection is not one that can be bound. Then nothing is decided.
pub(crate) fn bind_new(tx: &mut Tx, action: &ActionId, claim: &Claim) -> Result<(), StoreError> {
    let identity = &claim.identity;
    let missing = || StoreError::Abort("the SIM that was being connected is missing".into());
    let connection = sim::connection_of_action(tx, action)?.ok_or_else(missing)?;
    let changed_at = connection.changed_at.ok_or_else(missing)?;
    if connection.identity != *identity {
        return Err(missing());
    }
    sim::connection_bound(tx, action)?;
    let now = tx.now()?;
    number::take(tx, &taking(&connection)?)?;
    if let Some(sealed) = &connection.attributes {
        // The epoch is that of the claim, so nothing else has changed them since.
        person::change_number(tx, identity, sealed, now)?;
    }
    let old = sim::binding(tx, identity)?;
    let binding = Binding {
        identity: identity.clone(),
        operator: connection.operator,
        handle: connection.handle,
        status: BindingStatus::Bound,
        changed_at,
        bound: now,
        stated: None,
    };
    sim::bind(tx, &binding)?;
    if let Some(old) = old
        && (&old.operator, &old.handle) != (&binding.operator, &binding.handle)
    {
        release(tx, &old.operator, &old.handle)?;
    }
    for mut row in ipse_store::device::of_identity(tx, identity)? {
        row.sim_handle = Some(binding.handle.clone());
        ipse_store::device::update(tx, &row)?;
    }
    let actor = Actor::Device(claim.device.clone());
    let mut lifted = false;
    let reasons = identities::reasons(tx, identity)?;
    for reason in [BlockReason::SimChanged, BlockReason::SimLost] {
        if reasons.iter().any(|r| r.reason == reason) {
            block::lift(tx, identity, reason, &actor)?;
            lifted = true;
        }
    }
    if !lifted {
        identities::raise_epoch(tx, identity)?;
    }
    block::queue_receipt(tx, identity, LeafKind::Sim, "bound", &actor.cause())
}
