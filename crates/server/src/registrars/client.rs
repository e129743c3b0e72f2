//! One bank as the scheme's OpenID provider: pushed request, code, ID token, encrypted userinfo (docs/protocol.md §9).

use std::sync::Arc;

use anyhow::{Context, bail};
use ipse_jose::jwe::DecryptionKey;
use ipse_jose::{Alg, b64};
use ipse_keys::KeyStore;
use ipse_protocol::{Clock, Random, sha256};
use ipse_scheme::party;
use ipse_scheme::registrar::bank::{Policy, USERINFO_LIMIT, id_token, judge, request, userinfo};
use ipse_scheme::registrar::{Answer, Registrar, RegistrarError, Visit, Vouched};
use ipse_texts::Language;
use serde::Deserialize;
use url::Url;

use super::answer::describe;
use super::endpoints::Discovery;
use crate::client_assertion::{ASSERTION_TYPE, AssertionSigner};
use crate::config::{BANK_CLIENT_KEY, BANK_USERINFO_KEY, BankConfig};
use crate::fetch::{self, Fetch, Party};

/// One bank.
pub struct BankClient {
    policy: Policy,
    callback: String,
    party: Party,
    signer: AssertionSigner,
    clock: Clock,
    userinfo_key: Arc<DecryptionKey>,
    endpoints: Discovery,
    events: Option<String>,
}

#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    token_type: String,
    id_token: String,
}

impl BankClient {
    /// # Errors
    /// When keys, addresses or what was agreed are not as they must be.
    pub fn new(
        config: &BankConfig,
        callback: &str,
        demo: bool,
        keys: &dyn KeyStore,
        fetch: &Fetch,
        clock: &Clock,
        random: &Random,
    ) -> anyhow::Result<Self> {
        let about = || format!("bank `{}`", config.name);
        let signs =
            |key: &ipse_jose::Jwk| ipse_jose::VerifyingKey::from_jwk(key, Alg::Es256).is_ok();
        if !config.jwks.keys.iter().any(signs) {
            bail!("bank `{}` needs an ES256 key in `jwks`", config.name);
        }
        if config.trust_frameworks.is_empty() || config.levels.is_empty() {
            bail!(
                "bank `{}` needs `trust_frameworks` and `levels`",
                config.name
            );
        }
        let party = fetch.party(&config.issuer).with_context(about)?;
        if let Some(events) = &config.events
            && !party.has(events)
        {
            bail!(
                "bank `{}`: `events` must be on the origin of its issuer",
                config.name
            );
        }
        Ok(Self {
            policy: Policy {
                name: config.name.clone(),
                issuer: config.issuer.clone(),
                client_id: config.client_id.clone(),
                keys: config.jwks.clone(),
                trust_frameworks: config.trust_frameworks.clone(),
                levels: config.levels.clone(),
                acr_values: config.acr_values.clone(),
                demo,
            },
            callback: callback.to_owned(),
            party,
            signer: AssertionSigner::new(
                keys.signing(BANK_CLIENT_KEY).with_context(about)?,
                &config.client_id,
                &config.issuer,
                clock.clone(),
                random.clone(),
            ),
            clock: clock.clone(),
            userinfo_key: keys.decryption(BANK_USERINFO_KEY).with_context(about)?,
            endpoints: Discovery::new(&config.issuer, clock.clone()),
            events: config.events.clone(),
        })
    }

