//! `POST /par`. Threats: t19, t20.

use axum::body::Body;
use axum::http::Request;
use reqwest::{StatusCode, header};

use crate::support::oidc::{CHALLENGE, ISSUER, TestServer};

#[tokio::test]
async fn a_request_is_pushed_and_the_answer_is_not_cached() {
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
async fn malformed_requests_get_their_error_codes() {
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
            with(&[("resource", "https://other.example")]),
            "invalid_target",
        ),
        (
            with(&[("authorization_details", "[{}]")]),
            "invalid_authorization_details",
        ),
        (with(&[("id_token_hint", "x")]), "invalid_request"),
        (
            with(&[("acr_values", "urn:other")]),
            "unmet_authentication_requirements",
        ),
        (with(&[("prompt", "none")]), "login_required"),
    ] {
        let answer = server.as_partner("/par", &form).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::BAD_REQUEST, error),
            "{form:?}"
        );
        assert!(answer.json()["error_description"].is_string());
    }
    let mut unknown = server.request();
    unknown.extend([("made_up", "1"), ("made_up", "2"), ("resource", ISSUER)]);
    unknown.push(("resource", ISSUER));
    assert_eq!(
        server.as_partner("/par", &unknown).await.status,
        StatusCode::CREATED
    );
    let mut twice = server.request();
    twice.push(("code_challenge", CHALLENGE));
    assert_eq!(
        server.as_partner("/par", &twice).await.error(),
        "invalid_request"
    );
}

#[tokio::test]
async fn a_body_of_wrong_type_or_size_is_refused() {
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
