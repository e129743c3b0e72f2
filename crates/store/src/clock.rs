//! What is remembered of the clock: the last time that was used, and for how long the clocks have agreed.

use crate::engine::{StoreError, Table, Tx};
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

/// What is remembered of the clock.
pub(crate) static TABLE: Table = Table::new("clock", "one", "one, recorded, agreed");

/// The record; none before the first one.
pub fn record(tx: &mut Tx) -> Result<Option<Record>, StoreError> {
    let Some(mut row) = tx.by_key(&TABLE, params![1_i64])? else {
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
    let Some(known) = record(tx)? else {
        tx.add(&TABLE, params![1_i64, now, DAY_MS])?;
        return Ok(Record {
            recorded: now,
            agreed: DAY_MS,
        });
    };
    let since = now.saturating_sub(known.recorded).clamp(0, GAP_MS);
    let agreed = known.agreed.saturating_add(since).clamp(0, DAY_MS);
    tx.amend_one(&TABLE, params![1_i64], |row| {
        row.set("recorded", now)?;
        row.set("agreed", agreed)?;
        Ok(true)
    })?;
    Ok(Record {
        recorded: now,
        agreed,
    })
}

/// Records that the clocks disagreed.
pub fn disagreed(tx: &mut Tx) -> Result<(), StoreError> {
    tx.amend(&TABLE, params![1_i64], |row| {
        row.set("agreed", 0_i64)?;
        Ok(true)
    })
    .map(drop)
}
