//! What a browser gets at the end of its login.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_openid::client::ResponseMode;
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::response::AuthorizationResponse;
use ipse_openid::{OAuthError, OAuthErrorCode, response};
use ipse_scheme::login::{LoginResult, SignIn};
use ipse_scheme::request::is_own_partner;
use ipse_texts::Language;

use super::cookie::ReturnCookie;
use super::error::Error;
use super::pages::{Back, ErrorPage, Outcome, Page, answer_path, leave};
use super::{Provider, headers as security, me};

/// What the partner is told when the person cancels on our page.
pub const CANCELLED: &str = "the person cancelled at the browser";

/// The request behind a login.
fn request(sign_in: &SignIn) -> Result<AuthorizationRequest, Error> {
    serde_json::from_str(&sign_in.oidc_request).map_err(Error::json("the request cannot be read"))
}

/// The language of a login's pages: the visitor's choice, otherwise the partner's, otherwise the browser's.
pub fn language(sign_in: &SignIn, chosen: Option<Language>) -> Option<Language> {
    chosen
        .or_else(|| request(sign_in).ok()?.language)
        .or(Some(sign_in.language))
}

/// The way back to the partner with `access_denied`.
pub fn denied(
    provider: &Provider,
    sign_in: &SignIn,
    description: &'static str,
) -> Result<Back, Error> {
    if is_own_partner(&sign_in.partner) {
        return Ok(own_back(sign_in));
    }
    let denied = OAuthError::new(OAuthErrorCode::AccessDenied, description);
    let response = failed(provider, sign_in, denied)?;
    let url = match response.mode {
        ResponseMode::Query => response.url(),
        ResponseMode::FormPost => answer_path(&sign_in.action),
    };
    Ok(Back {
        url,
        partner: sign_in.partner_name.clone(),
    })
}

/// The way back to the pages on which a person sees their own data.
fn own_back(sign_in: &SignIn) -> Back {
    Back {
        url: me::PATH.to_owned(),
        partner: sign_in.partner_name.clone(),
    }
}

fn failed(
    provider: &Provider,
    sign_in: &SignIn,
    error: OAuthError,
) -> Result<AuthorizationResponse, Error> {
    let error = request(sign_in)?.error(error);
    Ok(response::failure(&error, provider.issuer()))
}

/// The answer for the result of a login: a page that says what happened, or the way back to the partner.
pub async fn answer(
    provider: &Provider,
    headers: &HeaderMap,
    sign_in: &SignIn,
    result: &LoginResult,
    page: Page,
) -> Response {
    match ended(sign_in, result) {
        Ended::Told(_) if is_own_partner(&sign_in.partner) => {
            let refused = Outcome::new(page, ErrorPage::ActionRefused);
            refused.back(own_back(sign_in)).into_response()
        }
        Ended::Shown(error_page, description) => match denied(provider, sign_in, description) {
            Ok(back) => Outcome::new(page, error_page).back(back).into_response(),
            Err(error) => error.on(page),
        },
        Ended::Approved(_) | Ended::Told(_) => go(provider, headers, sign_in, result, page).await,
    }
}

/// The way back to the partner, without a page before it.
pub async fn go(
    provider: &Provider,
    headers: &HeaderMap,
    sign_in: &SignIn,
    result: &LoginResult,
    page: Page,
) -> Response {
    if is_own_partner(&sign_in.partner) {
        return match ended(sign_in, result) {
            Ended::Approved(code) => me::arrived(provider, headers, sign_in, code, page).await,
            Ended::Told(_) | Ended::Shown(..) => security::see_other(me::PATH),
        };
    }
    let response = match ended(sign_in, result) {
        Ended::Approved(code) => approved(provider, sign_in, code).await,
        Ended::Told(error) => failed(provider, sign_in, error),
        Ended::Shown(_, description) => {
            let denied = OAuthError::new(OAuthErrorCode::AccessDenied, description);
            failed(provider, sign_in, denied)
        }
    };
    let response = match response {
        Ok(response) => response,
        Err(error) => return error.on(page),
    };
    let cookie = ReturnCookie::new(&sign_in.partner, provider.issuer());
    if response.is_success()
        && let Some(shown) = cookie.read(headers)
    {
        let approval = &sign_in.action;
        let ended = provider.scheme.end_returns_of_another(approval, shown);
        if let Err(error) = ended.await {
            return Error::from(error).on(page);
        }
    }
    let mut leaving = leave(page, &sign_in.partner_name, &response);
    // Somebody who approved in another's place does not come back.
    if let Some(new) = &sign_in.return_cookie
        && response.is_success()
    {
        cookie.set_on(new, &mut leaving);
    }
    leaving
}

/// How a login ends for the browser.
enum Ended<'a> {
    /// With this code.
    Approved(&'a str),
    /// With an error for the partner.
    Told(OAuthError),
    /// With a page for the person, and `access_denied` with this description for the partner.
    Shown(ErrorPage, &'static str),
}

fn ended<'a>(sign_in: &SignIn, result: &'a LoginResult) -> Ended<'a> {
    match result {
        LoginResult::Approved { code } => Ended::Approved(code.as_str()),
        LoginResult::Refused => Ended::Told(OAuthError::new(
            OAuthErrorCode::AccessDenied,
            "the person refused",
        )),
        LoginResult::Expired => Ended::Shown(ErrorPage::ActionExpired, "nobody decided in time"),
        LoginResult::Cancelled => match sign_in.reason.as_deref() {
            Some("browser") => Ended::Shown(ErrorPage::ActionCancelled, CANCELLED),
            Some("level") => Ended::Told(OAuthError::new(
                OAuthErrorCode::UnmetAuthenticationRequirements,
                "the person's phone or SIM does not reach the level that was asked for",
            )),
            Some("superseded") => {
                Ended::Shown(ErrorPage::ActionClosed, "a newer request took its place")
            }
            // The partner never learns which factor failed, or that an identity is blocked (threat 3).
            _ => Ended::Shown(ErrorPage::IdentityBlocked, "the request was stopped"),
        },
    }
}

async fn approved(
    provider: &Provider,
    sign_in: &SignIn,
    code: &str,
) -> Result<AuthorizationResponse, Error> {
    let request = request(sign_in)?;
    // The request may name a person, whose approval alone is accepted (OpenID Connect Core §3.1.2.1 and §5.5.1).
    if let Some(wanted) = &request.required_sub {
        let found = provider.scheme.redeemable(code).await?;
        if found.sub != *wanted {
            let error = OAuthError::new(
                OAuthErrorCode::LoginRequired,
                "another person approved than the one whom the request names",
            );
            return failed(provider, sign_in, error);
        }
    }
    Ok(response::success(&request, provider.issuer(), code))
}
