//! The handset: text messages as the demo's operators show them.

use std::time::Duration;

use ipse_protocol::wire::{MessagesResponse, TextMessage};
use reqwest::Method;
use reqwest::header::HeaderMap;

use crate::error::{Error, local};
use crate::phone::read;
use crate::{Phone, Result, State};

const ROUNDS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

impl Phone {
    /// Text messages to this phone's number, oldest first; demo only.
    ///
    /// # Errors
    /// `offline`, `not_enrolled`.
    pub async fn messages(&self) -> Result<Vec<TextMessage>> {
        let state = self.state()?;
        let number: String =
            url::form_urlencoded::byte_serialize(state.phone_number.as_bytes()).collect();
        let mut all = Vec::new();
        let mut failure = None;
        for handset in handsets(&state) {
            let address = format!(
                "{}/handset/messages?number={number}",
                handset.trim_end_matches('/')
            );
            let answer = self
                .transport
                .send(&Method::GET, &address, &HeaderMap::new(), &[])
                .await;
            // Another operator than the person's does not know the number.
            match answer.and_then(|answer| read::<MessagesResponse>(&answer)) {
                Ok(found) => all.extend(found.messages),
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if all.is_empty() && error.code == "offline" => Err(error),
            _ => {
                all.sort_by_key(|message| message.time);
                Ok(all)
            }
        }
    }

    /// Waits for a message that is not among `before`, and reads the secret in it.
    pub(crate) async fn secret_after(&self, before: &[TextMessage]) -> Result<String> {
        for _ in 0..ROUNDS {
            let now = self.messages().await?;
            let fresh = now.iter().rev().find(|m| !before.contains(m));
            if let Some(secret) = fresh.and_then(|message| secret(&message.text)) {
                return Ok(secret);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Error::of(local::MESSAGE))
    }
}

/// The person's operator if it is known, else all of them.
fn handsets(state: &State) -> Vec<String> {
    let own: Vec<_> = state
        .handsets
        .iter()
        .filter(|h| Some(&h.operator) == state.operator.as_ref())
        .map(|h| h.url.clone())
        .collect();
    if own.is_empty() {
        state.handsets.iter().map(|h| h.url.clone()).collect()
    } else {
        own
    }
}

/// The one run of exactly six digits, which may be written as two groups of three.
fn secret(text: &str) -> Option<String> {
    let plain = |text: &str| {
        text.split(|c: char| !c.is_ascii_digit())
            .find(|run| run.len() == 6)
            .map(str::to_owned)
    };
    plain(text).or_else(|| {
        let runs: Vec<_> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|run| !run.is_empty())
            .collect();
        let pair = runs
            .windows(2)
            .find(|w| w[0].len() == 3 && w[1].len() == 3)?;
        Some(pair.concat())
    })
}

#[cfg(test)]
mod tests {
    use super::secret;

    #[test]
    fn reads_the_secret() {
        assert_eq!(
            secret("Ipse: 482913. Typ dit in de app.").as_deref(),
            Some("482913")
        );
        assert_eq!(secret("Code 482 913 voor Ipse").as_deref(), Some("482913"));
        assert_eq!(secret("Bel 0470 00 00 01"), None);
        assert_eq!(secret("1234567"), None);
    }
}
