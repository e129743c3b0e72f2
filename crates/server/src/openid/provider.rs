//! State of the API: keys, documents and the registrations that were read a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use ipse_jose::{Alg, JwkSet, SigningKey, VerifyingKey};
use ipse_openid::client::{IdTokenAlg, Registration};
use ipse_openid::{discovery, request};
use ipse_protocol::{Clock, Random};
use ipse_scheme::Scheme;
use ipse_texts::Texts;

use super::published_keys::Fetching;
use super::texts;
use crate::fetch::Documents;

/// Keystore purpose of the key for ID tokens.
pub const ID_TOKEN_ES256: &str = "openid/id-token/es256";
/// As [`ID_TOKEN_ES256`], for clients that support nothing newer than RS256.
pub const ID_TOKEN_RS256: &str = "openid/id-token/rs256";

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
    /// Texts of the pages.
    pub texts: Arc<Texts>,
    es256: Arc<SigningKey>,
    rs256: Arc<SigningKey>,
    id_token_keys: [VerifyingKey; 2],
}

impl Provider {
    /// Gets the keys, and writes the documents.
    ///
    /// # Errors
    /// When the keystore cannot give the keys, or a file of texts has a mistake.
    pub fn new(scheme: Arc<Scheme>, clock: Clock, random: Random) -> anyhow::Result<Self> {
        // One key per algorithm (RFC 8725 §3.1). RS256 is for clients that support nothing newer.
        let key = |purpose: &str, alg| {
            scheme
                .keys
                .signing_with(purpose, alg)
                .with_context(|| format!("the keystore does not give {purpose}"))
        };
        let es256 = key(ID_TOKEN_ES256, Alg::Es256)?;
        let rs256 = key(ID_TOKEN_RS256, Alg::Rs256)?;
        let set = JwkSet {
            keys: vec![es256.public_jwk(), rs256.public_jwk()],
        };
        let jwks = serde_json::to_vec(&set)?;
        let configuration = serde_json::to_vec(&discovery::document(&scheme.config.issuer))?;
        Ok(Self {
            registrations: Registrations::new(clock.clone()),
            documents: Documents::new(scheme.config.profile)?,
            fetching: Fetching::default(),
            scheme,
            clock,
            random,
            configuration,
            jwks,
            texts: Arc::new(texts::load()?),
            id_token_keys: [es256.verifying_key(), rs256.verifying_key()],
            es256,
            rs256,
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
            id_token_keys: &self.id_token_keys,
            may_return,
            hinted: hinted.map(|hinted| (&*hinted.client_id, hinted.sector())),
            now: self.clock.unix_seconds(),
        }
    }

    /// The key for a client's registered algorithm.
    pub fn id_token_key(&self, alg: IdTokenAlg) -> &SigningKey {
        match alg {
            IdTokenAlg::ES256 => &self.es256,
            IdTokenAlg::RS256 => &self.rs256,
        }
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
