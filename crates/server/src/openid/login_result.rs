//! What a browser gets at the end of its login.

use axum::response::{IntoResponse, Response};
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::{OAuthError, OAuthErrorCode, response};
use ipse_scheme::login::{LoginResult, SignIn};
use ipse_texts::Language;

use super::error::Error;
use super::pages::{Back, ErrorPage, Outcome, Page};
use super::{Provider, headers};

/// The request behind a login.
pub fn request(sign_in: &SignIn) -> Option<AuthorizationRequest> {
    serde_json::from_str(&sign_in.oidc_request).ok()
}

/// The language of a login's pages: the visitor's choice, otherwise the partner's, otherwise the browser's.
pub fn language(sign_in: &SignIn, chosen: Option<Language>) -> Option<Language> {
    chosen
        .or_else(|| request(sign_in)?.language)
        .or(Some(sign_in.language))
}

/// The way back to the partner with `access_denied`.
pub fn denied(provider: &Provider, sign_in: &SignIn, description: &'static str) -> Option<Back> {
    back(
        provider,
        sign_in,
        OAuthError::new(OAuthErrorCode::AccessDenied, description),
    )
}

fn back(provider: &Provider, sign_in: &SignIn, error: OAuthError) -> Option<Back> {
    let error = request(sign_in)?.error(error);
    Some(Back {
        url: response::failure(&error, provider.issuer()),
        partner: sign_in.partner_name.clone(),
    })
}

/// The answer for the result of a login.
pub async fn answer(
    provider: &Provider,
    sign_in: &SignIn,
    result: &LoginResult,
    page: Page,
) -> Response {
    let outcome = |error_page: ErrorPage, description: &'static str| {
        let outcome = Outcome::new(page.clone(), error_page);
        match denied(provider, sign_in, description) {
            Some(back) => outcome.back(back).into_response(),
            None => outcome.into_response(),
        }
    };
    match result {
        LoginResult::Approved { code } => {
            approved(provider, sign_in, code.as_str(), page.clone()).await
        }
        LoginResult::Refused => match denied(provider, sign_in, "the person refused") {
            Some(back) => headers::see_other(&back.url),
            None => Outcome::new(page, ErrorPage::ServerError).into_response(),
        },
        LoginResult::Expired => outcome(ErrorPage::ActionExpired, "nobody decided in time"),
        LoginResult::Cancelled => match sign_in.reason.as_deref() {
            Some("browser") => outcome(
                ErrorPage::ActionCancelled,
                "the person cancelled at the browser",
            ),
            Some("level") => {
                let unmet = OAuthError::new(
                    OAuthErrorCode::UnmetAuthenticationRequirements,
                    "the person's phone or SIM does not reach the level that was asked for",
                );
                match back(provider, sign_in, unmet) {
                    Some(back) => headers::see_other(&back.url),
                    None => Outcome::new(page, ErrorPage::ServerError).into_response(),
                }
            }
            Some("superseded") => {
                outcome(ErrorPage::ActionClosed, "a newer request took its place")
            }
            // The partner never learns which factor failed, or that an identity is blocked (threat 3).
            _ => outcome(ErrorPage::IdentityBlocked, "the request was stopped"),
        },
    }
}

async fn approved(provider: &Provider, sign_in: &SignIn, code: &str, page: Page) -> Response {
    let Some(request) = request(sign_in) else {
        return Outcome::new(page, ErrorPage::ServerError).into_response();
    };
    // OpenID Connect Core §5.5.1: the request may name a person, whose approval alone is accepted.
    if let Some(wanted) = &request.required_sub {
        match provider.scheme.redeemable(code).await {
            Ok(found) if found.sub == *wanted => {}
            Ok(_) => {
                let error = OAuthError::new(
                    OAuthErrorCode::AccessDenied,
                    "another person than the one asked for approved",
                );
                return headers::see_other(&response::failure(
                    &request.error(error),
                    provider.issuer(),
                ));
            }
            Err(error) => return Error::from(error).on(page),
        }
    }
    headers::see_other(&response::success(&request, provider.issuer(), code))
}
