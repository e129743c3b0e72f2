//! Silent challenges: the SIM answers, each counter counts once.

use ipse_sim::statement::{Line, Method, Readiness};
use serde_json::json;

use crate::network::{INCOMPATIBLE, READY, TestNetwork, UPGRADABLE};

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_sim_answers() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        let (status, answer) = network.silent(&handle, [1; 32]).await;
        assert_eq!(status, 201, "{answer}");
        let claims = network
            .verify(&answer, &handle, &[1; 32], Method::Silent)
            .expect("good");
        assert_eq!(
            (claims.method, claims.readiness, claims.line),
            (Method::Silent, Readiness::Ready, Line::Active)
        );
        assert_eq!((claims.kvn, claims.ctr), (1, 1));
        let (_, view) = network.get(&format!("/sims/{handle}")).await;
        assert_eq!(view["changedAt"], claims.changed_at);
        // Another challenge, another counter.
        let (_, answer) = network.silent(&handle, [2; 32]).await;
        let claims = network
            .verify(&answer, &handle, &[2; 32], Method::Silent)
            .expect("good");
        assert_eq!(claims.ctr, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_at_once_get_sixty_four_counters() {
    TestNetwork::on_both(async |network| {
        let network = std::sync::Arc::new(network);
        let handle = network.handle(READY).await;
        let mut tasks = tokio::task::JoinSet::new();
        for i in 0..64 {
            let (network, handle) = (network.clone(), handle.clone());
            tasks.spawn(async move {
                let (status, answer) = network.silent(&handle, [i; 32]).await;
                assert_eq!(status, 201, "{answer}");
                network
                    .verify(&answer, &handle, &[i; 32], Method::Silent)
                    .expect("good")
                    .ctr
            });
        }
        let mut counters = tasks.join_all().await;
        counters.sort_unstable();
        assert_eq!(counters, (1..=64).collect::<Vec<u64>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sims_do_not() {
    TestNetwork::on_both(async |network| {
        for (number, readiness) in [(UPGRADABLE, "upgradable"), (INCOMPATIBLE, "incompatible")] {
            let (status, view) = network.resolve(number).await;
            assert_eq!(
                (status, &view["readiness"], &view["line"]),
                (200, &json!(readiness), &json!("active"))
            );
            let handle = view["handle"].as_str().expect("handle");
            for (status, answer) in [
                network.silent(handle, [1; 32]).await,
                network.holder(handle, [1; 32]).await,
            ] {
                assert_eq!(
                    (status, &answer["code"]),
                    (422, &json!("SERVICE_NOT_APPLICABLE"))
                );
                assert_eq!(
                    (&answer["readiness"], &answer["reason"]),
                    (&json!(readiness), &json!(readiness))
                );
            }
        }
        assert_eq!(network.silent("nobody", [1; 32]).await.0, 404);
        assert!(network.messages(UPGRADABLE).await.is_empty());
    })
    .await;
}
