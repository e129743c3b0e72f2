//! A registration as staff sees it.

use serde_json::{Map, Value, json};

use super::{FIXED, ID_TOKEN, USERINFO, encryption_members};
use crate::client::{AssertionAudience, Authentication, IdTokenAlg, Pkce, Registration, Replaced};

/// A registration with all that can be seen of it. Of secrets that is only when they end.
pub fn show(registration: &Registration) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |member: &str, value: Value| {
        out.insert(member.to_owned(), value);
    };
    put("client_id", json!(registration.client_id));
    put("client_name", json!(registration.name));
    put("domain", json!(registration.domain));
    put("redirect_uris", json!(registration.redirect_uris));
    let method = registration.authentication.method();
    put("token_endpoint_auth_method", json!(method));
    let keys = registration.key_set();
    match &registration.jwks_uri {
        Some(uri) => put("jwks_uri", json!(uri)),
        None if keys.keys.is_empty() => {}
        None => put("jwks", json!(keys)),
    }
    if let Authentication::PrivateKeyJwt { audience, .. } = &registration.authentication {
        match audience {
            AssertionAudience::Issuer => put("assertion_audience", json!("issuer")),
            AssertionAudience::Endpoint { until } => {
                put("assertion_audience", json!("endpoint"));
                put("assertion_audience_until", json!(until));
            }
        }
    }
    let alg = registration.id_token_alg.as_str();
    put("id_token_signed_response_alg", json!(alg));
    let userinfo = registration.userinfo_signed_response_alg;
    let userinfo = userinfo.map_or("none", IdTokenAlg::as_str);
    put("userinfo_signed_response_alg", json!(userinfo));
    for (answer, encryption) in [
        (ID_TOKEN, registration.id_token_encryption),
        (USERINFO, registration.userinfo_encryption),
    ] {
        let (alg, enc) = encryption_members(answer);
        match encryption {
            Some(encryption) => {
                put(&alg, json!(encryption.alg));
                put(&enc, json!(encryption.enc));
            }
            None => put(&alg, json!("none")),
        }
    }
    put("response_modes", json!(registration.response_modes));
    let in_id_token = registration.claims_in_id_token;
    put("claims_in_id_token", json!(in_id_token));
    match registration.pkce {
        Pkce::Required => put("pkce", json!("required")),
        Pkce::OrNonce => put("pkce", json!("or_nonce")),
        Pkce::Waived { until } => {
            put("pkce", json!("waived"));
            put("pkce_until", json!(until));
        }
    }
    let bound = registration.dpop_bound_access_tokens;
    put("dpop_bound_access_tokens", json!(bound));
    put("fapi", json!(registration.fapi));
    put("reasons", json!(registration.reasons));
    let pushed = registration.require_par;
    put("require_pushed_authorization_requests", json!(pushed));
    for (member, only) in FIXED {
        if let Ok(value) = serde_json::from_str(only) {
            put(member, value);
        }
    }
    put("sector", json!(registration.sector()));
    if let Some(uri) = &registration.sector_identifier_uri {
        put("sector_identifier_uri", json!(uri));
    }
    if let Some(uri) = &registration.security_event_endpoint {
        put("security_event_endpoint", json!(uri));
    }
    put("services", json!(registration.services));
    put("sandbox_people", json!(registration.sandbox_people));
    let replaced = registration.replaced.iter().map(|old| match old {
        Replaced::Keys { jwks, until, .. } => json!({"jwks": jwks, "until": until}),
        Replaced::Secret { until, .. } => json!({"client_secret": "replaced", "until": until}),
    });
    put("replaced", replaced.collect());
    out
}
