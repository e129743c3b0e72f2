//! The client behind a request: authenticated, and its assertion and proof not yet spent.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderMap;
use ipse_openid::authn::{Context, Credentials, UNKNOWN_KEY};
use ipse_openid::client::{Registration, ServiceType};
use ipse_openid::disclosure::Claim;
use ipse_openid::discovery::path;
use ipse_openid::request::{self, AuthorizationRequest, Prompt};
use ipse_openid::verified::{Demands, VerifiedClaims, told_with};
use ipse_openid::{OAuthError, OAuthErrorCode, Params};
use ipse_protocol::ids::PartnerId;
use ipse_scheme::Kind;
use ipse_scheme::confirm;
use ipse_scheme::partner::{Assertion, Evidence};
use ipse_scheme::request::{ActionRequest, ComingBack, Prompting};
use ipse_scheme::share::{Demand, Details, Verified, Wanted};
use serde_json::value::RawValue;

use super::error::Error;
use super::{Provider, dpop, form, published_keys};
use crate::request_id;

/// An authenticated client.
pub struct Client {
    /// Its id.
    pub partner: PartnerId,
    /// What it registered.
    pub registration: Arc<Registration>,
    /// Its assertion and proof, which must be used up together with the request, or alone when the request is refused.
    pub evidence: Evidence,
}

impl Client {
    /// Authenticates the client of a request to the endpoint at `called`. A proof is verified before: a client that only lacks the
    /// nonce may send its assertion again.
    pub async fn authenticate(
        provider: &Provider,
        called: &str,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Self, Error> {
        let proof = match called {
            path::REVOKE => None,
            _ => dpop::proof(provider, headers, "POST", called)?,
        };
        let credentials = Credentials::read(form::authorization(headers), params)?;
        request_id::record_partner(credentials.client_id());
        let registration = registration(provider, credentials.client_id()).await?;
        let mut registration = registration.ok_or(
            OAuthError::new(
                OAuthErrorCode::InvalidClient,
                "client authentication failed",
            )
            .because("the client is unknown or suspended"),
        )?;
        let issuer = provider.issuer();
        let context = Context {
            issuer,
            token_endpoint: &format!("{issuer}{}", path::TOKEN),
            called_endpoint: &format!("{issuer}{called}"),
            now: provider.clock.unix_seconds(),
        };
        let authenticated = match credentials.verify(&registration, &context) {
            Err(UNKNOWN_KEY) => {
                let newer = published_keys::refresh(provider, &registration).await?;
                registration = newer.ok_or(UNKNOWN_KEY)?;
                credentials.verify(&registration, &context)?
            }
            verified => verified?,
        };
        let assertion = authenticated.assertion.map(|assertion| Assertion {
            jti: assertion.jti,
            expires: assertion.expires,
        });
        let partner = PartnerId::parse(&registration.client_id).ok_or(OAuthError::new(
            OAuthErrorCode::ServerError,
            "the registration cannot be read",
        ))?;
        Ok(Self {
            partner,
            registration,
            evidence: Evidence {
                assertion,
                proof: proof.map(dpop::used),
            },
        })
    }

    /// The key that the client has proved to have, by its thumbprint.
    pub fn proved_key(&self) -> Option<&str> {
        self.evidence.proof.as_ref().map(|proof| &*proof.jkt)
    }

    /// Refuses the request, and uses up its assertion and proof all the same, so that nobody can send them again. Returns the error to answer.
    pub async fn refuse(self, provider: &Provider, error: impl Into<Error>) -> Error {
        if self.evidence.assertion.is_none() && self.evidence.proof.is_none() {
            return error.into();
        }
        match provider.scheme.use_up(&self.partner, self.evidence).await {
            Ok(()) => error.into(),
            Err(other) => other.into(),
        }
    }
}

/// The registration of an active client.
pub async fn registration(
    provider: &Provider,
    client_id: &str,
) -> Result<Option<Arc<Registration>>, Error> {
    if let Some(found) = provider.registrations.get(client_id) {
        return Ok(Some(found));
    }
    let Some(json) = provider.scheme.registration(client_id).await? else {
        return Ok(None);
    };
    let mut found =
        serde_json::from_str(&json).map_err(Error::json("the registration cannot be read"))?;
    published_keys::put_into(provider, &mut found).await?;
    let found = Arc::new(found);
    provider.registrations.keep(client_id, &found);
    Ok(Some(found))
}

/// The client that the `id_token_hint` of a request says it was issued to.
pub async fn hinted(
    provider: &Provider,
    params: &Params,
) -> Result<Option<Arc<Registration>>, Error> {
    match request::hinted_client(params) {
        Some(client_id) => registration(provider, &client_id).await,
        None => Ok(None),
    }
}

/// Whether the person of the request's `id_token_hint` withdrew their consent since they approved that ID token: from this client,
/// or from the one that it was issued to.
pub async fn is_withdrawn(
    provider: &Provider,
    request: &AuthorizationRequest,
) -> Result<bool, Error> {
    let Some(hint) = &request.hint else {
        return Ok(false);
    };
    let clients = [&*request.client_id, &*hint.client_id];
    let scheme = &provider.scheme;
    Ok(scheme
        .is_withdrawn(&hint.sub, hint.auth_time, clients)
        .await?)
}

/// The request as the scheme keeps it: what its rules judge, and the parts that are kept for the answer.
pub fn action_request<'a>(
    registration: &'a Registration,
    request: &'a AuthorizationRequest,
    kept: &'a Kept,
) -> Result<ActionRequest<'a>, OAuthError> {
    // A type of service is the kind of action that it asks for. Some can be registered, but are not available yet.
    let kind = Kind::parse(request.service_type.as_str()).ok_or(OAuthError::new(
        OAuthErrorCode::InvalidRequest,
        "services of this type are not available yet",
    ))?;
    Ok(ActionRequest {
        kind,
        partner_name: (&*registration.name).into(),
        partner_domain: (&*registration.domain).into(),
        sector: registration.sector.as_deref().map(Into::into),
        service: (&*request.service).into(),
        level: request.level(),
        attributes: request
            .claims
            .all()
            .iter()
            .map(|claim| claim.as_str())
            .collect(),
        sandbox_person: request.login_hint.as_deref().map(Into::into),
        coming_back: coming_back(registration, request),
        details: kept.details.as_deref(),
        oidc_request: &kept.oidc_request,
    })
}

