//! Events for partners, as the rules see them: one trait, which an adapter implements.

use std::future::Future;
use std::pin::Pin;

/// Why a partner did not take an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It refuses the event for good, with this `err` (RFC 8935 §2.4).
    #[error("the partner refuses the event: {0}")]
    Refused(String),
    /// It does not take the event now.
    #[error("the partner does not take the event: {0}")]
    Unavailable(String),
}

/// A future of an adapter.
pub type Telling<'a> = Pin<Box<dyn Future<Output = Result<(), EventError>> + Send + 'a>>;

/// Something that signs events and pushes them to partners.
pub trait PartnerEvents: Send + Sync {
    /// Signs claims as a security event token (RFC 8417), and pushes it to an endpoint (RFC 8935).
    fn push<'a>(&'a self, endpoint: &'a str, claims: &'a [u8]) -> Telling<'a>;
}
