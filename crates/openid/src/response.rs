//! Authorization responses: the URL that returns the browser to the client (RFC 6749 §4.1.2), always with `iss` (RFC 9207).

use url::form_urlencoded::Serializer;

use crate::error::OAuthError;
use crate::request::{AuthorizationRequest, RedirectError};

/// The URL that returns the browser to the client with a code.
pub fn success(request: &AuthorizationRequest, issuer: &str, code: &str) -> String {
    url(
        &request.redirect_uri,
        request.state.as_deref(),
        issuer,
        &[("code", code)],
    )
}

/// The URL that returns the browser to the client with an error.
pub fn failure(error: &RedirectError, issuer: &str) -> String {
    let pairs = [
        ("error", error.error.code.as_str()),
        ("error_description", error.error.description),
    ];
    url(&error.redirect_uri, error.state.as_deref(), issuer, &pairs)
}

impl AuthorizationRequest {
    /// An error of this request, for [`failure`].
    pub fn error(&self, error: OAuthError) -> RedirectError {
        RedirectError {
            redirect_uri: self.redirect_uri.clone(),
            state: self.state.clone(),
            error,
        }
    }
}

/// Appends the parameters to the registered URI. It keeps its query; it has no fragment, by registration.
fn url(redirect_uri: &str, state: Option<&str>, issuer: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs);
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    // `iss` tells a client of several servers which one answered (threat 17).
    query.append_pair("iss", issuer);
    let separator = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{redirect_uri}{separator}{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::OAuthErrorCode;

    fn error(redirect_uri: &str) -> RedirectError {
        RedirectError {
            redirect_uri: redirect_uri.to_owned(),
            state: Some("a b&c".to_owned()),
            error: OAuthError::new(OAuthErrorCode::AccessDenied, "the person refused"),
        }
    }

    #[test]
    fn t17_every_answer_names_its_issuer() {
        let url = failure(&error("https://shop.example/cb"), "https://ipse.example");
        assert_eq!(
            url,
            "https://shop.example/cb?error=access_denied&error_description=the+person+refused&state=a+b%26c\
             &iss=https%3A%2F%2Fipse.example"
        );
    }

    #[test]
    fn a_registered_query_is_kept() {
        let url = failure(
            &error("https://shop.example/cb?lang=nl"),
            "https://ipse.example",
        );
        assert!(
            url.starts_with("https://shop.example/cb?lang=nl&error=access_denied&"),
            "{url}"
        );
        let url = failure(&error("https://shop.example/cb?"), "https://ipse.example");
        assert!(
            url.starts_with("https://shop.example/cb?error=access_denied&"),
            "{url}"
        );
    }
}
