//! The phone: its folder, its key, and requests signed with it.

use std::path::Path;
use std::sync::Arc;

use ipse_jose::{Alg, SigningKey, b64};
use ipse_protocol::device_request::{HEADER, RequestClaims};
use ipse_protocol::wire::ConfigResponse;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::error::{Error, local};
use crate::home::{Alone, Home};
use crate::state::{self, State};
use crate::transport::{Answer, Transport};

/// How often a request that met a busy scheme goes out again, with a new sequence.
const BUSY_ROUNDS: u32 = 4;

/// A phone whose state is a folder.
pub struct Phone {
    pub(crate) home: Home,
    pub(crate) transport: Transport,
}

/// A request before it has a sequence.
pub(crate) struct Body {
    pub bytes: Vec<u8>,
    /// T and proof hash of a decision.
    pub decision: Option<([u8; 32], [u8; 32])>,
}

impl Body {
    pub fn json<T: Serialize>(value: &T) -> Result<Self> {
        Ok(Body {
            bytes: serde_json::to_vec(value).map_err(|_| Error::of(local::STORAGE))?,
            decision: None,
        })
    }
}

impl Phone {
    /// Opens the phone in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn open(home: &Path) -> Result<Self> {
        Ok(Phone {
            home: Home::open(home)?,
            transport: Transport::new()?,
        })
    }

    /// What the phone knows.
    ///
    /// # Errors
    /// `not_enrolled` when it never began to enrol.
    pub fn state(&self) -> Result<State> {
        self.home
            .read_json(state::FILE)?
            .ok_or_else(|| Error::of(local::NOT_ENROLLED))
    }

    pub(crate) fn save(&self, state: &State) -> Result<()> {
        self.home.write_json(state::FILE, state)
    }

    /// The state of a phone that has an Ipse.
    pub(crate) fn enrolled(&self) -> Result<State> {
        let state = self.state()?;
        match &state.identity {
            Some(_) => Ok(state),
            None => Err(Error::of(local::NOT_ENROLLED)),
        }
    }

    pub(crate) fn key(&self) -> Result<Arc<SigningKey>> {
        let pkcs8 = self
            .home
            .read(state::KEY)?
            .map(zeroize::Zeroizing::new)
            .ok_or_else(|| Error::of(local::NOT_ENROLLED))?;
        SigningKey::from_pkcs8(Alg::Es256, &pkcs8)
            .map(Arc::new)
            .map_err(|_| Error::of(local::STORAGE).with("file", state::KEY))
    }

    /// The configuration of the scheme whose app is at `url`; the issuer may lead there.
    ///
    /// # Errors
    /// `offline`, `answer_unreadable`.
    pub async fn config(&self, url: &str) -> Result<ConfigResponse> {
        let mut address = format!("{}/phone/v1/config", url.trim_end_matches('/'));
        for _ in 0..3 {
            let answer = self
                .transport
                .send(&Method::GET, &address, &HeaderMap::new(), &[])
                .await?;
            if !answer.status.is_redirection() {
                return read(&answer);
            }
            address = location(&address, &answer)?;
        }
        Err(Error::of(local::ANSWER))
    }

    pub(crate) async fn get<R: DeserializeOwned>(&self, path: &str) -> Result<R> {
        read(
            &self
                .ask(Method::GET, path, &|_| {
                    Ok(Body {
                        bytes: Vec::new(),
                        decision: None,
                    })
                })
                .await?,
        )
    }

    pub(crate) async fn post<Q: Serialize + Sync, R: DeserializeOwned>(
        &self,
        path: &str,
        body: &Q,
    ) -> Result<R> {
        read(&self.ask(Method::POST, path, &|_| Body::json(body)).await?)
    }

    /// Sends a device-signed request and gives the answer, whatever its status. `make` learns the sequence.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        make: &(dyn Fn(u64) -> Result<Body> + Sync),
    ) -> Result<Answer> {
        let mut round = 1;
        loop {
            let alone = self.home.alone().await?;
            let (url, headers, body) = self.sign(&alone, &method, path, make)?;
            let answer = self.transport.send(&method, &url, &headers, &body).await?;
            drop(alone);
            if !is_busy(&answer) || round == BUSY_ROUNDS {
                return Ok(answer);
            }
            tokio::time::sleep(std::time::Duration::from_millis(150 << round)).await;
            round += 1;
        }
    }

    /// Address, headers and body of the next request. The sequence is on disk when this returns.
    pub(crate) fn sign(
        &self,
        alone: &Alone,
        method: &Method,
        path: &str,
        make: &(dyn Fn(u64) -> Result<Body> + Sync),
    ) -> Result<(String, HeaderMap, Vec<u8>)> {
        let (state, key) = (self.state()?, self.key()?);
        let sequence = self.home.next_sequence(alone)?;
        let body = make(sequence)?;
        let kid = match &state.device {
            Some(device) => device.clone(),
            None => b64::encode(&key.verifying_key().thumbprint()),
        };
        let mut claims = RequestClaims::new(
            &state.app,
            method.as_str(),
            path,
            &body.bytes,
            &kid,
            sequence,
        );
        if let Some((t, h)) = body.decision {
            claims = claims.with_decision(t, h);
        }
        let mut headers = HeaderMap::new();
        let signature =
            HeaderValue::from_str(&claims.sign(&key)).map_err(|_| Error::of(local::STORAGE))?;
        headers.insert(HeaderName::from_static(HEADER), signature);
        if *method == Method::POST {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok((format!("{}{path}", state.app), headers, body.bytes))
    }
}

fn is_busy(answer: &Answer) -> bool {
    answer.status.as_u16() == 503 && Error::from_answer(503, &answer.body).code == "busy"
}

/// The answer's value, or the refusal that it is.
pub(crate) fn read<R: DeserializeOwned>(answer: &Answer) -> Result<R> {
    if !answer.status.is_success() {
        return Err(Error::from_answer(answer.status.as_u16(), &answer.body));
    }
    ipse_jose::strict_json(&answer.body).map_err(|_| Error {
        status: answer.status.as_u16(),
        ..Error::of(local::ANSWER)
    })
}

/// Where a redirect leads.
pub(crate) fn location(from: &str, answer: &Answer) -> Result<String> {
    answer
        .headers
        .get(reqwest::header::LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|to| url::Url::parse(from).ok()?.join(to).ok())
        .map(String::from)
        .ok_or_else(|| Error::of(local::ANSWER).with("reason", "redirect without a place"))
}
