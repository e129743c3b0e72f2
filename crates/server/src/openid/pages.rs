//! The pages, from the templates in `templates/`, which are checked at compile time.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipse_openid::client::ResponseMode;
use ipse_openid::response::AuthorizationResponse;
use ipse_scheme::share::day;
use ipse_texts::{Language, Texts};
use url::form_urlencoded;

use super::headers;
use super::qr::Qr;
use super::static_files;

/// What every page needs.
#[derive(Clone, Debug)]
pub struct Page {
    texts: Arc<Texts>,
    /// The language it is in.
    pub language: Language,
    /// Host of the scheme, shown so that a person can compare it with the address bar.
    pub host: String,
    /// Version of the static files.
    pub version: &'static str,
    /// Path and query to which `lang` is added, if the page exists in other languages.
    pub again: Option<String>,
    /// Id of the request, shown on pages about a failure.
    pub request_id: Option<String>,
}

/// A link to the page in one language.
pub struct Choice {
    /// Tag of the language.
    pub tag: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// The address.
    pub href: String,
    /// Whether the page is in it.
    pub current: bool,
}

impl Page {
    /// A page of the scheme at `issuer`.
    pub fn new(
        texts: Arc<Texts>,
        language: Language,
        issuer: &str,
        request_id: Option<&str>,
    ) -> Self {
        let host = issuer
            .split_once("://")
            .map_or(issuer, |(_, rest)| rest)
            .to_owned();
        Self {
            texts,
            language,
            host,
            version: static_files::version(),
            again: None,
            request_id: request_id.map(str::to_owned),
        }
    }

    /// A text.
    pub fn text(&self, key: &str) -> String {
        self.texts.get(self.language, key).into_owned()
    }

    /// A text about a partner.
    pub fn about(&self, key: &str, partner: &str) -> String {
        self.texts.with(self.language, key, &[("partner", partner)])
    }

    /// A text with a number of minutes.
    pub fn minutes(&self, key: &str, minutes: &i64) -> String {
        self.texts
            .with(self.language, key, &[("minutes", *minutes)])
    }

    /// The day of a time in milliseconds.
    pub fn day(&self, time: &i64) -> String {
        day(*time, self.language)
    }

    /// A text with the day of a time in milliseconds.
    pub fn on(&self, key: &str, time: &i64) -> String {
        self.texts
            .with(self.language, key, &[("day", self.day(time).as_str())])
    }

    /// A text with a number of things.
    pub fn count(&self, key: &str, count: &i64) -> String {
        self.texts.with(self.language, key, &[("count", *count)])
    }

    /// The language links.
    pub fn languages(&self) -> Vec<Choice> {
        let choice = |language: Language| {
            Some(Choice {
                tag: language.tag(),
                name: language.native_name(),
                href: self.in_language(language)?,
                current: language == self.language,
            })
        };
        Language::ALL.into_iter().filter_map(choice).collect()
    }

    /// Where the page is had again, in this language.
    fn in_language(&self, language: Language) -> Option<String> {
        let again = self.again.as_ref()?;
        let separator = if again.contains('?') { '&' } else { '?' };
        Some(format!("{again}{separator}lang={}", language.tag()))
    }
}

/// The page on which a person chooses how to reach the phone, and waits.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// The frame.
    pub page: Page,
    /// The action.
    pub action: String,
    /// Protects the forms.
    pub form_token: String,
    /// The partner's name.
    pub partner: String,
    /// The partner's domain.
    pub domain: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether the level is `advanced`.
    pub advanced: bool,
    /// Address for a person without an Ipse.
    pub app: String,
    /// Whole minutes left.
    pub minutes: i64,
    /// The state of the login.
    pub step: Step,
}

/// What a login is for.
pub enum Purpose {
    /// A partner asks.
    Partner,
    /// The person wants to see here who got what.
    Me,
    /// The person wants to see here all that the scheme holds.
    Export,
}

