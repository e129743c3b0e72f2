//! What is remembered of the clock: the last time that was used, and for how long the clocks have agreed.

use crate::engine::{StoreError, Tx};
use crate::params;

/// For so long, in milliseconds, the clocks must have agreed before anything is destroyed that an earlier time would need.
pub const DAY_MS: i64 = 24 * 3_600_000;
/// Most milliseconds that count between two records: a clock that was set while no server ran does not count as agreement.
const GAP_MS: i64 = 60_000;

/// The record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The last time at which the clocks agreed, in milliseconds since 1970.
    pub recorded: i64,
    /// For how many milliseconds they have agreed since they last disagreed; at most [`DAY_MS`].
    pub agreed: i64,
}

impl Record {
    /// Whether the clocks have agreed for a day, or have never disagreed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.agreed >= DAY_MS
    }
}

const READ: &str = "SELECT recorded, agreed FROM clock WHERE one = 1";
const INSERT: &str = "INSERT INTO clock (one, recorded, agreed) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE \
     SET recorded = excluded.recorded, agreed = excluded.agreed";
const DISAGREED: &str = "UPDATE clock SET agreed = 0 WHERE one = 1";

/// The record; none before the first one.
pub fn record(tx: &mut Tx) -> Result<Option<Record>, StoreError> {
    let Some(mut row) = tx.row(READ, &[])? else {
        return Ok(None);
    };
    Ok(Some(Record {
        recorded: row.get("recorded")?,
        agreed: row.get("agreed")?,
    }))
}

/// Records the time of a transaction.
pub fn keep(tx: &mut Tx) -> Result<Record, StoreError> {
    let now = tx.now()?;
    let agreed = match record(tx)? {
        None => DAY_MS,
        Some(known) => {
            let since = now.saturating_sub(known.recorded).clamp(0, GAP_MS);
            known.agreed.saturating_add(since).clamp(0, DAY_MS)
        }
    };
    tx.change_one(INSERT, params![now, agreed])?;
    Ok(Record {
        recorded: now,
        agreed,
    })
}

/// Records that the clocks disagreed.
pub fn disagreed(tx: &mut Tx) -> Result<(), StoreError> {
    tx.exec(DISAGREED, &[]).map(drop)
}
