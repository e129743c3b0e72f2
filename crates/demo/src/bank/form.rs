//! Forms.

use std::collections::HashMap;

use super::error::OAuthError;

/// The parameters of a form. A repeated parameter is refused (RFC 6749 §3.2).
pub struct Form(HashMap<String, String>);

impl Form {
    pub fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        let mut fields = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            // A parameter without a value counts as omitted (RFC 6749 §3.1).
            if !value.is_empty()
                && fields
                    .insert(name.into_owned(), value.into_owned())
                    .is_some()
            {
                return Err(OAuthError::request("a parameter is repeated"));
            }
        }
        Ok(Self(fields))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn required(&self, name: &str, missing: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::request(missing))
    }
}
