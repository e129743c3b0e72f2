//! The registry: which SIM has which number, and in what state.

use ipse_sim::statement::{Line, Readiness};
use ipse_store::{Row, StoreError, Tx, params};

use super::{one, small};

/// What a card can do, by its make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Carries the applet.
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

    fn from_text(text: &str) -> Option<Self> {
        [Self::Applet, Self::Loadable, Self::Legacy]
            .into_iter()
            .find(|profile| profile.as_str() == text)
    }
}

/// A row of the registry.
#[derive(Clone, Debug)]
pub struct Sim {
    /// Pairwise name towards the scheme.
    pub handle: String,
    /// E.164 number.
    pub number: String,
    /// Card identifier.
    pub iccid: String,
    /// eUICC identifier, or empty.
    pub eid: String,
    /// Subscriber identity.
    pub imsi: String,
    /// Which activation of this card.
    pub activation: i64,
    /// Make of the card.
    pub profile: Profile,
    /// Key version, 0 until confirmed.
    pub kvn: u8,
    /// Last accepted counter.
    pub counter: u32,
    /// State of the subscription.
    pub line: Line,
    /// Since when this SIM is the number's, ms.
    pub changed_at: i64,
    /// Since when it is no longer, ms.
    pub retired_at: Option<i64>,
}

