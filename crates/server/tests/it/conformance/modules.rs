//! The modules of Basic OP, which Form Post Basic OP has too. A function has the name of its module.

use axum::http::StatusCode;
use serde_json::Value;

use crate::support::oidc::REDIRECT;
use crate::support::plain::{Begun, Plain};

/// Milliseconds.
const SECOND: i64 = 1000;

pub async fn server(op: Plain) {
    let (claims, token, code) = op.log_in(&[]).await;
    assert!(code.len() >= 22, "at least 128 random bits");
    let info = op.userinfo(&token).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.text);
    assert_eq!(info.json()["sub"], claims["sub"]);
}

pub async fn server_client_secret_post(op: Plain) {
    let asked = op.ask(&[]).await;
    let code = op.approved(&asked).await["code"].clone();
    let tokens = op.redeem_by_form(&code).await;
    op.checked(&asked, &tokens).await;
}

pub async fn response_type_missing(op: Plain) {
    let asked = op.ask(&[("response_type", "")]).await;
    refused(&op, &asked, "invalid_request");
}

pub async fn userinfo_get(op: Plain) {
    let (claims, token, _) = op.log_in(&[]).await;
    let info = op.userinfo(&token).await;
    assert_eq!(info.json()["sub"], claims["sub"]);
    assert_eq!(info.headers["content-type"], "application/json");
}

pub async fn userinfo_post_header(op: Plain) {
    let (claims, token, _) = op.log_in(&[]).await;
    let info = op.userinfo_by_post(&token, false).await;
    assert_eq!(info.json()["sub"], claims["sub"]);
}

pub async fn userinfo_post_body(op: Plain) {
    let (claims, token, _) = op.log_in(&[]).await;
    let info = op.userinfo_by_post(&token, true).await;
    assert_eq!(info.json()["sub"], claims["sub"]);
}

pub async fn ensure_request_without_nonce_succeeds_for_code_flow(op: Plain) {
    let (claims, ..) = op.log_in(&[("nonce", "")]).await;
    assert!(claims.get("nonce").is_none());
}

pub async fn scope_profile(op: Plain) {
    let (claims, token, _) = op.log_in(&[("scope", "openid profile")]).await;
    let info = op.userinfo(&token).await.json();
    assert_eq!(info["name"], "An Peeters");
    // The suite warns of a claim that userinfo has, in an ID token that nobody asked it for.
    assert!(claims.get("name").is_none());
}

/// `scope-email`, `scope-address`, `scope-phone` and `scope-all`: what is not there is left out, and is no error.
pub async fn scope_all(op: Plain) {
    let scope = "openid profile email address phone";
    let (_, token, _) = op.log_in(&[("scope", scope)]).await;
    assert_eq!(op.userinfo(&token).await.json()["given_name"], "An");
}

pub async fn ensure_other_scope_order_succeeds(op: Plain) {
    let (_, token, _) = op.log_in(&[("scope", "profile openid")]).await;
    assert_eq!(op.userinfo(&token).await.json()["given_name"], "An");
}

pub async fn display_page(op: Plain) {
    op.log_in(&[("display", "page")]).await;
}

pub async fn display_popup(op: Plain) {
    op.log_in(&[("display", "popup")]).await;
}

pub async fn prompt_login(op: Plain) {
    again(op, &[("prompt", "login")]).await;
}

pub async fn prompt_none_not_logged_in(op: Plain) {
    let asked = op.ask(&[("prompt", "none")]).await;
    refused(&op, &asked, "login_required");
}

pub async fn max_age_1(op: Plain) {
    again(op, &[("max_age", "1")]).await;
}

pub async fn ensure_request_with_unknown_parameter_succeeds(op: Plain) {
    op.log_in(&[("extra", "foobar")]).await;
}

/// Of a client that may not name test people, it is ignored.
pub async fn login_hint(op: Plain) {
    op.log_in(&[("login_hint", "buffy@localhost")]).await;
}

