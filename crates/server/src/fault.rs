//! How failed requests are logged.

use ipse_scheme::{Error, Fault};
use ipse_store::StoreError;

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
