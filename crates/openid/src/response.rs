//! Authorization responses, with which the browser returns to the client (RFC 6749 §4.1.2), always with `iss` (RFC 9207).

use url::form_urlencoded::Serializer;

use crate::client::ResponseMode;
use crate::error::OAuthError;
use crate::request::{AuthorizationRequest, RedirectError};

/// An authorization response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationResponse {
    /// A registered redirect URI.
    pub redirect_uri: String,
    /// How it is sent.
    pub mode: ResponseMode,
    /// Names and values, in order.
    pub params: Vec<(&'static str, String)>,
}

/// The response with a code.
pub fn success(request: &AuthorizationRequest, issuer: &str, code: &str) -> AuthorizationResponse {
    AuthorizationResponse {
        redirect_uri: request.redirect_uri.clone(),
        mode: request.response_mode,
        params: finish(
            vec![("code", code.to_owned())],
            request.state.as_deref(),
            issuer,
        ),
    }
}

/// The response with an error.
pub fn failure(error: &RedirectError, issuer: &str) -> AuthorizationResponse {
    let pairs = vec![
        ("error", error.error.code.as_str().to_owned()),
        ("error_description", error.error.text().into_owned()),
    ];
    AuthorizationResponse {
        redirect_uri: error.redirect_uri.clone(),
        mode: error.mode,
        params: finish(pairs, error.state.as_deref(), issuer),
    }
}

fn finish(
    mut params: Vec<(&'static str, String)>,
    state: Option<&str>,
    issuer: &str,
) -> Vec<(&'static str, String)> {
    params.extend(state.map(|state| ("state", state.to_owned())));
    // `iss` tells a client of several servers which one answered (threat 17).
    params.push(("iss", issuer.to_owned()));
    params
}

impl AuthorizationRequest {
    /// An error of this request, for [`failure`].
    pub fn error(&self, error: OAuthError) -> RedirectError {
        RedirectError {
            redirect_uri: self.redirect_uri.clone(),
            mode: self.response_mode,
            state: self.state.clone(),
            error,
        }
    }
}

impl AuthorizationResponse {
    /// Whether it has a code.
    pub fn is_success(&self) -> bool {
        self.params.iter().any(|(name, _)| *name == "code")
    }

    /// The redirect URI with the response in its query. It keeps its own query; it has no fragment, by registration.
    pub fn url(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(&self.params);
        let redirect_uri = &self.redirect_uri;
        let separator = match redirect_uri.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{redirect_uri}{separator}{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::OAuthErrorCode;

    fn error(redirect_uri: &str) -> RedirectError {
        RedirectError {
            redirect_uri: redirect_uri.to_owned(),
            mode: ResponseMode::Query,
            state: Some("a b&c".to_owned()),
            error: OAuthError::new(OAuthErrorCode::AccessDenied, "the person refused"),
        }
    }

    #[test]
    fn t17_every_answer_names_its_issuer() {
        let url = failure(&error("https://shop.example/cb"), "https://ipse.example").url();
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
        )
        .url();
        assert!(
            url.starts_with("https://shop.example/cb?lang=nl&error=access_denied&"),
            "{url}"
        );
        let url = failure(&error("https://shop.example/cb?"), "https://ipse.example").url();
        assert!(
            url.starts_with("https://shop.example/cb?error=access_denied&"),
            "{url}"
        );
    }
}