    async fn post(
        &self,
        url: &str,
        form: &[(&str, &str)],
    ) -> Result<fetch::Answer, RegistrarError> {
        let assertion = self
            .signer
            .sign()
            .map_err(|_| RegistrarError::Unavailable)?;
        let mut whole = vec![
            ("client_id", self.policy.client_id.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        whole.extend_from_slice(form);
        self.party.post_form(url, &whole).await.map_err(unreachable)
    }

    async fn push(&self, visit: &Visit, language: Language) -> Result<String, RegistrarError> {
        let endpoints = self.endpoints.get(&self.party).await?;
        let claims = request(&self.policy).to_string();
        let challenge = b64::encode(&sha256(visit.verifier.as_bytes()));
        let acr_values = self.policy.acr_values.join(" ");
        let mut form = vec![
            ("response_type", "code"),
            ("redirect_uri", self.callback.as_str()),
            ("scope", "openid"),
            ("state", &visit.state),
            ("nonce", &visit.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("max_age", "300"),
            ("claims", &claims),
            ("ui_locales", language.tag()),
        ];
        if !acr_values.is_empty() {
            form.push(("acr_values", &acr_values));
        }
        let answer = self
            .post(&endpoints.pushed_authorization_request_endpoint, &form)
            .await?;
        let pushed: Pushed = answer.json(201).ok_or_else(|| unexpected("PAR", &answer))?;
        let mut url = Url::parse(&endpoints.authorization_endpoint)
            .map_err(|_| RegistrarError::Refused("metadata"))?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.policy.client_id)
            .append_pair("request_uri", &pushed.request_uri);
        Ok(url.into())
    }

    async fn redeem(&self, visit: &Visit, code: &str) -> Result<Vouched, RegistrarError> {
        let endpoints = self.endpoints.get(&self.party).await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.callback.as_str()),
            ("code_verifier", &visit.verifier),
        ];
        let answer = self.post(&endpoints.token_endpoint, &form).await?;
        let tokens: Tokens = answer
            .json(200)
            .ok_or_else(|| unexpected("token", &answer))?;
        if !tokens.token_type.eq_ignore_ascii_case("bearer") {
            return Err(RegistrarError::Refused("token_type"));
        }
        let now = self.clock.unix_seconds();
        let signed_in = id_token(&self.policy, &tokens.id_token, &visit.nonce, now)?;
        let (endpoint, bearer) = (&endpoints.userinfo_endpoint, Some(&*tokens.access_token));
        let answer = self
            .party
            .get_long(endpoint, bearer, USERINFO_LIMIT)
            .await
            .map_err(unreachable)?;
        if answer.status != 200 {
            return Err(unexpected("userinfo", &answer));
        }
        if answer.media_type != "application/jwt" {
            return Err(RegistrarError::Refused("userinfo_media_type"));
        }
        let body = std::str::from_utf8(&answer.body)
            .map_err(|_| RegistrarError::Refused("userinfo_malformed"))?;
        let (claims, evidence) =
            userinfo(&self.policy, &self.userinfo_key, body, &signed_in.sub, now)?;
        judge(&self.policy, &claims, &evidence, now)
    }
}

fn unexpected(what: &str, answer: &fetch::Answer) -> RegistrarError {
    party::record_bank_answer(&describe(what, answer.status, &answer.body));
    RegistrarError::Unavailable
}

fn unreachable(_: fetch::FetchError) -> RegistrarError {
    RegistrarError::Unavailable
}

impl Registrar for BankClient {
    fn name(&self) -> &str {
        &self.policy.name
    }

    fn issuer(&self) -> &str {
        &self.policy.issuer
    }

    fn begin<'a>(&'a self, visit: &'a Visit, language: Language) -> Answer<'a, String> {
        Box::pin(self.push(visit, language))
    }

    fn finish<'a>(&'a self, visit: &'a Visit, code: &'a str) -> Answer<'a, Vouched> {
        Box::pin(self.redeem(visit, code))
    }

    fn takes_events(&self) -> bool {
        self.events.is_some()
    }

    fn tell<'a>(&'a self, token: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let Some(url) = &self.events else {
                return Ok(());
            };
            let answer = self
                .party
                .post_event(url, token)
                .await
                .map_err(unreachable)?;
            match answer.status {
                202 => Ok(()),
                // RFC 8935 §2.3: it will not take this event, whenever it is sent.
                400 => Err(RegistrarError::Refused("event")),
                _ => Err(RegistrarError::Unavailable),
            }
        })
    }
}
