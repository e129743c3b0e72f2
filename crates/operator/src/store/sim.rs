//! The registry: which SIM has which number, and in what state.

use ipse_sim::statement::{Line, Readiness};
use ipse_store::{Row, StoreError, Tx, params, text_columns};

use super::integer;
use crate::ids::{Handle, Iccid, Imsi, PhoneNumber};

/// What a card can do, by its make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Has the applet.
    Applet,
    /// The applet can be loaded over the air.
    Loadable,
    /// Too old: must be replaced.
    Legacy,
}

impl Profile {
    fn as_str(self) -> &'static str {
        match self {
            Self::Applet => "applet",
            Self::Loadable => "loadable",
            Self::Legacy => "legacy",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Applet, Self::Loadable, Self::Legacy]
            .into_iter()
            .find(|profile| profile.as_str() == text)
    }
}

text_columns! {
    Profile = "a make of card",
}

/// A row of the registry: one activation of one card for one number.
#[derive(Clone, Debug)]
pub struct Sim {
    /// Pairwise name towards the scheme.
    pub handle: Handle,
    /// Phone number.
    pub number: PhoneNumber,
    /// Card identifier.
    pub iccid: Iccid,
    /// eUICC identifier; empty for a card that nothing can be downloaded to.
    pub eid: String,
    /// Subscription identifier.
    pub imsi: Imsi,
    /// Which activation of this card: 1, 2, 3…
    pub activation: i64,
    /// Make of the card.
    pub profile: Profile,
    /// Key version, 0 until the card confirmed its keys.
    pub kvn: u8,
    /// The highest counter that was accepted.
    pub counter: u32,
    /// State of the subscription.
    pub line: Line,
    /// Since when the number has this SIM, in milliseconds.
    pub changed_at: i64,
    /// Since when it no longer has it, in milliseconds.
    pub retired_at: Option<i64>,
}

impl Sim {
    /// Whether the SIM can answer challenges, as the scheme sees it.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        match (self.retired_at, self.profile, self.kvn) {
            (Some(_), ..) => Readiness::Retired,
            (None, Profile::Legacy, _) => Readiness::Incompatible,
            (None, Profile::Loadable, _) => Readiness::Upgradable,
            (None, Profile::Applet, 0) => Readiness::Provisioning,
            (None, Profile::Applet, _) => Readiness::Ready,
        }
    }

    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            handle: row.get("handle")?,
            number: row.get("number")?,
            iccid: row.get("iccid")?,
            eid: row.get("eid")?,
            imsi: row.get("imsi")?,
            activation: row.get("activation")?,
            profile: row.get("profile")?,
            kvn: integer(&mut row, "kvn")?,
            counter: integer(&mut row, "counter")?,
            line: row.get("line")?,
            changed_at: row.get("changed_at")?,
            retired_at: row.get("retired_at")?,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT handle, number, iccid, eid, imsi, activation, profile, kvn, counter, line, changed_at, retired_at FROM sim ",
            $rest
        )
    };
}

statements! {
    BY_HANDLE = select!("WHERE handle = $1");
    BY_NUMBER = select!("WHERE number = $1 AND retired_at IS NULL");
    HISTORY = select!("WHERE number = $1 ORDER BY changed_at, activation");
    ALL = select!("WHERE retired_at IS NULL OR line = 'ported' ORDER BY number, changed_at LIMIT $1");
    ACTIVATIONS = "SELECT COALESCE(MAX(activation), 0) AS n FROM sim WHERE iccid = $1";
    INSERT = "INSERT INTO sim (handle, number, iccid, eid, imsi, activation, profile, kvn, counter, line, changed_at, bound_at, retired_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, NULL)";
    COUNTERS = "SELECT counter, seen FROM sim WHERE handle = $1 AND kvn = $2 AND retired_at IS NULL";
    ACCEPT = "UPDATE sim SET counter = $2, seen = $3 WHERE handle = $1 AND counter = $4 AND seen = $5";
    SET_LINE = "UPDATE sim SET line = $2 WHERE handle = $1 AND retired_at IS NULL";
    RETIRE = "UPDATE sim SET line = $2, retired_at = $3 WHERE handle = $1 AND retired_at IS NULL";
    SET_BOUND = "UPDATE sim SET bound_at = $2 WHERE handle = $1";
}

/// The SIM with this handle, retired or not.
///
/// # Errors
/// The store's.
pub fn by_handle(tx: &mut Tx, handle: &Handle) -> Result<Option<Sim>, StoreError> {
    tx.row(BY_HANDLE, params![handle])?
        .map(Sim::read)
        .transpose()
}

/// The SIM that has this number now.
///
/// # Errors
/// The store's.
pub fn by_number(tx: &mut Tx, number: &PhoneNumber) -> Result<Option<Sim>, StoreError> {
    tx.row(BY_NUMBER, params![number])?
        .map(Sim::read)
        .transpose()
}

/// Every SIM that ever had this number, oldest first.
///
/// # Errors
/// The store's.
pub fn history(tx: &mut Tx, number: &PhoneNumber) -> Result<Vec<Sim>, StoreError> {
    tx.rows(HISTORY, params![number])?
        .into_iter()
        .map(Sim::read)
        .collect()
}

