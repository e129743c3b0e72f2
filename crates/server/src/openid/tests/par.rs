use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use ipse_store::testing::{TestDb, rounds};

use super::support::{CHALLENGE, ISSUER, TestServer};

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
async fn a_request_is_pushed_and_the_answer_is_not_kept() {
    let server = TestServer::new().await;
    let answer = server.as_partner("/par", &server.request()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert!(
        answer.json()["request_uri"]
            .as_str()
            .unwrap()
            .starts_with("urn:ietf:params:oauth:request_uri:")
    );
    assert!(answer.json()["expires_in"].as_i64().unwrap() > 0);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}

#[tokio::test]
async fn t19_an_assertion_serves_once_whatever_became_of_it() {
    let server = TestServer::new().await;
    let assertion = server.assertion();
    assert_eq!(
        server
            .with_assertion("/par", &server.request(), &assertion)
            .await
            .status,
        StatusCode::CREATED
    );
    let again = server
        .with_assertion("/par", &server.request(), &assertion)
        .await;
    assert_eq!(
        (again.status, again.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    assert!(again.headers.contains_key(header::WWW_AUTHENTICATE));
    // Spent by a request that was refused, too.
    let assertion = server.assertion();
    let refused = server
        .with_assertion("/par", &[("response_type", "code")], &assertion)
        .await;
    assert_eq!(refused.error(), "invalid_request");
    let again = server
        .with_assertion(
            "/token",
            &[("grant_type", "authorization_code")],
            &assertion,
        )
        .await;
    assert_eq!(again.error(), "invalid_client");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t19_64_at_once_spend_an_assertion_once() {
    for db in TestDb::both() {
        let server = TestServer::on(db).await;
        for _ in 0..rounds(1) {
            let (assertion, form) = (server.assertion(), server.request());
            let sent = (0..64).map(|_| server.with_assertion("/par", &form, &assertion));
            let answers = futures_util::future::join_all(sent).await;
            let taken = answers.iter().filter(|a| a.status == StatusCode::CREATED);
            assert_eq!(taken.count(), 1);
        }
    }
}

#[tokio::test]
async fn mistakes_have_their_codes() {
    let server = TestServer::new().await;
    let with = |changes: &[(&'static str, &'static str)]| {
        let mut form = server.request();
        form.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        form
    };
    for (form, error) in [
        (
            with(&[("redirect_uri", "https://evil.example/")]),
            "invalid_request",
        ),
        (with(&[("scope", "profile")]), "invalid_scope"),
        (
            with(&[("response_type", "token")]),
            "unsupported_response_type",
        ),
        (with(&[("code_challenge", "")]), "invalid_request"),
        (with(&[("request", "e30.e30.")]), "request_not_supported"),
        (
            with(&[("acr_values", "urn:other")]),
            "unmet_authentication_requirements",
        ),
        (with(&[("prompt", "none")]), "interaction_required"),
    ] {
        let answer = server.as_partner("/par", &form).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::BAD_REQUEST, error),
            "{form:?}"
        );
        assert!(answer.json()["error_description"].is_string());
    }
    let mut twice = server.request();
    twice.push(("code_challenge", CHALLENGE));
    assert_eq!(
        server.as_partner("/par", &twice).await.error(),
        "invalid_request"
    );
}

#[tokio::test]
async fn bodies_of_another_kind_or_size_are_refused() {
    let server = TestServer::new().await;
    let json = Request::post("/par")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{}"));
    let answer = server.send(json.unwrap()).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
    let long = "x".repeat(40_000);
    let answer = server.post("/par", &[("state", &long)], &[]).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request")
    );
    let nobody = server
        .post("/par", &[("client_id", "par_nobody")], &[])
        .await;
    assert_eq!(
        (nobody.status, nobody.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    assert_eq!(
        server.get("/par", &[]).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}
