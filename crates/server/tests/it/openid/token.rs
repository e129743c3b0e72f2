//! `POST /token`. Threats: t15, t16, t40.

use crate::support::parsed;
use ipse_jose::{JwkSet, VerifyingKey, jws};
use ipse_protocol::terms::BlockReason;
use reqwest::{StatusCode, header};
use serde_json::Value;

use crate::support::oidc::{ISSUER, PERSON, TestServer, fetch_userinfo, query, redemption};

#[tokio::test]
async fn a_code_is_exchanged_for_an_id_token_and_userinfo() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let answer = server.as_partner("/token", &redemption(&code)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "openid profile");
    assert!(tokens.get("refresh_token").is_none());

    let parsed = jws::decode_unverified(tokens["id_token"].as_str().unwrap(), 8192).unwrap();
    let jwks: JwkSet = serde_json::from_str(&server.get("/jwks", &[]).await.text).unwrap();
    let kid = parsed.header.kid.clone().unwrap();
    let key = jwks
        .keys
        .iter()
        .find(|key| key.kid.as_deref() == Some(&kid))
        .unwrap();
    parsed
        .verify(
            &VerifyingKey::from_jwk(key, parsed.header.alg).unwrap(),
            &["JWT"],
        )
        .unwrap();
    let claims: Value = serde_json::from_slice(&parsed.payload).unwrap();
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["aud"], server.partner.as_str());
    assert_eq!(
        (claims["nonce"].as_str(), claims["acr"].as_str()),
        (Some("n1"), Some("basic"))
    );
    assert!(claims["auth_time"].as_i64() <= claims["iat"].as_i64());
    // Scope claims are userinfo's; nothing was asked for the ID token.
    assert!(claims.get("name").is_none());

    let info = fetch_userinfo(&server, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(info.status, StatusCode::OK);
    assert_eq!(info.json()["sub"], claims["sub"]);
    assert_eq!(info.json()["name"], "An Peeters");
    let posted = server
        .post(
            "/userinfo",
            &[("access_token", tokens["access_token"].as_str().unwrap())],
            &[],
        )
        .await;
    assert_eq!(posted.json(), info.json());
}

#[tokio::test]
async fn an_expired_code_or_a_changed_identity_is_refused() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = query(&format!("{ISSUER}{page}"), "action").unwrap();
    server.approve_at(&action, &PERSON, -1).await;
    let code = query(
        server.get(&page, &[("cookie", &cookie)]).await.location(),
        "code",
    )
    .unwrap();
    assert_eq!(
        server
            .as_partner("/token", &redemption(&code))
            .await
            .error(),
        "invalid_grant"
    );

    let (cookie, page) = server.start().await;
    let action = query(&format!("{ISSUER}{page}"), "action").unwrap();
    let person = server.approve(&action, &PERSON).await;
    let code = query(
        server.get(&page, &[("cookie", &cookie)]).await.location(),
        "code",
    )
    .unwrap();
    let block = move |tx: &mut ipse_store::Tx| {
        let now = tx.now()?;
        ipse_store::identity::suspend(tx, &person, BlockReason::SimChanged, "test", now)
    };
    server.server.scheme.store.write(block).await.unwrap();
    assert_eq!(
        server
            .as_partner("/token", &redemption(&code))
            .await
            .error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn token_and_userinfo_errors_follow_the_standard() {
    let server = TestServer::new().await;
    let error = |changes: &[(&'static str, &'static str)]| {
        let mut body = redemption("unknown");
        for (name, value) in changes {
            body.retain(|(known, _)| known != name);
            body.push((name, value));
        }
        body
    };
    for (body, code) in [
        (error(&[]), "invalid_grant"),
        (
            error(&[("grant_type", "password")]),
            "unsupported_grant_type",
        ),
        (error(&[("code_verifier", "short")]), "invalid_request"),
        (
            error(&[("resource", "https://other.example")]),
            "invalid_target",
        ),
        (
            error(&[("authorization_details", "[{}]")]),
            "invalid_authorization_details",
        ),
    ] {
        assert_eq!(server.as_partner("/token", &body).await.error(), code);
    }
    let bare = server.get("/userinfo", &[]).await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        bare.headers[header::WWW_AUTHENTICATE],
        "Bearer realm=\"ipse\""
    );
    assert_eq!(
        server.get("/userinfo?access_token=x", &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        fetch_userinfo(&server, "made-up").await.error(),
        "invalid_token"
    );
}

#[tokio::test]
async fn invalid_grant_says_what_is_wrong_with_the_own_code_and_of_a_foreign_one_nothing() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let text = |answer: crate::support::oidc::Answer| {
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::BAD_REQUEST, "invalid_grant")
        );
        answer.json()["error_description"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let but = |changed: &'static str, value: &'static str| {
        let mut form = redemption(&code);
        form.retain(|(name, _)| *name != changed);
        if !value.is_empty() {
            form.push((changed, value));
        }
        form
    };
    let wrong = "a-verifier-of-somebody-else-0123456789-0123456789";
    for (form, says) in [
        (but("code_verifier", ""), "code_verifier is missing"),
        (but("code_verifier", wrong), "code_verifier does not hash"),
        (
            but("redirect_uri", "https://shop.example/cb/"),
            "redirect_uri is not the one",
        ),
    ] {
        let found = text(server.as_partner("/token", &form).await);
        assert!(found.contains(says), "{found}");
    }
    // A plain client with the code of the other: the same answer as to a code that never was.
    let mut seen = Vec::new();
    for code in [code.as_str(), "act_00000000000000000000000000.x", "x"] {
        let mut form = redemption(code);
        form.extend([("client_id", &*server.plain), ("client_secret", "secret")]);
        seen.push(text(server.post("/token", &form, &[]).await));
    }
    seen.dedup();
    assert_eq!(seen, ["the code is unknown: start again"]);
    // With PKCE the redirect URI may be left out (OAuth 2.1).
    let good = server.as_partner("/token", &but("redirect_uri", "")).await;
    assert_eq!(good.status, StatusCode::OK, "{}", good.text);
    let again = text(server.as_partner("/token", &redemption(&code)).await);
    assert!(again.contains("used before"), "{again}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_given_spends_no_code() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = query(&format!("{ISSUER}{page}"), "action").unwrap();
    let person = server.approve(&action, &PERSON).await;
    let back = server.get(&page, &[("cookie", &cookie)]).await;
    let code = query(back.location(), "code").unwrap();
    let scheme = &server.server.scheme;
    scheme.persons.erase(&person).await.unwrap();
    let answer = server.as_partner("/token", &redemption(&code)).await;
    assert_eq!(answer.error(), "server_error");
    let read = move |tx: &mut ipse_store::Tx| ipse_store::grant::state(tx, &parsed(&action));
    let found = scheme.store.read(read).await.unwrap().unwrap();
    assert_eq!(found.grant.status.as_str(), "issued");
}
