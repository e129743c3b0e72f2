//! Client of one operator's `/sim-controller/v1` (docs/protocol.md §8).

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ipse_keys::KeyStore;
use ipse_protocol::bytes::Fixed;
use ipse_protocol::terms::{Notice, SimMethod};
use ipse_protocol::wire::{
    ChallengeAnswerRequest, ChallengeRequest, ChallengeResponse, EventsResponse, NoticeRequest,
    ResolveRequest, ResolveResponse, StatementResponse,
};
use ipse_protocol::{Clock, Random};
use ipse_scheme::sim_controller::{Answer, Resolved, SimController, SimError};
use ipse_sim::statement::PinnedKeys;
use ipse_texts::Language;
use serde::{Deserialize, Serialize};

use super::token::Tokens;
use crate::client_assertion::AssertionSigner;
use crate::config::{OPERATOR_CLIENT_KEY, OperatorConfig};
use crate::fetch::{self, Fetch, Party};

/// Time limit of a query.
const QUERY: Duration = Duration::from_millis(1_500);
/// Time limit of a call that contacts the SIM over the air.
const OVER_THE_AIR: Duration = Duration::from_secs(30);
/// Time limit that the operator gets for the same call.
const BUDGET_MS: u64 = 28_000;
/// Time limit of sending a secret to a phone, and of checking it.
const HOLDER: Duration = Duration::from_secs(10);

/// One operator.
pub struct OperatorClient {
    name: String,
    issuer: String,
    keys: PinnedKeys,
    party: Party,
    base: String,
    tokens: Tokens,
}

/// The members of an error that we use (CAMARA's shape).
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    #[serde(default)]
    code: String,
    reason: Option<String>,
    tries_left: Option<u32>,
}

impl OperatorClient {
    /// A client for the operator of this configuration.
    ///
    /// # Errors
    /// When a key or an address in it is not valid.
    pub fn new(
        config: &OperatorConfig,
        keys: &dyn KeyStore,
        fetch: &Fetch,
        clock: &Clock,
        random: &Random,
    ) -> anyhow::Result<Self> {
        let about = || format!("operator `{}`", config.name);
        let base = format!("{}/sim-controller/v1", config.url.trim_end_matches('/'));
        let signer = AssertionSigner::new(
            keys.signing(OPERATOR_CLIENT_KEY).with_context(about)?,
            &config.client_id,
            &config.issuer,
            clock.clone(),
            random.clone(),
        );
        Ok(Self {
            name: config.name.clone(),
            issuer: config.issuer.clone(),
            keys: PinnedKeys::new(&config.jwks).with_context(about)?,
            party: fetch.party(&config.url).with_context(about)?,
            tokens: Tokens::new(
                signer,
                &config.client_id,
                format!("{base}/token"),
                clock.clone(),
            ),
            base,
        })
    }

    /// Sends with a token. When the operator refuses the token, asks for a new one and sends once more.
    async fn with_token<F>(
        &self,
        send: impl Fn(Arc<str>) -> F + Send + Sync,
    ) -> Result<fetch::Answer, SimError>
    where
        F: Future<Output = Result<fetch::Answer, fetch::FetchError>> + Send,
    {
        for again in [true, false] {
            let token = self.tokens.get(&self.party).await?;
            let answer = send(token.clone())
                .await
                .map_err(|_| SimError::Unavailable)?;
            if answer.status != 401 || !again {
                return Ok(answer);
            }
            self.tokens.forget(&token);
        }
        Err(SimError::Unavailable)
    }

    async fn post<T: Serialize + Sync>(
        &self,
        path: &str,
        body: &T,
        patience: Duration,
    ) -> Result<fetch::Answer, SimError> {
        let url = format!("{}{path}", self.base);
        let body = serde_json::to_vec(body).map_err(|_| SimError::Unavailable)?;
        let call = self.with_token(|token| {
            let (url, body) = (&url, body.clone());
            async move { self.party.post_json(url, &token, body, patience).await }
        });
        match tokio::time::timeout(patience + Duration::from_secs(1), call).await {
            Ok(answer) => answer,
            Err(_) => Err(SimError::Unavailable),
        }
    }

    /// The error that an unexpected answer means.
    fn refused(&self, answer: &fetch::Answer) -> SimError {
        let problem: Problem = if answer.media_type == "application/json" {
            ipse_jose::strict_json(&answer.body).unwrap_or_default()
        } else {
            Problem::default()
        };
        match (answer.status, problem.code.as_str()) {
            (404, "IDENTIFIER_NOT_FOUND") => SimError::NotFound,
            (429, _) => SimError::TooMany,
            (410, "CHALLENGE_CLOSED") => SimError::Closed,
            (422, "SECRET_MISMATCH") => SimError::Secret {
                tries_left: problem.tries_left.unwrap_or(0),
            },
            (422, "SERVICE_NOT_APPLICABLE") => {
                SimError::NotReady(problem.reason.unwrap_or_else(|| "unknown".into()))
            }
            (status, _) => {
                tracing::warn!(
                    operator = self.name,
                    status,
                    "unexpected answer of an operator"
                );
                SimError::Unavailable
            }
        }
    }

