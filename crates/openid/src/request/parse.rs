//! The checks on each parameter.

use std::collections::BTreeSet;

use ipse_texts::Language;

use super::{
    AuthorizationRequest, Context, MAX_NONCE, MAX_STATE, PageProblem, Prompt, claims, hint,
};
use crate::Level;
use crate::client::{Pkce, Registration, ResponseMode, SCOPES, Service, ServiceType};
use crate::details;
use crate::disclosure::Claim;
use crate::dpop;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::extensions;
use crate::params::Params;
use crate::redirect;

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidRequest, description)
}

/// The redirect URI. Without a registered one, nothing is returned to the client.
pub(super) fn redirect_uri<'a>(
    params: &'a Params,
    registration: &Registration,
) -> Result<&'a str, PageProblem> {
    let uri = params
        .get("redirect_uri")
        .ok_or(PageProblem::RedirectMissing)?;
    if redirect::is_registered(&registration.redirect_uris, uri) {
        Ok(uri)
    } else {
        Err(PageProblem::RedirectUnregistered)
    }
}

/// Checks that apply to plain requests only.
pub(super) fn plain_allowed(
    params: &Params,
    registration: &Registration,
) -> Result<(), OAuthError> {
    params.unique()?;
    if params.get("request_uri").is_some() {
        return Err(OAuthError::new(
            OAuthErrorCode::RequestUriNotSupported,
            "only a request_uri from /par is accepted",
        ));
    }
    let confirms = |(service, _): (&Service, String)| service.kind == ServiceType::Confirm;
    if service(params, registration).is_ok_and(confirms) {
        return Err(invalid(
            "what a person is to confirm must be pushed by the client itself: post the request to /par",
        ));
    }
    if registration.require_par {
        return Err(invalid(
            "this client must push its requests: post them to /par, or register it with plain requests \
             (require_pushed_authorization_requests false, --plain-requests)",
        ));
    }
    Ok(())
}

/// Checks all other parameters. The most basic mistake is reported first.
pub(super) fn request(
    params: &Params,
    registration: &Registration,
    context: &Context<'_>,
) -> Result<AuthorizationRequest, OAuthError> {
    let redirect_uri = params.require("redirect_uri", "redirect_uri is missing")?;
    if params
        .get("client_id")
        .is_some_and(|client_id| client_id != registration.client_id)
    {
        return Err(invalid("client_id is not the authenticated client"));
    }
    if params.get("request").is_some() {
        return Err(OAuthError::new(
            OAuthErrorCode::RequestNotSupported,
            "request objects are not registered for this client",
        ));
    }
    if params.get("registration").is_some() {
        return Err(OAuthError::new(
            OAuthErrorCode::RegistrationNotSupported,
            "register with the scheme, not in a request",
        ));
    }
    let state = state(params)?;
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => {
            return Err(OAuthError::new(
                OAuthErrorCode::UnsupportedResponseType,
                "response_type must be code",
            ));
        }
        None => return Err(invalid("response_type is missing")),
    }
    let response_mode = response_mode(params, registration)?;
    let prompt = prompt(params)?;
    // The client asks whether somebody is there, and the answer is no: whatever else may be wrong with the request comes later.
    if prompt == Prompt::None && !may_return(params, registration, context) {
        return Err(LOGIN_REQUIRED);
    }
    extensions::check_resource(params, context.issuer)?;
    let nonce = printable(params, "nonce", MAX_NONCE)
        .map_err(|()| invalid("nonce must be printable ASCII of at most 512 characters"))?;
    let pkce = registration.pkce.at(context.now);
    let code_challenge = code_challenge(params, pkce, nonce.is_some())?;
    let dpop_jkt = params.get("dpop_jkt");
    if dpop_jkt.is_some_and(|jkt| !dpop::is_thumbprint(jkt)) {
        return Err(invalid(
            "dpop_jkt must be the thumbprint of a key, with SHA-256: 43 characters of base64url",
        ));
    }
    let (service, scope) = service(params, registration)?;
    let authorization_details = details::read(params.get("authorization_details"), service)?;
    let mut requested = claims::ClaimsRequest::parse(params.get("claims"), context.now)?;
    for name in SCOPES
        .iter()
        .filter(|name| scope.split(' ').any(|one| one == **name))
    {
        requested
            .claims
            .userinfo
            .extend(Claim::of(name, service.kind));
        if registration.claims_in_id_token {
            requested
                .claims
                .id_token
                .extend(Claim::of(name, service.kind));
        }
    }
    let refused = requested.claims.restrict(service);
    let unregistered = std::mem::take(&mut requested.unknown).into_iter();
    let unregistered = unregistered
        .chain(refused.iter().map(|claim| claim.as_str().to_owned()))
        .collect();
    let max_age = max_age(params)?;
    display(params)?;
    // Nothing protects the codes of a client without PKCE and nonce from injection.
    let highest = match pkce {
        Pkce::Waived { .. } => Level::Basic,
        Pkce::Required | Pkce::OrNonce => Level::Advanced,
    };
    let mut level = level(params.get("acr_values"), &requested, highest)?;
    if service.kind == ServiceType::Confirm {
        // A confirmation takes phone, SIM and code in any case.
        if highest < Level::Advanced {
            return Err(unmet(highest));
        }
        level = Some(Level::Advanced);
    }
    let hinted = params
        .get("id_token_hint")
        .map(|hint| hint::read(hint, registration, context))
        .transpose()?;
    let hinted_sub = hinted.as_ref().map(|hint| hint.sub.clone());
    let required_sub = match (requested.required_sub, hinted_sub) {
        (Some(requested), Some(hinted)) if requested != hinted => {
            return Err(OAuthError::new(
                OAuthErrorCode::LoginRequired,
                "claims and id_token_hint name different people",
            ));
        }
        (requested, hinted) => requested.or(hinted),
    };
    let login_hint = params.get("login_hint");
    if login_hint.is_some_and(|hint| hint.len() > 256 || hint.chars().any(char::is_control)) {
        return Err(invalid("login_hint is too long"));
    }
    Ok(AuthorizationRequest {
        client_id: registration.client_id.clone(),
        redirect_uri: redirect_uri.to_owned(),
        response_mode,
        state,
        nonce,
        code_challenge,
        dpop_jkt: dpop_jkt.map(str::to_owned),
        service: service.code.clone(),
        service_type: service.kind,
        scope,
        level,
        claims: requested.claims,
        unregistered,
        required_sub,
        hint: hinted,
        prompt,
        max_age,
        language: params.get("ui_locales").and_then(Language::from_ui_locales),
        login_hint: login_hint
            .filter(|_| registration.sandbox_people)
            .map(str::to_owned),
        authorization_details,
    })
}

