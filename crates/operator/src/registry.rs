//! The rules of the registry: activation, swap, loss and port. Each is one transaction, with its event in the outbox.

use ipse_protocol::Random;
use ipse_sim::event::Kind;
use ipse_sim::statement::{Line, Readiness};
use ipse_store::{StoreError, Tx};

use crate::cards;
use crate::context::Context;
use crate::error::RuleError;
use crate::ids::{Handle, Iccid, Imsi, PhoneNumber, random_id};
use crate::store::event::{self, Subject};
use crate::store::sim::{self, Profile, Sim};

/// Why a change of the registry was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// This operator has no such number.
    #[error("this operator has no SIM with that number; `sim list` shows them")]
    UnknownNumber,
    /// The number is in use.
    #[error("the number is in use; swap its SIM, or port it out first")]
    NumberInUse,
    /// The line is in another state than this change needs.
    #[error("the line is {0}, so there is nothing to do")]
    WrongLine(Line),
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownNumber => "unknown_number",
            Self::NumberInUse => "number_in_use",
            Self::WrongLine(_) => "wrong_line",
        }
    }
}

/// Why a change of the registry did not happen.
pub type RegistryError = RuleError<Refusal>;

impl From<Refusal> for RegistryError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A physical card or chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardIdentity {
    /// Card identifier.
    pub iccid: Iccid,
    /// eUICC identifier, or empty.
    pub eid: String,
    /// Subscription identifier.
    pub imsi: Imsi,
}

impl CardIdentity {
    /// A new simulated card.
    #[must_use]
    pub fn new(random: &Random) -> Self {
        Self {
            iccid: Iccid::new(random),
            eid: String::new(),
            imsi: Imsi::new(random),
        }
    }
}

/// Gives `number` a SIM, if it has none. `readiness` selects the make of the card.
///
/// # Errors
/// [`Refusal::NumberInUse`], or the store's.
pub fn activate(
    tx: &mut Tx,
    context: &Context,
    number: &PhoneNumber,
    card: &CardIdentity,
    readiness: Readiness,
) -> Result<Sim, RegistryError> {
    if sim::by_number(tx, number)?.is_some() {
        return Err(Refusal::NumberInUse.into());
    }
    let now = tx.now()?;
    let activation = sim::activations(tx, &card.iccid)? + 1;
    let profile = match readiness {
        Readiness::Incompatible => Profile::Legacy,
        Readiness::Upgradable => Profile::Loadable,
        Readiness::Ready | Readiness::Provisioning | Readiness::Retired | Readiness::Unknown => {
            Profile::Applet
        }
    };
    let kvn = match profile {
        // Each activation has its own keys, so that those of an earlier one are worthless.
        Profile::Applet => u8::try_from(activation).map_err(|_| {
            StoreError::Abort("this card was activated too often; use another".into())
        })?,
        Profile::Loadable | Profile::Legacy => 0,
    };
    let row = Sim {
        handle: context
            .keys
            .handle(&context.scheme, &card.iccid, &card.eid, activation),
        number: number.clone(),
        iccid: card.iccid.clone(),
        eid: card.eid.clone(),
        imsi: card.imsi.clone(),
        activation,
        profile,
        kvn,
        counter: 0,
        line: Line::Active,
        changed_at: now,
        retired_at: None,
    };
    if profile == Profile::Applet {
        cards::personalise(tx, context, &row.iccid, &row.eid, kvn)?;
    }
    sim::insert(tx, &row)?;
    Ok(row)
}

/// Gives the number a new SIM that is ready. The old handle is retired.
///
/// # Errors
/// [`Refusal::UnknownNumber`], or the store's.
pub fn swap(
    tx: &mut Tx,
    context: &Context,
    number: &PhoneNumber,
    card: &CardIdentity,
) -> Result<Sim, RegistryError> {
    let old = current(tx, number)?;
    let now = tx.now()?;
    sim::retire(tx, &old.handle, Line::Terminated, now)?;
    announce(tx, &context.random, Kind::Swapped, &old.handle)?;
    activate(tx, context, number, card, Readiness::Ready)
}

/// Bars the line, because the phone or SIM is lost.
///
/// # Errors
/// A [`Refusal`], or the store's.
pub fn lose(tx: &mut Tx, random: &Random, number: &PhoneNumber) -> Result<Sim, RegistryError> {
    let from = &[Line::Active, Line::PortPending];
    move_line(tx, random, number, from, Line::BarredLost, Kind::Lost)
}

/// Notes that another operator requested the number.
///
/// # Errors
/// A [`Refusal`], or the store's.
pub fn port_pending(
    tx: &mut Tx,
    random: &Random,
    number: &PhoneNumber,
) -> Result<Sim, RegistryError> {
    let from = &[Line::Active];
    let (to, kind) = (Line::PortPending, Kind::PortPending);
    move_line(tx, random, number, from, to, kind)
}

/// Ends a loss, or a port that was cancelled.
///
/// # Errors
/// A [`Refusal`], or the store's.
pub fn restore(tx: &mut Tx, random: &Random, number: &PhoneNumber) -> Result<Sim, RegistryError> {
    let from = &[Line::BarredLost, Line::PortPending];
    move_line(tx, random, number, from, Line::Active, Kind::Restored)
}

/// Moves the number to another operator. This one no longer answers for it.
///
/// # Errors
/// [`Refusal::UnknownNumber`], or the store's.
pub fn port(tx: &mut Tx, random: &Random, number: &PhoneNumber) -> Result<Sim, RegistryError> {
    let mut row = current(tx, number)?;
    let now = tx.now()?;
    sim::retire(tx, &row.handle, Line::Ported, now)?;
    announce(tx, random, Kind::Ported, &row.handle)?;
    row.line = Line::Ported;
    row.retired_at = Some(now);
    Ok(row)
}

fn move_line(
    tx: &mut Tx,
    random: &Random,
    number: &PhoneNumber,
    from: &[Line],
    to: Line,
    kind: Kind,
) -> Result<Sim, RegistryError> {
    let mut row = current(tx, number)?;
    if !from.contains(&row.line) {
        return Err(Refusal::WrongLine(row.line).into());
    }
    sim::set_line(tx, &row.handle, to)?;
    announce(tx, random, kind, &row.handle)?;
    row.line = to;
    Ok(row)
}

fn current(tx: &mut Tx, number: &PhoneNumber) -> Result<Sim, RegistryError> {
    Ok(sim::by_number(tx, number)?.ok_or(Refusal::UnknownNumber)?)
}

/// Puts an event about `handle` into the outbox.
///
/// # Errors
/// The store's.
pub fn announce(
    tx: &mut Tx,
    random: &Random,
    kind: Kind,
    handle: &Handle,
) -> Result<(), StoreError> {
    let subject = Subject {
        handle: handle.clone(),
        changed_at: tx.now()?,
    };
    event::append(tx, &random_id(random), kind, Some(&subject))
}

/// Adds the SIMs of the configuration whose numbers the registry never had. A number that was ported out is not added
/// again.
///
/// # Errors
/// The store's.
pub fn seed(
    tx: &mut Tx,
    context: &Context,
    wanted: &[(PhoneNumber, Readiness)],
) -> Result<(), RegistryError> {
    for (number, readiness) in wanted {
        if sim::history(tx, number)?.is_empty() {
            let card = CardIdentity::new(&context.random);
            activate(tx, context, number, &card, *readiness)?;
        }
    }
    Ok(())
}
