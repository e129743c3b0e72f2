//! Live updates (docs/protocol.md §4): server-sent events, the HTML standard's §9.2.

use std::time::Duration;

use ipse_protocol::wire::{ActionEvent, IdentityEvent};
use reqwest::Response;

use crate::error::{Error, local};
use crate::http::{Opening, offline};
use crate::{Exclusive, Http, Phone, Result, Storage, requests};

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
        let request = self.sign_with(&lock, |_, _| Ok(requests::events()))?;
        let headers = request.headers();
        match self.transport.open(request.outgoing(&headers)).await? {
            Opening::Stream(response) => Ok(Events {
                response,
                text: Vec::new(),
            }),
            Opening::Answer(answer) => {
                Err(Error::from_answer(answer.status.as_u16(), &answer.body))
            }
        }
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
    use ipse_jose::SigningKey;
    use ipse_protocol::terms::ActionStatus;
    use ipse_protocol::{Clock, Random};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{Memory, State};

    /// The error for a phone whose scheme answers a request for the stream with this, and then sends nothing.
    async fn refused(answer: Vec<u8>) -> Error {
        let scheme = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let app = format!("http://{}", scheme.local_addr().unwrap());
        let key = SigningKey::generate_es256();
        let state = State {
            app,
            issuer: "http://localhost:4000".into(),
            log_key: key.public_jwk(),
            rp_id: "localhost".into(),
            phone_number: "+32470000007".into(),
            device: None,
            enrolment: None,
            identity: None,
            birth_date: None,
            operator: None,
            handsets: Vec::new(),
        };
        let answering = tokio::spawn(async move {
            let (mut connection, _) = scheme.accept().await.unwrap();
            let mut head = [0; 4096];
            assert!(connection.read(&mut head).await.unwrap() > 0);
            assert!(head.starts_with(b"GET /phone/v1/events HTTP/1.1\r\n"));
            // The phone closes the connection before it has read a long answer.
            let _ = connection.write_all(&answer).await;
            // A paused clock jumps to the next timer, so that the test does not wait.
            tokio::time::pause();
            std::future::pending::<()>().await;
        });
        let mut memory = Memory::new(key, state);
        let transport = Http::new().unwrap();
        let mut phone = Phone::new(transport, &mut memory, Clock::system(), Random::system());
        let opened = tokio::time::timeout(Duration::from_secs(600), phone.events()).await;
        let error = opened.expect("it ends").err().expect("a refusal");
        answering.abort();
        error
    }

    #[tokio::test]
    async fn a_stream_whose_answer_does_not_begin_or_end_is_offline() {
        let endless = b"HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n";
        for answer in [&b""[..], endless] {
            let error = refused(answer.to_vec()).await;
            assert_eq!(error.code, "offline");
            assert_eq!(error.members["reason"], "no answer in time");
            tokio::time::resume();
        }
    }

    #[tokio::test]
    async fn a_long_refusal_of_the_stream_is_not_read() {
        let mut answer = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2000000\r\n\r\n".to_vec();
        answer.resize(answer.len() + 2_000_000, b' ');
        let error = refused(answer).await;
        assert_eq!(error.code, "answer_unreadable");
        assert_eq!(error.members["reason"], "too large");
    }

    #[tokio::test]
    async fn a_refusal_of_the_stream_is_the_schemes() {
        let body = r#"{"code":"device_unknown","detail":"x"}"#;
        let length = body.len();
        let answer = format!("HTTP/1.1 401 Unauthorized\r\ncontent-length: {length}\r\n\r\n{body}");
        let error = refused(answer.into_bytes()).await;
        assert_eq!((&*error.code, error.status), ("device_unknown", 401));
    }

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
