//! Live updates (docs/protocol.md §4): server-sent events, the HTML standard's §9.2.

use std::time::Duration;

use ipse_protocol::wire::{ActionEvent, IdentityEvent};
use reqwest::{Method, Response};

use crate::error::{Error, local};
use crate::phone::Body;
use crate::transport::{offline, parse_url};
use crate::{Phone, Result};

/// Heartbeats come more often than this; silence means that the connection is dead.
const SILENCE: Duration = Duration::from_secs(60);
/// Longest event that is read.
const MAX_EVENT: usize = 64 * 1024;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// An action.
    Action(ActionEvent),
    /// The identity.
    Identity(IdentityEvent),
}

/// A stream of updates that is open.
pub(crate) struct Events {
    response: Response,
    text: Vec<u8>,
}

impl Phone {
    /// Opens the stream. Only the way to its first byte is exclusive.
    pub(crate) async fn events(&self) -> Result<Events> {
        let alone = self.home.alone().await?;
        let empty = |_| {
            Ok(Body {
                bytes: Vec::new(),
                decision: None,
            })
        };
        let (url, headers, _) = self.sign(&alone, &Method::GET, "/phone/v1/events", &empty)?;
        let response = self
            .transport
            .begin(&Method::GET, &parse_url(&url)?, &headers, &[])
            .await?;
        drop(alone);
        if response.status().is_success() {
            return Ok(Events {
                response,
                text: Vec::new(),
            });
        }
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|error| offline(&error))?;
        Err(Error::from_answer(status, &body))
    }
}

impl Events {
    /// The next update that is understood.
    pub async fn next(&mut self) -> Result<Update> {
        loop {
            while let Some(end) = find(&self.text, b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                if let Some(update) = understand(&String::from_utf8_lossy(&block)) {
                    return Ok(update);
                }
            }
            let chunk = tokio::time::timeout(SILENCE, self.response.chunk())
                .await
                .map_err(|_| Error::of(local::OFFLINE))?
                .map_err(|error| offline(&error))?
                .ok_or_else(|| Error::of(local::OFFLINE))?;
            self.text.extend(chunk.iter().filter(|b| **b != b'\r'));
            if self.text.len() > MAX_EVENT {
                return Err(Error::of(local::ANSWER));
            }
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|w| w == wanted)
}

fn understand(block: &str) -> Option<Update> {
    let field = |name: &str| {
        block
            .lines()
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(|value| value.strip_prefix(' ').unwrap_or(value))
            .next_back()
    };
    let data = field("data")?;
    match field("event")? {
        "action" => serde_json::from_str(data).ok().map(Update::Action),
        "identity" => serde_json::from_str(data).ok().map(Update::Identity),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipse_protocol::terms::ActionStatus;

    #[test]
    fn reads_events_and_skips_heartbeats() {
        let block = "event: action\ndata: {\"id\":\"act_x\",\"status\":\"created\"}\n\n";
        let Some(Update::Action(event)) = understand(block) else {
            panic!("not understood");
        };
        assert_eq!(event.status, ActionStatus::Created);
        assert_eq!(understand(": heartbeat\n\n"), None);
        assert_eq!(understand("event: other\ndata: {}\n\n"), None);
        assert_eq!(understand("event: action\ndata: nonsense\n\n"), None);
    }
}
