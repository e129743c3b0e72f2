//! The one HTTP client for outgoing calls. Each party has one origin; redirects are not followed; size and time are limited. In
//! production it uses https and public addresses only, and checks the address after resolving the name (threat 21).

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use hyper::{HeaderMap, Method, Request};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ipse_scheme::config::Profile;
use url::{Host, Origin, Url};

/// Longest answer, in bytes.
const MAX_ANSWER: usize = 256 * 1024;
/// Time limit of connecting.
const CONNECT: Duration = Duration::from_secs(2);
/// How long an idle connection is kept: for less than a listener of ours keeps it, so that no call meets a connection that closes.
const IDLE: Duration = Duration::from_secs(20);
/// Time limit of a call that sets no other.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest document of a partner, in bytes.
const MAX_DOCUMENT: usize = 64 * 1024;
/// Time limit of fetching a document of a partner, from the name to the last byte.
const DOCUMENT_PATIENCE: Duration = Duration::from_secs(5);

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const EVENT: &str = "application/secevent+jwt";

/// The client.
#[derive(Clone)]
pub struct Fetch {
    client: Client<HttpsConnector<HttpConnector<Names>>, Full<Bytes>>,
    reach: Reach,
}

/// What may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// https on public addresses.
    Public,
    /// https on public addresses, and anything on this machine.
    PublicOrLocal,
    /// Anything.
    Any,
}

impl Reach {
    fn contains(self, ip: IpAddr) -> bool {
        match self {
            Self::Public => public(ip),
            Self::PublicOrLocal => public(ip) || ip.is_loopback(),
            Self::Any => true,
        }
    }
}

/// A client for one party: it calls that party's origin only.
#[derive(Clone)]
pub struct Party {
    fetch: Fetch,
    origin: Origin,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL is not on the party's origin, or not allowed in this profile.
    #[error("address not allowed")]
    Refused,
    /// No connection, or no whole answer in time.
    #[error("no answer")]
    Silent,
    /// The answer is longer than the limit.
    #[error("answer too large")]
    TooLarge,
}

/// An answer.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type, without parameters, in lower case.
    pub media_type: String,
    /// For how many seconds it says that it may be used (`max-age`, RFC 9111 §5.2.2.1); 0 when it may not be kept.
    pub max_age: Option<u64>,
    /// Whole body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON, parsed strictly. `None` for another status or media type.
    pub fn json<T: serde::de::DeserializeOwned>(&self, status: u16) -> Option<T> {
        if self.status != status || self.media_type != "application/json" {
            return None;
        }
        ipse_jose::strict_json(&self.body).ok()
    }
}

