//! Request ids: one random id per request, in the log, in the header `x-request-id` and on the pages about a failure. With it, the
//! log lines of a request are found from what a person or a partner reports.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use ipse_protocol::Random;
use ipse_protocol::ids::PartnerId;
use tracing::Span;
use tracing::field::Empty;

/// The header, in requests that handlers see and in answers.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Gives a request its id and the span for its log lines. A header that the client sent is replaced.
pub fn assign<B>(random: &Random, request: &mut Request<B>) -> (HeaderValue, Span) {
    let id = format!("{:016x}", u64::from_be_bytes(random.bytes()));
    // Hexadecimal digits are always valid in a header.
    let value = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("unknown"));
    request.headers_mut().insert(HEADER, value.clone());
    let span = tracing::info_span!(
        "request",
        id,
        client_id = Empty,
        operator = Empty,
        bank = Empty,
        answer = Empty
    );
    (value, span)
}

/// Writes the id to an answer.
pub fn write(id: HeaderValue, answer: &mut HeaderMap) {
    answer.insert(HEADER, id);
}

/// The id of the request with these headers.
pub fn of(headers: &HeaderMap) -> Option<&str> {
    headers.get(HEADER)?.to_str().ok()
}

/// Adds the partner to the log lines of this request. Text that is no id of a partner is not logged.
pub fn record_partner(client_id: &str) {
    let shown = match PartnerId::parse(client_id) {
        Some(_) => client_id,
        None => "malformed",
    };
    Span::current().record("client_id", shown);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::tests::Written;

    #[test]
    fn t23_text_that_is_no_client_id_is_not_logged() {
        let log = Written::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let _installed = tracing::subscriber::set_default(subscriber);
        let (_, span) = assign(&Random::seeded(1), &mut Request::new(()));
        span.in_scope(|| {
            record_partner("par_x\n2026-11-30T00:00:00Z ERROR forged");
            tracing::info!("asked");
        });
        let written = log.text();
        assert!(written.contains("client_id=\"malformed\""), "{written}");
        assert!(!written.contains("forged"), "{written}");
    }
}
