//! `POST /operators/events`. Threats: t07, t22.

use reqwest::StatusCode;

use crate::support::TestNetwork;
use crate::support::sims::{report_event, swap_event, wait_for_block};

#[tokio::test]
async fn an_event_is_applied_once_and_a_gap_is_pulled() {
    for network in TestNetwork::both().await {
        let phone = network.enrolled(0).await;
        network.operator_heard().await;
        let scheme = &network.server.scheme;
        assert!(scheme.feed_healthy("Leie Mobiel").await.expect("store"));
        // What the scheme never got, it pulls; what it has, it applies once.
        scheme
            .store
            .write(|tx| tx.exec("DELETE FROM operator_feed", &[]).map(drop))
            .await
            .expect("store");
        network.sim("swap", 0).await;
        let operator = scheme.operators[0].clone();
        scheme.repair_feed(&operator).await.expect("repaired");
        wait_for_block(&network, &phone, "sim_changed").await;
        let key = network.operator.keys.signing.clone();
        let first = swap_event(&network, 1, "sim_nobody")
            .sign(&key)
            .expect("signed");
        assert_eq!(report_event(&network, first).await, StatusCode::NO_CONTENT);
        let far = swap_event(&network, 1_000_000, "sim_nobody")
            .sign(&key)
            .expect("signed");
        assert_eq!(report_event(&network, far).await, StatusCode::NO_CONTENT);
        assert!(
            !scheme.feed_healthy("Leie Mobiel").await.expect("store"),
            "a gap"
        );
        network.end().await;
    }
}

#[tokio::test]
async fn a_silent_feed_is_not_healthy() {
    for network in TestNetwork::both().await {
        network.operator_heard().await;
        let scheme = &network.server.scheme;
        assert!(scheme.feed_healthy("Leie Mobiel").await.expect("store"));
        network
            .operator
            .set_fault(Some(ipse_operator::config::Fault::Silent));
        network.pass(6 * 60_000);
        network
            .soon("noticing", || async {
                // A heartbeat that was on its way may still come in.
                network.pass(6 * 60_000);
                !scheme.feed_healthy("Leie Mobiel").await.expect("store")
            })
            .await;
        network.end().await;
    }
}
