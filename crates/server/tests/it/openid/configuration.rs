//! `GET /.well-known/openid-configuration`, `GET /.well-known/oauth-authorization-server` and `GET /jwks`.

use axum::body::Body;
use axum::http::Request;
use reqwest::StatusCode;

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

#[tokio::test]
async fn scripts_of_other_origins_may_read_documents_and_userinfo_only() {
    let server = TestServer::new().await;
    let preflight = |path: &str| {
        let request = Request::options(path)
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization");
        server.send(request.body(Body::empty()).expect("a request"))
    };
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/jwks",
        "/userinfo",
    ] {
        let answer = preflight(path).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert_eq!(answer.headers["access-control-allow-methods"], "GET, POST");
        let allowed = &answer.headers["access-control-allow-headers"];
        assert_eq!(allowed, "authorization, content-type, dpop");
        // Of errors too: a script must see why.
        let read = server
            .get(path, &[("origin", "https://shop.example")])
            .await;
        assert_eq!(read.headers["access-control-allow-origin"], "*", "{path}");
        let shown = &read.headers["access-control-expose-headers"];
        assert_eq!(shown, "dpop-nonce, www-authenticate, x-request-id");
        assert!(
            read.headers
                .get("access-control-allow-credentials")
                .is_none()
        );
    }
    for path in ["/token", "/par", "/revoke", "/authorize", "/sign-in/state"] {
        let answer = preflight(path).await;
        let allowed = answer.headers.get("access-control-allow-origin");
        assert!(allowed.is_none(), "{path}");
    }
}