/// The SIMs in use, and those whose number moved to another operator.
///
/// # Errors
/// The store's.
pub fn all(tx: &mut Tx, limit: u32) -> Result<Vec<Sim>, StoreError> {
    tx.rows(ALL, params![limit])?
        .into_iter()
        .map(Sim::read)
        .collect()
}

/// How many times this card was activated.
///
/// # Errors
/// The store's.
pub fn activations(tx: &mut Tx, iccid: &Iccid) -> Result<i64, StoreError> {
    tx.value(ACTIVATIONS, params![iccid])
}

/// Adds a row.
///
/// # Errors
/// The store's.
pub fn insert(tx: &mut Tx, sim: &Sim) -> Result<(), StoreError> {
    tx.change_one(
        INSERT,
        params![
            &sim.handle,
            &sim.number,
            &sim.iccid,
            &sim.eid,
            &sim.imsi,
            sim.activation,
            &sim.profile,
            sim.kvn,
            sim.counter,
            &sim.line,
            sim.changed_at,
        ],
    )
}

/// Accepts a counter at most one time, and only above `asked`, the highest that was accepted when the card was asked.
/// Answers to challenges of the same moment may arrive in any order.
///
/// False means that the counter is not acceptable.
///
/// # Errors
/// The store's.
pub fn accept(
    tx: &mut Tx,
    handle: &Handle,
    kvn: u8,
    counter: u32,
    asked: u32,
) -> Result<bool, StoreError> {
    let Some(mut row) = tx.row(COUNTERS, params![handle, kvn])? else {
        return Ok(false);
    };
    let highest: u32 = integer(&mut row, "counter")?;
    let seen: i64 = row.get("seen")?;
    let Some((raised, marked)) = mark(highest, seen.cast_unsigned(), counter, asked) else {
        return Ok(false);
    };
    let marked = marked.cast_signed();
    tx.change_at_most_one(ACCEPT, params![handle, raised, marked, highest, seen])
}

/// The state of the counters after `counter` is accepted; `None` when it must not be.
///
/// A card raises its counter with each answer. So no counter comes twice, and none is at or below what was accepted
/// before the card was asked. Bit `n` of `seen` is `highest - 1 - n`.
fn mark(highest: u32, seen: u64, counter: u32, asked: u32) -> Option<(u32, u64)> {
    if counter <= asked {
        return None;
    }
    if let Some(above) = counter.checked_sub(highest).filter(|above| *above > 0) {
        let below = seen.checked_shl(above).unwrap_or(0);
        return Some((counter, below | 1u64.checked_shl(above - 1).unwrap_or(0)));
    }
    // A counter that is too far below to be remembered counts as seen.
    let bit = 1u64.checked_shl((highest - counter).checked_sub(1)?)?;
    (seen & bit == 0).then_some((highest, seen | bit))
}

/// Changes the state of the subscription.
///
/// # Errors
/// The store's.
pub fn set_line(tx: &mut Tx, handle: &Handle, line: Line) -> Result<(), StoreError> {
    tx.change_one(SET_LINE, params![handle, &line])
}

/// Takes the number away from this SIM for ever, at `now` in milliseconds.
///
/// # Errors
/// The store's.
pub fn retire(tx: &mut Tx, handle: &Handle, line: Line, now: i64) -> Result<(), StoreError> {
    tx.change_one(RETIRE, params![handle, &line, now])
}

/// Notes that the scheme relies on this SIM since `now`, in milliseconds.
///
/// # Errors
/// The store's.
pub fn bind(tx: &mut Tx, handle: &Handle, now: i64) -> Result<(), StoreError> {
    tx.change_one(SET_BOUND, params![handle, now])
}

/// Notes that the scheme no longer relies on this SIM; false when there is no SIM with this handle.
///
/// # Errors
/// The store's.
pub fn unbind(tx: &mut Tx, handle: &Handle) -> Result<bool, StoreError> {
    tx.change_at_most_one(SET_BOUND, params![handle, None::<i64>])
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn each_counter_above_the_asked_one_is_accepted_once_in_any_order() {
        let (mut highest, mut seen) = (4, 0);
        for counter in [6, 5, 9, 7, 8, 73, 10] {
            (highest, seen) = mark(highest, seen, counter, 4).expect("new");
            assert_eq!(mark(highest, seen, counter, 4), None, "{counter} again");
        }
        assert_eq!(highest, 73);
        for counter in [0, 4, 5, 9, 10, 73] {
            assert_eq!(mark(highest, seen, counter, 4), None, "{counter}");
        }
        assert_eq!(mark(highest, seen, 12, 12), None, "asked after 12");
        // Far ahead: no counter below is remembered any more, and none of them is accepted.
        let (highest, seen) = mark(highest, seen, 1_000, 73).expect("new");
        assert_eq!((highest, seen), (1_000, 0));
        assert_eq!(mark(highest, seen, 80, 73), None);
        assert_eq!(mark(highest, seen, u32::MAX, 73), Some((u32::MAX, 0)));
    }
}
