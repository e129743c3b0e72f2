//! Mail, as the rules see it: one trait, which an adapter implements.

use std::future::Future;
use std::pin::Pin;

pub use crate::email_address::EmailAddress;

/// A plain text for one address.
pub struct Mail {
    /// Where it goes.
    pub to: EmailAddress,
    /// Its subject, one line.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Why a mail was not sent. Neither text has the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The mail server does not answer, or wants the mail later.
    #[error("the mail server does not take the mail now")]
    Unavailable,
    /// The mail server refuses this mail for good: it does not know the address, or wants no mail from us.
    #[error("the mail server refuses the mail")]
    Refused,
}

/// A future of an adapter.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>>;

/// Something that sends mail.
pub trait Mailer: Send + Sync {
    /// Hands one mail to the mail server.
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a>;
}
