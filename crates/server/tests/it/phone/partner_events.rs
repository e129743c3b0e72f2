//! The event that tells a partner of a withdrawal (RFC 8417, RFC 8935), at receivers that hang or lie, and at our own endpoints.

use ipse_store::withdrawal::Told;
use reqwest::StatusCode;
use serde_json::json;

use super::partners::{Endpoint, HOUR, hinted, login, partner_with, told, withdraw};
use crate::support::TestNetwork;

#[tokio::test]
async fn t30_a_partner_that_hangs_is_told_again_and_delays_no_other() {
    let network = TestNetwork::new().await;
    let (silent, quick) = (Endpoint::new(0), Endpoint::new(202));
    let mut ana = network.enrolled(0).await;
    for endpoint in [&silent, &quick] {
        let partner = partner_with(&network, endpoint).await;
        login(&network, &partner, &mut ana).await;
        withdraw(&mut ana, &partner).await;
    }
    network.drain_outbox().await;
    assert_eq!((silent.told().len(), quick.told().len()), (1, 1));
    silent.answers(202, "");
    network.pass(HOUR);
    network.drain_outbox().await;
    assert_eq!((silent.told().len(), quick.told().len()), (2, 1));
    network.end().await;
}

#[tokio::test]
async fn t30_what_a_receiver_says_beside_its_status_counts_for_nothing() {
    let network = TestNetwork::new().await;
    let mut ana = network.enrolled(0).await;
    let endless = "x".repeat(300_000);
    let refused = |err: &str| Some((Told::Refused, Some(err.to_owned())));
    for (status, body, expected) in [
        // Taken, whatever the body says.
        (200, r#"{"err":"invalid_key"}"#, None),
        (202, "<html>", None),
        (299, &*endless, None),
        // Refused for good, and the reason is a word.
        (400, "{}", refused("unspecified")),
        (
            400,
            r#"{"err":"\u001b[2J<script>"}"#,
            refused("unspecified"),
        ),
        (400, r#"{"err":"access_denied"}"#, refused("access_denied")),
    ] {
        let endpoint = Endpoint::new(status);
        endpoint.answers(status, body);
        let partner = partner_with(&network, &endpoint).await;
        login(&network, &partner, &mut ana).await;
        withdraw(&mut ana, &partner).await;
        network.drain_outbox().await;
        assert_eq!(told(&network, &partner).await, expected, "{status}");
        network.pass(HOUR);
        network.drain_outbox().await;
        let times = if body.len() == endless.len() { 2 } else { 1 };
        assert_eq!(endpoint.told().len(), times, "{status}");
    }
    network.end().await;
}

#[tokio::test]
async fn t33_an_event_is_no_id_token() {
    let network = TestNetwork::new().await;
    let endpoint = Endpoint::new(202);
    let partner = partner_with(&network, &endpoint).await;
    let mut ana = network.enrolled(0).await;
    login(&network, &partner, &mut ana).await;
    withdraw(&mut ana, &partner).await;
    network.drain_outbox().await;
    let event = endpoint.told().remove(0);
    let (status, answer) = hinted(&partner, &event).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    assert_eq!(answer["error"], "invalid_request");
    // Nor is it an access token or a client assertion.
    assert_eq!(partner.userinfo(&event).await.0, StatusCode::UNAUTHORIZED);
    let mut request = partner.request(&partner.login());
    for (name, value) in [
        ("client_assertion_type", crate::support::ASSERTION_TYPE),
        ("client_assertion", &event),
    ] {
        request.push((name.to_owned(), value.to_owned()));
    }
    let (status, answer) = partner.post("/par", &request).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
    );
    network.end().await;
}
