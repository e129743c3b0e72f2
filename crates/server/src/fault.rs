//! Who must act so that a failed request succeeds, and how that is logged.

use ipse_scheme::Error;
use ipse_store::StoreError;

/// Who must act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller: its request was refused.
    Caller,
    /// A bank or an operator that was called.
    Peer,
    /// The operator of this service: the database, the disk or the keystore.
    ServiceOperator,
    /// This program.
    Us,
}

/// Who must act on an error of the scheme.
pub fn of(error: &Error) -> Fault {
    use ipse_protocol::problem::ProblemCode;
    match error {
        Error::Refused(problem) => match problem.code {
            ProblemCode::SimUnavailable | ProblemCode::RegistrarFailed => Fault::Peer,
            ProblemCode::Busy => Fault::ServiceOperator,
            ProblemCode::Internal => Fault::Us,
            _ => Fault::Caller,
        },
        Error::Internal(_) => Fault::Us,
        _ => Fault::ServiceOperator,
    }
}

/// Whether the same request may succeed when it is sent again.
pub fn is_busy(error: &Error) -> bool {
    matches!(
        error,
        Error::Store(StoreError::Busy | StoreError::Unavailable(_))
    )
}

/// An error and its causes, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// Logs an error answer, with the stable code that the caller gets and a reason that it may not get. The request's span has the id
/// and the partner or operator.
pub fn log(fault: Fault, code: &str, reason: &str) {
    match fault {
        Fault::Caller => tracing::info!(code, reason, fault = "caller", "refused"),
        Fault::Peer => tracing::warn!(code, reason, fault = "peer", "refused"),
        Fault::ServiceOperator => {
            tracing::warn!(code, reason, fault = "service operator", "failed")
        }
        Fault::Us => tracing::error!(code, reason, fault = "us", "failed"),
    }
}