/// `response_mode`, which must be registered.
pub(super) fn response_mode(
    params: &Params,
    registration: &Registration,
) -> Result<ResponseMode, OAuthError> {
    if params.is_repeated("response_mode") {
        return Err(invalid("response_mode is given more than once"));
    }
    let Some(name) = params.get("response_mode") else {
        return Ok(ResponseMode::Query);
    };
    let known = ResponseMode::ALL.into_iter().find(|m| m.as_str() == name);
    match known {
        Some(mode) if registration.response_modes.contains(&mode) => Ok(mode),
        Some(_) => Err(invalid(
            "response_mode form_post is not registered for this client (response_modes)",
        )),
        None => Err(invalid("response_mode must be query or form_post")),
    }
}

/// `state`, which must be printable ASCII (RFC 6749 appendix A.5).
pub(super) fn state(params: &Params) -> Result<Option<String>, OAuthError> {
    printable(params, "state", MAX_STATE)
        .map_err(|()| invalid("state must be printable ASCII of at most 2048 characters"))
}

fn printable(params: &Params, name: &str, max: usize) -> Result<Option<String>, ()> {
    match params.get(name) {
        None => Ok(None),
        Some(value)
            if value.len() <= max && value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) =>
        {
            Ok(Some(value.to_owned()))
        }
        Some(_) => Err(()),
    }
}

/// PKCE is required unless the client is registered without, and `plain` is not supported (RFC 9700 §2.1.1). An S256 challenge is
/// the base64url of 32 bytes, which has 43 characters.
fn code_challenge(
    params: &Params,
    rule: Pkce,
    has_nonce: bool,
) -> Result<Option<String>, OAuthError> {
    let Some(challenge) = params.get("code_challenge") else {
        return match rule {
            Pkce::Required => Err(invalid(
                "code_challenge is missing: send PKCE with S256, or register the client without it (pkce or_nonce, --pkce)",
            )),
            // Somebody may have removed the challenge.
            _ if params.get("code_challenge_method").is_some() => Err(invalid(
                "code_challenge_method is there and code_challenge is missing",
            )),
            Pkce::OrNonce if !has_nonce => Err(invalid(
                "nonce is missing: a request without PKCE needs one",
            )),
            Pkce::OrNonce | Pkce::Waived { .. } => Ok(None),
        };
    };
    if params.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    match ipse_jose::b64::decode(challenge) {
        Ok(bytes) if bytes.len() == 32 => Ok(Some(challenge.to_owned())),
        _ => Err(invalid(
            "code_challenge must be the base64url of a SHA-256: 43 characters",
        )),
    }
}

