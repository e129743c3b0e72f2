//! The mailbox of the demo: it takes every mail that the scheme sends, and shows it to everybody. It listens on this machine only,
//! keeps mails in memory, and forwards none.

mod page;
mod smtp;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use ipse_listener::Limits;
use ipse_protocol::Clock;
use ipse_texts::Texts;
use mail_parser::MessageParser;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::bank::texts;

pub use page::router;
pub use smtp::{LATER, UNKNOWN, serve};

/// How many mails are kept.
const KEPT: usize = 200;

/// `mailbox.toml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address of the page.
    pub listen: SocketAddr,
    /// Address of the SMTP receiver.
    pub listen_smtp: SocketAddr,
    /// Origin of the phone app, whose page shows the mails too.
    pub app_origin: String,
}

/// A mail that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// When, in milliseconds since 1970 UTC.
    pub time: i64,
    /// Who sent it.
    pub from: String,
    /// To whom, from the envelope.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The whole mail, as it came.
    pub raw: String,
}

/// `GET /messages`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mails {
    /// The mails, oldest first.
    pub messages: Vec<Mail>,
}

/// The mails that arrived.
pub struct Mailbox {
    mails: Mutex<VecDeque<Mail>>,
    texts: Texts,
    app_origin: String,
    clock: Clock,
}

impl Mailbox {
    /// An empty mailbox. Beside its own page, scripts of the app's origin may read it.
    ///
    /// # Errors
    /// A file of texts has a mistake.
    pub fn new(app_origin: String, clock: Clock) -> anyhow::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            mails: Mutex::default(),
            texts: texts::load()?,
            app_origin,
            clock,
        }))
    }

    /// The mails to an address, or all of them, oldest first.
    pub fn mails(&self, to: Option<&str>) -> Vec<Mail> {
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = |mail: &&Mail| to.is_none_or(|to| mail.to.iter().any(|one| one == to));
        mails.iter().filter(wanted).cloned().collect()
    }

    fn keep(&self, from: String, to: Vec<String>, raw: &[u8]) {
        let parsed = MessageParser::default().parse(raw);
        let part = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let subject = part(parsed.as_ref().and_then(|mail| mail.subject()));
        let text = parsed.as_ref().and_then(|mail| mail.body_text(0));
        let mail = Mail {
            time: self.clock.unix_ms(),
            from,
            to,
            subject,
            text: part(text.as_deref()).replace("\r\n", "\n"),
            raw: String::from_utf8_lossy(raw).into_owned(),
        };
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        if mails.len() == KEPT {
            mails.pop_front();
        }
        mails.push_back(mail);
    }
}

/// Runs the mailbox whose configuration is in `home`, until `stop` completes.
///
/// # Errors
/// The configuration or an address cannot be used, or an address is not one of this machine alone.
pub async fn run(
    home: &Path,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let path = home.join("mailbox.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let config: Config =
        toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?;
    let mut listeners = Vec::new();
    for address in [config.listen, config.listen_smtp] {
        if !address.ip().is_loopback() {
            bail!("the mailbox shows mails to everybody, so it listens on 127.0.0.1 only");
        }
        let listener = TcpListener::bind(address).await;
        listeners.push(listener.with_context(|| format!("cannot listen on {address}"))?);
    }
    let (Some(smtp), Some(pages)) = (listeners.pop(), listeners.pop()) else {
        bail!("the mailbox has no listeners");
    };
    tracing::info!(listen = %config.listen, smtp = %config.listen_smtp, "the mailbox listens");
    let mailbox = Mailbox::new(config.app_origin.clone(), Clock::system())?;
    let (quit, stopped) = watch::channel(false);
    let limits = Limits::shared_by(1);
    let serving =
        ipse_listener::serve_router(pages, limits, router(mailbox.clone()), stopped.clone());
    let stopping = async {
        stop.await;
        quit.send_replace(true);
    };
    tokio::join!(serving, serve(smtp, mailbox, stopped), stopping);
    Ok(())
}
