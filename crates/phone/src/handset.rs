//! The handset: text messages, as the demo's operators show them.

use std::time::Duration;

use ipse_protocol::wire::{MessagesResponse, TextMessage};
use reqwest::Method;

use crate::error::{Error, local};
use crate::transport::{parse_url, send_to};
use crate::{Phone, Result, State, Storage, Transport};

/// How often to look for a message, and the pause in between.
const ROUNDS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Text messages to this phone's number, oldest first; demo only.
    ///
    /// # Errors
    /// `offline`, `not_enrolled`.
    pub async fn messages(&mut self) -> Result<Vec<TextMessage>> {
        let state = self.state()?;
        let number: String =
            url::form_urlencoded::byte_serialize(state.phone_number.as_bytes()).collect();
        let mut all = Vec::new();
        let mut failure = None;
        for handset in handsets(&state) {
            let address = parse_url(&format!(
                "{}/handset/messages?number={number}",
                handset.trim_end_matches('/')
            ))?;
            let answer = send_to(&mut self.transport, &Method::GET, &address, &[], &[]).await;
            // An operator that is not the person's does not know the number.
            match answer.and_then(|answer| answer.read::<MessagesResponse>()) {
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

    /// Waits for a message that is not among `before`, and reads its secret.
    ///
    /// # Errors
    /// `message_missing` after ten seconds.
    pub async fn secret_after(&mut self, before: &[TextMessage]) -> Result<String> {
        for _ in 0..ROUNDS {
            let now = self.messages().await?;
            let new = now.iter().rev().find(|m| !before.contains(m));
            if let Some(secret) = new.and_then(|message| secret_in(&message.text)) {
                return Ok(secret);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Error::of(local::MESSAGE))
    }
}

/// The address of the person's operator if it is known, else those of all operators.
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

/// The secret in a text message: six digits in a row, or two groups of three.
#[must_use]
pub fn secret_in(text: &str) -> Option<String> {
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
    use super::secret_in;

    #[test]
    fn the_secret_is_a_run_of_six_digits() {
        assert_eq!(
            secret_in("Ipse: 482913. Typ dit in de app.").as_deref(),
            Some("482913")
        );
        assert_eq!(
            secret_in("Code 482 913 voor Ipse").as_deref(),
            Some("482913")
        );
        assert_eq!(secret_in("Bel 0470 00 00 01"), None);
        assert_eq!(secret_in("1234567"), None);
    }
}
