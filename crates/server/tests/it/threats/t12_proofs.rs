//! Threat 12: replay of DPoP proofs (RFC 9449 §11.1).

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::future::join_all;
use ipse_jose::SigningKey;
use ipse_store::testing::TestDb;
use serde_json::json;

use crate::support::bound::Bound;
use crate::support::oidc::{Answer, TestServer};

async fn client() -> Bound {
    Bound::registered(json!({"dpop_bound_access_tokens": true})).await
}

#[tokio::test]
async fn t12_a_proof_is_taken_once_on_all_nodes() {
    for db in TestDb::both() {
        let client = Bound::on(db, json!({}), SigningKey::generate_es256()).await;
        let token = client.token().await;
        let proof = client.proof_for(&token).await;
        let nodes = [client.server.another_node(), client.server.another_node()];
        let answers = (0..16).map(|n| {
            let request = Request::get("/userinfo")
                .header("authorization", format!("DPoP {token}"))
                .header("dpop", &proof)
                .body(Body::empty())
                .unwrap();
            TestServer::send_to(&nodes[n % 2], request)
        });
        let answers: Vec<Answer> = join_all(answers).await;
        let (taken, refused): (Vec<_>, Vec<_>) = answers
            .iter()
            .partition(|answer| answer.status == StatusCode::OK);
        assert_eq!(taken.len(), 1);
        for answer in refused {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert_eq!(answer.error(), "invalid_dpop_proof", "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn t12_a_proof_is_taken_once_at_the_token_endpoint_also_if_the_request_is_refused() {
    let client = client().await;
    let (one, two) = (client.fresh_code().await, client.fresh_code().await);
    let proof = client.proof("/token").await;
    let refused = client.redeem("unknown", Some(&proof)).await;
    assert_eq!(refused.error(), "invalid_grant");
    let again = client.redeem(&one, Some(&proof)).await;
    assert_eq!(again.error(), "invalid_dpop_proof", "{}", again.text);
    let proof = client.proof("/token").await;
    let redeemed = client.redeem(&one, Some(&proof)).await;
    assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.text);
    let again = client.redeem(&two, Some(&proof)).await;
    assert_eq!(again.error(), "invalid_dpop_proof", "{}", again.text);
}

#[tokio::test]
async fn t12_a_proof_is_taken_once_at_par_also_if_the_request_is_refused() {
    let client = client().await;
    let proof = client.proof("/par").await;
    let refused = client.push(&[("claims", "{")], Some(&proof)).await;
    assert_eq!(refused.error(), "invalid_request");
    let again = client.push(&[], Some(&proof)).await;
    assert_eq!(again.error(), "invalid_dpop_proof", "{}", again.text);
    let proof = client.proof("/par").await;
    let pushed = client.push(&[], Some(&proof)).await;
    assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.text);
    let again = client.push(&[], Some(&proof)).await;
    assert_eq!(again.error(), "invalid_dpop_proof", "{}", again.text);
}

#[tokio::test]
async fn t12_a_proof_is_too_old_when_its_nonce_is() {
    let client = client().await;
    let clock = client.server.server.scheme.clock.clone();
    let nonce = client.nonce().await;
    let redeem = async || {
        clock.shift(5 * 60_000);
        let code = client.fresh_code().await;
        let mut claims = client.claims(("POST", "/token"), None).await;
        claims["nonce"] = nonce.clone().into();
        client.redeem(&code, Some(&client.sign(&claims))).await
    };
    // The nonce before counts too, and the answer brings the new one.
    let answer = redeem().await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_ne!(answer.headers["dpop-nonce"], nonce);
    let answer = redeem().await;
    assert_eq!(answer.error(), "use_dpop_nonce", "{}", answer.text);
    assert_ne!(answer.headers["dpop-nonce"], nonce);
}
