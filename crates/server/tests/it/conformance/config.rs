//! Config OP: what its module reads. `GET /.well-known/openid-configuration`, `GET /jwks`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::oidc::{ISSUER, TestServer};

#[tokio::test]
async fn discovery_endpoint_verification() {
    let server = TestServer::new().await;
    let answer = server.get("/.well-known/openid-configuration", &[]).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    let document = answer.json();
    assert_eq!(document["issuer"], ISSUER);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ] {
        let address = document[endpoint].as_str().unwrap();
        assert!(address.starts_with(&format!("{ISSUER}/")), "{endpoint}");
        assert!(!address.contains('#'), "{endpoint}");
    }
    let list = |name: &str| document[name].as_array().unwrap().clone();
    assert_eq!(list("response_types_supported"), [json!("code")]);
    assert_eq!(list("grant_types_supported"), [json!("authorization_code")]);
    assert_eq!(list("subject_types_supported"), [json!("pairwise")]);
    assert!(list("id_token_signing_alg_values_supported").contains(&json!("RS256")));
    assert!(list("scopes_supported").contains(&json!("openid")));
    assert!(list("claims_supported").contains(&json!("sub")));
    let methods = list("token_endpoint_auth_methods_supported");
    for method in [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ] {
        assert!(methods.contains(&json!(method)), "{method}");
    }
    // These are offered only if they are named.
    assert_eq!(document["request_parameter_supported"], false);
    assert_eq!(document["request_uri_parameter_supported"], false);
}

#[tokio::test]
async fn the_keys_are_public_and_each_has_its_own_kid() {
    let server = TestServer::new().await;
    let keys = server.get("/jwks", &[]).await.json();
    let keys = keys["keys"].as_array().unwrap();
    let kids: BTreeSet<&str> = keys.iter().filter_map(|key| key["kid"].as_str()).collect();
    assert_eq!(kids.len(), keys.len());
    for key in keys {
        assert_eq!(key["use"], "sig");
        let private = ["d", "p", "q", "dp", "dq", "qi", "k"];
        assert!(private.iter().all(|member| key.get(member).is_none()));
    }
}
