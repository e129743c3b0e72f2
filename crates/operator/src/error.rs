//! What the rules return when they do not succeed, and the party that has to act.

use std::error::Error;
use std::fmt::Write as _;

use ipse_store::{StoreError, TxError};

/// Why a rule did not succeed. What it wrote before it refused is committed; what it wrote before the store failed is
/// not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError<R> {
    /// The rule refused.
    #[error("refused")]
    Refused(#[source] R),
    /// The store failed.
    #[error("the database failed")]
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

/// The party that has to change something before the same request can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtFault {
    /// The party that sent the request.
    Caller,
    /// A party that this operator asked: a card, or the scheme's event endpoint.
    Peer,
    /// The people who run this service: the configuration, the database or the machine is wrong.
    Service,
    /// This program.
    Us,
}

impl AtFault {
    /// The party at fault when the store fails.
    #[must_use]
    pub fn of_store(error: &StoreError) -> Self {
        match error {
            StoreError::Busy
            | StoreError::Closed
            | StoreError::Clock(_)
            | StoreError::Unavailable(_)
            | StoreError::Migration(_) => Self::Service,
            _ => Self::Us,
        }
    }

    /// The spelling in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Peer => "peer",
            Self::Service => "service",
            Self::Us => "us",
        }
    }
}

/// The text of an error and of each of its causes.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_every_cause_once() {
        let error = RuleError::<StoreError>::Store(StoreError::Busy);
        assert_eq!(
            with_causes(&error),
            format!("the database failed: {}", StoreError::Busy)
        );
    }
}
