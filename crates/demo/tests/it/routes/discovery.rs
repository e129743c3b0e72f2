//! `GET /.well-known/openid-configuration`.

use axum::{body::Body, http::Request};

use crate::network::TestNetwork;

#[tokio::test]
async fn discovery_describes_the_bank() {
    let network = TestNetwork::new();
    let request = Request::get("/.well-known/openid-configuration")
        .body(Body::empty())
        .unwrap();
    let metadata = network.send(request).await.json();
    insta::assert_json_snapshot!(metadata, @r#"
    {
      "acr_values_supported": [
        "https://ipse.example/acr/demo-bank"
      ],
      "authorization_endpoint": "http://localhost:4004/authorize",
      "authorization_response_iss_parameter_supported": true,
      "claims_in_verified_claims_supported": [
        "given_name",
        "family_name",
        "birthdate",
        "nationalities",
        "https://ipse.example/claims/be_national_number",
        "gender",
        "place_of_birth",
        "address",
        "picture"
      ],
      "claims_parameter_supported": true,
      "code_challenge_methods_supported": [
        "S256"
      ],
      "documents_check_methods_supported": [
        "vcrypt"
      ],
      "documents_supported": [
        "idcard"
      ],
      "evidence_supported": [
        "document"
      ],
      "grant_types_supported": [
        "authorization_code"
      ],
      "id_token_signing_alg_values_supported": [
        "ES256"
      ],
      "issuer": "http://localhost:4004",
      "jwks_uri": "http://localhost:4004/jwks",
      "pushed_authorization_request_endpoint": "http://localhost:4004/par",
      "request_parameter_supported": false,
      "request_uri_parameter_supported": false,
      "require_pushed_authorization_requests": true,
      "response_modes_supported": [
        "query"
      ],
      "response_types_supported": [
        "code"
      ],
      "scopes_supported": [
        "openid"
      ],
      "subject_types_supported": [
        "pairwise"
      ],
      "token_endpoint": "http://localhost:4004/token",
      "token_endpoint_auth_methods_supported": [
        "private_key_jwt"
      ],
      "token_endpoint_auth_signing_alg_values_supported": [
        "ES256"
      ],
      "trust_frameworks_supported": [
        "https://ipse.example/trust-framework/be_aml"
      ],
      "ui_locales_supported": [
        "nl",
        "fr",
        "de",
        "en"
      ],
      "userinfo_encryption_alg_values_supported": [
        "ECDH-ES"
      ],
      "userinfo_encryption_enc_values_supported": [
        "A256GCM"
      ],
      "userinfo_endpoint": "http://localhost:4004/userinfo",
      "userinfo_signing_alg_values_supported": [
        "ES256"
      ],
      "verified_claims_supported": true
    }
    "#);
}
