//! Threat 22: keys that are not registered.

use crate::support::parsed;
use ipse_sim::event::Event;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::bank_visits::landing;
use crate::support::sims::{block_reasons, report_event, swap_event};
use crate::support::{Phone, TestNetwork};

async fn handle_of(network: &TestNetwork, phone: &Phone) -> String {
    let who = phone.identity.clone();
    let store = &network.server.scheme.store;
    let binding = store
        .read(move |tx| ipse_store::sim::binding(tx, &parsed(&who)))
        .await;
    binding.expect("store").expect("a binding").handle
}

#[tokio::test]
async fn t22_a_bank_signature_needs_a_registered_key() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let end = phone.visit_bank("bad_signature").await;
        assert_eq!(landing(&end), "?problem=registrar_failed");
        network.end().await;
    }
}

#[tokio::test]
async fn t22_an_event_signature_needs_the_operators_registered_key() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let handle = handle_of(&network, &phone).await;
        let far = swap_event(&network, 1_000_000, &handle);
        let forged = far
            .sign(&ipse_jose::SigningKey::generate_es256())
            .expect("signed");
        assert_eq!(
            report_event(&network, forged).await,
            StatusCode::BAD_REQUEST
        );
        let key = network.operator.keys.signing.clone();
        // The right key id over a wrong signature, and a key that the token brings along.
        let stranger = ipse_jose::SigningKey::generate_es256();
        let payload = far.sign(&key).expect("signed");
        let payload = payload.split('.').nth(1).expect("payload").to_owned();
        for header in [
            json!({"alg": "ES256", "typ": "sim-event+jwt", "kid": key.kid()}),
            json!({"alg": "ES256", "typ": "sim-event+jwt", "kid": stranger.kid(), "jwk": stranger.public_jwk()}),
            json!({"alg": "ES256", "typ": "sim-event+jwt", "jwk": stranger.public_jwk()}),
            json!({"alg": "ES256", "typ": "sim-event+jwt", "kid": key.kid(), "jku": "http://127.0.0.1:9/jwks"}),
        ] {
            let head = ipse_jose::b64::encode(header.to_string().as_bytes());
            let signature = stranger
                .sign(format!("{head}.{payload}").as_bytes())
                .expect("signs");
            let token = format!("{head}.{payload}.{}", ipse_jose::b64::encode(&signature));
            assert_eq!(
                report_event(&network, token).await,
                StatusCode::BAD_REQUEST,
                "{header}"
            );
        }
        for bad in [
            Event {
                source: "https://other.example".into(),
                ..far.clone()
            },
            Event {
                iat: far.iat - 3_600,
                ..far.clone()
            },
            Event {
                iat: far.iat + 3_600,
                ..far.clone()
            },
            Event {
                subject: None,
                ..far.clone()
            },
        ] {
            let status = report_event(&network, bad.sign(&key).expect("signed")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{bad:?}");
        }
        assert!(block_reasons(&mut phone).await.is_empty());
        assert_eq!(
            report_event(&network, far.sign(&key).expect("signed")).await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(block_reasons(&mut phone).await, ["sim_changed"]);
        network.end().await;
    }
}