/// The state of a login, as the page shows it.
pub enum Step {
    /// No phone yet.
    Start {
        /// The QR of this second.
        qr: Qr,
        /// The same-device link.
        open_app: String,
    },
    /// The partner named a sandbox person, whose phone gets the request directly, so there is nothing to scan.
    Directed,
    /// A phone claimed it: both sides show the same short code.
    Claimed {
        /// The code.
        match_code: String,
        /// The phone opens the way back for this browser.
        same_device: bool,
        /// The QR of this second, while the phone has not scanned it.
        qr: Option<Qr>,
    },
    /// Decided on the same device; the app opens the way back.
    Returning,
}

impl Step {
    /// What `/sign-in/state` calls it.
    pub const fn status(&self) -> &'static str {
        match self {
            Step::Start { .. } | Step::Directed => "created",
            Step::Claimed { qr: Some(_), .. } => "unscanned",
            Step::Claimed { qr: None, .. } => "linked",
            Step::Returning => "returning",
        }
    }
}

impl SignIn {
    /// Whether there is still something to wait for, or to cancel.
    fn is_open(&self) -> bool {
        !matches!(self.step, Step::Returning)
    }

    fn heading(&self) -> String {
        match self.purpose {
            Purpose::Partner => self.page.about("sign-in-title", &self.partner),
            Purpose::Me => self.page.text("me-login-title"),
            Purpose::Export => self.page.text("me-export-title"),
        }
    }

    fn asks(&self) -> String {
        match self.purpose {
            Purpose::Partner => self.page.about("sign-in-asks", &self.partner),
            Purpose::Me => self.page.text("me-login-asks"),
            Purpose::Export => self.page.text("me-export-asks"),
        }
    }

    /// The address of this page, for a browser without script.
    fn here(&self) -> String {
        self.page
            .in_language(self.page.language)
            .unwrap_or_default()
    }

    fn title(&self) -> String {
        match self.step {
            Step::Start { .. } => self.heading(),
            Step::Directed => self.page.text("asked-title"),
            Step::Claimed { .. } => self.page.text("match-title"),
            Step::Returning => self.page.text("return-title"),
        }
    }
}

impl IntoResponse for SignIn {
    fn into_response(self) -> Response {
        rendered(StatusCode::OK, &self)
    }
}

/// How an outcome looks. The text says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Information.
    Calm,
    /// The person is protected; nobody made a mistake.
    Protected,
    /// Time, waiting.
    Caution,
    /// The login cannot go on.
    Stop,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Tone::Calm | Tone::Protected => "calm",
            Tone::Caution => "caution",
            Tone::Stop => "stop",
        }
    }
}

/// The pages on which a login can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPage {
    /// The site's request is wrong; nothing is sent back to it.
    SiteMistake,
    /// The pushed request is unknown, used or expired.
    RequestExpired,
    /// No decision in time.
    ActionExpired,
    /// Cancelled on the page.
    ActionCancelled,
    /// Another person's phone had claimed it.
    NotMyPhone,
    /// The identity is blocked.
    IdentityBlocked,
    /// Not the browser that started the login.
    WrongBrowser,
    /// Reload or back button after the end.
    ActionClosed,
    /// The person has an open request of this partner already.
    PromptOpen,
    /// The database is busy.
    Busy,
    /// The clock cannot be trusted.
    Clock,
    /// The scheme failed.
    ServerError,
    /// No such page.
    PageUnknown,
    /// The session in which the person saw their data is over.
    SessionOver,
    /// The person refused on the phone, and no partner is told so.
    ActionRefused,
}

