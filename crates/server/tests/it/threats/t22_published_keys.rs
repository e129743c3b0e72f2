//! Threat 22: keys that a partner publishes (`jwks_uri`).

use ipse_jose::SigningKey;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Partner, Site, TestNetwork};

async fn push(partner: &Partner) -> StatusCode {
    partner.push(partner.request(&partner.login())).await.0
}

#[tokio::test]
async fn t22_published_keys_are_fetched_again_when_a_signature_is_of_none_of_them() {
    for network in TestNetwork::both().await {
        let clock = network.db.clock().clone();
        let site = Site::default();
        let authentication = json!({"method": "private_key_jwt", "jwks": {"keys": []}});
        let registered = json!({"jwks_uri": site.serve().await, "authentication": authentication});
        let mut partner = Partner::register(&network, registered).await;
        let mut key = || std::mem::replace(&mut partner.key, SigningKey::generate_es256());
        let (first, second) = (key(), key());
        let third = partner.key;
        let (first_jwk, second_jwk) = (first.public_jwk(), second.public_jwk());

        site.publish(std::slice::from_ref(&first_jwk));
        partner.key = first;
        assert_eq!(push(&partner).await, StatusCode::CREATED);
        assert_eq!(push(&partner).await, StatusCode::CREATED);
        assert_eq!(site.fetched(), 1);

        // An unknown `kid`: at most one fetch a minute, whoever asks.
        site.publish(&[first_jwk, second_jwk.clone()]);
        partner.key = second;
        for _ in 0..3 {
            assert_eq!(push(&partner).await, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(site.fetched(), 1);
        clock.shift(60_000);
        assert_eq!(push(&partner).await, StatusCode::CREATED);
        assert_eq!(site.fetched(), 2);

        // A failed signature under a known `kid`.
        let mut wrong = second_jwk;
        wrong.kid = third.public_jwk().kid;
        site.publish(&[wrong]);
        partner.key = third;
        clock.shift(60_000);
        assert_eq!(push(&partner).await, StatusCode::UNAUTHORIZED);
        assert_eq!(site.fetched(), 3);
        site.publish(&[partner.key.public_jwk()]);
        clock.shift(60_000);
        assert_eq!(push(&partner).await, StatusCode::CREATED);
        assert_eq!(site.fetched(), 4);

        // Nothing to fetch: the kept ones are good for a day.
        site.publish_text("<html>");
        clock.shift(23 * 3_600_000);
        assert_eq!(push(&partner).await, StatusCode::CREATED);
        assert_eq!(site.fetched(), 4);
        clock.shift(3_600_000);
        assert_eq!(push(&partner).await, StatusCode::UNAUTHORIZED);
        assert_eq!(site.fetched(), 5);
        site.publish(&[partner.key.public_jwk()]);
        clock.shift(60_000);
        assert_eq!(push(&partner).await, StatusCode::CREATED);
        assert_eq!(site.fetched(), 6);
        network.end().await;
    }
}

#[tokio::test]
async fn t22_many_first_requests_fetch_the_published_keys_once() {
    for network in TestNetwork::both().await {
        let site = Site::default();
        let authentication = json!({"method": "private_key_jwt", "jwks": {"keys": []}});
        let registered = json!({"jwks_uri": site.serve().await, "authentication": authentication});
        let partner = Partner::register(&network, registered).await;
        site.publish(&[partner.key.public_jwk()]);
        let all = futures_util::future::join_all((0..8).map(|_| push(&partner))).await;
        assert_eq!(all, [StatusCode::CREATED; 8]);
        assert_eq!(site.fetched(), 1);
        network.end().await;
    }
}
