//! Errors of this API: the one mapping to the wire, and to the log.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_openid::access_token::{self, INVALID_TOKEN, Scheme};
use ipse_openid::dpop;
use ipse_openid::grant::{UNKNOWN_CODE, invalid_grant};
use ipse_openid::request::{PageProblem, RedirectError};
use ipse_openid::{OAuthError, OAuthErrorCode, response};
use ipse_scheme::login::{CodeRefusal, LoginError, LoginRefusal};
use ipse_scheme::{Error as SchemeError, Fault};
use url::Url;

use super::pages::{ErrorPage, Outcome, Page, leave};
use super::{Provider, browser, headers};
use crate::fault;

/// Why a request of a partner or a browser is not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The partner's request is wrong.
    #[error(transparent)]
    OAuth(#[from] OAuthError),
    /// The request at `/authorize` is wrong in a way that forbids a redirect.
    #[error(transparent)]
    Page(#[from] PageProblem),
    /// The request at `/authorize` is wrong, and the partner gets the error by redirect.
    #[error("{}", .0.error)]
    Redirect(Box<RedirectError>),
    /// The rules refused.
    #[error(transparent)]
    Login(LoginRefusal),
    /// The browser did not start this login.
    #[error("the browser did not start this login")]
    WrongBrowser,
    /// A form was not sent from our page.
    #[error("the form's token is wrong")]
    FormToken,
    /// Too many exports are being made.
    #[error("too many exports are being made")]
    Exports,
    /// The scheme failed.
    #[error(transparent)]
    Scheme(#[from] SchemeError),
    /// A stored request cannot be read, or an answer cannot be written. The text of a JSON error may quote a value, such as a
    /// login hint, so only its kind and place are kept.
    #[error("{what}: {category:?} error at line {line}, column {column}")]
    Json {
        /// Which, for the partner's developer too.
        what: &'static str,
        /// What kind of error.
        category: serde_json::error::Category,
        /// Line, from 1; 0 when it has none.
        line: usize,
        /// Column, from 1; 0 when it has none.
        column: usize,
    },
}

impl From<LoginError> for Error {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Refused(refusal) => Self::Login(refusal),
            LoginError::Scheme(error) => Self::Scheme(error),
        }
    }
}

impl Error {
    /// For `map_err` of JSON.
    pub fn json(what: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |source| Self::Json {
            what,
            category: source.classify(),
            line: source.line(),
            column: source.column(),
        }
    }

