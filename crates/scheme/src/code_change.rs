//! A new code by the old one: the person proves the SIM, chooses the new code, and approves with the old one.

use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::{CodeResponse, SimSentResponse};
use ipse_store::action::Claim;
use ipse_store::sim::{self, BindingStatus, Connection, ConnectionStatus};
use ipse_store::{Kind, StoreError, Tx, identity as identities};

use crate::code::{REGISTRATIONS, credential_identifier};
use crate::device::{self, Signed};
use crate::error::{Error, RuleError, refuse};
use crate::person::Attributes;
use crate::scheme::Scheme;
use crate::sim::Proving;
use crate::{identity, party};

/// What the text message says the secret is for.
const PURPOSE: &str = "code_change";

impl Scheme {
    /// The person wants another code: the operator texts a secret to the bound SIM.
    ///
    /// # Errors
    /// `sim_not_ready` without a bound SIM (then the bank gives a new code), `sim_unavailable`, `too_many_requests`.
    pub async fn begin_code_change(&self, signed: &Signed) -> Result<SimSentResponse, Error> {
        self.idempotent(signed, self.send_code_secret(signed)).await
    }

    async fn send_code_secret(&self, signed: &Signed) -> Result<SimSentResponse, Error> {
        let key = self.persons.key(&signed.device.identity).await?;
        let id = signed.device.identity.clone();
        let (identity, sealed, binding, now) = self
            .read(move |tx| {
                let found = identity::require(tx, &id)?;
                let Some(sealed) = ipse_store::person::attributes(tx, &id)? else {
                    refuse!(NotFound);
                };
                Ok((found, sealed, sim::binding(tx, &id)?, tx.now()?))
            })
            .await?;
        let binding = binding
            .filter(|b| b.status == BindingStatus::Bound)
            .ok_or(ProblemCode::SimNotReady)?;
        party::record_operator(&binding.operator);
        let about = Proving {
            kind: Kind::ChangeCode,
            purpose: PURPOSE,
            operator: self
                .operator(&binding.operator)
                .ok_or(ProblemCode::SimUnavailable)?
                .clone(),
            handle: binding.handle,
            code_version: Some(identity.code_version + 1),
            shown: Vec::new(),
            number: None,
        };
        let number = Attributes::open(&key, &sealed)?.phone_number;
        self.ask_holder(signed, about, (&identity, &number), &key, now)
            .await
    }

    /// First half of registering the new code (OPAQUE).
    ///
    /// # Errors
    /// `not_found` when nothing was begun, or the code is chosen; `epoch_changed`, `malformed_request`, `too_many_requests`.
    pub async fn code_change_registration(
        &self,
        signed: &Signed,
        request: &[u8],
    ) -> Result<CodeResponse, Error> {
        let found = self.connection(signed, Kind::ChangeCode).await?;
        if found.status != ConnectionStatus::Open {
            return Err(ProblemCode::NotFound.into());
        }
        let next = version(&found)?;
        let who = found.identity.clone();
        self.read(move |tx| require_next(tx, &who, next)).await?;
        let identifier = credential_identifier(&found.identity, &found.device, next);
        let count = move |tx: &mut Tx| sim::count_registration(tx, &found.action, REGISTRATIONS);
        self.register_code(identifier, request, found.expires, count)
            .await
    }

    /// The person typed the secret, and chose the new code: the action that changes it begins.
    ///
    /// # Errors
    /// `sim_secret_wrong` with the tries left, `sim_unavailable`, `sim_mismatch`, `epoch_changed`, `malformed_request`.
    pub async fn answer_code_change(
        &self,
        signed: &Signed,
        secret: &str,
        record: &[u8],
    ) -> Result<String, Error> {
        self.idempotent(signed, self.accept_code_secret(signed, secret, record))
            .await
    }

    async fn accept_code_secret(
        &self,
        signed: &Signed,
        secret: &str,
        record: &[u8],
    ) -> Result<String, Error> {
        let record = self.code.accept(record)?;
        let found = self.connection(signed, Kind::ChangeCode).await?;
        let next = version(&found)?;
        self.accept_holder(found, secret, move |tx, connection, claims| {
            require_next(tx, &connection.identity, next)?;
            require_bound(tx, connection, claims.changed_at)?;
            Ok(sim::set_record(tx, &connection.action, &record)?)
        })
        .await
    }
}

fn version(connection: &Connection) -> Result<i64, Error> {
    let missing = Error::Corrupt("a change of the code without its version");
    connection.code_version.ok_or(missing)
}

/// The new code follows the one that is in use. Otherwise a caller could go on blinding guesses against it.
fn require_next(tx: &mut Tx, who: &IdentityId, next: i64) -> Result<(), RuleError> {
    if identity::require(tx, who)?.code_version + 1 == next {
        Ok(())
    } else {
        refuse!(EpochChanged)
    }
}

/// The SIM that was proven is the bound one, and was not changed.
fn require_bound(tx: &mut Tx, connection: &Connection, changed_at: i64) -> Result<(), RuleError> {
    let bound = sim::binding(tx, &connection.identity)?.is_some_and(|b| {
        b.status == BindingStatus::Bound
            && (&b.operator, &b.handle) == (&connection.operator, &connection.handle)
            && b.changed_at == changed_at
    });
    if bound { Ok(()) } else { refuse!(SimMismatch) }
}

/// Whether an action may still change the code: its holder proved the bound SIM, and no other code came in between.
///
/// # Errors
/// `sim_mismatch`, `epoch_changed`.
pub(crate) fn may_change(tx: &mut Tx, action: &ActionId, claim: &Claim) -> Result<(), RuleError> {
    let Some(found) = answered(tx, action, claim)? else {
        refuse!(SimMismatch);
    };
    let (Some(changed_at), Some(next)) = (found.changed_at, found.code_version) else {
        refuse!(SimMismatch);
    };
    require_bound(tx, &found, changed_at)?;
    require_next(tx, &claim.identity, next)
}

fn answered(
    tx: &mut Tx,
    action: &ActionId,
    claim: &Claim,
) -> Result<Option<Connection>, StoreError> {
    let found = sim::connection_of_action(tx, action)?;
    Ok(found.filter(|c| {
        c.kind == Kind::ChangeCode
            && c.status == ConnectionStatus::Answered
            && (&c.identity, &c.device) == (&claim.identity, &claim.device)
    }))
}

/// Changes the code, in the deciding transaction. [`may_change`] comes first.
///
/// # Errors
/// When the store fails, or the connection is not one that can be used. Then nothing is decided.
pub(crate) fn change(tx: &mut Tx, action: &ActionId, claim: &Claim) -> Result<(), StoreError> {
    let missing = || StoreError::Abort("the code that was being changed is missing".into());
    let found = answered(tx, action, claim)?.ok_or_else(missing)?;
    let (record, next) = match (found.record, found.code_version) {
        (Some(record), Some(next)) => (record, next),
        _ => return Err(missing()),
    };
    sim::connection_bound(tx, action)?;
    if !identities::set_code_version(tx, &claim.identity, next - 1, next)? {
        return Err(missing());
    }
    identities::forget_wrong(tx, &claim.identity)?;
    device::replace_code(tx, (&claim.identity, &claim.device), &record, next)
}
