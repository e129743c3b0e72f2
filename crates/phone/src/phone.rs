//! The phone: signs requests with its key, sends them, and reads the answers.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ipse_jose::b64;
use ipse_protocol::copy_proof::CopyProof;
use ipse_protocol::device_request;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::wire::ConfigResponse;
use ipse_protocol::{Clock, Random};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, local};
use crate::signing::{Interceptor, Message, Request, SignedRequest};
use crate::storage::{Exclusive, Storage};
use crate::transport::{Answer, Outgoing, Transport, parse_url, send_to};
use crate::{Folder, Http, KeyStretching, Result, State, requests};

/// How often a request that met a busy scheme is sent, each time with a new sequence.
const BUSY_ROUNDS: u32 = 4;
/// Most redirects from the issuer to the app.
const MAX_REDIRECTS: usize = 2;

/// A phone. It does one thing at a time.
pub struct Phone<T = Http, S = Folder> {
    pub(crate) transport: T,
    pub(crate) storage: S,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) stretching: KeyStretching,
    interceptor: Option<Arc<dyn Interceptor>>,
    busy_rounds: u32,
}

impl Phone {
    /// The phone whose state is in a folder, which is created if it is missing.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn open(folder: &Path) -> Result<Self> {
        Ok(Phone::new(
            Http::new()?,
            Folder::open(folder)?,
            Clock::system(),
            Random::system(),
        ))
    }
}

impl<T: Transport, S: Storage> Phone<T, S> {
    /// A phone that stretches codes with Argon2id and sends a request again when the scheme was busy.
    pub fn new(transport: T, storage: S, clock: Clock, random: Random) -> Self {
        Phone {
            transport,
            storage,
            clock,
            random,
            stretching: KeyStretching::Argon2id,
            interceptor: None,
            busy_rounds: BUSY_ROUNDS,
        }
    }

    /// Changes how codes are stretched.
    #[must_use]
    pub fn with_stretching(mut self, stretching: KeyStretching) -> Self {
        self.stretching = stretching;
        self
    }

    /// Sends each request once, also when the scheme is busy.
    #[must_use]
    pub fn without_retries(mut self) -> Self {
        self.busy_rounds = 1;
        self
    }

    /// Has each request changed on its way out.
    #[must_use]
    pub fn with_interceptor(mut self, interceptor: Option<Arc<dyn Interceptor>>) -> Self {
        self.interceptor = interceptor;
        self
    }

    /// What the phone knows.
    ///
    /// # Errors
    /// `not_enrolled` when it never began to enrol.
    pub fn state(&self) -> Result<State> {
        match self.storage.state()? {
            Some(state) => Ok(state.into_owned()),
            None => Err(Error::of(local::NOT_ENROLLED)),
        }
    }

    /// The state of a phone that has an identity.
    pub(crate) fn enrolled(&self) -> Result<State> {
        let state = self.state()?;
        match &state.identity {
            Some(_) => Ok(state),
            None => Err(Error::of(local::NOT_ENROLLED)),
        }
    }

    /// The configuration of the scheme whose app is at `url`. The issuer may redirect there.
    ///
    /// # Errors
    /// As [`fetch_config`].
    pub async fn config(&mut self, url: &str) -> Result<ConfigResponse> {
        fetch_config(&mut self.transport, url).await
    }

    /// Signs a message with the next sequence. The sequence is durable when this returns.
    ///
    /// # Errors
    /// `storage_failed`, `not_enrolled`.
    pub async fn sign(&mut self, message: Message) -> Result<SignedRequest> {
        let lock = self.storage.lock(Exclusive::Request).await?;
        self.sign_with(&lock, |_, _| Ok(message))
    }

    /// As [`Phone::sign`], under a lock that the caller holds. `make` builds the message from the state and the sequence
    /// of its request.
    ///
    /// # Errors
    /// As [`Phone::sign`].
    pub fn sign_with(
        &mut self,
        lock: &S::Lock,
        make: impl FnOnce(&State, u64) -> Result<Message>,
    ) -> Result<SignedRequest> {
        let sequence = self.storage.next_sequence(lock)?;
        let key = self.storage.key()?;
        let Some(state) = self.storage.state()? else {
            return Err(Error::of(local::NOT_ENROLLED));
        };
        let mut request = Request {
            message: make(&state, sequence)?,
            audience: state.app.clone(),
            device: match &state.device {
                Some(device) => device.clone(),
                None => b64::encode(&key.verifying_key().thumbprint()),
            },
            sequence,
        };
        let Some(interceptor) = &self.interceptor else {
            return request.sign(&key);
        };
        interceptor.before_signing(&mut request);
        let mut signed = request.sign(&key)?;
        interceptor.after_signing(&mut signed);
        Ok(signed)
    }

