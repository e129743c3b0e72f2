//! OAuth errors (RFC 6749 §5.2, RFC 9126 §2.3, RFC 6750 §3).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// An error for the client.
#[derive(Debug)]
pub struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl OAuthError {
    pub fn new(error: &'static str, description: &'static str) -> Self {
        let status = match error {
            "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self {
            status,
            error,
            description,
        }
    }

    pub fn request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub fn client(description: &'static str) -> Self {
        Self::new("invalid_client", description)
    }

    pub fn grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    pub fn token(description: &'static str) -> Self {
        Self::new("invalid_token", description)
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        tracing::info!(
            error = self.error,
            reason = self.description,
            "a request was refused"
        );
        let body = json!({"error": self.error, "error_description": self.description});
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.error == "invalid_token" {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer error=\"invalid_token\""),
            );
        }
        response
    }
}