/// The service that `scope` names, and the granted scopes. Unknown scopes are ignored (OpenID Connect Core §3.1.2.1).
fn service<'a>(
    params: &Params,
    registration: &'a Registration,
) -> Result<(&'a Service, String), OAuthError> {
    let scope = params.get("scope").ok_or(OAuthError::new(
        OAuthErrorCode::InvalidScope,
        "scope is missing",
    ))?;
    let requested: BTreeSet<&str> = scope.split(' ').filter(|scope| !scope.is_empty()).collect();
    if !requested.contains("openid") {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidScope,
            "scope must contain openid",
        ));
    }
    let mut codes = requested
        .iter()
        .filter_map(|scope| scope.strip_prefix("service:"));
    let service = match (codes.next(), codes.next()) {
        (Some(_), Some(_)) => {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidScope,
                "scope names more than one service",
            ));
        }
        (Some(code), None) => registration.service(code).ok_or(OAuthError::new(
            OAuthErrorCode::InvalidScope,
            "scope names a service that is not registered",
        ))?,
        (None, _) => registration.only_login_service().ok_or(OAuthError::new(
            OAuthErrorCode::InvalidScope,
            "scope must name a service, since this client does not have exactly one login service",
        ))?,
    };
    if !ServiceType::REQUESTABLE.contains(&service.kind) {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidScope,
            "services of this type cannot be requested yet",
        ));
    }
    let mut granted = "openid".to_owned();
    for name in requested.iter().filter(|name| service.knows_scope(name)) {
        granted.push(' ');
        granted.push_str(name);
    }
    // A scope that was not requested is not named: some libraries refuse an answer with more.
    let named = format!("service:{}", service.code);
    if requested.contains(named.as_str()) {
        granted.push(' ');
        granted.push_str(&named);
    }
    Ok((service, granted))
}

const fn unmet(highest: Level) -> OAuthError {
    OAuthError::new(
        OAuthErrorCode::UnmetAuthenticationRequirements,
        match highest {
            Level::Basic => {
                "this client gets basic only, since it is registered without PKCE and nonce"
            }
            Level::Advanced => "the supported acr values are basic and advanced",
        },
    )
}

/// The level that `acr_values` and the `acr` of `claims.id_token` require: the strictest value applies. Unknown values are
/// ignored, but at least one must be known.
fn level(
    acr_values: Option<&str>,
    requested: &claims::ClaimsRequest,
    highest: Level,
) -> Result<Option<Level>, OAuthError> {
    let unmet = unmet(highest);
    let strictest = |values: &mut dyn Iterator<Item = &str>| {
        let known = values.filter_map(Level::parse);
        known.filter(|level| *level <= highest).max()
    };
    let mut level = None;
    if let Some(values) = acr_values {
        level = level.max(Some(
            strictest(&mut values.split(' ').filter(|acr| !acr.is_empty())).ok_or(unmet)?,
        ));
    }
    if !requested.acr.values.is_empty() {
        match strictest(&mut requested.acr.values.iter().map(String::as_str)) {
            None if requested.acr.essential => return Err(unmet),
            known => level = level.max(known),
        }
    }
    Ok(level)
}

/// The answer to `prompt=none` where the person would have to be asked.
pub const LOGIN_REQUIRED: OAuthError = OAuthError::new(
    OAuthErrorCode::LoginRequired,
    "the person must be asked, which prompt=none forbids: leave it out, or register return_minutes",
);

/// Whether the answer may come without asking: the service registered it, and the browser shows that a person allowed it.
fn may_return(params: &Params, registration: &Registration, context: &Context<'_>) -> bool {
    context.may_return
        && service(params, registration).is_ok_and(|(service, _)| service.return_minutes > 0)
}

/// Of several values the strictest counts.
fn prompt(params: &Params) -> Result<Prompt, OAuthError> {
    let Some(prompt) = params.get("prompt") else {
        return Ok(Prompt::Unsaid);
    };
    let values: BTreeSet<&str> = prompt
        .split(' ')
        .filter(|value| !value.is_empty())
        .collect();
    let mut said = Prompt::Unsaid;
    for value in &values {
        match *value {
            "none" if values.len() > 1 => return Err(invalid("prompt=none cannot be combined")),
            "none" => said = Prompt::None,
            "login" => said = Prompt::Login,
            "consent" | "select_account" if said != Prompt::Login => said = Prompt::Ask,
            "consent" | "select_account" => {}
            _ => return Err(invalid("prompt has an unknown value")),
        }
    }
    Ok(said)
}

/// A number of seconds.
fn max_age(params: &Params) -> Result<Option<i64>, OAuthError> {
    let Some(age) = params.get("max_age") else {
        return Ok(None);
    };
    let digits = (1..=10).contains(&age.len()) && age.bytes().all(|byte| byte.is_ascii_digit());
    match age.parse() {
        Ok(seconds) if digits => Ok(Some(seconds)),
        _ => Err(invalid("max_age must be a number of seconds")),
    }
}

/// The four standard values are accepted and change nothing: the page fits every display.
fn display(params: &Params) -> Result<(), OAuthError> {
    match params.get("display") {
        None | Some("page" | "popup" | "touch" | "wap") => Ok(()),
        Some(_) => Err(invalid("display must be page, popup, touch or wap")),
    }
}
