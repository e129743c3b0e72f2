//! What can go wrong in the store, told apart by what the caller can do about it.

/// An error of the store.
///
/// Texts name tables, columns and constraints, never values: they may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Too much is queued, or conflicts did not settle. Nothing was changed; try again later.
    #[error("the store is busy; try again later")]
    Busy,
    /// The store is shutting down. Nothing was changed.
    #[error("the store is closed")]
    Closed,
    /// A row with this key exists: `table.column, table.column`, or the constraint's name.
    #[error("already present: {0}")]
    Unique(String),
    /// A foreign key, check or not-null constraint refused the row.
    #[error("constraint violated: {0}")]
    Constraint(String),
    /// The database holds something that this program cannot have written.
    #[error("stored data is not as expected: {0}")]
    Corrupt(String),
    /// A row of this table has no MAC of this scheme, or not for this content: something else wrote it.
    #[error(
        "a row of the table {0} was not written by this scheme: compare it with a backup (ipse log verify names the row)"
    )]
    NotAuthentic(&'static str),
    /// The wall clock cannot be trusted. Nothing was changed.
    #[error("{0}")]
    Clock(ClockFault),
    /// The database cannot be reached or written. If it was lost while committing, the outcome is
    /// unknown, and the text says so; the caller finds out by reading.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A write that must change one row changed none or several.
    #[error("one row was to change, but {0} did")]
    RowCount(u64),
    /// A statement or a parameter is wrong: a mistake in the program.
    #[error("statement refused: {0}")]
    Statement(String),
    /// The schema cannot be brought to this program's version.
    #[error("migration refused: {0}")]
    Migration(String),
    /// The transaction's function panicked and was rolled back.
    #[error("the transaction panicked and was rolled back")]
    Panicked,
    /// The transaction's function chose to roll back.
    #[error("rolled back: {0}")]
    Abort(String),
}

/// Why the wall clock cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// The wall clock and the monotonic clock disagree. Milliseconds by which the wall clock is ahead of the accepted time.
    #[error("the clocks disagree: the time is {} seconds from what it should be", .0 / 1000)]
    Disagree(i64),
    /// An earlier time was accepted, and what was open has not ended yet.
    #[error("an earlier time was accepted: what was open must end first")]
    Earlier,
    /// The clock of this machine and that of the database differ. Milliseconds by which the database's is ahead.
    #[error("the clocks of this machine and of the database are {} seconds apart", .0 / 1000)]
    Apart(i64),
}

impl StoreError {
    /// A stable code for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "store_busy",
            Self::Closed => "store_closed",
            Self::Unique(_) => "store_unique",
            Self::Constraint(_) => "store_constraint",
            Self::Corrupt(_) => "store_corrupt",
            Self::NotAuthentic(_) => "row_not_authentic",
            Self::Clock(_) => "store_clock",
            Self::Unavailable(_) => "store_unavailable",
            Self::RowCount(_) => "store_row_count",
            Self::Statement(_) => "store_statement",
            Self::Migration(_) => "store_migration",
            Self::Panicked => "store_panicked",
            Self::Abort(_) => "store_abort",
        }
    }

    /// Whether the same call may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Closed | Self::Clock(_) | Self::Unavailable(_)
        )
    }
}

/// What the function of a transaction returns when it does not succeed. It says what happens to its writes.
///
/// A refusal is an outcome like any other: a counter of failed attempts must be committed although the caller hears
/// "no". Only an error of the store undoes what was written.
pub trait TxError: From<StoreError> + Send + 'static {
    /// The error of the store, for which the transaction is rolled back; `None` when it is committed.
    fn store_error(&self) -> Option<&StoreError>;
}

impl TxError for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// How a failed statement leaves the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Only this transaction's own fault.
    Plain,
    /// The engine asks for the whole transaction to run again (SQLSTATE class 40).
    Retry,
    /// The connection is gone.
    Lost,
}

/// A failed statement.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) error: StoreError,
    pub(crate) kind: Kind,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self {
            error,
            kind: Kind::Plain,
        }
    }
}
