//! `GET` and `POST /authorize`: the browser arrives with a request (OpenID Connect Core §3.1.2.1).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_openid::request::{self, AuthorizeParams, PageProblem, Refusal};
use ipse_openid::{OAuthError, OAuthErrorCode, Params, response};
use ipse_protocol::ids::PartnerId;
use ipse_scheme::login::{Begun, Browser, LoginError, LoginRefusal};
use ipse_texts::Language;

use super::cookie::BrowserCookie;
use super::pages::{ErrorPage, Outcome, sign_in_path};
use super::{Provider, browser, client, form, headers, sign_in};

/// By link or redirect.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(
        &provider,
        &headers,
        Params::parse(query.unwrap_or_default().as_bytes()).ok(),
    )
    .await
}

/// By form.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    authorize(&provider, &headers, form::read(&headers, &body).ok()).await
}

async fn authorize(provider: &Provider, headers: &HeaderMap, params: Option<Params>) -> Response {
    let page =
        |error_page: ErrorPage| Outcome::new(browser::page(provider, headers, None), error_page);
    let problem = |problem: PageProblem| match problem {
        PageProblem::PushedUnknown => page(ErrorPage::RequestExpired).into_response(),
        other => page(ErrorPage::SiteMistake)
            .code(other.code())
            .into_response(),
    };
    let Some(params) = params else {
        return problem(PageProblem::Unreadable);
    };
    let front = match AuthorizeParams::read(&params) {
        Ok(front) => front,
        Err(found) => return problem(found),
    };
    let (AuthorizeParams::Pushed { client_id, .. } | AuthorizeParams::Plain { client_id }) = &front;
    let registration = match client::registration(provider, client_id).await {
        Ok(Some(registration)) => registration,
        Ok(None) => return problem(PageProblem::ClientUnknown),
        Err(error) => return failed(&page, &error),
    };
    let cookie = BrowserCookie::read_or_new(headers, provider.issuer(), &provider.random);
    let language = browser::language(headers).unwrap_or(Language::En);
    let browser = |language: Language| Browser {
        binding: cookie.binding(),
        name: browser::name(headers),
        language,
    };
    let Some(partner) = PartnerId::parse(client_id) else {
        return problem(PageProblem::ClientUnknown);
    };
    let begun = match &front {
        AuthorizeParams::Pushed { request_uri, .. } => {
            match provider
                .scheme
                .begin_pushed(&partner, request_uri, browser(language))
                .await
            {
                Err(LoginError::Refused(LoginRefusal::RequestUnknown)) => {
                    return problem(PageProblem::PushedUnknown);
                }
                Err(LoginError::Refused(LoginRefusal::SandboxUnknown)) => {
                    return page(ErrorPage::SiteMistake)
                        .code("login_hint_unknown")
                        .into_response();
                }
                Err(LoginError::Refused(LoginRefusal::PromptOpen)) => {
                    return page(ErrorPage::PromptOpen).into_response();
                }
                // The first page comes at once, without a redirect to it.
                Ok(Begun::Now(state)) => {
                    let mut response =
                        sign_in::page::show(provider, headers, None, &cookie, *state).await;
                    cookie.set_on(&mut response);
                    return response;
                }
                Ok(Begun::Before(action)) => Ok(action),
                Err(error) => Err(error),
            }
        }
        AuthorizeParams::Plain { .. } => {
            let request = match request::plain(&params, &registration) {
                Ok(request) => request,
                Err(Refusal::Page(found)) => return problem(found),
                Err(Refusal::Redirect(error)) => {
                    return headers::see_other(&response::failure(&error, provider.issuer()));
                }
            };
            let oidc_request = match client::oidc_request(&request) {
                Ok(oidc_request) => oidc_request,
                Err(error) => return failed(&page, &error),
            };
            let wanted = match client::action_request(&registration, &request, &oidc_request) {
                Ok(wanted) => wanted,
                Err(error) => return failed(&page, &error),
            };
            let language = request.language.unwrap_or(language);
            match provider
                .scheme
                .begin_plain(&partner, &wanted, browser(language))
                .await
            {
                Err(
                    error @ LoginError::Refused(
                        LoginRefusal::SandboxUnknown | LoginRefusal::PromptOpen,
                    ),
                ) => {
                    let error = request.error(form::scheme_refused(error));
                    return headers::see_other(&response::failure(&error, provider.issuer()));
                }
                begun => begun,
            }
        }
    };
    match begun {
        Ok(action) => {
            let mut response = headers::see_other(&sign_in_path(&action));
            cookie.set_on(&mut response);
            response
        }
        Err(error) => failed(&page, &form::scheme_refused(error)),
    }
}

fn failed(page: &impl Fn(ErrorPage) -> Outcome, error: &OAuthError) -> Response {
    match error.code {
        OAuthErrorCode::TemporarilyUnavailable => page(ErrorPage::Busy).into_response(),
        _ => page(ErrorPage::ServerError).into_response(),
    }
}
