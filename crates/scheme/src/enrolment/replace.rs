//! A new phone: the enrolment of a person who has an identity takes the place of the phone that has it.

use ipse_protocol::ids::{EnrolmentId, IdentityId};
use ipse_protocol::terms::IdentityStatus;
use ipse_store::device::{Device, DeviceStatus};
use ipse_store::enrolment::{self, Enrolment};
use ipse_store::person::{self, LookupField};
use ipse_store::sim::{self, Binding};
use ipse_store::{StoreError, Tx, action, device as devices, identity as identities};

use super::complete::Prepared;
use crate::actor::Actor;
use crate::error::{RuleError, refuse};
use crate::{approval, block, identity, notice};

/// How long the phone that was replaced may say that its owner did not do it, in milliseconds. In the demo too.
const CONTEST_MS: i64 = 24 * 3_600_000;
/// Why the open actions of the old phone end.
const REASON: &str = "new_phone";

/// Notes which identity the person of an enrolment has, found by the hash of their national number, and the version that their
/// code will have.
pub(super) fn note(
    tx: &mut Tx,
    id: &EnrolmentId,
    national_number: &[u8],
) -> Result<Option<IdentityId>, StoreError> {
    let found = person::by_lookup(tx, LookupField::NationalNumber, national_number)?;
    let version = match &found {
        Some(who) => identity::require(tx, who)?.code_version + 1,
        None => 1,
    };
    enrolment::set_replaces(tx, id, found.as_ref(), version)?;
    Ok(found)
}

/// Checks, in the deciding transaction, that this proofing may move the identity to another phone.
///
/// # Errors
/// `identity_blocked` for reasons that no proofing lifts, `proofing_stale` for one that came after the proofing began,
/// `epoch_changed` when the code changed meanwhile, `sim_not_ready` when the identity has a SIM and the enrolment none.
pub(super) fn check(tx: &mut Tx, e: &Enrolment, who: &IdentityId) -> Result<(), RuleError> {
    let current = identity::require(tx, who)?;
    if current.status == IdentityStatus::Closed {
        return Err(identity::blocked(tx, who)?.into());
    }
    identity::require_liftable(tx, who, e.proofing_began)?;
    if current.code_version + 1 != e.code_version {
        refuse!(EpochChanged);
    }
    if e.sim_statement.is_none() && sim::binding(tx, who)?.is_some() {
        // A bound SIM is never unbound silently.
        refuse!(SimNotReady);
    }
    Ok(())
}

/// Moves the identity to the new phone. [`check`] comes first.
pub(super) fn write(
    tx: &mut Tx,
    (e, who, prepared): (&Enrolment, &IdentityId, &Prepared),
    binding: Option<&Binding>,
    limited_ms: i64,
) -> Result<(), RuleError> {
    let now = tx.now()?;
    let registrar = Actor::Registrar(prepared.proofed.registrar.clone());
    for suspension in identities::reasons(tx, who)? {
        block::lift(tx, who, suspension.reason, &registrar)?;
    }
    if !identities::set_code_version(tx, who, e.code_version - 1, e.code_version)? {
        refuse!(EpochChanged);
    }
    identities::forget_wrong(tx, who)?;
    approval::close_replaced(tx, who)?;
    action::cancel_open(tx, who, REASON, now)?;
    retire(tx, who, now)?;

    let old = sim::binding(tx, who)?;
    let basic_until = if old.is_some() {
        i64::MAX
    } else {
        now + limited_ms
    };
    prepared.add_to_person(tx, who, binding.map(|b| b.operator.as_str()), now)?;
    prepared.activate(tx, (e, who), binding, |row| {
        row.code_version = e.code_version;
        row.basic_until = basic_until;
    })?;
    if let Some(binding) = binding {
        sim::bind(tx, binding)?;
    }
    if let Some(old) = &old {
        notice::queue_text(tx, old, &e.device, e.language)?;
    }
    notice::queue_event(tx, who)?;
    Ok(())
}

/// Takes every right from the phones that the identity has, but the right to contest.
fn retire(tx: &mut Tx, who: &IdentityId, now: i64) -> Result<(), StoreError> {
    for mut row in devices::of_identity(tx, who)? {
        if row.status == DeviceStatus::Active {
            // A phone that was itself contested has no such right, or two people would block each other for ever.
            row.contest_until = (!row.contested).then_some(now + CONTEST_MS);
        }
        row.status = retired(&row);
        row.opaque_record = None;
        row.biometric_credential = None;
        row.biometric_key = None;
        row.sim_handle = None;
        devices::update(tx, &row)?;
    }
    Ok(())
}

fn retired(row: &Device) -> DeviceStatus {
    match row.status {
        DeviceStatus::Active => DeviceStatus::Replaced,
        // A phone that was copied or lost may say nothing.
        DeviceStatus::Suspended => DeviceStatus::Removed,
        DeviceStatus::Pending | DeviceStatus::Replaced | DeviceStatus::Removed => row.status,
    }
}
