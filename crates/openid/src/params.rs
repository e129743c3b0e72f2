//! Parameters of a query or a form, read strictly.
//!
//! RFC 6749 §3.1: a parameter without a value counts as omitted, an unknown one is ignored, and no known one may occur twice.
//! Parsers that replace bad UTF-8 or use the last of two values let two parties read different requests. So a bad escape
//! refuses the whole text. A repeated parameter is recorded, since only the caller knows whether the error may go to the client.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::error::{OAuthError, OAuthErrorCode};

/// The longest query or form, in bytes.
pub const MAX_BYTES: usize = 32 * 1024;
/// The most parameters in a request.
pub const MAX_COUNT: usize = 64;

/// Every parameter that a standard defines for an endpoint of ours. Other names are unknown, and ignored. A new parameter needs
/// a line here, and one in the table of `request/parameters.rs`.
pub const KNOWN: &[&str] = &[
    // RFC 6749
    "client_id",
    "client_secret",
    "code",
    "grant_type",
    "password",
    "redirect_uri",
    "refresh_token",
    "response_type",
    "scope",
    "state",
    "username",
    // RFC 6750, RFC 7009
    "access_token",
    "token",
    "token_type_hint",
    // RFC 7521
    "assertion",
    "client_assertion",
    "client_assertion_type",
    // RFC 7636
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    // RFC 8707: the only one that may occur more than once
    RESOURCE,
    // RFC 9101, RFC 9126
    "request",
    "request_uri",
    // RFC 9396
    "authorization_details",
    // RFC 9449
    "dpop_jkt",
    // OpenID Connect Core
    "acr_values",
    "claims",
    "claims_locales",
    "display",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "registration",
    "response_mode",
    "ui_locales",
];

/// Where an access token is to be used (RFC 8707 §2).
pub const RESOURCE: &str = "resource";

/// Decoded parameters.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    values: BTreeMap<String, String>,
    repeated: Vec<(String, String)>,
}

/// Prints names only: values may be secret or personal data.
impl std::fmt::Debug for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Params")
            .field("names", &self.values.keys().collect::<Vec<_>>())
            .field(
                "repeated",
                &self
                    .repeated
                    .iter()
                    .map(|(name, _)| name)
                    .collect::<Vec<_>>(),
            )
            .finish()
    }
}

/// Why a text is not a list of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// Over [`MAX_BYTES`].
    #[error("the parameters are too long")]
    TooLong,
    /// Over [`MAX_COUNT`].
    #[error("there are too many parameters")]
    TooMany,
    /// A bad escape, or not UTF-8.
    #[error("the parameters are not correctly encoded")]
    Encoding,
}

impl Params {
    /// Parses `application/x-www-form-urlencoded` text: a query without its `?`, or a body.
    ///
    /// # Errors
    /// [`ParamsError`].
    pub fn parse(text: &[u8]) -> Result<Self, ParamsError> {
        if text.len() > MAX_BYTES {
            return Err(ParamsError::TooLong);
        }
        let mut params = Self::default();
        let pairs = text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty());
        for (count, pair) in pairs.enumerate() {
            if count == MAX_COUNT {
                return Err(ParamsError::TooMany);
            }
            let split = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match split {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            let (name, value) = (decode(name)?, decode(value)?);
            params.add(name, value);
        }
        Ok(params)
    }

    fn add(&mut self, name: String, value: String) {
        match self.values.entry(name) {
            Entry::Occupied(known) => self.repeated.push((known.key().clone(), value)),
            Entry::Vacant(free) => {
                free.insert(value);
            }
        }
    }

    /// The value, unless it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether the parameter occurs more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.repeated.iter().any(|(repeated, _)| repeated == name)
    }

    /// All values of a parameter, without empty ones.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let others = self.repeated.iter().filter(move |(other, _)| other == name);
        self.get(name).into_iter().chain(
            others
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty()),
        )
    }

    /// Refuses a request that repeats a known parameter. Nobody reads an unknown one, and a `resource` may be one of several.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn unique(&self) -> Result<(), OAuthError> {
        let must_be_unique = |name: &str| name != RESOURCE && KNOWN.contains(&name);
        if !self.repeated.iter().any(|(name, _)| must_be_unique(name)) {
            Ok(())
        } else {
            Err(OAuthError::new(
                OAuthErrorCode::InvalidRequest,
                "a parameter is given more than once",
            ))
        }
    }

    /// The value of a required parameter.
    ///
    /// # Errors
    /// `invalid_request` with the description `missing`.
    pub fn require(&self, name: &'static str, missing: &'static str) -> Result<&str, OAuthError> {
        self.get(name)
            .ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRequest, missing))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Params {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.add(name.to_owned(), value.to_owned());
        }
        params
    }
}

