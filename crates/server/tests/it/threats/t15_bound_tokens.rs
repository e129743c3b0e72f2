//! Threat 15: codes and tokens that are bound to a key (RFC 9449) are worth nothing without it.

use ipse_jose::SigningKey;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::bound::Bound;
use crate::support::oidc::{fetch_userinfo, redemption};

#[tokio::test]
async fn t15_a_bound_token_needs_a_proof_of_its_key_and_another_takes_none() {
    let mut client = Bound::registered(json!({})).await;
    // A proof at the token endpoint binds the token of a client that is registered without.
    let bound = client.token().await;
    let answer = fetch_userinfo(&client.server, &bound).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.error(), "invalid_token");
    let challenges: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
    assert!(challenges[0].to_str().unwrap().starts_with("Bearer ") && challenges.len() == 2);
    assert_eq!(challenges[1], r#"DPoP realm="ipse", algs="ES256 PS256""#);
    let form = [("access_token", &*bound)];
    let posted = client.server.post("/userinfo", &form, &[]).await;
    assert_eq!(posted.error(), "invalid_token");
    // Without the name of its key it is another token, and so it is with that of another key.
    let (bare, jkt) = bound.rsplit_once('.').unwrap();
    assert_eq!(jkt, client.key.kid());
    assert_eq!(
        fetch_userinfo(&client.server, bare).await.error(),
        "invalid_token"
    );
    let own = std::mem::replace(&mut client.key, SigningKey::generate_es256());
    let proof = client.proof_for(&bound).await;
    let foreign = client.userinfo(&bound, &[&proof]).await;
    assert_eq!(foreign.error(), "invalid_token", "{}", foreign.text);
    let renamed = format!("{bare}.{}", client.key.kid());
    let proof = client.proof_for(&renamed).await;
    let foreign = client.userinfo(&renamed, &[&proof]).await;
    assert_eq!(foreign.error(), "invalid_token", "{}", foreign.text);
    client.key = own;
    let proof = client.proof_for(&bound).await;
    let info = client.userinfo(&bound, &[&proof]).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.text);

    let code = client.fresh_code().await;
    let tokens = client.redeem(&code, None).await;
    assert_eq!(tokens.json()["token_type"], "Bearer");
    let bearer = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let proof = client.proof_for(&bearer).await;
    let refused = client.userinfo(&bearer, &[&proof]).await;
    assert_eq!(refused.error(), "invalid_token", "{}", refused.text);
    let info = fetch_userinfo(&client.server, &bearer).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.text);
}

#[tokio::test]
async fn t15_a_bound_token_is_revoked_without_a_proof() {
    let client = Bound::registered(json!({"dpop_bound_access_tokens": true})).await;
    let token = client.token().await;
    let revoked = client.post("/revoke", &[("token", &token)], None).await;
    assert_eq!(revoked.status, StatusCode::OK, "{}", revoked.text);
    let proof = client.proof_for(&token).await;
    let answer = client.userinfo(&token, &[&proof]).await;
    assert_eq!(answer.error(), "invalid_token");
}

#[tokio::test]
async fn t15_a_client_that_is_registered_so_gets_no_token_without_a_proof() {
    let client = Bound::registered(json!({"dpop_bound_access_tokens": true})).await;
    let code = client.fresh_code().await;
    let refused = client.redeem(&code, None).await;
    assert_eq!(refused.error(), "invalid_dpop_proof");
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    // Neither does the code of a request that named a key.
    let client = Bound::registered(json!({})).await;
    let jkt = client.key.kid().to_owned();
    let pushed = client.push(&[("dpop_jkt", &jkt)], None).await;
    let code = client.code(&pushed).await;
    let refused = client.redeem(&code, None).await;
    assert_eq!(refused.error(), "invalid_grant");
    let proof = client.proof("/token").await;
    let answer = client
        .post("/token", &redemption(&code), Some(&proof))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}
