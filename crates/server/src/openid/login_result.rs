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
    back(
        provider,
        sign_in,
        OAuthError::new(OAuthErrorCode::AccessDenied, description),
    )
}

fn back(provider: &Provider, sign_in: &SignIn, error: OAuthError) -> Result<Back, Error> {
    let error = request(sign_in)?.error(error);
    Ok(Back {
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
    match respond(provider, sign_in, result, &page).await {
        Ok(response) => response,
        Err(error) => error.on(page),
    }
}

async fn respond(
    provider: &Provider,
    sign_in: &SignIn,
    result: &LoginResult,
    page: &Page,
) -> Result<Response, Error> {
    let outcome = |error_page: ErrorPage, description: &'static str| {
        let back = denied(provider, sign_in, description)?;
        let outcome = Outcome::new(page.clone(), error_page).back(back);
        Ok(outcome.into_response())
    };
    match result {
        LoginResult::Approved { code } => approved(provider, sign_in, code.as_str()).await,
        LoginResult::Refused => {
            let back = denied(provider, sign_in, "the person refused")?;
            Ok(headers::see_other(&back.url))
        }
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
                let back = back(provider, sign_in, unmet)?;
                Ok(headers::see_other(&back.url))
            }
            Some("superseded") => {
                outcome(ErrorPage::ActionClosed, "a newer request took its place")
            }
            // The partner never learns which factor failed, or that an identity is blocked (threat 3).
            _ => outcome(ErrorPage::IdentityBlocked, "the request was stopped"),
        },
    }
}

async fn approved(provider: &Provider, sign_in: &SignIn, code: &str) -> Result<Response, Error> {
    let request = request(sign_in)?;
    // The request may name a person, whose approval alone is accepted (OpenID Connect Core §3.1.2.1 and §5.5.1).
    if let Some(wanted) = &request.required_sub {
        let found = provider.scheme.redeemable(code).await?;
        if found.sub != *wanted {
            let error = OAuthError::new(
                OAuthErrorCode::LoginRequired,
                "another person approved than the one whom the request names",
            );
            let error = response::failure(&request.error(error), provider.issuer());
            return Ok(headers::see_other(&error));
        }
    }
    let success = response::success(&request, provider.issuer(), code);
    Ok(headers::see_other(&success))
}
