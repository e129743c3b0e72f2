use axum::http::{StatusCode, header};
use ipse_jose::{JwkSet, VerifyingKey, jws};
use ipse_store::testing::{TestDb, rounds};
use serde_json::Value;

use super::support::{Answer, ISSUER, REDIRECT, TestServer, VERIFIER, query};

const PERSON: [(&str, &str); 4] = [
    ("name", "An Peeters"),
    ("given_name", "An"),
    ("family_name", "Peeters"),
    ("locale", "nl"),
];

fn form(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]
}

async fn userinfo(server: &TestServer, token: &str) -> Answer {
    server
        .get(
            "/userinfo",
            &[("authorization", &format!("Bearer {token}"))],
        )
        .await
}

#[tokio::test]
async fn a_code_becomes_an_id_token_and_userinfo() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let answer = server.as_partner("/token", &form(&code)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "openid profile service:HOEK_LOGIN");
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

    let info = userinfo(&server, tokens["access_token"].as_str().unwrap()).await;
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
async fn t16_a_second_use_revokes_what_the_first_gave() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let first = server.as_partner("/token", &form(&code)).await.json();
    let token = first["access_token"].as_str().unwrap();
    assert_eq!(userinfo(&server, token).await.status, StatusCode::OK);
    let second = server.as_partner("/token", &form(&code)).await;
    assert_eq!(
        (second.status, second.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
    let gone = userinfo(&server, token).await;
    assert_eq!(
        (gone.status, gone.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_token")
    );
    assert!(
        gone.headers[header::WWW_AUTHENTICATE]
            .to_str()
            .unwrap()
            .starts_with("Bearer ")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t16_64_at_once_redeem_a_code_once() {
    for db in TestDb::both() {
        let server = TestServer::on(db).await;
        for _ in 0..rounds(1) {
            let code = server.code(&PERSON).await;
            let body = form(&code);
            let sent = (0..64).map(|_| server.as_partner("/token", &body));
            let answers = futures_util::future::join_all(sent).await;
            let won = answers.iter().filter(|a| a.status == StatusCode::OK);
            assert_eq!(won.count(), 1);
            let lost = answers.iter().filter(|a| a.status != StatusCode::OK);
            assert!(lost.into_iter().all(|a| a.error() == "invalid_grant"));
        }
    }
}

#[tokio::test]
async fn t15_a_code_is_worth_nothing_to_others() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let basic = |client: &str| {
        use base64::Engine as _;
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(format!("{client}:secret"))
        )
    };
    // Another client, another redirect URI, another verifier, a changed code.
    let foreign = server
        .post(
            "/token",
            &form(&code),
            &[("authorization", &basic(&server.plain))],
        )
        .await;
    assert_eq!(foreign.error(), "invalid_grant");
    let mut elsewhere = form(&code);
    elsewhere[2].1 = "https://shop.example/other";
    assert_eq!(
        server.as_partner("/token", &elsewhere).await.error(),
        "invalid_grant"
    );
    let mut guessed = form(&code);
    let wrong = "a".repeat(43);
    guessed[3].1 = &wrong;
    assert_eq!(
        server.as_partner("/token", &guessed).await.error(),
        "invalid_grant"
    );
    let changed = format!("{}A", &code[..code.len() - 1]);
    if changed != code {
        assert_eq!(
            server.as_partner("/token", &form(&changed)).await.error(),
            "invalid_grant"
        );
    }
    // None of which took it from its owner.
    assert_eq!(
        server.as_partner("/token", &form(&code)).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn t40_what_was_not_shown_does_not_leave() {
    let server = TestServer::new().await;
    // The view showed a given name, and something that no login may release.
    let code = server
        .code(&[("given_name", "An"), ("national_number", "71715100070")])
        .await;
    let answer = server.as_partner("/token", &form(&code)).await;
    let tokens = answer.json();
    let info = userinfo(&server, tokens["access_token"].as_str().unwrap()).await;
    let names: Vec<_> = info.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["given_name", "sub"]);
    assert!(!answer.text.contains("71715100070") && !info.text.contains("71715100070"));
}

#[tokio::test]
async fn a_code_that_is_too_old_or_whose_person_changed_is_refused() {
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
        server.as_partner("/token", &form(&code)).await.error(),
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
        ipse_store::identity::suspend(tx, &person, "sim_changed", "test", now)
    };
    server.server.scheme.store.write(block).await.unwrap();
    assert_eq!(
        server.as_partner("/token", &form(&code)).await.error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_token_can_be_given_back() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let tokens = server.as_partner("/token", &form(&code)).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    for text in ["unknown", "\u{1}", token, token] {
        let answer = server
            .as_partner(
                "/revoke",
                &[("token", text), ("token_type_hint", "access_token")],
            )
            .await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    }
    assert_eq!(userinfo(&server, token).await.error(), "invalid_token");
    assert_eq!(
        server.as_partner("/revoke", &[]).await.error(),
        "invalid_request"
    );
    assert_eq!(
        server
            .post("/revoke", &[("token", token)], &[])
            .await
            .error(),
        "invalid_client"
    );
}

#[tokio::test]
async fn token_and_userinfo_errors_are_the_standard_ones() {
    let server = TestServer::new().await;
    let error = |changes: &[(&'static str, &'static str)]| {
        let mut body = form("unknown");
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
        (error(&[("code_verifier", "")]), "invalid_request"),
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
    assert_eq!(userinfo(&server, "made-up").await.error(), "invalid_token");
}

#[tokio::test]
async fn no_code_is_spent_for_an_answer_that_cannot_be_given() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = query(&format!("{ISSUER}{page}"), "action").unwrap();
    let person = server.approve(&action, &PERSON).await;
    let back = server.get(&page, &[("cookie", &cookie)]).await;
    let code = query(back.location(), "code").unwrap();
    let scheme = &server.server.scheme;
    scheme.persons.erase(&person).await.unwrap();
    let answer = server.as_partner("/token", &form(&code)).await;
    assert_eq!(answer.error(), "server_error");
    let read = move |tx: &mut ipse_store::Tx| ipse_store::partner::standing(tx, &action);
    let found = scheme.store.read(read).await.unwrap().unwrap();
    assert_eq!(found.grant.status, "issued");
}
