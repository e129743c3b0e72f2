//! State of the API: keys, documents and the registrations that were read a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ipse_jose::{JwkSet, SigningKey};
use ipse_openid::client::{IdTokenAlg, Registration};
use ipse_openid::{discovery, request};
use ipse_protocol::{Clock, Random};
use ipse_scheme::Scheme;
use ipse_texts::Texts;
use tokio::sync::Semaphore;

use super::id_token_keys::IdTokenKeys;
use super::published_keys::Fetching;
use super::texts;
use crate::fetch::Documents;
use crate::limits::EXPORTS;

/// What the handlers share.
pub struct Provider {
    /// The rules.
    pub scheme: Arc<Scheme>,
    /// Seconds in ID tokens and client assertions. The database's time decides about actions and grants.
    pub clock: Clock,
    /// Random bytes for cookies.
    pub random: Random,
    /// The body of the discovery document.
    pub configuration: Vec<u8>,
    /// The body of the JWK set.
    pub jwks: Vec<u8>,
    /// Registrations, parsed.
    pub registrations: Registrations,
    /// Fetches what clients publish.
    pub documents: Documents,
    /// The fetches of published keys.
    pub fetching: Fetching,
    /// Exports that are being made.
    pub exports: Semaphore,
    /// Texts of the pages.
    pub texts: Arc<Texts>,
    id_token_keys: IdTokenKeys,
}

impl Provider {
    /// Gets the keys, and writes the documents. `trust_frameworks` are those of the banks.
    ///
    /// # Errors
    /// When the keystore cannot give the keys, or a file of texts has a mistake.
    pub fn new(
        scheme: Arc<Scheme>,
        trust_frameworks: &[String],
        clock: Clock,
        random: Random,
    ) -> anyhow::Result<Self> {
        let id_token_keys = IdTokenKeys::open(&*scheme.keys)?;
        let set = JwkSet {
            keys: id_token_keys.published(),
        };
        let jwks = serde_json::to_vec(&set)?;
        let configuration = serde_json::to_vec(&discovery::document(
            &scheme.config.issuer,
            trust_frameworks,
        ))?;
        Ok(Self {
            registrations: Registrations::new(clock.clone()),
            documents: Documents::new(scheme.config.profile)?,
            fetching: Fetching::default(),
            exports: Semaphore::new(EXPORTS),
            scheme,
            clock,
            random,
            configuration,
            jwks,
            texts: Arc::new(texts::load()?),
            id_token_keys,
        })
    }

    /// The issuer URL, without a trailing slash.
    pub fn issuer(&self) -> &str {
        &self.scheme.config.issuer
    }

    /// What requests are checked with: whether the browser may come back, and the client that an `id_token_hint` names.
    pub fn context<'a>(
        &'a self,
        may_return: bool,
        hinted: Option<&'a Registration>,
    ) -> request::Context<'a> {
        request::Context {
            issuer: self.issuer(),
            id_token_keys: self.id_token_keys.verifying(),
            may_return,
            hinted: hinted.map(|hinted| (&*hinted.client_id, hinted.sector())),
            now: self.clock.unix_seconds(),
        }
    }

    /// The key for a client's registered algorithm.
    pub fn id_token_key(&self, alg: IdTokenAlg) -> &SigningKey {
        self.id_token_keys.signing(alg)
    }
}

/// How long a parsed registration is used. After this time at the latest, a suspended partner is refused.
const LIFETIME: Duration = Duration::from_secs(1);

/// Most registrations that are kept before the old ones are removed.
const MAX_KEPT: usize = 1_000;

/// Registrations that were read from the database a moment ago, parsed.
pub struct Registrations {
    clock: Clock,
    kept: Mutex<HashMap<String, (Instant, Arc<Registration>)>>,
}

impl Registrations {
    fn new(clock: Clock) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    fn is_current(&self, since: Instant) -> bool {
        self.clock.instant().saturating_duration_since(since) < LIFETIME
    }

    /// The registration of a client, if it was read a moment ago.
    pub fn get(&self, client_id: &str) -> Option<Arc<Registration>> {
        let kept = self.kept.lock().ok()?;
        let (since, found) = kept.get(client_id)?;
        self.is_current(*since).then(|| found.clone())
    }

    /// Keeps a registration for [`LIFETIME`].
    pub fn keep(&self, client_id: &str, found: &Arc<Registration>) {
        if let Ok(mut kept) = self.kept.lock() {
            if kept.len() >= MAX_KEPT {
                kept.retain(|_, (since, _)| self.is_current(*since));
            }
            kept.insert(client_id.to_owned(), (self.clock.instant(), found.clone()));
        }
    }
}