impl From<ParamsError> for OAuthError {
    fn from(error: ParamsError) -> Self {
        let text = match error {
            ParamsError::TooLong => "the parameters are too long",
            ParamsError::TooMany => "there are too many parameters",
            ParamsError::Encoding => "the parameters are not correctly encoded",
        };
        OAuthError::new(OAuthErrorCode::InvalidRequest, text)
    }
}

/// Decodes form encoding (WHATWG URL §5.1), but refuses the malformed escapes that the standard tolerates.
pub(crate) fn decode(text: &[u8]) -> Result<String, ParamsError> {
    if !text.contains(&b'%') && !text.contains(&b'+') {
        // The usual case: names, and long values such as assertions, codes and challenges.
        return std::str::from_utf8(text)
            .map(str::to_owned)
            .map_err(|_| ParamsError::Encoding);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2).ok_or(ParamsError::Encoding)?;
                let digit = |at: usize| (digits[at] as char).to_digit(16);
                let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                    return Err(ParamsError::Encoding);
                };
                bytes.push((high * 16 + low) as u8);
                rest = tail;
            }
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| ParamsError::Encoding)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_of_a_browser_are_read() {
        let params = Params::parse(b"a=1&b=caf%C3%A9+noir&empty=&flag&c=x%26y%3Dz").unwrap();
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!(params.get("b"), Some("caf\u{e9} noir"));
        assert_eq!(params.get("empty"), None);
        assert_eq!(params.get("flag"), None);
        assert_eq!(params.get("c"), Some("x&y=z"));
        assert!(params.unique().is_ok());
    }

    #[test]
    fn t23_a_repetition_with_escapes_is_found() {
        let params = Params::parse(b"scope=openid&%73cope=openid").unwrap();
        assert!(params.is_repeated("scope"));
        assert!(params.unique().is_err());
        // Also if the first is empty: two parsers could use different ones.
        assert!(
            Params::parse(b"scope=&scope=openid")
                .unwrap()
                .unique()
                .is_err()
        );
    }

    #[test]
    fn an_unknown_parameter_may_be_repeated_and_so_may_a_resource() {
        let params = Params::parse(b"x=1&x=2&resource=a&resource=&resource=b").unwrap();
        assert!(params.unique().is_ok());
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        for name in KNOWN.iter().filter(|name| **name != RESOURCE) {
            let twice: Params = [(*name, "a"), (*name, "a")].into_iter().collect();
            assert!(twice.unique().is_err(), "{name}");
        }
    }

    #[test]
    fn a_bad_escape_refuses_the_whole_text() {
        for text in [
            "a=%",
            "a=%4",
            "a=%zz",
            "a=%ff",
            "a=%+1",
            "a=%C3",
            "%ED%A0%80=1",
        ] {
            assert_eq!(
                Params::parse(text.as_bytes()),
                Err(ParamsError::Encoding),
                "{text}"
            );
        }
    }

    #[test]
    fn t24_long_texts_are_refused_before_they_are_read() {
        assert_eq!(
            Params::parse(&[b'a'; MAX_BYTES + 1]),
            Err(ParamsError::TooLong)
        );
        assert_eq!(
            Params::parse("a=1&".repeat(MAX_COUNT + 1).as_bytes()),
            Err(ParamsError::TooMany)
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Params::parse(&bytes);
        }

        #[test]
        fn encoded_parameters_are_decoded_to_the_same(pairs in proptest::collection::btree_map("\\PC{1,12}", "\\PC{1,20}", 0..8)) {
            let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let params = Params::parse(text.as_bytes()).unwrap();
            for (name, value) in &pairs {
                prop_assert_eq!(params.get(name), Some(value.as_str()));
            }
        }
    }
}