impl ErrorPage {
    #[cfg(test)]
    pub const ALL: [ErrorPage; 15] = [
        ErrorPage::SiteMistake,
        ErrorPage::RequestExpired,
        ErrorPage::ActionExpired,
        ErrorPage::ActionCancelled,
        ErrorPage::NotMyPhone,
        ErrorPage::IdentityBlocked,
        ErrorPage::WrongBrowser,
        ErrorPage::ActionClosed,
        ErrorPage::PromptOpen,
        ErrorPage::Busy,
        ErrorPage::Clock,
        ErrorPage::ServerError,
        ErrorPage::PageUnknown,
        ErrorPage::SessionOver,
        ErrorPage::ActionRefused,
    ];

    /// The prefix of its texts' keys.
    const fn family(self) -> &'static str {
        match self {
            ErrorPage::SiteMistake => "site-mistake",
            ErrorPage::RequestExpired => "request-expired",
            ErrorPage::ActionExpired => "action-expired",
            ErrorPage::ActionCancelled => "action-cancelled",
            ErrorPage::NotMyPhone => "not-my-phone",
            ErrorPage::IdentityBlocked => "identity-blocked",
            ErrorPage::WrongBrowser => "wrong-browser",
            ErrorPage::ActionClosed => "action-closed",
            ErrorPage::PromptOpen => "prompt-open",
            ErrorPage::Busy => "busy",
            ErrorPage::Clock => "clock",
            ErrorPage::ServerError => "server-error",
            ErrorPage::PageUnknown => "page-unknown",
            ErrorPage::SessionOver => "session-over",
            ErrorPage::ActionRefused => "action-refused",
        }
    }

    /// The stable code on the page, unless the caller has a more exact one.
    pub const fn code(self) -> &'static str {
        match self {
            ErrorPage::SiteMistake => "request_unreadable",
            ErrorPage::RequestExpired => "request_expired",
            ErrorPage::ActionExpired => "action_expired",
            ErrorPage::ActionCancelled => "action_cancelled",
            ErrorPage::NotMyPhone => "not_my_phone",
            ErrorPage::IdentityBlocked => "identity_blocked",
            ErrorPage::WrongBrowser => "wrong_browser",
            ErrorPage::ActionClosed => "action_closed",
            ErrorPage::PromptOpen => "prompt_open",
            ErrorPage::Busy => "busy",
            ErrorPage::Clock => "clock_disagrees",
            ErrorPage::ServerError => "internal",
            ErrorPage::PageUnknown => "not_found",
            ErrorPage::SessionOver => "session_over",
            ErrorPage::ActionRefused => "action_refused",
        }
    }

    /// Whether the page shows the request's id, by which the failure is found in the log.
    const fn has_request_id(self) -> bool {
        matches!(
            self,
            ErrorPage::SiteMistake | ErrorPage::Busy | ErrorPage::Clock | ErrorPage::ServerError
        )
    }

    const fn tone(self) -> Tone {
        match self {
            ErrorPage::ActionExpired
            | ErrorPage::RequestExpired
            | ErrorPage::PromptOpen
            | ErrorPage::Busy
            | ErrorPage::Clock => Tone::Caution,
            ErrorPage::SiteMistake | ErrorPage::NotMyPhone | ErrorPage::ServerError => Tone::Stop,
            ErrorPage::IdentityBlocked | ErrorPage::WrongBrowser | ErrorPage::SessionOver => {
                Tone::Protected
            }
            _ => Tone::Calm,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            ErrorPage::SiteMistake | ErrorPage::RequestExpired => StatusCode::BAD_REQUEST,
            ErrorPage::WrongBrowser => StatusCode::FORBIDDEN,
            ErrorPage::PageUnknown => StatusCode::NOT_FOUND,
            ErrorPage::Busy | ErrorPage::Clock => StatusCode::SERVICE_UNAVAILABLE,
            ErrorPage::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorPage::ActionExpired | ErrorPage::ActionClosed | ErrorPage::SessionOver => {
                StatusCode::GONE
            }
            _ => StatusCode::OK,
        }
    }
}

/// The way back to a partner.
#[derive(Clone, Debug)]
pub struct Back {
    /// A registered redirect URI with the response, or the page that posts it.
    pub url: String,
    /// The partner's name.
    pub partner: String,
}

