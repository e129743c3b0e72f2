//! The client behind a request: authenticated, and its assertion not yet spent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use ipse_openid::authn::{Context, Presented};
use ipse_openid::client::Registration;
use ipse_openid::discovery::path;
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::{OAuthError, OAuthErrorCode, Params};
use ipse_scheme::action::ActionRequest;
use ipse_scheme::partner::Assertion;
use serde_json::value::RawValue;

use super::form;
use crate::Server;

/// An authenticated client.
pub struct Client {
    /// What it registered.
    pub registration: Arc<Registration>,
    /// What must be spent with, or instead of, what it asks.
    pub assertion: Option<Assertion>,
}

impl Client {
    /// Authenticates the client of a request to the endpoint at `called`.
    pub async fn authenticate(
        server: &Server,
        called: &str,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Self, OAuthError> {
        let presented = Presented::read(form::authorization(headers), params)?;
        let registration = registration(server, presented.client_id()).await?;
        let registration = registration.ok_or(OAuthError::new(
            OAuthErrorCode::InvalidClient,
            "client authentication failed",
        ))?;
        let issuer = &server.config.issuer;
        let context = Context {
            issuer,
            token_endpoint: &format!("{issuer}{}", path::TOKEN),
            called_endpoint: &format!("{issuer}{called}"),
            now: now(),
        };
        let authenticated = presented.verify(&registration, &context)?;
        let assertion = authenticated.spend.map(|spend| Assertion {
            jti: spend.jti,
            expires: spend.until,
        });
        Ok(Self {
            registration,
            assertion,
        })
    }

    /// Refuses what the client asks. Its assertion is spent all the same: what was sent once is not sent again.
    pub async fn refuse(self, server: &Server, error: OAuthError) -> OAuthError {
        let Some(assertion) = self.assertion else {
            return error;
        };
        match server
            .scheme
            .spend_assertion(&self.registration.client_id, assertion)
            .await
        {
            Ok(true) => error,
            Ok(false) => form::scheme_refused(ipse_scheme::login::LoginError::AssertionUsed),
            Err(failure) => form::failed(failure),
        }
    }
}

/// How long a parsed registration serves before it is looked up again: a suspended partner is refused at the latest then.
const KEPT: Duration = Duration::from_secs(1);

/// Registrations that were looked up a moment ago, parsed.
#[derive(Default)]
pub struct Registrations(Mutex<HashMap<String, (Instant, Arc<Registration>)>>);

impl Registrations {
    fn get(&self, client_id: &str) -> Option<Arc<Registration>> {
        let kept = self.0.lock().ok()?;
        let (since, found) = kept.get(client_id)?;
        (since.elapsed() < KEPT).then(|| found.clone())
    }

    fn keep(&self, client_id: &str, found: &Arc<Registration>) {
        if let Ok(mut kept) = self.0.lock() {
            if kept.len() >= 1_000 {
                kept.retain(|_, (since, _)| since.elapsed() < KEPT);
            }
            kept.insert(client_id.to_owned(), (Instant::now(), found.clone()));
        }
    }
}

/// The registration of an active client.
pub async fn registration(
    server: &Server,
    client_id: &str,
) -> Result<Option<Arc<Registration>>, OAuthError> {
    if let Some(found) = server.openid.registrations.get(client_id) {
        return Ok(Some(found));
    }
    let Some(json) = server
        .scheme
        .registration(client_id)
        .await
        .map_err(form::failed)?
    else {
        return Ok(None);
    };
    let found = serde_json::from_str(&json).map_err(|error| {
        tracing::error!(client_id, %error, "a stored registration does not parse");
        OAuthError::new(
            OAuthErrorCode::ServerError,
            "the registration cannot be read",
        )
    })?;
    let found = Arc::new(found);
    server.openid.registrations.keep(client_id, &found);
    Ok(Some(found))
}

/// The request as the scheme keeps it: what its rules judge, and for us the [`reply`].
pub fn asked<'a>(
    registration: &'a Registration,
    request: &'a AuthorizationRequest,
    reply: &'a RawValue,
) -> ActionRequest<'a> {
    ActionRequest {
        partner_name: (&*registration.name).into(),
        partner_domain: (&*registration.domain).into(),
        service: (&*request.service).into(),
        level: request.level().as_str().into(),
        attributes: request
            .claims
            .all()
            .iter()
            .map(|claim| claim.as_str())
            .collect(),
        sandbox: request.login_hint.as_deref().map(Into::into),
        reply,
    }
}

/// What we need to answer a request later.
pub fn reply(request: &AuthorizationRequest) -> Result<Box<RawValue>, OAuthError> {
    serde_json::value::to_raw_value(request)
        .map_err(|_| OAuthError::new(OAuthErrorCode::ServerError, "the request cannot be kept"))
}

/// Seconds since 1970 UTC, for what clients and ID tokens say of time; the database's time decides about ours.
pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs() as i64)
}
