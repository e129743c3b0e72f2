//! A login from the partner's side: the request, and the browser that waits for the phone.

mod begin;
mod browser;
mod come_back;

use std::net::IpAddr;

use ipse_protocol::ids::{ActionId, PartnerId};
use ipse_protocol::terms::{ActionStatus, Level};

use ipse_store::Kind;
use ipse_texts::Language;

use crate::grant::AuthorizationCode;
use crate::remembered::{NewCookie, ReturnCookie};

pub use crate::refusal::{CodeRefusal, LoginError, LoginRefusal};

const SECOND_MS: i64 = 1000;

/// The browser that starts a login.
#[derive(Clone, Debug)]
pub struct Browser {
    /// SHA-256 of its cookie.
    pub binding: [u8; 32],
    /// What it calls itself, in a few words, for the person to see.
    pub name: String,
    /// Language of the page.
    pub language: Language,
    /// The address that it comes from.
    pub address: IpAddr,
    /// Its cookie for coming back to this partner.
    pub return_cookie: Option<ReturnCookie>,
}

/// What became of a browser that arrives with a request.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The login begins, or is answered without asking: its state.
    Now(Box<SignIn>),
    /// The person would have to be asked, which the request forbids: the OpenID Connect request, JSON.
    PersonNeeded(String),
    /// It began before in this same browser, which was sent here again or reloaded: its action.
    Before(ActionId),
}

/// The state of a login, for the page that waits.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The action.
    pub action: ActionId,
    /// What kind of action.
    pub kind: Kind,
    /// The partner.
    pub partner: PartnerId,
    /// The partner's name.
    pub partner_name: String,
    /// The partner's verified domain.
    pub partner_domain: String,
    /// How far the action is.
    pub status: ActionStatus,
    /// Whether the phone that claimed it opens the way back for this browser.
    pub returns: bool,
    /// Whether a phone claimed it with a text that it did not scan here: the person may still scan the page.
    pub unscanned: bool,
    /// The code that page and phone show, once a phone claimed it.
    pub match_code: Option<String>,
    /// Whether the request names a person: their phone asks by itself, and nothing is scanned.
    pub directed: bool,
    /// The level that it must reach.
    pub level: Level,
    /// Language of the page.
    pub language: Language,
    /// The OpenID Connect request, JSON.
    pub oidc_request: String,
    /// Same-device link.
    pub app_link: String,
    /// QR text of this second.
    pub qr_text: String,
    /// Milliseconds.
    pub expires: i64,
    /// Milliseconds, the database's time.
    pub now: i64,
    /// Why it was refused or cancelled.
    pub reason: Option<String>,
    /// The result to send the browser to the partner with, if it may go now.
    pub result: Option<LoginResult>,
    /// The cookie that the browser gets with the result, to come back with.
    pub return_cookie: Option<NewCookie>,
}

/// How a login ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginResult {
    /// Approved.
    Approved {
        /// The authorization code.
        code: AuthorizationCode,
    },
    /// The person refused.
    Refused,
    /// Nobody decided in time.
    Expired,
    /// Cancelled at the browser, or something made it impossible; [`SignIn::reason`] says what.
    Cancelled,
}
