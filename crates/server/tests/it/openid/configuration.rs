//! `GET /.well-known/openid-configuration`, `GET /.well-known/oauth-authorization-server` and `GET /jwks`.

use crate::support::oidc::{ISSUER, TestServer};

#[tokio::test]
async fn discovery_and_keys_are_public() {
    let server = TestServer::new().await;
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        let answer = server.get(path, &[]).await;
        assert_eq!(answer.json()["issuer"], ISSUER);
        assert_eq!(
            answer.json()["pushed_authorization_request_endpoint"],
            format!("{ISSUER}/par")
        );
    }
    let jwks = server.get("/jwks", &[]).await.json();
    let algs: Vec<_> = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["alg"].clone())
        .collect();
    assert_eq!(algs, ["ES256", "RS256"]);
    assert!(
        jwks["keys"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key.get("d").is_none())
    );
}
