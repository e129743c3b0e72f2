//! What a bank remembers while it runs. Every entry is used one time and expires soon. Times are in seconds.

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;

use super::claims::Requested;

/// How long a pushed request waits for its browser (RFC 9126 §2.2).
pub const REQUEST_LIFETIME: i64 = 90;
/// How long a customer may take to sign in and agree.
pub const SESSION_LIFETIME: i64 = 15 * 60;
/// How long an authorization code is valid.
pub const CODE_LIFETIME: i64 = 60;
/// How long an access token is valid.
pub const TOKEN_LIFETIME: i64 = 300;

/// Entries of one kind. No demo has as many; when there are more, the oldest is removed.
const LIMIT: usize = 10_000;

/// An authorization request that the client pushed and that the bank accepted.
#[derive(Clone, Debug)]
pub struct Request {
    pub redirect_uri: String,
    /// The same, parsed.
    pub callback: Url,
    pub state: Option<String>,
    pub nonce: String,
    pub code_challenge: String,
    pub scope: String,
    pub claims: Option<Requested>,
    /// Empty if the client did not say.
    pub ui_locales: String,
}

/// One browser with one request, from its arrival to the bank's answer.
#[derive(Clone, Debug)]
pub struct Session {
    pub request_uri: String,
    pub request: Request,
    /// Each form has its own token, which expires with the session.
    pub sign_in_token: String,
    pub agree_token: String,
    pub refuse_token: String,
    pub signed_in: Option<SignedIn>,
    /// Where the answer sent the browser. The same form sent again leads there again.
    pub answered: Option<String>,
}

/// A customer who signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub customer: String,
    pub at: i64,
}

/// What an authorization code gives.
#[derive(Clone, Debug)]
pub struct Grant {
    pub request: Request,
    pub customer: String,
    pub auth_time: i64,
    /// The access token, after the code was used. A second use revokes it (RFC 6749 §4.1.2).
    pub token: Option<String>,
}

/// What an access token gives.
#[derive(Clone, Debug)]
pub struct Access {
    pub customer: String,
    pub claims: Option<Requested>,
}

/// Everything that the bank remembers.
#[derive(Debug, Default)]
pub struct State {
    pub requests: ExpiringMap<Request>,
    pub sessions: ExpiringMap<Session>,
    pub codes: ExpiringMap<Grant>,
    pub tokens: ExpiringMap<Access>,
    /// The `jti` of each client assertion that was used.
    pub assertions: ExpiringMap<()>,
    /// Customers about whom the bank has answered, for [`Fault::BareAtFirst`](super::Fault::BareAtFirst).
    pub returned: HashSet<String>,
    /// What the scheme told about customers, by `jti`.
    pub told: BTreeMap<String, Told>,
}

/// What the scheme told about a customer.
#[derive(Clone, Debug)]
pub struct Told {
    /// Id of the customer.
    pub customer: String,
    /// URI of the event.
    pub event: String,
    /// When it was signed.
    pub time: i64,
}

/// A map whose entries expire.
#[derive(Debug)]
pub struct ExpiringMap<T> {
    entries: HashMap<String, Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    expires: i64,
}

impl<T> Default for ExpiringMap<T> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
        }
    }
}

impl<T> ExpiringMap<T> {
    /// Adds an entry that is valid until `expires`; false if the key is in use.
    pub fn insert(&mut self, key: String, value: T, expires: i64, now: i64) -> bool {
        self.entries.retain(|_, entry| entry.expires > now);
        if self.entries.contains_key(&key) {
            return false;
        }
        if self.entries.len() >= LIMIT {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.expires);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.entries.remove(&oldest);
            }
        }
        self.entries.insert(key, Entry { value, expires });
        true
    }

    /// The valid entry with this key.
    pub fn get(&mut self, key: &str, now: i64) -> Option<&mut T> {
        self.entries
            .get_mut(key)
            .filter(|entry| entry.expires > now)
            .map(|entry| &mut entry.value)
    }

    /// Removes the entry with this key; `None` if there is no valid one.
    pub fn remove(&mut self, key: &str, now: i64) -> Option<T> {
        self.entries
            .remove(key)
            .filter(|entry| entry.expires > now)
            .map(|entry| entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_expires() {
        let mut map = ExpiringMap::default();
        assert!(map.insert("a".to_owned(), 1, 10, 0));
        assert!(!map.insert("a".to_owned(), 2, 20, 9));
        assert_eq!(map.get("a", 9), Some(&mut 1));
        assert_eq!(map.get("a", 10), None);
        assert!(map.insert("a".to_owned(), 3, 20, 10));
        assert_eq!(map.remove("a", 11), Some(3));
        assert_eq!(map.remove("a", 11), None);
    }

    #[test]
    fn a_full_map_forgets_the_oldest_entry() {
        let mut map = ExpiringMap::default();
        for n in 0..=LIMIT {
            map.insert(n.to_string(), (), n as i64 + 10, 0);
        }
        assert_eq!(map.get("0", 0), None);
        assert!(map.get("1", 0).is_some());
    }
}