    /// Sends a signed request exactly as it is.
    ///
    /// # Errors
    /// `offline`, `answer_unreadable`.
    pub async fn send(&mut self, request: &SignedRequest) -> Result<Answer> {
        let headers = request.headers();
        self.transport.send(request.outgoing(&headers)).await
    }

    /// Signs and sends a message. The answer may have any status.
    ///
    /// # Errors
    /// `offline`, `answer_unreadable`, `storage_failed`, `not_enrolled`.
    pub async fn exchange(&mut self, message: Message) -> Result<Answer> {
        if self.busy_rounds > 1 {
            return self.exchange_made(|_, _| Ok(message.clone())).await;
        }
        let lock = self.storage.lock(Exclusive::Request).await?;
        let request = self.sign_with(&lock, |_, _| Ok(message))?;
        let answer = self.send(&request).await?;
        self.when_behind(&request, answer).await
    }

    /// As [`Phone::exchange`]; `make` builds the message from the state and the sequence of its request.
    ///
    /// # Errors
    /// As [`Phone::exchange`].
    pub async fn exchange_made(
        &mut self,
        make: impl Fn(&State, u64) -> Result<Message> + Send,
    ) -> Result<Answer> {
        let mut round = 1;
        loop {
            let lock = self.storage.lock(Exclusive::Request).await?;
            let request = self.sign_with(&lock, &make)?;
            let answer = self.send(&request).await?;
            let answer = self.when_behind(&request, answer).await?;
            drop(lock);
            if round == self.busy_rounds || !answer.is_busy() {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(150 << round)).await;
            round += 1;
        }
    }

    /// Signs the challenge of a request that was too old, if another phone sent the newest sequence: two phones have this key. This
    /// phone saved its last sequence before it sent the request, so a later one is not its own.
    async fn when_behind(&mut self, request: &SignedRequest, answer: Answer) -> Result<Answer> {
        let refused = Error::from_answer(answer.status.as_u16(), &answer.body);
        if answer.status.is_success() || refused.code != ProblemCode::SequenceBehind.as_str() {
            return Ok(answer);
        }
        let newest = refused.members.get("newest").and_then(Value::as_u64);
        let challenge = refused.members.get("challenge").and_then(Value::as_str);
        let (Some(newest), Some(challenge)) = (newest, challenge) else {
            return Ok(answer);
        };
        let sent = device_request::parse(&request.signature).ok();
        let Some(sent) = sent.filter(|sent| newest > sent.claims.seq) else {
            return Ok(answer);
        };
        let proof = CopyProof {
            aud: request.origin.clone(),
            dev: sent.claims.dev,
            request: sent.hash.into(),
            challenge: challenge.to_owned(),
        };
        let proof = proof.sign(&*self.storage.key()?).map_err(Error::signing)?;
        let report = requests::copied(&proof)?;
        let reported = self
            .transport
            .send(Outgoing {
                method: &report.method,
                origin: &request.origin,
                path: &report.path,
                headers: &[("content-type", "application/json")],
                body: &report.body,
            })
            .await?;
        if reported.status.is_success() {
            let copied = Problem::new(ProblemCode::DeviceCopied);
            return Ok(Answer {
                status: StatusCode::CONFLICT,
                body: copied.to_bytes(),
                ..answer
            });
        }
        Ok(answer)
    }

    /// Signs and sends a message, and reads the answer.
    ///
    /// # Errors
    /// The refusals of the protocol, and as [`Phone::exchange`].
    pub async fn call<R: DeserializeOwned>(&mut self, message: Message) -> Result<R> {
        self.exchange(message).await?.read()
    }
}

/// The configuration of the scheme whose app is at `url`. The issuer may redirect there.
///
/// # Errors
/// `offline`, `answer_unreadable`.
pub async fn fetch_config(transport: &mut impl Transport, url: &str) -> Result<ConfigResponse> {
    let mut address = parse_url(&format!("{}/phone/v1/config", url.trim_end_matches('/')))?;
    for _ in 0..=MAX_REDIRECTS {
        let answer = send_to(transport, &Method::GET, &address, &[], &[]).await?;
        if !answer.status.is_redirection() {
            return answer.read();
        }
        address = answer.location(&address)?;
    }
    Err(Error::of(local::ANSWER))
}

impl Answer {
    fn is_busy(&self) -> bool {
        self.status.as_u16() == 503 && Error::from_answer(503, &self.body).code == "busy"
    }

    /// The value in the answer.
    ///
    /// # Errors
    /// The scheme's refusal, or `answer_unreadable`.
    pub fn read<R: DeserializeOwned>(&self) -> Result<R> {
        if !self.status.is_success() {
            return Err(Error::from_answer(self.status.as_u16(), &self.body));
        }
        ipse_jose::strict_json(&self.body).map_err(|_| Error {
            status: self.status.as_u16(),
            ..Error::of(local::ANSWER)
        })
    }
}
