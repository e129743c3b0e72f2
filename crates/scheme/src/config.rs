//! What the deployer decides.

use serde::Deserialize;

use crate::partner_name::Reserved;

/// Where the scheme runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Simulated parts allowed, each marked `loa=none`.
    Demo,
    /// Simulated parts refused; a software key reaches `basic` only.
    Production,
}

/// How long things live, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// An action, from its start.
    pub action: i64,
    /// As `action`, while the person adds what the partner asks and they do not have.
    pub waiting: i64,
    /// A pushed authorization request (RFC 9126 §2.2).
    pub pushed_request: i64,
    /// An authorization code, from the approval.
    pub code: i64,
    /// An access token.
    pub token: i64,
    /// An enrolment or recovery.
    pub enrolment: i64,
    /// How old a SIM statement may be when an action is decided.
    pub sim_statement: i64,
    /// How old a statement a login may fall back on while the operator is silent and its feed healthy; 0: never.
    pub sim_statement_login: i64,
    /// Without any event for longer, an operator's feed is not healthy.
    pub operator_feed: i64,
    /// How long a new phone reaches `basic` only, after the notice of the replacement was sent.
    pub new_phone: i64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        Self {
            action: 3 * MINUTE,
            waiting: 10 * MINUTE,
            pushed_request: 90_000,
            code: MINUTE,
            token: 5 * MINUTE,
            enrolment: 30 * MINUTE,
            sim_statement: 5 * MINUTE,
            sim_statement_login: 0,
            operator_feed: 5 * MINUTE,
            new_phone: 24 * 60 * MINUTE,
        }
    }
}

/// How much that anybody can begin may be open at a time on one node.
#[derive(Clone, Copy, Debug)]
pub struct OpenLimits {
    /// Requests of partners that no phone has claimed: so many pushed ones, and so many plain ones.
    pub requests: usize,
    /// As `requests`, of one partner.
    pub requests_per_partner: usize,
    /// Requests that browsers at one address began.
    pub requests_per_address: usize,
    /// Enrolments.
    pub enrolments: usize,
    /// Enrolments that phones at one address began.
    pub enrolments_per_address: usize,
}

impl Default for OpenLimits {
    fn default() -> Self {
        Self {
            requests: 100_000,
            requests_per_partner: 20_000,
            requests_per_address: 1_000,
            enrolments: 20_000,
            enrolments_per_address: 100,
        }
    }
}

/// What the deployer decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// Issuer URL of the scheme, without a trailing slash.
    pub issuer: String,
    /// Origin of the app and of `/phone/v1`.
    pub app: String,
    /// Demo or production.
    pub profile: Profile,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// How much may be open at a time.
    pub open: OpenLimits,
    /// Text messages with secrets in an hour, for all numbers together; strangers get half of them.
    pub texts_per_hour: i64,
    /// Mails with codes in an hour, for all addresses together.
    pub mails_per_hour: i64,
    /// Version of the terms that a person accepts.
    pub terms_version: String,
    /// Names that no other partner may have: those of the banks and operators.
    pub reserved_names: Vec<Reserved>,
}

impl Config {
    /// Whether simulated parts are allowed.
    pub fn is_demo(&self) -> bool {
        self.profile == Profile::Demo
    }

    /// Host part of the app's origin: the WebAuthn relying-party id.
    pub fn rp_id(&self) -> &str {
        let host = self
            .app
            .split_once("://")
            .map_or(self.app.as_str(), |(_, rest)| rest);
        host.split([':', '/']).next().unwrap_or(host)
    }
}