pub async fn ui_locales(op: Plain) {
    op.log_in(&[("ui_locales", "se")]).await;
}

pub async fn claims_locales(op: Plain) {
    op.log_in(&[("claims_locales", "se")]).await;
}

/// The suite sends all values of the metadata. This client gets the lower one.
pub async fn ensure_request_with_acr_values_succeeds(op: Plain) {
    let document = op.server.get("/.well-known/openid-configuration", &[]);
    let document = document.await.json();
    let values = document["acr_values_supported"].as_array().unwrap();
    let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    let (claims, ..) = op.log_in(&[("acr_values", &values.join(" "))]).await;
    assert!(values.contains(&claims["acr"].as_str().unwrap()));
}

pub async fn codereuse(op: Plain) {
    reuse(op, 0).await;
}

pub async fn codereuse_30seconds(op: Plain) {
    reuse(op, 30 * SECOND).await;
}

pub async fn ensure_registered_redirect_uri(op: Plain) {
    let other = format!("{REDIRECT}/x1");
    let asked = op.ask(&[("redirect_uri", &other)]).await;
    assert_eq!(asked.answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(asked.answer.page_code(), "redirect_unregistered");
}

pub async fn ensure_post_request_succeeds(op: Plain) {
    let asked = op.ask_by_post().await;
    op.finish(&asked).await;
}

/// `unsigned-request-object-…` and `ensure-request-object-with-redirect-uri`: what is not supported has an error of its own.
pub async fn request_object(op: Plain) {
    let object = "eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6IngifQ.";
    let asked = op.ask(&[("request", object)]).await;
    refused(&op, &asked, "request_not_supported");
}

pub async fn request_uri_unsigned(op: Plain) {
    let uri = "https://suite.example/requesturi/1";
    let asked = op.ask(&[("request_uri", uri)]).await;
    refused(&op, &asked, "request_uri_not_supported");
}

pub async fn claims_essential(op: Plain) {
    let wanted = r#"{"userinfo":{"name":{"essential":true}}}"#;
    let (claims, token, _) = op.log_in(&[("claims", wanted)]).await;
    assert_eq!(op.userinfo(&token).await.json()["name"], "An Peeters");
    assert!(claims.get("name").is_none());
}

/// There is no refresh token, and the suite then skips the module.
pub async fn refresh_token(op: Plain) {
    let asked = op
        .ask(&[("scope", "openid offline_access"), ("prompt", "consent")])
        .await;
    let code = op.approved(&asked).await["code"].clone();
    let tokens = op.redeem(&code).await.json();
    assert!(tokens.get("refresh_token").is_none());
    assert_eq!(tokens["scope"], "openid");
}

/// The error that a request gets at once.
fn refused(op: &Plain, asked: &Begun, error: &str) {
    let response = op.response(&asked.answer);
    assert_eq!(response["error"], error, "{response:?}");
    assert_eq!(response.get("state"), asked.sent.get("state"));
}

/// A second request in the same browser asks the person again.
async fn again(op: Plain, changes: &[(&str, &str)]) {
    let first = op.ask(&[]).await;
    let (before, ..) = op.finish(&first).await;
    op.server.pass(2 * SECOND);
    let second = op.ask_again(Some(&first), changes).await;
    let (after, ..) = op.finish(&second).await;
    let time = |claims: &Value| claims["auth_time"].as_i64().unwrap();
    assert!(time(&after) >= time(&before) + 2);
}

/// A code that is used twice revokes what it gave.
async fn reuse(op: Plain, later: i64) {
    let (_, token, code) = op.log_in(&[]).await;
    op.server.pass(later);
    let reused = op.redeem(&code).await;
    assert_eq!(reused.status, StatusCode::BAD_REQUEST);
    assert_eq!(reused.error(), "invalid_grant");
    let info = op.userinfo(&token).await;
    assert_eq!(info.status, StatusCode::UNAUTHORIZED);
}
