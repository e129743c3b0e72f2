//! A login from the partner's side: the request, the browser that waits, the code and what it is redeemed for.

mod begin;
mod browser;
mod grant;

use ipse_jose::b64;
use ipse_keys::KeyStore;
use ipse_protocol::ids;
use ipse_store::StoreError;

use crate::error::Error;

pub(crate) use grant::{PreparedGrant, insert_grant, prepare_grant};

const SECOND_MS: i64 = 1000;

/// Why a partner's call was refused; the face says it in OAuth's words.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The client assertion was used before.
    #[error("assertion used before")]
    AssertionUsed,
    /// No such pushed request for this partner, or its time is over.
    #[error("request_uri unknown or expired")]
    RequestUnknown,
    /// The partner named a sandbox person that does not exist.
    #[error("unknown sandbox person")]
    SandboxUnknown,
    /// One request per person and partner is open already.
    #[error("a request to this person is open")]
    PromptOpen,
    /// The code or token is unknown, used, expired or revoked, or the identity changed since.
    #[error("grant invalid")]
    GrantInvalid,
    /// Anything else.
    #[error(transparent)]
    Scheme(#[from] Error),
}

impl From<StoreError> for LoginError {
    fn from(error: StoreError) -> Self {
        LoginError::Scheme(error.into())
    }
}

/// The browser that starts a login.
#[derive(Clone, Debug)]
pub struct Browser {
    /// SHA-256 of its cookie.
    pub binding: [u8; 32],
    /// What it calls itself, in a few words, for the person to see.
    pub name: String,
    /// Language of the page.
    pub language: String,
}

/// What came of a browser that arrives with a pushed request.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The login begins: how it stands.
    Now(Box<SignIn>),
    /// It began before, in this same browser, which was sent here again or reloaded: the action.
    Before(String),
}

/// How a login stands, for the page that waits.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The action.
    pub action: String,
    /// The partner's id.
    pub partner: String,
    /// The partner's name and verified domain.
    pub partner_name: String,
    /// The partner's verified domain.
    pub partner_domain: String,
    /// `created`, `linked`, `approved`, `refused`, `expired`, `cancelled` or `delivered`.
    pub status: String,
    /// `app`, `qr` or `link`, once a phone claimed it.
    pub flow: Option<String>,
    /// The code that both sides show.
    pub match_code: Option<String>,
    /// The request names a person: their phone asks by itself, nothing is to be scanned.
    pub directed: bool,
    /// Level demanded.
    pub level: String,
    /// Language of the page.
    pub language: String,
    /// The face's own words for its answer.
    pub reply: String,
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
    /// What to send the browser to the partner with, if it may go now.
    pub result: Option<LoginResult>,
}

/// How a login ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginResult {
    /// Approved: the authorization code.
    Approved {
        /// The code, in clear; only its hash is stored.
        code: String,
    },
    /// The person said no.
    Refused,
    /// Nobody decided in time.
    Expired,
    /// Cancelled at the browser, or something made it impossible; `reason` says what.
    Cancelled,
}

/// What a code is redeemed for.
pub struct AccessToken {
    /// The token; only its hash is stored.
    pub token: String,
    /// Its life, in seconds.
    pub seconds: i64,
}

/// What a code stands for.
#[derive(Clone, Debug)]
pub struct Redeemable {
    /// The face's own words: redirect URI, code challenge, nonce.
    pub reply: String,
    /// Level reached.
    pub level: String,
    /// Pairwise subject.
    pub sub: String,
    /// Milliseconds of the approval.
    pub auth_time: i64,
    /// What was shown and approved: names and values, in the order shown.
    pub released: Vec<(String, String)>,
}

/// What a live access token opens.
#[derive(Clone, Debug)]
pub struct UserInfo {
    /// The partner that holds it.
    pub partner: String,
    /// Pairwise subject.
    pub sub: String,
    /// What was shown and approved.
    pub released: Vec<(String, String)>,
    /// The face's own words for this action.
    pub reply: String,
}

/// The one-time token that brings the starting browser back: bound to the action, worthless without its cookie.
pub(crate) fn return_token(keys: &dyn KeyStore, action: &str) -> String {
    format!(
        "{action}.{}",
        b64::encode(&keys.mac("link/return/1", action.as_bytes())[..16])
    )
}

fn authorization_code(keys: &dyn KeyStore, action: &str) -> String {
    // Derived, so that a reload gives the same code, which is still redeemed once; stored as a hash only.
    bearer(action, &keys.mac("grant/code/1", action.as_bytes()))
}

/// A code or an access token: the action that it is found by, and the secret that it is.
fn bearer(action: &str, secret: &[u8; 32]) -> String {
    format!("{action}.{}", b64::encode(secret))
}

/// The action that a code or an access token names; `None` for anything that the scheme never gave.
fn action_of(bearer: &str) -> Option<&str> {
    let (action, _) = bearer.split_once('.')?;
    ids::valid(ids::ACTION, action).then_some(action)
}
