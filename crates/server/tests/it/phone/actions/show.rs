//! `GET /phone/v1/actions/{id}`.

use ipse_protocol::wire::Offer;
use serde_json::json;

use crate::support::{CODE, TestNetwork};

#[tokio::test]
async fn another_person_cannot_use_an_action_or_an_attempt() {
    for network in TestNetwork::both().await {
        let (mut anna, mut bert) = (network.enrolled(0).await, network.enrolled(1).await);
        let partner = network.partner().await;
        let started = network.start_basic(&partner).await;
        let offer: Offer = anna.claim(&started.link).await.json();
        // The second claimer, whichever way.
        bert.claim(&started.link).await.refused("already_claimed");
        let (attempt, _) = anna
            .attempt(&offer, CODE)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        bert.attempt(&offer, CODE)
            .await
            .map(drop)
            .expect_err("not his")
            .refused("not_found");
        bert.refuse(&offer).await.refused("not_found");
        bert.get(&format!("/actions/{}", offer.action))
            .await
            .refused("not_found");
        bert.post(&format!("/actions/{}/report", offer.action), &json!({}))
            .await
            .refused("not_found");
        // Nor may he call her attempt wrong on an action of his own.
        let own = network.offer_basic(&partner, &mut bert).await;
        let path = format!("/actions/{}/wrong", own.action);
        bert.post(&path, &json!({"attempt": attempt.attempt}))
            .await
            .refused("attempt_unknown");
        let identity = network.identity(&anna.identity).await;
        assert_eq!(
            (
                identity.wrong_codes,
                network.open_attempt(&anna.identity).await
            ),
            (0, Some(attempt.attempt))
        );
        network.end().await;
    }
}
