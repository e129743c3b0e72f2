//! `[mail]`: the mail server that takes our mails.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ipse_scheme::config::Profile;
use ipse_scheme::mail::EmailAddress;
use serde::Deserialize;

/// The environment variable that may hold the password.
const PASSWORD: &str = "IPSE_SMTP_PASSWORD";

/// The mail server. Without it, people cannot add an e-mail address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Its host name, which its certificate must have.
    pub host: String,
    /// Its port; by default 465 for `tls`, 587 for `starttls`, 25 for `none`.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: MailTls,
    /// The user, if the server wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// The file with the password; a relative path starts at the home. Without it, `IPSE_SMTP_PASSWORD` has the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The address that mails come from.
    pub sender: String,
    /// Where the mails of the demo can be read; demo profile only.
    #[serde(default)]
    pub mailbox_url: Option<String>,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// TLS from the start (RFC 8314).
    #[default]
    Tls,
    /// STARTTLS (RFC 3207). A server that does not offer it gets no mail.
    Starttls,
    /// None; demo profile only.
    None,
}

impl MailConfig {
    /// The port.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            MailTls::Tls => 465,
            MailTls::Starttls => 587,
            MailTls::None => 25,
        })
    }

    pub(super) fn check(&self, profile: Profile) -> anyhow::Result<()> {
        if EmailAddress::parse(&self.sender).is_none() {
            bail!("`mail.sender` is not an e-mail address");
        }
        if profile == Profile::Production {
            if self.tls == MailTls::None {
                bail!("`mail.tls` must be `tls` or `starttls` in production");
            }
            if self.mailbox_url.is_some() {
                bail!("`mail.mailbox_url` is for the demo profile only");
            }
        }
        if self.user.is_none() && self.password_file.is_some() {
            bail!("`mail.password_file` needs `mail.user`");
        }
        Ok(())
    }

    /// The password of the user.
    ///
    /// # Errors
    /// When there is none, or its file cannot be read.
    pub fn password(&self, home: &Path) -> anyhow::Result<String> {
        match &self.password_file {
            Some(path) => {
                let path = home.join(path);
                let text = std::fs::read_to_string(&path).with_context(|| {
                    format!("cannot read `mail.password_file` {}", path.display())
                })?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            None => std::env::var(PASSWORD)
                .with_context(|| format!("`mail.user` needs `mail.password_file` or {PASSWORD}")),
        }
    }
}
