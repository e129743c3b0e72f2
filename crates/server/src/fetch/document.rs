//! Documents that partners publish: their keys (`jwks_uri`), and the redirect URIs of a sector
//! (`sector_identifier_uri`); and the endpoints that take events for them.
//!
//! The address comes from a registration, so it is called under more limits than the parties of the configuration (threat 21): https
//! on public addresses, no redirects, JSON only, at most 64 KiB in five seconds. The demo may also call this machine, with http.

use hyper::header::ACCEPT;
use ipse_jose::JwkSet;

use super::{
    Answer, Bytes, CONTENT_TYPE, DOCUMENT_PATIENCE, EVENT, Fetch, FetchError, Full, JSON,
    MAX_DOCUMENT, Profile, Reach, Request, Url,
};

/// A client for documents of partners.
#[derive(Clone)]
pub struct Documents {
    fetch: Fetch,
}

/// Keys that a client publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet {
    /// The keys.
    pub keys: JwkSet,
    /// For how many seconds the client says that they may be used.
    pub max_age: Option<u64>,
}

/// Why a document cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// No whole answer.
    #[error("{0}")]
    Fetch(#[from] FetchError),
    /// Another status than 200. Redirects are not followed.
    #[error("it answers {0}, and not 200 (redirects are not followed)")]
    Status(u16),
    /// HTML, for example.
    #[error("its media type is not application/json")]
    MediaType,
    /// Not what was expected.
    #[error("it is not {0}")]
    Malformed(&'static str),
    /// A redirect URI that a sector does not list.
    #[error("it does not list each redirect URI of the client")]
    Unlisted,
}

impl Documents {
    /// A client for a profile.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(profile: Profile) -> anyhow::Result<Self> {
        let fetch = Fetch::within(match profile {
            Profile::Production => Reach::Public,
            _ => Reach::PublicOrLocal,
        })?;
        Ok(Self { fetch })
    }

    /// The keys that a client publishes. Keys of kinds that are not supported are left out.
    ///
    /// # Errors
    /// [`DocumentError`].
    pub async fn key_set(&self, url: &str) -> Result<KeySet, DocumentError> {
        let answer = self.get(url, &["application/json", "application/jwk-set+json"]);
        let answer = answer.await?;
        let keys = JwkSet::parse(&answer.body)
            .map_err(|_| DocumentError::Malformed("a JWK set of public keys"))?;
        Ok(KeySet {
            keys,
            max_age: answer.max_age,
        })
    }

    /// Checks that the document of a sector lists redirect URIs (OpenID Connect Registration §5).
    ///
    /// # Errors
    /// [`DocumentError`].
    pub async fn check_sector(
        &self,
        url: &str,
        redirect_uris: &[String],
    ) -> Result<(), DocumentError> {
        let answer = self.get(url, &["application/json"]).await?;
        let listed: Vec<String> = ipse_jose::strict_json(&answer.body)
            .map_err(|_| DocumentError::Malformed("a JSON list of redirect URIs"))?;
        if redirect_uris.iter().all(|uri| listed.contains(uri)) {
            Ok(())
        } else {
            Err(DocumentError::Unlisted)
        }
    }

    /// Pushes a security event token (RFC 8935 §2) to an endpoint of a partner. Redirects are not followed.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn push_event(&self, url: &str, token: &str) -> Result<Answer, FetchError> {
        let parsed = Url::parse(url).map_err(|_| FetchError::Refused)?;
        if !self.fetch.allows(&parsed) {
            return Err(FetchError::Refused);
        }
        let request = Request::post(parsed.as_str())
            .header(CONTENT_TYPE, EVENT)
            .header(ACCEPT, JSON)
            .body(Full::from(token.as_bytes().to_vec()))
            .map_err(|_| FetchError::Refused)?;
        self.exchange(request).await
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, FetchError> {
        let answer = self.fetch.exchange(request, MAX_DOCUMENT);
        tokio::time::timeout(DOCUMENT_PATIENCE, answer)
            .await
            .map_err(|_| FetchError::Silent)?
    }

    async fn get(&self, url: &str, media_types: &[&str]) -> Result<Answer, DocumentError> {
        let parsed = Url::parse(url).map_err(|_| FetchError::Refused)?;
        if !self.fetch.allows(&parsed) {
            return Err(FetchError::Refused.into());
        }
        let request = Request::get(parsed.as_str())
            .header(ACCEPT, "application/json")
            .body(Full::<Bytes>::default())
            .map_err(|_| FetchError::Refused)?;
        let answer = self.exchange(request).await?;
        if answer.status != 200 {
            return Err(DocumentError::Status(answer.status));
        }
        if !media_types.contains(&&*answer.media_type) {
            return Err(DocumentError::MediaType);
        }
        Ok(answer)
    }
}