impl Sim {
    /// Readiness follows from what the card is and what happened to it.
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
        let corrupt = |column: &str| StoreError::Corrupt(format!("sim.{column}"));
        Ok(Self {
            handle: row.text(0)?,
            number: row.text(1)?,
            iccid: row.text(2)?,
            eid: row.text(3)?,
            imsi: row.text(4)?,
            activation: row.int(5)?,
            profile: Profile::from_text(row.text_ref(6)?).ok_or_else(|| corrupt("profile"))?,
            kvn: small(row.int(7)?, "sim.kvn")?,
            counter: small(row.int(8)?, "sim.counter")?,
            line: Line::parse(row.text_ref(9)?).ok_or_else(|| corrupt("line"))?,
            changed_at: row.int(10)?,
            retired_at: row.opt_int(11)?,
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

const BY_HANDLE: &str = select!("WHERE handle = $1");
const BY_NUMBER: &str = select!("WHERE number = $1 AND retired_at IS NULL");
const HISTORY: &str = select!("WHERE number = $1 ORDER BY changed_at, activation");
const ALL: &str =
    select!("WHERE retired_at IS NULL OR line = 'ported' ORDER BY number, changed_at LIMIT $1");
const ACTIVATIONS: &str = "SELECT COALESCE(MAX(activation), 0) FROM sim WHERE iccid = $1";
const INSERT: &str = "INSERT INTO sim (handle, number, iccid, eid, imsi, activation, profile, kvn, counter, line, changed_at, bound_at, retired_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, NULL)";
const COUNTERS: &str =
    "SELECT counter, seen FROM sim WHERE handle = $1 AND kvn = $2 AND retired_at IS NULL";
const ACCEPT: &str =
    "UPDATE sim SET counter = $2, seen = $3 WHERE handle = $1 AND counter = $4 AND seen = $5";
const SET_LINE: &str = "UPDATE sim SET line = $2 WHERE handle = $1 AND retired_at IS NULL";
const RETIRE: &str =
    "UPDATE sim SET line = $2, retired_at = $3 WHERE handle = $1 AND retired_at IS NULL";
const BIND: &str = "UPDATE sim SET bound_at = $2 WHERE handle = $1";

pub(super) const STATEMENTS: &[&str] = &[
    BY_HANDLE,
    BY_NUMBER,
    HISTORY,
    ALL,
    ACTIVATIONS,
    INSERT,
    COUNTERS,
    ACCEPT,
    SET_LINE,
    RETIRE,
    BIND,
];

/// The SIM with this handle, also when it is retired.
pub fn by_handle(tx: &mut Tx, handle: &str) -> Result<Option<Sim>, StoreError> {
    tx.row(BY_HANDLE, params![handle])?
        .map(Sim::read)
        .transpose()
}

/// The SIM that has this number now.
pub fn by_number(tx: &mut Tx, number: &str) -> Result<Option<Sim>, StoreError> {
    tx.row(BY_NUMBER, params![number])?
        .map(Sim::read)
        .transpose()
}

/// Every SIM that ever had this number, oldest first.
pub fn history(tx: &mut Tx, number: &str) -> Result<Vec<Sim>, StoreError> {
    tx.rows(HISTORY, params![number])?
        .into_iter()
        .map(Sim::read)
        .collect()
}

/// The SIMs in use, and those whose number went elsewhere.
pub fn all(tx: &mut Tx, limit: u32) -> Result<Vec<Sim>, StoreError> {
    tx.rows(ALL, params![limit])?
        .into_iter()
        .map(Sim::read)
        .collect()
}

/// How often this card was activated so far.
pub fn activations(tx: &mut Tx, iccid: &str) -> Result<i64, StoreError> {
    tx.row(ACTIVATIONS, params![iccid])?
        .map_or(Ok(0), |row| row.int(0))
}

/// Adds a row.
pub fn insert(tx: &mut Tx, sim: &Sim) -> Result<(), StoreError> {
    let changed = tx.exec(
        INSERT,
        params![
            &sim.handle,
            &sim.number,
            &sim.iccid,
            &sim.eid,
            &sim.imsi,
            sim.activation,
            sim.profile.as_str(),
            sim.kvn,
            sim.counter,
            sim.line.as_str(),
            sim.changed_at,
        ],
    )?;
    one(changed, "sim insert")
}

/// Accepts a counter once, if it is higher than the one that stood when the card was asked: one conditional update
/// decides. Those asked at the same moment may come in any order.
pub fn accept(
    tx: &mut Tx,
    handle: &str,
    kvn: u8,
    counter: u32,
    asked: u32,
) -> Result<bool, StoreError> {
    let Some(row) = tx.row(COUNTERS, params![handle, kvn])? else {
        return Ok(false);
    };
    let (highest, seen) = (small(row.int(0)?, "sim.counter")?, row.int(1)?);
    let Some((raised, marked)) = mark(highest, seen.cast_unsigned(), counter, asked) else {
        return Ok(false);
    };
    let marked = marked.cast_signed();
    Ok(tx.exec(ACCEPT, params![handle, raised, marked, highest, seen])? == 1)
}

/// The counters with one more accepted; none for one that no card gives when it works as it must: each answer raises it, so
/// none comes twice, and none is below what was accepted before it was asked for. Bit `n` stands for `highest - 1 - n`.
fn mark(highest: u32, seen: u64, counter: u32, asked: u32) -> Option<(u32, u64)> {
    if counter <= asked {
        return None;
    }
    if let Some(above) = counter.checked_sub(highest).filter(|above| *above > 0) {
        let below = seen.checked_shl(above).unwrap_or(0);
        return Some((counter, below | 1u64.checked_shl(above - 1).unwrap_or(0)));
    }
    // What is too far below to be remembered counts as given before.
    let bit = 1u64.checked_shl((highest - counter).checked_sub(1)?)?;
    (seen & bit == 0).then_some((highest, seen | bit))
}

/// Changes the subscription's state.
pub fn set_line(tx: &mut Tx, handle: &str, line: Line) -> Result<(), StoreError> {
    one(
        tx.exec(SET_LINE, params![handle, line.as_str()])?,
        "sim line",
    )
}

/// Takes the number away from this SIM, for good.
pub fn retire(tx: &mut Tx, handle: &str, line: Line, now: i64) -> Result<(), StoreError> {
    one(
        tx.exec(RETIRE, params![handle, line.as_str(), now])?,
        "sim retire",
    )
}

/// Notes that the scheme relies on this SIM, or no longer does.
pub fn bind(tx: &mut Tx, handle: &str, since: Option<i64>) -> Result<bool, StoreError> {
    Ok(tx.exec(BIND, params![handle, since])? == 1)
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn each_counter_is_accepted_once_in_any_order_above_what_was_asked_at() {
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
        // Far ahead: nothing below is remembered any more, and nothing of it is taken.
        let (highest, seen) = mark(highest, seen, 1_000, 73).expect("new");
        assert_eq!((highest, seen), (1_000, 0));
        assert_eq!(mark(highest, seen, 80, 73), None);
        assert_eq!(mark(highest, seen, u32::MAX, 73), Some((u32::MAX, 0)));
    }
}