/// The page whose form takes a response to the partner.
#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    page: Page,
    partner: &'a str,
    response: &'a AuthorizationResponse,
}

/// Sends the browser back to the partner with a response, by its mode. `partner` is the partner's name.
pub fn leave(page: Page, partner: &str, response: &AuthorizationResponse) -> Response {
    match response.mode {
        ResponseMode::Query => headers::see_other(&response.url()),
        ResponseMode::FormPost => {
            let form = FormPost {
                page,
                partner,
                response,
            };
            rendered_with(&form, headers::form_page)
        }
    }
}

/// A page at the end of a login: what happened, what to do, and a stable code.
#[derive(Template)]
#[template(path = "outcome.html")]
pub struct Outcome {
    page: Page,
    error_page: ErrorPage,
    tone: Tone,
    code: &'static str,
    back: Option<Back>,
    retry: Option<String>,
    forward: bool,
}

impl Outcome {
    /// An error page with its own code.
    pub fn new(page: Page, error_page: ErrorPage) -> Self {
        Self {
            page,
            error_page,
            tone: error_page.tone(),
            code: error_page.code(),
            back: None,
            retry: None,
            forward: false,
        }
    }

    /// Sets a more exact code.
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// Adds a button back to the partner.
    pub fn back(mut self, back: Back) -> Self {
        self.back = Some(back);
        self
    }

    /// Adds a button that tries the same again.
    pub fn retry(mut self, url: String) -> Self {
        self.retry = Some(url);
        self
    }

    /// Goes back by itself. The answer to a form cannot redirect, since the page's policy allows forms to this origin only and
    /// browsers apply it to redirects, too.
    pub fn forward(mut self) -> Self {
        self.forward = true;
        self
    }

    fn request_id(&self) -> Option<&str> {
        let shown = self.error_page.has_request_id();
        self.page.request_id.as_deref().filter(|_| shown)
    }

    fn line(&self, part: &str) -> String {
        let key = format!("{}-{part}", self.error_page.family());
        match &self.back {
            Some(back) => self.page.about(&key, &back.partner),
            None => self.page.about(&key, ""),
        }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        rendered(self.error_page.status(), &self)
    }
}

pub fn rendered(status: StatusCode, template: &impl Template) -> Response {
    rendered_with(template, |html| headers::page(status, html))
}

pub fn rendered_with(template: &impl Template, page: impl FnOnce(String) -> Response) -> Response {
    match template.render() {
        Ok(html) => page(html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The page of a login.
pub fn sign_in_path(action: &str) -> String {
    with_action("/sign-in", action)
}

/// The page that takes the answer of a login to the partner.
pub fn answer_path(action: &str) -> String {
    with_action("/sign-in/answer", action)
}

fn with_action(path: &str, action: &str) -> String {
    let action: String = form_urlencoded::byte_serialize(action.as_bytes()).collect();
    format!("{path}?action={action}")
}

#[cfg(test)]
mod tests {
    use super::super::texts;
    use super::*;

    #[tokio::test]
    async fn every_error_page_renders_in_four_languages() {
        let texts = Arc::new(texts::load().unwrap());
        for language in Language::ALL {
            for error_page in ErrorPage::ALL {
                let page = Page::new(texts.clone(), language, "http://localhost:4000", Some("1"));
                let back = Back {
                    url: "https://shop.example/cb".to_owned(),
                    partner: "Winkel Hoek".to_owned(),
                };
                let response = Outcome::new(page, error_page).back(back).into_response();
                let bytes = axum::body::to_bytes(response.into_body(), 100_000)
                    .await
                    .unwrap();
                let text = String::from_utf8(bytes.to_vec()).unwrap();
                let code = format!("data-code=\"{}\"", error_page.code());
                assert!(text.contains(&code), "{language:?}: {error_page:?}");
            }
        }
    }
}