impl Fetch {
    /// A client for a profile.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(profile: Profile) -> anyhow::Result<Self> {
        Self::within(match profile {
            Profile::Production => Reach::Public,
            _ => Reach::Any,
        })
    }

    fn within(reach: Reach) -> anyhow::Result<Self> {
        let mut connector = HttpConnector::new_with_resolver(Names { reach });
        connector.enforce_http(false);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = HttpsConnectorBuilder::new();
        let connector = if reach == Reach::Public {
            builder
                .with_provider_and_platform_verifier(provider)
                .context("cannot load this machine's certificates")?
                .https_only()
                .enable_http1()
                .wrap_connector(connector)
        } else {
            // A demo calls plain HTTP on the same machine, which may have no certificates.
            let tls = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .context("cannot set up TLS")?
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
            builder
                .with_tls_config(tls)
                .https_or_http()
                .enable_http1()
                .wrap_connector(connector)
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client, reach })
    }

    /// A client for the party at `url`.
    ///
    /// # Errors
    /// When the profile does not allow that URL.
    pub fn party(&self, url: &str) -> anyhow::Result<Party> {
        let parsed = Url::parse(url).with_context(|| format!("`{url}` is not a URL"))?;
        if !self.allows(&parsed) {
            bail!("`{url}` must be https on a public host in production");
        }
        Ok(Party {
            fetch: self.clone(),
            origin: parsed.origin(),
        })
    }

    /// Checks a URL without resolving its name.
    fn allows(&self, url: &Url) -> bool {
        let plain = url.username().is_empty() && url.password().is_none();
        let scheme = match url.scheme() {
            "https" => true,
            "http" => match self.reach {
                Reach::Public => false,
                Reach::PublicOrLocal => is_local(url),
                Reach::Any => true,
            },
            _ => false,
        };
        let host = match url.host() {
            Some(Host::Domain(name)) => !name.is_empty(),
            Some(Host::Ipv4(ip)) => self.reach.contains(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => self.reach.contains(IpAddr::V6(ip)),
            None => false,
        };
        plain && scheme && host
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        longest: usize,
    ) -> Result<Answer, FetchError> {
        // The error contains at most an address, and nothing of the request.
        let answer = self.client.request(request).await.map_err(|error| {
            tracing::debug!(%error, "a call got no answer");
            FetchError::Silent
        })?;
        let status = answer.status().as_u16();
        let media_type = answer
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let max_age = max_age(answer.headers());
        let mut stream = answer.into_body();
        let mut body = Vec::new();
        while let Some(frame) = stream.frame().await {
            let frame = frame.map_err(|_| FetchError::Silent)?;
            let Some(chunk) = frame.data_ref() else {
                continue;
            };
            if body.len() + chunk.len() > longest {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(chunk);
        }
        Ok(Answer {
            status,
            media_type,
            max_age,
            body,
        })
    }
}

/// What `Cache-Control` says. Of several values, the least counts.
fn max_age(headers: &HeaderMap) -> Option<u64> {
    let lines = headers.get_all(CACHE_CONTROL).iter();
    let directives = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    let seconds = directives.filter_map(|directive| {
        let directive = directive.trim().to_ascii_lowercase();
        if ["no-store", "no-cache"].contains(&&*directive) {
            return Some(0);
        }
        // What is not a number of seconds is not fresh (RFC 9111 §4.2.1).
        let seconds = directive.strip_prefix("max-age=")?;
        Some(seconds.trim_matches('"').parse().unwrap_or(0))
    });
    seconds.min()
}

impl Party {
    /// Whether a URL is on this party's origin.
    pub fn has(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| url.origin() == self.origin && self.fetch.allows(&url))
    }

    /// Sends a GET request.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn get(&self, url: &str, bearer: Option<&str>) -> Result<Answer, FetchError> {
        self.get_long(url, bearer, MAX_ANSWER).await
    }

    /// As [`Party::get`], for an answer of at most `longest` bytes.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn get_long(
        &self,
        url: &str,
        bearer: Option<&str>,
        longest: usize,
    ) -> Result<Answer, FetchError> {
        self.send_long(Method::GET, url, (bearer, None), PATIENCE, longest)
            .await
    }

    /// Sends a form in a POST request.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<Answer, FetchError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let body = Some((FORM, body.into_bytes()));
        self.send(Method::POST, url, None, body, PATIENCE).await
    }

    /// Sends JSON in a POST request.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn post_json(
        &self,
        url: &str,
        bearer: &str,
        body: Vec<u8>,
        patience: Duration,
    ) -> Result<Answer, FetchError> {
        let body = Some((JSON, body));
        self.send(Method::POST, url, Some(bearer), body, patience)
            .await
    }

    /// Pushes a security event token (RFC 8935 §2).
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn post_event(&self, url: &str, token: &str) -> Result<Answer, FetchError> {
        let body = Some((EVENT, token.as_bytes().to_vec()));
        self.send(Method::POST, url, None, body, PATIENCE).await
    }

    /// Sends a DELETE request.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn delete(&self, url: &str, bearer: &str) -> Result<Answer, FetchError> {
        self.send(Method::DELETE, url, Some(bearer), None, PATIENCE)
            .await
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        bearer: Option<&str>,
        body: Option<(&'static str, Vec<u8>)>,
        patience: Duration,
    ) -> Result<Answer, FetchError> {
        self.send_long(method, url, (bearer, body), patience, MAX_ANSWER)
            .await
    }

    async fn send_long(
        &self,
        method: Method,
        url: &str,
        (bearer, body): (Option<&str>, Option<(&'static str, Vec<u8>)>),
        patience: Duration,
        longest: usize,
    ) -> Result<Answer, FetchError> {
        let parsed = Url::parse(url).map_err(|_| FetchError::Refused)?;
        if parsed.origin() != self.origin || !self.fetch.allows(&parsed) {
            return Err(FetchError::Refused);
        }
        let mut request = Request::builder().method(method).uri(parsed.as_str());
        if let Some(bearer) = bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
        }
        let body = match body {
            Some((media_type, bytes)) => {
                request = request.header(CONTENT_TYPE, media_type);
                Full::from(bytes)
            }
            None => Full::default(),
        };
        let request = request.body(body).map_err(|_| FetchError::Refused)?;
        match tokio::time::timeout(patience, self.fetch.exchange(request, longest)).await {
            Ok(answer) => answer,
            Err(_) => Err(FetchError::Silent),
        }
    }
}

/// Whether a URL names this machine.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Resolves names; in production to public addresses only. The connection goes to the checked addresses, so a name that changes
/// afterwards has no effect.
#[derive(Clone, Copy)]
struct Names {
    reach: Reach,
}

impl tower::Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = std::io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found
                .filter(|address| reach.contains(address.ip()))
                .collect();
            if good.is_empty() {
                return Err(std::io::Error::other("no public address"));
            }
            Ok(good.into_iter())
        })
    }
}

/// Whether an address is one of the public internet (IANA special-purpose registries).
fn public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => public_v6(ip),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Global unicast is 2000::/3. All else is local, mapped or reserved.
    let global = s[0] & 0xe000 == 0x2000;
    // Teredo, documentation, benchmarking, ORCHID: 2001::/23 and 2001:db8::/32. 6to4 carries an IPv4 address.
    let special = (s[0] == 0x2001 && (s[1] < 0x0200 || s[1] == 0x0db8))
        || s[0] == 0x2002
        || (s[0] == 0x3fff && s[1] < 0x1000);
    global && !special
}

mod document;
pub use document::{DocumentError, Documents};

#[cfg(test)]
mod tests;
