//! The rules of the registry: what a swap, a loss, a port do. Each is one transaction, with its event in the outbox.

use ipse_sim::event::Kind;
use ipse_sim::kdf::CardId;
use ipse_sim::statement::{Line, Readiness};
use ipse_store::{StoreError, Tx};

use crate::cards;
use crate::keys::OperatorKeys;
use crate::store::event;
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
    WrongLine(&'static str),
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

/// A refusal is an outcome; only the store fails.
pub type Outcome<T> = Result<Result<T, Refusal>, StoreError>;

/// What the rules need besides the transaction.
pub struct Context<'a> {
    /// The operator's keys.
    pub keys: &'a OperatorKeys,
    /// Issuer of the scheme: handles are pairwise.
    pub scheme: &'a str,
    /// The scheme's name on the cards.
    pub scheme_id: [u8; 16],
}

/// A physical card or chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardIdentity {
    /// Card identifier.
    pub iccid: String,
    /// eUICC identifier, or empty.
    pub eid: String,
    /// Subscriber identity.
    pub imsi: String,
}

impl CardIdentity {
    /// A new card out of the drawer, with an ICCID of ITU-T E.118 and an IMSI of the test network 001-01.
    #[must_use]
    pub fn fresh() -> Self {
        let mut iccid = format!("8932{}", digits(14));
        iccid.push(luhn(&iccid));
        Self {
            iccid,
            eid: String::new(),
            imsi: format!("00101{}", digits(10)),
        }
    }
}

/// Gives `number` to a SIM, unless it has one. `readiness` says which make of card.
///
/// # Errors
/// The store's.
pub fn activate(
    tx: &mut Tx,
    context: &Context<'_>,
    number: &str,
    card: &CardIdentity,
    readiness: Readiness,
) -> Outcome<Sim> {
    if sim::by_number(tx, number)?.is_some() {
        return Ok(Err(Refusal::NumberInUse));
    }
    let now = tx.now()?;
    let activation = sim::activations(tx, &card.iccid)? + 1;
    let profile = match readiness {
        Readiness::Incompatible => Profile::Legacy,
        Readiness::Upgradable => Profile::Loadable,
        _ => Profile::Applet,
    };
    let mut row = Sim {
        handle: context
            .keys
            .handle(context.scheme, &card.iccid, &card.eid, activation),
        number: number.to_owned(),
        iccid: card.iccid.clone(),
        eid: card.eid.clone(),
        imsi: card.imsi.clone(),
        activation,
        profile,
        kvn: 0,
        counter: 0,
        line: Line::Active,
        changed_at: now,
        retired_at: None,
    };
    if profile == Profile::Applet {
        // Each activation has keys of its own, so that what an earlier one knew is worth nothing.
        row.kvn = u8::try_from(activation).map_err(|_| {
            StoreError::Abort("this card was activated too often; take another".into())
        })?;
        let id = CardId {
            iccid: &row.iccid,
            eid: &row.eid,
            kvn: row.kvn,
        };
        cards::personalise(tx, context.keys, &id, &context.scheme_id)?;
    }
    sim::insert(tx, &row)?;
    Ok(Ok(row))
}

/// Gives the number a new SIM: new card, new handle, ready. The old handle is dead.
///
/// # Errors
/// The store's.
pub fn swap(tx: &mut Tx, context: &Context<'_>, number: &str, card: &CardIdentity) -> Outcome<Sim> {
    let Some(old) = sim::by_number(tx, number)? else {
        return Ok(Err(Refusal::UnknownNumber));
    };
    let now = tx.now()?;
    sim::retire(tx, &old.handle, Line::Terminated, now)?;
    announce(tx, Kind::Swapped, &old.handle)?;
    activate(tx, context, number, card, Readiness::Ready)
}

