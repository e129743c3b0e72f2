//! The metadata document (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), which is the same at both well-known paths.

use ipse_jose::jwe::{Enc, KeyAlg};
use ipse_protocol::terms::Template;
use ipse_texts::Language;
use serde_json::{Value, json};

use crate::Level;
use crate::client::{ResponseMode, SCOPES};
use crate::details;
use crate::disclosure::Claim;
use crate::dpop;
use crate::grant::GRANT_TYPES;
use crate::verified::{CHECKED_BY_BANK, DOCUMENT, DOCUMENT_TYPES, VERIFIED_CLAIMS};

pub use crate::path;

/// The metadata document of an issuer whose registrars verify people by these rules; if there are none, there are no `verified_claims`
/// (Identity Assurance §8).
pub fn document(issuer: &str, trust_frameworks: &[String]) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let auth_methods = [
        "private_key_jwt",
        "client_secret_basic",
        "client_secret_post",
    ];
    let auth_algs = ["ES256", "PS256", "RS256"];
    let key_algs = KeyAlg::ALL.map(KeyAlg::name);
    let encs = Enc::ALL.map(Enc::name);
    let mut claims = vec![
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
    ];
    claims.extend(Claim::ALL.iter().map(|claim| claim.as_str()));
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at(path::AUTHORIZE),
        "token_endpoint": at(path::TOKEN),
        "userinfo_endpoint": at(path::USERINFO),
        "jwks_uri": at(path::JWKS),
        "pushed_authorization_request_endpoint": at(path::PAR),
        "revocation_endpoint": at(path::REVOKE),
        // The client's registration decides. Required by default.
        "require_pushed_authorization_requests": false,
        "authorization_response_iss_parameter_supported": true,
        "authorization_details_types_supported": Template::ALL.iter().map(|one| details::type_of(*one)).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::as_str),
        "grant_types_supported": GRANT_TYPES,
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "userinfo_signing_alg_values_supported": ["ES256", "RS256"],
        "id_token_encryption_alg_values_supported": key_algs,
        "id_token_encryption_enc_values_supported": encs,
        "userinfo_encryption_alg_values_supported": key_algs,
        "userinfo_encryption_enc_values_supported": encs,
        "scopes_supported": std::iter::once("openid").chain(SCOPES).collect::<Vec<_>>(),
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "acr_values_supported": Level::ALL.iter().map(|level| level.as_str()).collect::<Vec<_>>(),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "ui_locales_supported": Language::ALL.iter().map(|language| language.tag()).collect::<Vec<_>>(),
        "token_endpoint_auth_methods_supported": auth_methods,
        "token_endpoint_auth_signing_alg_values_supported": auth_algs,
        "revocation_endpoint_auth_methods_supported": auth_methods,
        "revocation_endpoint_auth_signing_alg_values_supported": auth_algs,
        "dpop_signing_alg_values_supported": dpop::ALGS.map(|alg| alg.name()),
    });
    if !trust_frameworks.is_empty() {
        let verified = Claim::ALL.iter().filter(|claim| claim.is_verified());
        let verified: Vec<&str> = verified.map(|claim| claim.as_str()).collect();
        document["verified_claims_supported"] = true.into();
        document["trust_frameworks_supported"] = json!(trust_frameworks);
        document["claims_in_verified_claims_supported"] = json!(verified);
        document["evidence_supported"] = json!([DOCUMENT]);
        document["documents_supported"] = json!(DOCUMENT_TYPES);
        document["documents_check_methods_supported"] = json!([CHECKED_BY_BANK]);
        if let Some(claims) = document["claims_supported"].as_array_mut() {
            claims.push(VERIFIED_CLAIMS.into());
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_is_under_the_issuer() {
        let document = document("https://ipse.example", &[]);
        for (name, value) in document.as_object().unwrap() {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                assert!(
                    value.as_str().unwrap().starts_with("https://ipse.example/"),
                    "{name}"
                );
            }
        }
        // The default is true, so the document must contain it.
        assert_eq!(document["request_uri_parameter_supported"], false);
    }
}
