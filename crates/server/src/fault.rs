//! How failed requests are logged.

use ipse_protocol::problem::Problem;
use ipse_scheme::Fault;

/// The member `reason` of a problem.
pub fn reason(problem: &Problem) -> Option<&str> {
    problem.extra.get("reason")?.as_str()
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
    log_with(fault, code, reason, None);
}

/// As [`log`], with what to do about it.
pub fn log_with_cure(fault: Fault, code: &str, reason: &str, cure: &str) {
    log_with(fault, code, reason, Some(cure));
}

fn log_with(fault: Fault, code: &str, reason: &str, cure: Option<&str>) {
    match fault {
        Fault::Caller => tracing::info!(code, reason, cure, fault = "caller", "refused"),
        Fault::Peer => tracing::warn!(code, reason, cure, fault = "peer", "refused"),
        Fault::ServiceOperator => {
            tracing::warn!(code, reason, cure, fault = "service operator", "failed")
        }
        Fault::Us => tracing::error!(code, reason, cure, fault = "us", "failed"),
    }
}

#[cfg(test)]
mod tests {
    use ipse_scheme::Error;
    use ipse_store::StoreError;

    use super::*;

    #[test]
    fn a_cause_is_logged_once() {
        let error = Error::from(StoreError::Unavailable("no route".to_owned()));
        assert_eq!(
            chain(&error),
            "the store failed: the database is unavailable: no route"
        );
        let error = Error::from(ipse_keys::Error::Open);
        assert_eq!(
            chain(&error),
            "the keystore failed: the sealed text was changed, or sealed for another purpose"
        );
    }
}
