//! What a bank remembers while it runs. Everything here is for one use and for a short time.

use std::collections::HashMap;

use super::claims::Requested;

/// How long a pushed request waits for its browser (RFC 9126 §2.2).
pub const REQUEST_LIFETIME: i64 = 90;
/// How long a customer may take to sign in and agree.
pub const SITTING_LIFETIME: i64 = 15 * 60;
/// How long a code lives.
pub const CODE_LIFETIME: i64 = 60;
/// How long an access token lives.
pub const TOKEN_LIFETIME: i64 = 300;

/// More open things of one kind than any demo has: beyond it the oldest makes room.
const KEPT: usize = 10_000;

/// An authorization request that the client pushed and the bank found in order.
#[derive(Clone, Debug)]
pub struct Request {
    pub redirect_uri: String,
    pub state: Option<String>,
    pub nonce: String,
    pub code_challenge: String,
    pub scope: String,
    pub claims: Option<Requested>,
    pub languages: Vec<String>,
}

/// One browser that came with a request, from arrival to answer.
#[derive(Clone, Debug)]
pub struct Sitting {
    pub request_uri: String,
    pub request: Request,
    /// Each form has its own token, and none outlives the sitting.
    pub sign_in_token: String,
    pub agree_token: String,
    pub refuse_token: String,
    /// Who signed in, and when.
    pub signed_in: Option<(String, i64)>,
    /// Where the browser was sent in the end; sending the form again leads there again.
    pub answered: Option<String>,
}

/// What a code stands for.
#[derive(Clone, Debug)]
pub struct Grant {
    pub request: Request,
    pub customer: String,
    pub auth_time: i64,
    /// Set at redemption: a second use revokes the token (RFC 6749 §4.1.2).
    pub token: Option<String>,
}

/// What an access token opens.
#[derive(Clone, Debug)]
pub struct Access {
    pub customer: String,
    pub claims: Option<Requested>,
}

/// Everything open at the bank.
#[derive(Debug, Default)]
pub struct State {
    pub requests: Kept<Request>,
    pub sittings: Kept<Sitting>,
    pub codes: Kept<Grant>,
    pub tokens: Kept<Access>,
    /// `jti` of client assertions until they expire: each works once.
    pub assertions: Kept<()>,
}

/// A map whose entries expire.
#[derive(Debug)]
pub struct Kept<T> {
    entries: HashMap<String, (i64, T)>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
        }
    }
}

impl<T> Kept<T> {
    /// Puts in an entry that lives until `expires`; `false` if the key is taken.
    pub fn insert(&mut self, key: String, value: T, expires: i64, now: i64) -> bool {
        self.entries.retain(|_, (until, _)| *until > now);
        if self.entries.contains_key(&key) {
            return false;
        }
        if self.entries.len() >= KEPT
            && let Some(oldest) = self
                .entries
                .iter()
                .min_by_key(|(_, (until, _))| *until)
                .map(|(key, _)| key.clone())
        {
            self.entries.remove(&oldest);
        }
        self.entries.insert(key, (expires, value));
        true
    }

    /// The live entry of this key.
    pub fn find(&mut self, key: &str, now: i64) -> Option<&mut T> {
        self.entries
            .get_mut(key)
            .filter(|(until, _)| *until > now)
            .map(|(_, value)| value)
    }

    /// Takes the live entry of this key out.
    pub fn take(&mut self, key: &str, now: i64) -> Option<T> {
        self.entries
            .remove(key)
            .filter(|(until, _)| *until > now)
            .map(|(_, value)| value)
    }
}