    async fn statement(&self, answer: &fetch::Answer) -> Result<String, SimError> {
        match answer.json::<StatementResponse>(201) {
            Some(found) => Ok(found.statement),
            None => Err(self.refused(answer)),
        }
    }
}

fn resolved(found: ResolveResponse) -> Resolved {
    Resolved {
        handle: found.handle,
        readiness: found.readiness,
        line: found.line,
        changed_at: found.changed_at,
    }
}

/// Checks a handle or a challenge id before it becomes part of a path.
fn in_path(name: &str) -> Result<&str, SimError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !name.is_empty() && name.len() <= 128 && name.bytes().all(plain) {
        Ok(name)
    } else {
        Err(SimError::NotFound)
    }
}

impl SimController for OperatorClient {
    fn name(&self) -> &str {
        &self.name
    }

    fn issuer(&self) -> &str {
        &self.issuer
    }

    fn keys(&self) -> &PinnedKeys {
        &self.keys
    }

    fn resolve<'a>(&'a self, number: &'a str) -> Answer<'a, Resolved> {
        Box::pin(async move {
            let body = ResolveRequest {
                phone_number: number.to_owned(),
            };
            let answer = self.post("/resolve", &body, QUERY).await?;
            let Some(found) = answer.json::<ResolveResponse>(200) else {
                return Err(self.refused(&answer));
            };
            Ok(resolved(found))
        })
    }

    fn state<'a>(&'a self, handle: &'a str) -> Answer<'a, Resolved> {
        Box::pin(async move {
            let url = format!("{}/sims/{}", self.base, in_path(handle)?);
            let answer = self
                .with_token(|token| {
                    let url = &url;
                    async move { self.party.get(url, Some(&token)).await }
                })
                .await?;
            match answer.json::<ResolveResponse>(200) {
                Some(found) => Ok(resolved(found)),
                None => Err(self.refused(&answer)),
            }
        })
    }

    fn silent<'a>(&'a self, handle: &'a str, nonce_hash: &'a [u8; 32]) -> Answer<'a, String> {
        Box::pin(async move {
            let path = format!("/sims/{}/challenges", in_path(handle)?);
            let body = ChallengeRequest {
                nonce_hash: Fixed(*nonce_hash),
                method: SimMethod::Silent,
                budget_ms: Some(BUDGET_MS),
                purpose: None,
                language: None,
            };
            let answer = self.post(&path, &body, OVER_THE_AIR).await?;
            self.statement(&answer).await
        })
    }

    fn holder_begin<'a>(
        &'a self,
        handle: &'a str,
        nonce_hash: &'a [u8; 32],
        purpose: &'a str,
        language: Language,
    ) -> Answer<'a, (String, u32)> {
        Box::pin(async move {
            let path = format!("/sims/{}/challenges", in_path(handle)?);
            let body = ChallengeRequest {
                nonce_hash: Fixed(*nonce_hash),
                method: SimMethod::Holder,
                budget_ms: None,
                purpose: Some(purpose.to_owned()),
                language: Some(language.tag().to_owned()),
            };
            let answer = self.post(&path, &body, HOLDER).await?;
            match answer.json::<ChallengeResponse>(202) {
                Some(begun) => Ok((begun.challenge, begun.tries_left)),
                None => Err(self.refused(&answer)),
            }
        })
    }

    fn holder_answer<'a>(&'a self, challenge: &'a str, secret: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let path = format!("/challenges/{}/answer", in_path(challenge)?);
            let body = ChallengeAnswerRequest {
                secret: secret.to_owned(),
            };
            let answer = self.post(&path, &body, HOLDER).await?;
            self.statement(&answer).await
        })
    }

    fn notify_new_phone<'a>(&'a self, handle: &'a str, language: Language) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = format!("/sims/{}/notices", in_path(handle)?);
            let body = NoticeRequest {
                notice: Notice::NewPhone,
                language: language.tag().to_owned(),
            };
            let answer = self.post(&path, &body, HOLDER).await?;
            if answer.status == 204 {
                Ok(())
            } else {
                Err(self.refused(&answer))
            }
        })
    }

    fn unbind<'a>(&'a self, handle: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let url = format!("{}/sims/{}/binding", self.base, in_path(handle)?);
            let answer = self
                .with_token(|token| {
                    let url = &url;
                    async move { self.party.delete(url, &token).await }
                })
                .await?;
            if answer.status == 204 {
                Ok(())
            } else {
                Err(self.refused(&answer))
            }
        })
    }

    fn events_after(&self, sequence: i64) -> Answer<'_, Vec<String>> {
        Box::pin(async move {
            let url = format!("{}/events?after={}", self.base, sequence.max(0));
            let answer = self
                .with_token(|token| {
                    let url = &url;
                    async move { self.party.get(url, Some(&token)).await }
                })
                .await?;
            match answer.json::<EventsResponse>(200) {
                Some(page) => Ok(page.events),
                None => Err(self.refused(&answer)),
            }
        })
    }
}
