//! Sends mail by SMTP (RFC 5321) to the configured mail server.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use ipse_jose::b64;
use ipse_protocol::Random;
use ipse_scheme::mail::{EmailAddress, Mail, MailError, Mailer, Sending};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Category, Severity};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::config::{MailConfig, MailTls};
use crate::fault;

/// Time limit of one answer of the mail server.
const ANSWER: Duration = Duration::from_secs(10);
/// Time limit of a mail: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(15);

/// The mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Mailbox,
    random: Random,
}

impl Smtp {
    /// A client of the mail server of this configuration.
    ///
    /// # Errors
    /// When the sender, the password or the certificates cannot be used.
    pub fn new(home: &Path, config: &MailConfig, random: &Random) -> anyhow::Result<Self> {
        let sender = EmailAddress::parse(&config.sender)
            .and_then(|sender| address(&sender))
            .context("`mail.sender` is not an e-mail address")?;
        let parameters = || {
            TlsParameters::builder(config.host.clone())
                .build_rustls()
                .context("the certificates for the mail server cannot be used")
        };
        let tls = match config.tls {
            MailTls::Tls => Tls::Wrapper(parameters()?),
            MailTls::Starttls => Tls::Required(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(config.host.clone())
                .port(config.port())
                .tls(tls)
                .hello_name(ClientId::Domain(sender.domain().to_owned()))
                .timeout(Some(ANSWER));
        if let Some(user) = &config.user {
            let password = config.password(home)?;
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            transport: transport.build(),
            sender: Mailbox::new(Some("Ipse".to_owned()), sender),
            random: random.clone(),
        })
    }

    fn message(&self, mail: &Mail) -> Option<Message> {
        let domain = self.sender.email.domain();
        let id = b64::encode(&self.random.bytes::<16>());
        Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, address(&mail.to)?))
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{id}@{domain}>")))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .ok()
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async move {
            let message = self.message(mail).ok_or(MailError::Refused)?;
            let sent = tokio::time::timeout(PATIENCE, self.transport.send(message));
            let error = match sent.await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => {
                    tracing::warn!("the mail server does not answer in time");
                    return Err(MailError::Unavailable);
                }
            };
            // The text of an answer may repeat the address, so the log gets its number only.
            match error.status() {
                Some(code)
                    if code.severity == Severity::PermanentNegativeCompletion
                        && code.category == Category::MailSystem =>
                {
                    tracing::info!(code = %code, "the mail server refused a mail");
                    Err(MailError::Refused)
                }
                Some(code) => {
                    tracing::warn!(code = %code, "the mail server took no mail");
                    Err(MailError::Unavailable)
                }
                None => {
                    tracing::warn!(error = fault::chain(&error), "no mail was sent");
                    Err(MailError::Unavailable)
                }
            }
        })
    }
}

fn address(address: &EmailAddress) -> Option<Address> {
    Address::new(address.local(), address.domain()).ok()
}

/// `Auto-Submitted: auto-generated` (RFC 3834): nobody's absence note answers the mail.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
