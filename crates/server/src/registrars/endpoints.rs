//! Where a bank answers: discovered at first use (OpenID Connect Discovery §4), by one call for all who wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ipse_scheme::registrar::RegistrarError;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::fetch::Party;

/// How long discovered endpoints are used before they are looked up again.
const FRESH: Duration = Duration::from_secs(3_600);
/// After a failure the bank is left alone for so long: who waited meanwhile hears of it too, instead of trying in turn.
const SPOILED: Duration = Duration::from_secs(5);
/// Longest wait for somebody else's look-up.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is needed of the bank's metadata (OpenID Connect Discovery §3). Keys are pinned, so `jwks_uri` is not.
#[derive(Deserialize)]
pub struct Endpoints {
    issuer: String,
    pub authorization_endpoint: String,
    pub pushed_authorization_request_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
}

type Found = Result<Arc<Endpoints>, RegistrarError>;

/// The endpoints of one bank: of the configured issuer, and on its origin.
pub struct Discovery {
    issuer: String,
    kept: Mutex<Option<(Found, Instant)>>,
}

impl Discovery {
    pub fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            kept: Mutex::default(),
        }
    }

    /// The endpoints, from `party`.
    pub async fn get(&self, party: &Party) -> Found {
        let kept = tokio::time::timeout(PATIENCE, self.kept.lock());
        let mut kept = kept.await.map_err(|_| RegistrarError::Unavailable)?;
        if let Some((found, since)) = &*kept {
            let life = if found.is_ok() { FRESH } else { SPOILED };
            if since.elapsed() < life {
                return found.clone();
            }
        }
        let found = self.look_up(party).await;
        *kept = Some((found.clone(), Instant::now()));
        found
    }

    async fn look_up(&self, party: &Party) -> Found {
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
