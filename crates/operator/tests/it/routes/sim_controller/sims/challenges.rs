//! `POST /sims/{handle}/challenges`.

use ipse_jose::b64;
use ipse_sim::statement::{Line, Method, Readiness};
use ipse_store::testing::TestDb;
use serde_json::json;

use crate::network::{INCOMPATIBLE, READY, TestNetwork, UPGRADABLE};

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_sim_gives_a_silent_statement() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        let (status, answer) = network.silent(&handle, [1; 32]).await;
        assert_eq!(status, 201, "{answer}");
        let claims = network
            .verify(&answer, &handle, &[1; 32], Method::Silent)
            .expect("a good statement");
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
            .expect("a good statement");
        assert_eq!(claims.ctr, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_challenges_at_once_get_sixty_four_counters() {
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
                    .expect("a good statement")
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
async fn a_sim_that_is_not_ready_is_not_asked() {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_dated_with_the_time_of_the_database() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        network.shift(3 * 60_000);
        let before = network.now();
        let (_, answer) = network.silent(&handle, [1; 32]).await;
        let claims = network
            .verify(&answer, &handle, &[1; 32], Method::Silent)
            .expect("a good statement");
        assert!((before..=network.now()).contains(&claims.iat));
        assert_eq!(claims.exp - claims.iat, 60);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_that_is_not_as_specified_is_refused() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    let path = format!("/sims/{handle}/challenges");
    let nonce = b64::encode(&[1; 32]);
    for body in [
        r#"{"method":"silent"}"#,
        &format!(r#"{{"nonceHash":"{nonce}=","method":"silent"}}"#),
        &format!(r#"{{"nonceHash":"{}","method":"silent"}}"#, &nonce[..42]),
        &format!(r#"{{"nonceHash":"{nonce}","method":"number"}}"#),
        &format!(r#"{{"nonceHash":"{nonce}","method":"holder"}}"#),
        &format!(r#"{{"nonceHash":"{nonce}","method":"silent","purpose":"x"}}"#),
        &format!(r#"{{"nonceHash":"{nonce}","method":"silent","budgetMs":-1}}"#),
    ] {
        let (status, answer) = network.post_text(&path, "application/json", body).await;
        assert_eq!((status, &answer["status"]), (400, &json!(400)), "{body}");
    }
}
