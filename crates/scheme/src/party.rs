//! The party that a request is about, in the request's log lines. The server's span has a field for each.

use tracing::Span;

/// Adds an operator.
pub fn record_operator(name: &str) {
    Span::current().record("operator", name);
}

/// Adds a bank.
pub fn record_bank(name: &str) {
    Span::current().record("bank", name);
}

/// Adds which of the bank's answers was not as expected, and its HTTP status, such as `token 500`.
pub fn record_bank_answer(answer: &str) {
    Span::current().record("answer", answer);
}
