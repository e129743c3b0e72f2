//! The bearer token for an operator: requested with `private_key_jwt` (RFC 7523), kept until shortly before it expires.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ipse_protocol::Clock;
use ipse_protocol::wire::TokenResponse;
use ipse_scheme::sim_controller::SimError;

use crate::client_assertion::{ASSERTION_TYPE, AssertionSigner};
use crate::fetch::Party;

/// A token is renewed this long before it expires.
const MARGIN: Duration = Duration::from_secs(30);

struct Token {
    text: Arc<str>,
    until: Instant,
}

/// Requests the token and keeps it.
pub struct Tokens {
    signer: AssertionSigner,
    client_id: String,
    url: String,
    clock: Clock,
    kept: Mutex<Option<Token>>,
    /// Held while a token is requested, so that the other callers wait for the same one.
    requesting: tokio::sync::Mutex<()>,
}

impl Tokens {
    pub fn new(signer: AssertionSigner, client_id: &str, url: String, clock: Clock) -> Self {
        Self {
            signer,
            client_id: client_id.to_owned(),
            url,
            clock,
            kept: Mutex::default(),
            requesting: tokio::sync::Mutex::default(),
        }
    }

    fn kept(&self) -> Option<Arc<str>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref()
            .filter(|token| token.until > self.clock.instant())
            .map(|token| token.text.clone())
    }

    /// Forgets a token that the operator refused.
    pub fn forget(&self, refused: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_some_and(|token| &*token.text == refused) {
            *kept = None;
        }
    }

    /// A token that stays valid for a while.
    pub async fn get(&self, party: &Party) -> Result<Arc<str>, SimError> {
        if let Some(token) = self.kept() {
            return Ok(token);
        }
        let _guard = self.requesting.lock().await;
        if let Some(token) = self.kept() {
            return Ok(token);
        }
        let assertion = self.signer.sign().map_err(|_| SimError::Unavailable)?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        let asked = self.clock.instant();
        let answer = party
            .post_form(&self.url, &form)
            .await
            .map_err(|_| SimError::Unavailable)?;
        let Some(token) = answer.json::<TokenResponse>(200) else {
            tracing::warn!(status = answer.status, "an operator gave no token");
            return Err(SimError::Unavailable);
        };
        let text: Arc<str> = token.access_token.into();
        let life = Duration::from_secs(token.expires_in.min(3600)).saturating_sub(MARGIN);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Token {
            text: text.clone(),
            until: asked + life,
        });
        Ok(text)
    }
}
