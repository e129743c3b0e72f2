//! How a rule says no, and how anything else goes wrong.

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::StoreError;

/// What a rule inside a transaction returns. `Ok(Err(problem))` commits; `Err` rolls back.
pub type Outcome<T> = Result<Result<T, Problem>, StoreError>;

/// Why a function of the scheme did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused, with the stable code that the caller is told.
    #[error("refused: {0:?}")]
    Refused(Box<Problem>),
    /// The database did not take it.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// A key is missing or does not work.
    #[error("keys: {0}")]
    Keys(String),
    /// Something that should be impossible; holds no personal data.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl Error {
    /// The answer for the caller: nothing of the inside leaks.
    pub fn into_problem(self) -> Problem {
        match self {
            Error::Refused(problem) => *problem,
            Error::Store(StoreError::Busy | StoreError::Unavailable(_)) => {
                Problem::new(ProblemCode::Busy)
            }
            other => {
                tracing::error!(error = %other, "internal error");
                Problem::new(ProblemCode::Internal)
            }
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error::Refused(Box::new(problem))
    }
}

impl From<ProblemCode> for Error {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }
}

impl From<ipse_keys::Error> for Error {
    fn from(error: ipse_keys::Error) -> Self {
        Error::Keys(error.to_string())
    }
}

/// Turns an [`Outcome`] into a result of the scheme.
pub fn settle<T>(outcome: Outcome<T>) -> Result<T, Error> {
    Ok(outcome??)
}

/// Ends a rule with a refusal that commits.
#[macro_export]
macro_rules! refuse {
    ($code:ident) => {
        return Ok(Err(::ipse_protocol::problem::Problem::new(
            ::ipse_protocol::problem::ProblemCode::$code,
        )))
    };
}
