//! The person's e-mail address (docs/protocol.md §3, "E-mail address"), and a request that waits for it (§5).

use std::time::Duration;

use ipse_protocol::wire::{EmailSentResponse, Offer, OwnActionResponse};
use reqwest::Method;
use serde::Deserialize;

use crate::error::{Error, local};
use crate::handset::secret_in;
use crate::transport::{parse_url, send_to};
use crate::{Opened, Phone, Result, Storage, Transport, requests};

/// How often to look for a mail, and the pause in between.
const ROUNDS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// The mails of the demo's mailbox.
#[derive(Deserialize)]
struct Mails {
    messages: Vec<Mail>,
}

#[derive(Deserialize)]
struct Mail {
    text: String,
}

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Has a code mailed to an address.
    ///
    /// # Errors
    /// `email_invalid`, `email_unavailable`, `too_many_requests`.
    pub async fn begin_email(&mut self, address: &str) -> Result<EmailSentResponse> {
        self.enrolled()?;
        self.call(requests::email(address)?).await
    }

    /// Gives the code of the mail. The result is the action that sets the address when the person approves with their own code.
    ///
    /// # Errors
    /// `email_code_wrong`.
    pub async fn answer_email(&mut self, secret: &str) -> Result<String> {
        let begun: OwnActionResponse = self.call(requests::email_answer(secret)?).await?;
        Ok(begun.action)
    }

    /// Asks for the action that removes the address.
    ///
    /// # Errors
    /// `email_missing`.
    pub async fn remove_email(&mut self) -> Result<String> {
        self.enrolled()?;
        let begun: OwnActionResponse = self.call(requests::remove_email()?).await?;
        Ok(begun.action)
    }

    /// Has a code mailed to an address and reads it in the demo's mailbox. The result is the action that sets the address.
    ///
    /// # Errors
    /// As [`Phone::begin_email`]; `mail_missing` after ten seconds, or where there is no such mailbox.
    pub async fn set_email(&mut self, address: &str) -> Result<String> {
        let app = self.state()?.app;
        let mailbox = self.config(&app).await?.mailbox;
        let mailbox = mailbox.ok_or_else(|| Error::of(local::MAIL))?;
        let before = self.mails(&mailbox).await?.len();
        self.begin_email(address).await?;
        for _ in 0..ROUNDS {
            let now = self.mails(&mailbox).await?;
            let new = now.iter().skip(before.min(now.len()));
            if let Some(secret) = new.rev().find_map(|mail| secret_in(&mail.text)) {
                return self.answer_email(&secret).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Error::of(local::MAIL))
    }

    async fn mails(&mut self, mailbox: &str) -> Result<Vec<Mail>> {
        let address = parse_url(&format!("{}/messages", mailbox.trim_end_matches('/')))?;
        let answer = send_to(&mut self.transport, &Method::GET, &address, &[], &[]).await?;
        Ok(answer.read::<Mails>()?.messages)
    }

    /// Has an action offered again for which the person adds what was missing.
    ///
    /// # Errors
    /// `action_expired`, `action_closed`, `not_found`.
    pub async fn renew(&mut self, action: &str) -> Result<Opened> {
        let offer: Offer = self.call(requests::renew(action)?).await?;
        let opened = Opened::new(offer)?;
        self.remember(&opened)?;
        Ok(opened)
    }
}
