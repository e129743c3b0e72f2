//! `GET /.well-known/openid-configuration` (OpenID Connect Discovery 1.0, with the members of Identity Assurance).

use axum::{Json, extract::State};
use ipse_texts::Language;
use serde_json::{Value, json};

use super::{ACR, Shared, claims::Claim};

pub async fn get(State(bank): State<Shared>) -> Json<Value> {
    let issuer = &bank.config.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "pushed_authorization_request_endpoint": format!("{issuer}/par"),
        "require_pushed_authorization_requests": true,
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "userinfo_signing_alg_values_supported": ["ES256"],
        "userinfo_encryption_alg_values_supported": ["ECDH-ES"],
        "userinfo_encryption_enc_values_supported": ["A256GCM"],
        "acr_values_supported": [ACR],
        "ui_locales_supported": Language::ALL,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "verified_claims_supported": true,
        "trust_frameworks_supported": [bank.config.trust_framework],
        "claims_in_verified_claims_supported": Claim::ALL.map(Claim::as_str),
        "evidence_supported": ["document"],
        "documents_supported": ["idcard"],
        "documents_check_methods_supported": ["vcrypt"],
    }))
}