/// What the request says about coming back, if its service registered it.
fn coming_back<'a>(
    registration: &Registration,
    request: &'a AuthorizationRequest,
) -> Option<ComingBack<'a>> {
    let minutes = registration.service(&request.service)?.return_minutes;
    (minutes > 0).then(|| ComingBack {
        minutes,
        redirect_uri: (&*request.redirect_uri).into(),
        prompting: match request.prompt {
            Prompt::Unsaid => Prompting::Needed,
            Prompt::None => Prompting::Never,
            Prompt::Ask => Prompting::Always,
            Prompt::Login => Prompting::Afresh,
        },
        max_age: request.max_age,
        subject: request.required_sub.as_deref().map(Into::into),
    })
}

/// The parts of a request that are kept as JSON.
pub struct Kept {
    /// The OpenID Connect request, until it is answered.
    oidc_request: Box<RawValue>,
    /// What only its kind of action has.
    details: Option<Box<RawValue>>,
}

impl Kept {
    /// The parts of a request of this client.
    pub fn new(registration: &Registration, request: &AuthorizationRequest) -> Result<Self, Error> {
        if !request.unregistered.is_empty() {
            tracing::info!(
                claims = request.unregistered.join(" "),
                service = request.service,
                "claims that the service did not register are ignored: register them (partner edit)"
            );
        }
        let kept = Error::json;
        let details = match (
            share_details(registration, request)?,
            confirm_details(request)?,
        ) {
            (Some(share), _) => Some(serde_json::value::to_raw_value(&share)),
            (None, Some(confirm)) => Some(serde_json::value::to_raw_value(&confirm)),
            (None, None) => None,
        };
        let details = details
            .transpose()
            .map_err(kept("the request cannot be kept"))?;
        Ok(Self {
            oidc_request: serde_json::value::to_raw_value(request)
                .map_err(kept("the request cannot be kept"))?,
            details,
        })
    }
}

/// What the person is to confirm, checked.
fn confirm_details(request: &AuthorizationRequest) -> Result<Option<confirm::Details>, Error> {
    let Some(sent) = &request.authorization_details else {
        return Ok(None);
    };
    let invalid = |why| OAuthError::new(OAuthErrorCode::InvalidAuthorizationDetails, why);
    let details = confirm::Details {
        template: sent.template().ok_or(invalid(
            "authorization_details: type is unknown; the metadata lists authorization_details_types_supported",
        ))?,
        entry: sent.entry().clone(),
    };
    details.check().map_err(|problem| invalid(problem.0))?;
    Ok(Some(details))
}

/// What a request to share has beside the names of its attributes.
pub(super) fn share_details(
    registration: &Registration,
    request: &AuthorizationRequest,
) -> Result<Option<Details>, Error> {
    const UNREADABLE: OAuthError = OAuthError::new(
        OAuthErrorCode::ServerError,
        "the registration cannot be read",
    );
    if request.service_type != ServiceType::Share {
        return Ok(None);
    }
    let service = registration.service(&request.service).ok_or(UNREADABLE)?;
    let wanted = &request.claims;
    let alone = wanted.alone();
    let asked = |claim: Claim| {
        // One that says that another is verified has the reason of that one.
        let reason = service.reasons.get(&claim).or_else(|| {
            let other = claim.as_str().strip_suffix("_verified");
            other
                .and_then(Claim::parse)
                .and_then(|other| service.reasons.get(&other))
        });
        let asked = Wanted {
            reason: reason.cloned().ok_or(UNREADABLE)?,
            essential: wanted.essential.contains(&claim),
            alone: alone.contains(&claim),
            expected: wanted.expected.get(&claim).cloned().unwrap_or_default(),
        };
        Ok((claim.as_str().to_owned(), asked))
    };
    Ok(Some(Details {
        purpose: service.purpose.clone().ok_or(UNREADABLE)?,
        asked: wanted
            .all()
            .into_iter()
            .map(asked)
            .collect::<Result<_, Error>>()?,
        verified: wanted.verified.iter().map(verified).collect(),
    }))
}

/// What is wanted only with how it was verified, for the scheme.
fn verified(wanted: &VerifiedClaims) -> Verified {
    let demands = |demands: &Demands, whole: bool| -> BTreeMap<String, Demand> {
        let demand = |(claim, asked): (&Claim, &ipse_openid::verified::Demand)| {
            let demand = Demand {
                required: whole && (asked.restricts() || *claim == Claim::TrustFramework),
                values: asked.values.clone(),
                not_before: asked.not_before.clone(),
                with: told_with(*claim).map(|with| with.as_str().to_owned()),
            };
            (claim.as_str().to_owned(), demand)
        };
        demands.iter().map(demand).collect()
    };
    Verified {
        verification: demands(&wanted.verification, true),
        evidence: wanted
            .evidence
            .iter()
            .map(|one| demands(one, true))
            .collect(),
        claims: demands(&wanted.claims, false),
    }
}
