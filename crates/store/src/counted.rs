//! What is counted in a window of time, so that there is not too much of it.

use crate::engine::{Param, StoreError, Tx};

/// How many were found, and when the first of them was (milliseconds; zero if there is none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub count: i64,
    /// When the first was.
    pub first: i64,
}

/// Runs a query with the columns `n` and `first`.
pub(crate) fn counted(
    tx: &mut Tx,
    sql: &'static str,
    params: &[Param<'_>],
) -> Result<Counted, StoreError> {
    match tx.row(sql, params)? {
        Some(mut row) => Ok(Counted {
            count: row.get("n")?,
            first: row.get("first")?,
        }),
        None => Ok(Counted { count: 0, first: 0 }),
    }
}
