//! A bank's endpoints, discovered at first use (OpenID Connect Discovery §4). Concurrent callers share one call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ipse_protocol::Clock;
use ipse_scheme::registrar::RegistrarError;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::fetch::Party;

/// How long discovered endpoints are used.
const FRESH: Duration = Duration::from_secs(3_600);
/// How long a failure is kept, so that the callers who waited fail too instead of trying one after the other.
const FAILED: Duration = Duration::from_secs(5);
/// Longest wait for another caller's discovery.
const PATIENCE: Duration = Duration::from_secs(10);

/// The members of the bank's metadata that we use (OpenID Connect Discovery §3). Keys are pinned, so `jwks_uri` is not one.
#[derive(Deserialize)]
pub struct Endpoints {
    issuer: String,
    pub authorization_endpoint: String,
    pub pushed_authorization_request_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
}

type Found = Result<Arc<Endpoints>, RegistrarError>;

/// Discovers the endpoints of one bank. The metadata must name the configured issuer, and all endpoints must be on its origin.
pub struct Discovery {
    issuer: String,
    clock: Clock,
    kept: Mutex<Option<(Found, Instant)>>,
}

impl Discovery {
    pub fn new(issuer: &str, clock: Clock) -> Self {
        Self {
            issuer: issuer.to_owned(),
            clock,
            kept: Mutex::default(),
        }
    }

    /// The endpoints, fetched from `party`.
    pub async fn get(&self, party: &Party) -> Found {
        let kept = tokio::time::timeout(PATIENCE, self.kept.lock());
        let mut kept = kept.await.map_err(|_| RegistrarError::Unavailable)?;
        if let Some((found, since)) = &*kept {
            let life = if found.is_ok() { FRESH } else { FAILED };
            if self.clock.instant().saturating_duration_since(*since) < life {
                return found.clone();
            }
        }
        let found = self.discover(party).await;
        *kept = Some((found.clone(), self.clock.instant()));
        found
    }

    async fn discover(&self, party: &Party) -> Found {
        let url = format!("{}/.well-known/openid-configuration", self.issuer);
        let answer = party
            .get(&url, None)
            .await
            .map_err(|_| RegistrarError::Unavailable)?;
        let found: Endpoints = answer.json(200).ok_or(RegistrarError::Unavailable)?;
        if found.issuer != self.issuer {
            return Err(RegistrarError::Refused("metadata_issuer"));
        }
        let all = [
            &found.authorization_endpoint,
            &found.pushed_authorization_request_endpoint,
            &found.token_endpoint,
            &found.userinfo_endpoint,
        ];
        if !all.iter().all(|url| party.has(url)) {
            return Err(RegistrarError::Refused("metadata_origin"));
        }
        Ok(Arc::new(found))
    }
}