    /// Who must act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Scheme(error) => error.fault(),
            Self::Json { .. } => Fault::Us,
            Self::OAuth(error) if error.code == OAuthErrorCode::ServerError => Fault::Us,
            Self::OAuth(_)
            | Self::Page(_)
            | Self::Redirect(_)
            | Self::Login(_)
            | Self::WrongBrowser
            | Self::FormToken
            | Self::Exports => Fault::Caller,
        }
    }

    /// The error for the partner.
    pub fn oauth(&self) -> OAuthError {
        use OAuthErrorCode as Code;
        match self {
            Self::OAuth(error) => *error,
            Self::Redirect(redirect) => redirect.error,
            Self::Login(LoginRefusal::AssertionUsed) => OAuthError::new(
                Code::InvalidClient,
                "the client assertion was used before: send a new jti",
            ),
            Self::Login(LoginRefusal::ProofUsed) => dpop::USED,
            Self::Page(_) | Self::Login(LoginRefusal::RequestUnknown) => OAuthError::new(
                Code::InvalidRequestUri,
                "the request_uri is unknown, used or expired",
            ),
            Self::Login(LoginRefusal::SandboxUnknown) => {
                OAuthError::new(Code::InvalidRequest, "login_hint names no sandbox person")
            }
            Self::Login(LoginRefusal::PromptOpen) => OAuthError::new(
                Code::AccessDenied,
                "a request to this person is open already",
            ),
            Self::Login(LoginRefusal::TooManyOpen) => OAuthError::new(
                Code::TemporarilyUnavailable,
                "too many requests wait for a phone: retry later",
            ),
            Self::Login(LoginRefusal::Code(refusal)) => code_refused(*refusal),
            Self::Login(LoginRefusal::TokenInvalid) => INVALID_TOKEN,
            Self::Login(LoginRefusal::TokenMisfit(what)) => {
                OAuthError::new(Code::InvalidToken, what)
            }
            Self::Exports => OAuthError::new(
                Code::TemporarilyUnavailable,
                "too many exports are being made: retry",
            ),
            Self::WrongBrowser | Self::FormToken => {
                OAuthError::new(Code::AccessDenied, "the browser did not start this login")
            }
            Self::Scheme(error) if error.is_clock() => OAuthError::new(
                Code::TemporarilyUnavailable,
                "the clock of the scheme is not right: retry in ten minutes",
            ),
            Self::Scheme(error) if error.is_busy() => {
                OAuthError::new(Code::TemporarilyUnavailable, "the database is busy: retry")
            }
            Self::Scheme(_) => {
                OAuthError::new(Code::ServerError, "the request could not be handled")
            }
            Self::Json { what, .. } => OAuthError::new(Code::ServerError, what),
        }
    }

    /// The page for the person, and the stable code on it.
    fn page(&self) -> (ErrorPage, &'static str) {
        let page = match self {
            Self::Page(PageProblem::PushedUnknown) | Self::Login(LoginRefusal::RequestUnknown) => {
                ErrorPage::RequestExpired
            }
            Self::Page(problem) => return (ErrorPage::SiteMistake, problem.code()),
            Self::Login(LoginRefusal::SandboxUnknown) => {
                return (ErrorPage::SiteMistake, "login_hint_unknown");
            }
            Self::Login(LoginRefusal::PromptOpen) => ErrorPage::PromptOpen,
            Self::Login(LoginRefusal::TooManyOpen) => return (ErrorPage::Busy, "too_many_open"),
            Self::Exports => ErrorPage::Busy,
            Self::WrongBrowser => ErrorPage::WrongBrowser,
            Self::FormToken => return (ErrorPage::WrongBrowser, "form_token_invalid"),
            Self::Scheme(error) if error.is_clock() => ErrorPage::Clock,
            Self::Scheme(error) if error.is_busy() => ErrorPage::Busy,
            Self::OAuth(_)
            | Self::Redirect(_)
            | Self::Login(
                LoginRefusal::AssertionUsed
                | LoginRefusal::ProofUsed
                | LoginRefusal::Code(_)
                | LoginRefusal::TokenInvalid
                | LoginRefusal::TokenMisfit(_),
            )
            | Self::Scheme(_)
            | Self::Json { .. } => ErrorPage::ServerError,
        };
        (page, page.code())
    }

    /// Logs the error, once, where it becomes an answer: the reason, and what the partner is told to do.
    fn log(&self, code: &str) {
        let error = self.oauth();
        let cure = error.text();
        let reason = match self {
            Self::OAuth(error) => error.reason().to_owned(),
            Self::Redirect(redirect) => redirect.error.reason().to_owned(),
            error => fault::chain(error),
        };
        fault::log_with_cure(self.fault(), code, &reason, &cure);
    }

    /// The direct answer to a partner (RFC 6749 §5.2).
    pub fn into_json(self) -> Response {
        let error = self.oauth();
        self.log(error.code.as_str());
        json(&error)
    }

    /// Whether the cure is a DPoP proof, or another one.
    pub fn needs_proof(&self) -> bool {
        matches!(
            self.oauth().code,
            OAuthErrorCode::InvalidDpopProof | OAuthErrorCode::UseDpopNonce
        )
    }

    /// The direct answer at userinfo (RFC 6750 §3, RFC 9449 §7.1), by the scheme with which a token was sent.
    pub fn into_userinfo(self, used: Option<Scheme>) -> Response {
        let error = self.oauth();
        self.log(error.code.as_str());
        let mut response = json(&error);
        if self.needs_proof() {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
        }
        let challenges = access_token::challenges(&error, used);
        for challenge in challenges
            .iter()
            .flat_map(|text| HeaderValue::from_str(text))
        {
            response
                .headers_mut()
                .append(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// The answer to a browser: a redirect to the partner where that is safe, otherwise a page.
    pub fn into_page(self, provider: &Provider, headers: &HeaderMap) -> Response {
        if let Self::Redirect(redirect) = &self {
            self.log(redirect.error.code.as_str());
            let response = response::failure(redirect, provider.issuer());
            let page = browser::page(provider, headers, None);
            // The registration may not be available here; people know a site by its host too.
            let url = Url::parse(&redirect.redirect_uri).ok();
            let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
            return leave(page, host, &response);
        }
        self.on(browser::page(provider, headers, None))
    }

    /// As [`Error::into_page`], always as a page.
    pub fn on(self, page: Page) -> Response {
        let (error_page, code) = self.page();
        self.log(code);
        Outcome::new(page, error_page).code(code).into_response()
    }
}

/// What a client learns about a code: what is wrong with its own request and code. Of another client's code it learns nothing, and of
/// the person's identity nothing either (threat 3).
fn code_refused(refusal: CodeRefusal) -> OAuthError {
    match refusal {
        CodeRefusal::Unknown | CodeRefusal::Foreign => UNKNOWN_CODE,
        CodeRefusal::Misfit(what) => invalid_grant(what),
        CodeRefusal::Expired | CodeRefusal::IdentityChanged => {
            invalid_grant("the code has expired: start again, and redeem the code at once")
        }
        CodeRefusal::Used => {
            invalid_grant("the code was used before, so what it gave is revoked: start again")
        }
    }
}

fn json(error: &OAuthError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = headers::json(status, error.body());
    if let Some(challenge) = error.client_challenge() {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(challenge),
        );
    }
    response
}

#[cfg(test)]
mod tests {
    use ipse_openid::request::AuthorizationRequest;
    use ipse_store::StoreError;

    use super::*;

    #[test]
    fn a_cause_is_logged_once() {
        let error = Error::from(SchemeError::from(StoreError::Busy));
        let expected = "the store failed: the store is busy; try again later";
        assert_eq!(fault::chain(&error), expected);
    }

    #[test]
    fn a_json_error_names_no_value() {
        let stored = r#"{"client_id": "x", "language": "anna@example"}"#;
        let error = serde_json::from_str::<AuthorizationRequest>(stored).unwrap_err();
        assert!(error.to_string().contains("anna"), "{error}");
        let shown = fault::chain(&Error::json("the request cannot be read")(error));
        assert_eq!(
            shown,
            "the request cannot be read: Data error at line 1, column 45"
        );
    }
}
