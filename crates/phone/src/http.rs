//! HTTP with reqwest: one client with cookies, limits on size and time, and the same bytes again when no answer came.

use std::time::Duration;

use cookie_store::{CookieStore, RawCookie};
use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Method, Response};
use url::Url;

use crate::Result;
use crate::error::{Error, local};
use crate::transport::{Answer, Outgoing, Transport};

const TIMEOUT: Duration = Duration::from_secs(20);
/// How often a request is sent until an answer comes. The scheme recognises the same bytes as a repetition.
const ROUNDS: u32 = 3;
/// Longest answer that is read.
const MAX_ANSWER: usize = 1024 * 1024;
/// Longest export that is read: a history of many years.
const MAX_EXPORT: usize = 256 * 1024 * 1024;

/// The client with its cookies, which end with the process.
pub struct Http {
    client: reqwest::Client,
    cookies: CookieStore,
}

impl Http {
    /// A client without cookies.
    ///
    /// # Errors
    /// `offline` when the system has no TLS certificates.
    pub fn new() -> Result<Self> {
        // Another part of the process may have chosen a provider already; any provider will do.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .build()
            .map_err(|error| offline(&error))?;
        Ok(Http {
            client,
            cookies: CookieStore::default(),
        })
    }

    async fn send_once(&mut self, url: &Url, request: Outgoing<'_>) -> Result<Answer> {
        in_time(async {
            let response = self.begin(url, request).await?;
            whole(response, max_answer(request.path)).await
        })
        .await
    }

    /// Sends once, and returns an answer of success when its headers have come, or any other answer whole.
    pub(crate) async fn open(&mut self, request: Outgoing<'_>) -> Result<Opening> {
        let url = request.url()?;
        in_time(async {
            let response = self.begin(&url, request).await?;
            if response.status().is_success() {
                return Ok(Opening::Stream(response));
            }
            whole(response, MAX_ANSWER).await.map(Opening::Answer)
        })
        .await
    }

    /// Sends, and returns when the headers of the answer have come; the caller reads the body.
    async fn begin(&mut self, url: &Url, request: Outgoing<'_>) -> Result<Response> {
        let mut builder = self
            .client
            .request(request.method.clone(), url.clone())
            .headers(headers(request.headers)?);
        if *request.method == Method::POST {
            builder = builder.body(request.body.to_vec());
        }
        if let Some(cookies) = cookie_header(&self.cookies, url) {
            builder = builder.header(COOKIE, cookies);
        }
        let response = builder.send().await.map_err(|error| offline(&error))?;
        store_cookies(&mut self.cookies, url, response.headers());
        Ok(response)
    }
}

/// How the answer to a request for a stream begins.
pub(crate) enum Opening {
    /// The stream; its body goes on.
    Stream(Response),
    /// Another answer.
    Answer(Answer),
}

async fn in_time<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(TIMEOUT, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::of(local::OFFLINE).with("reason", "no answer in time")),
    }
}

impl Transport for Http {
    async fn send(&mut self, request: Outgoing<'_>) -> Result<Answer> {
        let url = request.url()?;
        let mut round = 1;
        loop {
            match self.send_once(&url, request).await {
                Ok(answer) => return Ok(answer),
                Err(error) if round == ROUNDS => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(400 * u64::from(round))).await,
            }
            round += 1;
        }
    }
}

fn headers(pairs: &[(&str, &str)]) -> Result<HeaderMap> {
    let unsendable = || Error::of(local::STORAGE).with("reason", "a header cannot be sent");
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
        headers.insert(
            name,
            HeaderValue::from_str(value).map_err(|_| unsendable())?,
        );
    }
    Ok(headers)
}

/// The `Cookie` header for a request, if there is anything to send (RFC 6265 §5.4).
fn cookie_header(cookies: &CookieStore, url: &Url) -> Option<String> {
    let pairs: Vec<String> = cookies
        .get_request_values(url)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("; "))
}

fn store_cookies(cookies: &mut CookieStore, url: &Url, headers: &HeaderMap) {
    let received = headers.get_all(SET_COOKIE).iter();
    let parsed = received.filter_map(|value| {
        RawCookie::parse(value.to_str().ok()?)
            .ok()
            .map(RawCookie::into_owned)
    });
    cookies.store_response_cookies(parsed, url);
}

fn max_answer(path: &str) -> usize {
    if path.starts_with("/phone/v1/export?") {
        MAX_EXPORT
    } else {
        MAX_ANSWER
    }
}

async fn whole(mut response: Response, most: usize) -> Result<Answer> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| offline(&error))? {
        if body.len() + chunk.len() > most {
            return Err(Error::of(local::ANSWER).with("reason", "too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// The error of a connection. The address is left out: it may hold a code or state of the bank.
pub(crate) fn offline(error: &reqwest::Error) -> Error {
    let reason = if error.is_connect() {
        "cannot connect"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "connection lost"
    };
    Error::of(local::OFFLINE).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    /// What an answer from `from` with this `Set-Cookie` leaves in the store.
    fn set(cookies: &mut CookieStore, from: &str, cookie: &str) {
        let headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(cookie).unwrap())]);
        store_cookies(cookies, &url(from), &headers);
    }

    fn sent(cookies: &CookieStore, to: &str) -> Option<String> {
        let mut pairs: Vec<String> = cookie_header(cookies, &url(to))?
            .split("; ")
            .map(str::to_owned)
            .collect();
        pairs.sort_unstable();
        Some(pairs.join("; "))
    }

    /// Ports of one host share cookies (RFC 6265 §8.5): scheme, bank and app of the demo are all on `localhost`.
    #[test]
    fn a_cookie_goes_to_its_host_and_path_on_every_port() {
        let mut cookies = CookieStore::default();
        set(
            &mut cookies,
            "http://localhost:4001/phone/v1/x",
            "a=1; Path=/registrars; HttpOnly",
        );
        set(
            &mut cookies,
            "http://localhost:4004/sign-in",
            "b=2; Path=/; SameSite=Lax",
        );
        assert_eq!(
            sent(&cookies, "http://localhost:4001/registrars/callback").as_deref(),
            Some("a=1; b=2")
        );
        assert_eq!(
            sent(&cookies, "http://localhost:4001/registrarsX").as_deref(),
            Some("b=2")
        );
        assert_eq!(sent(&cookies, "http://127.0.0.2:4001/registrars/x"), None);
        set(
            &mut cookies,
            "http://localhost:4001/",
            "b=; Path=/; Max-Age=0",
        );
        assert_eq!(sent(&cookies, "http://localhost/"), None);
    }

    #[test]
    fn a_secure_cookie_goes_over_tls_only() {
        let mut cookies = CookieStore::default();
        set(&mut cookies, "https://bank.example/", "c=3; Path=/; Secure");
        assert_eq!(sent(&cookies, "http://bank.example/"), None);
        assert_eq!(
            sent(&cookies, "https://bank.example/").as_deref(),
            Some("c=3")
        );
    }
}
