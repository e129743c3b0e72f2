//! HTTP: one client, answers read with a limit, the same bytes again when a connection was lost.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use crate::Result;
use crate::cookies::Jar;
use crate::error::{Error, local};

const TIMEOUT: Duration = Duration::from_secs(20);
/// An answer that got lost is asked for so often with the same bytes, which the scheme takes as a repetition.
const REPEATS: u32 = 3;
/// Longest answer that is read.
const MAX_ANSWER: usize = 1024 * 1024;

/// The client with its cookies.
pub(crate) struct Transport {
    client: reqwest::Client,
    jar: Mutex<Jar>,
}

/// A whole answer.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Transport {
    pub fn new() -> Result<Self> {
        // Only one of all the callers in a process can be the first; any provider will do.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .build()
            .map_err(|error| offline(&error))?;
        Ok(Transport {
            client,
            jar: Mutex::new(Jar::default()),
        })
    }

    /// Sends, and sends the same bytes again if no whole answer came.
    pub async fn send(
        &self,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Answer> {
        let url = parse_url(url)?;
        let mut round = 1;
        loop {
            match self.once(method, &url, headers, body).await {
                Ok(answer) => return Ok(answer),
                Err(error) if round == REPEATS => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(400 * u64::from(round))).await,
            }
            round += 1;
        }
    }

    async fn once(
        &self,
        method: &Method,
        url: &Url,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Answer> {
        let whole = async {
            let response = self.begin(method, url, headers, body).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = read(response).await?;
            Ok(Answer {
                status,
                headers,
                body,
            })
        };
        match tokio::time::timeout(TIMEOUT, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::of(local::OFFLINE).with("reason", "no answer in time")),
        }
    }

    /// Sends and returns when the headers of the answer are there; the caller reads the body.
    pub async fn begin(
        &self,
        method: &Method,
        url: &Url,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response> {
        let mut request = self
            .client
            .request(method.clone(), url.clone())
            .headers(headers.clone());
        if *method == Method::POST {
            request = request.body(body.to_vec());
        }
        if let Some(cookies) = self.jar().header(url) {
            request = request.header(COOKIE, cookies);
        }
        let response = request.send().await.map_err(|error| offline(&error))?;
        for cookie in response.headers().get_all(SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                self.jar().set(url, cookie);
            }
        }
        Ok(response)
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| offline(&error))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Error::of(local::ANSWER).with("reason", "too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(crate) fn parse_url(text: &str) -> Result<Url> {
    Url::parse(text).map_err(|_| Error::of(local::OFFLINE).with("reason", "not an address"))
}

pub(crate) fn offline(error: &reqwest::Error) -> Error {
    // The address stays out: it may hold a code or state of the bank.
    let reason = if error.is_connect() {
        "cannot connect"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "connection lost"
    };
    Error::of(local::OFFLINE).with("reason", reason)
}
