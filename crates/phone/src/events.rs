//! Live updates (docs/protocol.md §4): server-sent events, the HTML standard's §9.2.

use std::time::Duration;

use ipse_protocol::device_request::HEADER;
use ipse_protocol::wire::{ActionEvent, IdentityEvent};
use reqwest::{Method, Response};

use crate::error::{Error, local};
use crate::http::offline;
use crate::transport::parse_url;
use crate::{Exclusive, Http, Message, Outgoing, Phone, Result, Storage};

/// Heartbeats come more often than this, so a longer silence means that the connection is dead.
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

/// An open stream of updates.
pub struct Events {
    response: Response,
    text: Vec<u8>,
}

impl<S: Storage> Phone<Http, S> {
    /// Opens the stream. Other processes wait only until the answer begins, not until the stream ends.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn events(&mut self) -> Result<Events> {
        let lock = self.storage.lock(Exclusive::Request).await?;
        let request = self.sign_with(&lock, |_, _| Ok(Message::get("/phone/v1/events")))?;
        let url = parse_url(&format!("{}{}", request.origin, request.path))?;
        let outgoing = Outgoing {
            method: &Method::GET,
            origin: &request.origin,
            path: &request.path,
            headers: &[(HEADER, &request.signature)],
            body: &[],
        };
        let response = self.transport.begin(&url, outgoing).await?;
        drop(lock);
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
    /// The next update. Events of an unknown kind are skipped.
    ///
    /// # Errors
    /// `offline` when the stream ended or fell silent.
    pub async fn next(&mut self) -> Result<Update> {
        loop {
            while let Some(end) = find(&self.text, b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                if let Some(update) = parse(&String::from_utf8_lossy(&block)) {
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

fn parse(block: &str) -> Option<Update> {
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
    fn events_are_parsed_and_heartbeats_skipped() {
        let block = "event: action\ndata: {\"id\":\"act_x\",\"status\":\"created\"}\n\n";
        let Some(Update::Action(event)) = parse(block) else {
            panic!("not parsed");
        };
        assert_eq!(event.status, ActionStatus::Created);
        assert_eq!(parse(": heartbeat\n\n"), None);
        assert_eq!(parse("event: other\ndata: {}\n\n"), None);
        assert_eq!(parse("event: action\ndata: nonsense\n\n"), None);
    }
}