/// Bars the line: phone or SIM is lost.
///
/// # Errors
/// The store's.
pub fn lose(tx: &mut Tx, number: &str) -> Outcome<Sim> {
    move_line(
        tx,
        number,
        &[Line::Active, Line::PortPending],
        Line::BarredLost,
        Kind::Lost,
    )
}

/// Notes that another operator asked for the number.
///
/// # Errors
/// The store's.
pub fn port_pending(tx: &mut Tx, number: &str) -> Outcome<Sim> {
    move_line(
        tx,
        number,
        &[Line::Active],
        Line::PortPending,
        Kind::PortPending,
    )
}

/// Lifts a loss, or a port that was called off.
///
/// # Errors
/// The store's.
pub fn restore(tx: &mut Tx, number: &str) -> Outcome<Sim> {
    move_line(
        tx,
        number,
        &[Line::BarredLost, Line::PortPending],
        Line::Active,
        Kind::Restored,
    )
}

/// The number goes to another operator; this one knows it no longer.
///
/// # Errors
/// The store's.
pub fn port(tx: &mut Tx, number: &str) -> Outcome<Sim> {
    let Some(mut row) = sim::by_number(tx, number)? else {
        return Ok(Err(Refusal::UnknownNumber));
    };
    let now = tx.now()?;
    sim::retire(tx, &row.handle, Line::Ported, now)?;
    announce(tx, Kind::Ported, &row.handle)?;
    row.line = Line::Ported;
    row.retired_at = Some(now);
    Ok(Ok(row))
}

fn move_line(tx: &mut Tx, number: &str, from: &[Line], to: Line, kind: Kind) -> Outcome<Sim> {
    let Some(mut row) = sim::by_number(tx, number)? else {
        return Ok(Err(Refusal::UnknownNumber));
    };
    if !from.contains(&row.line) {
        return Ok(Err(Refusal::WrongLine(row.line.as_str())));
    }
    sim::set_line(tx, &row.handle, to)?;
    announce(tx, kind, &row.handle)?;
    row.line = to;
    Ok(Ok(row))
}

/// Puts an event about `handle` into the outbox.
///
/// # Errors
/// The store's.
pub fn announce(tx: &mut Tx, kind: Kind, handle: &str) -> Result<(), StoreError> {
    let now = tx.now()?;
    event::append(tx, &random_id(), kind, Some((handle, now)))
}

/// Adds the SIMs of the configuration that the registry never had. A number that was ported out stays out.
///
/// # Errors
/// The store's.
pub fn seed(
    tx: &mut Tx,
    context: &Context<'_>,
    wanted: &[(String, Readiness)],
) -> Result<(), StoreError> {
    for (number, readiness) in wanted {
        if sim::history(tx, number)?.is_empty() {
            // It is free: nobody ever had it here.
            let _ = activate(tx, context, number, &CardIdentity::fresh(), *readiness)?;
        }
    }
    Ok(())
}

/// Sixteen random bytes in base64url.
#[must_use]
pub fn random_id() -> String {
    ipse_jose::b64::encode(&ipse_protocol::random::<16>())
}

/// `count` random decimal digits, unbiased.
#[must_use]
pub fn digits(count: usize) -> String {
    let mut out = String::with_capacity(count);
    while out.len() < count {
        let [byte] = ipse_protocol::random::<1>();
        if byte < 250 {
            out.push(char::from(b'0' + byte % 10));
        }
    }
    out
}

/// Check digit of ISO/IEC 7812-1.
fn luhn(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, byte)| {
            let digit = u32::from(byte - b'0');
            match (i % 2, digit) {
                (0, 5..) => digit * 2 - 9,
                (0, _) => digit * 2,
                _ => digit,
            }
        })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits() {
        assert_eq!(luhn("7992739871"), '3');
        let card = CardIdentity::fresh();
        assert_eq!((card.iccid.len(), card.imsi.len()), (19, 15));
        assert!(card.iccid.ends_with(luhn(&card.iccid[..18])));
        assert_ne!(card, CardIdentity::fresh());
    }
}
