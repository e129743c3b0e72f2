//! `GET` and `POST /authorize`: the browser arrives with a request (OpenID Connect Core §3.1.2.1).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use ipse_openid::Params;
use ipse_openid::client::Registration;
use ipse_openid::request::{self, AuthorizationRequest, AuthorizeParams, PageProblem, Refusal};
use ipse_protocol::ids::PartnerId;
use ipse_scheme::login::{Begun, Browser, LoginRefusal};
use ipse_texts::Language;

use super::cookie::{BrowserCookie, ReturnCookie};
use super::error::Error;
use super::pages::sign_in_path;
use super::{Provider, browser, client, form, headers, sign_in};
use crate::client_address::ClientAddress;
use crate::request_id;

/// By link or redirect.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    address: ClientAddress,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).ok();
    authorize(&provider, &headers, address, params).await
}

/// By form.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    address: ClientAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    authorize(
        &provider,
        &headers,
        address,
        form::read(&headers, &body).ok(),
    )
    .await
}

async fn authorize(
    provider: &Provider,
    headers: &HeaderMap,
    address: ClientAddress,
    params: Option<Params>,
) -> Response {
    match start(provider, headers, address, params).await {
        Ok(response) => response,
        Err(error) => error.into_page(provider, headers),
    }
}

async fn start(
    provider: &Provider,
    headers: &HeaderMap,
    address: ClientAddress,
    params: Option<Params>,
) -> Result<Response, Error> {
    let params = params.ok_or(PageProblem::Unreadable)?;
    let authorize = AuthorizeParams::read(&params)?;
    let (AuthorizeParams::Pushed { client_id, .. } | AuthorizeParams::Plain { client_id }) =
        &authorize;
    request_id::record_partner(client_id);
    let partner = PartnerId::parse(client_id).ok_or(PageProblem::ClientUnknown)?;
    let registration = client::registration(provider, client_id)
        .await?
        .ok_or(PageProblem::ClientUnknown)?;
    let cookie = BrowserCookie::read_or_new(headers, provider.issuer(), &provider.random);
    let language = browser::language(headers).unwrap_or(Language::En);
    let returns = ReturnCookie::new(&partner, provider.issuer());
    let return_cookie = returns.read(headers);
    let may_return = return_cookie.is_some();
    let browser = |language: Language| Browser {
        binding: cookie.binding(),
        name: browser::name(headers),
        language,
        address: address.0,
        return_cookie,
    };
    let mut response = match &authorize {
        AuthorizeParams::Pushed { request_uri, .. } => {
            let browser = browser(language);
            let begun = provider.scheme.begin_pushed(&partner, request_uri, browser);
            match begun.await? {
                // The first page comes at once, without a redirect to it.
                Begun::Now(state) => {
                    sign_in::page::show(provider, headers, None, &cookie, *state).await
                }
                Begun::Before(action) => headers::see_other(&sign_in_path(&action)),
                Begun::PersonNeeded(oidc_request) => {
                    let request: AuthorizationRequest = serde_json::from_str(&oidc_request)
                        .map_err(Error::json("the request cannot be read"))?;
                    return Err(person_needed(&request));
                }
            }
        }
        AuthorizeParams::Plain { .. } => {
            let hinted = client::hinted(provider, &params).await?;
            let context = provider.context(may_return, hinted.as_deref());
            let request = request::plain(&params, &registration, &context)?;
            if client::is_withdrawn(provider, &request).await? {
                return Err(Error::Redirect(Box::new(request.error(request::WITHDRAWN))));
            }
            let browser = browser(request.language.unwrap_or(language));
            match start_plain(provider, &partner, &registration, &request, browser).await? {
                Begun::Now(state) if state.result.is_some() => {
                    sign_in::page::show(provider, headers, None, &cookie, *state).await
                }
                Begun::Now(state) => headers::see_other(&sign_in_path(&state.action)),
                Begun::Before(action) => headers::see_other(&sign_in_path(&action)),
                Begun::PersonNeeded(_) => return Err(person_needed(&request)),
            }
        }
    };
    cookie.set_on(&mut response);
    Ok(response)
}

/// The answer to a request that forbids to ask the person who would have to be asked.
fn person_needed(request: &AuthorizationRequest) -> Error {
    Error::Redirect(Box::new(request.error(request::LOGIN_REQUIRED)))
}

async fn start_plain(
    provider: &Provider,
    partner: &PartnerId,
    registration: &Registration,
    request: &AuthorizationRequest,
    browser: Browser,
) -> Result<Begun, Error> {
    let kept = client::Kept::new(registration, request)?;
    let redirect = |error| Error::Redirect(Box::new(request.error(error)));
    let wanted = client::action_request(registration, request, &kept).map_err(redirect)?;
    let begun = provider.scheme.begin_plain(partner, &wanted, browser).await;
    begun.map_err(|error| match Error::from(error) {
        error @ Error::Login(LoginRefusal::SandboxUnknown | LoginRefusal::PromptOpen) => {
            redirect(error.oauth())
        }
        error => error,
    })
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Page(problem) => Self::Page(problem),
            Refusal::Redirect(redirect) => Self::Redirect(Box::new(redirect)),
        }
    }
}
