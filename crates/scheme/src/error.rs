//! How a rule refuses, and how anything else fails.

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::{StoreError, TxError};

/// Why a rule inside a transaction did not do what was asked.
///
/// A refusal is an outcome like any other: what the rule wrote before it is committed, such as a counted attempt. An
/// error of the store rolls everything back.
#[derive(Debug, thiserror::Error)]
pub enum RuleError<R = Problem> {
    /// Refused. The transaction commits.
    #[error("refused: {0:?}")]
    Refused(R),
    /// The store failed. The transaction is rolled back.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<R: Send + 'static> TxError for RuleError<R> {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Refused(_) => None,
            Self::Store(error) => Some(error),
        }
    }
}

impl From<Problem> for RuleError {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<ProblemCode> for RuleError {
    fn from(code: ProblemCode) -> Self {
        Self::Refused(code.into())
    }
}

/// Who must act so that a failed call succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller: its request was refused.
    Caller,
    /// A bank or an operator that was asked.
    Peer,
    /// The operator of this service: the database, the disk or the keystore.
    ServiceOperator,
    /// This program.
    Us,
}

/// Why a function of the scheme did not do what was asked. The text of the error of the store or the keystore is its source's; a
/// log line has both.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused, with the stable code that the caller is told.
    #[error("refused: {0:?}")]
    Refused(Problem),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The keystore failed.
    #[error("the keystore failed")]
    Keys(#[from] ipse_keys::Error),
    /// Another party sent what it must not send. Holds no personal data.
    #[error("a peer is at fault: {0}")]
    Peer(&'static str),
    /// Stored data is not what this program writes. Holds no personal data.
    #[error("stored data is not as expected: {0}")]
    Corrupt(&'static str),
    /// A mistake in this program. Holds no personal data.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl Error {
    /// Who must act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Refused(problem) => match problem.code {
                ProblemCode::SimUnavailable | ProblemCode::RegistrarFailed => Fault::Peer,
                ProblemCode::Busy | ProblemCode::ClockDisagrees => Fault::ServiceOperator,
                ProblemCode::Internal => Fault::Us,
                _ => Fault::Caller,
            },
            Self::Store(
                StoreError::Statement(_)
                | StoreError::RowCount(_)
                | StoreError::Panicked
                | StoreError::Abort(_),
            )
            | Self::Internal(_) => Fault::Us,
            Self::Peer(_) => Fault::Peer,
            Self::Store(_) | Self::Keys(_) | Self::Corrupt(_) => Fault::ServiceOperator,
        }
    }

    /// Whether the same call may succeed when it is made again.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }

    /// Whether the clock cannot be trusted.
    pub fn is_clock(&self) -> bool {
        matches!(self, Self::Store(StoreError::Clock(_)))
    }

    /// The answer for the caller. It tells nothing of the inside; the cause belongs into the log.
    pub fn into_problem(self) -> Problem {
        let (clock, busy) = (self.is_clock(), self.is_busy());
        match self {
            Error::Refused(problem) => problem,
            _ if clock => Problem::new(ProblemCode::ClockDisagrees),
            _ if busy => Problem::new(ProblemCode::Busy),
            _ => Problem::new(ProblemCode::Internal),
        }
    }
}

impl From<RuleError> for Error {
    fn from(error: RuleError) -> Self {
        match error {
            RuleError::Refused(problem) => Self::Refused(problem),
            RuleError::Store(error) => Self::Store(error),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error::Refused(problem)
    }
}

impl From<ProblemCode> for Error {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }
}

/// Ends a rule with a refusal, which commits.
macro_rules! refuse {
    ($code:ident) => {
        return Err(::ipse_protocol::problem::ProblemCode::$code.into())
    };
}
pub(crate) use refuse;

#[cfg(test)]
mod tests {
    use ipse_store::ClockFault;

    use super::*;

    #[test]
    fn what_is_busy_is_answered_with_busy() {
        let errors = [
            StoreError::Busy,
            StoreError::Closed,
            StoreError::Unavailable("x".to_owned()),
            StoreError::Corrupt("x".to_owned()),
            StoreError::Panicked,
        ];
        for error in errors {
            let (retryable, text) = (error.is_retryable(), error.to_string());
            let error = Error::from(error);
            assert_eq!(error.is_busy(), retryable, "{text}");
            let code = error.into_problem().code;
            assert_eq!(code == ProblemCode::Busy, retryable, "{text}: {code}");
        }
        let clock = Error::from(StoreError::Clock(ClockFault::Earlier));
        assert_eq!(clock.into_problem().code, ProblemCode::ClockDisagrees);
    }
}
