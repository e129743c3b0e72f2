//! Silent challenges: the SIM answers, each counter counts once.

use ipse_sim::statement::{Line, Method, Readiness};
use serde_json::json;

use crate::world::{INCOMPATIBLE, READY, UPGRADABLE, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_sim_answers() {
    World::on_both(async |world| {
        let handle = world.handle(READY).await;
        let (status, answer) = world.silent(&handle, [1; 32]).await;
        assert_eq!(status, 201, "{answer}");
        let claims = world
            .verify(&answer, &handle, &[1; 32], Method::Silent)
            .expect("good");
        assert_eq!(
            (claims.method, claims.readiness, claims.line),
            (Method::Silent, Readiness::Ready, Line::Active)
        );
        assert_eq!((claims.kvn, claims.ctr), (1, 1));
        let (_, view) = world.get(&format!("/sims/{handle}")).await;
        assert_eq!(view["changedAt"], claims.changed_at);
        // Another challenge, another counter.
        let (_, answer) = world.silent(&handle, [2; 32]).await;
        let claims = world
            .verify(&answer, &handle, &[2; 32], Method::Silent)
            .expect("good");
        assert_eq!(claims.ctr, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_at_once_get_sixty_four_counters() {
    World::on_both(async |world| {
        let world = std::sync::Arc::new(world);
        let handle = world.handle(READY).await;
        let mut tasks = tokio::task::JoinSet::new();
        for i in 0..64 {
            let (world, handle) = (world.clone(), handle.clone());
            tasks.spawn(async move {
                let (status, answer) = world.silent(&handle, [i; 32]).await;
                assert_eq!(status, 201, "{answer}");
                world
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
    World::on_both(async |world| {
        for (number, readiness) in [(UPGRADABLE, "upgradable"), (INCOMPATIBLE, "incompatible")] {
            let (status, view) = world.resolve(number).await;
            assert_eq!(
                (status, &view["readiness"], &view["line"]),
                (200, &json!(readiness), &json!("active"))
            );
            let handle = view["handle"].as_str().expect("handle");
            for (status, answer) in [
                world.silent(handle, [1; 32]).await,
                world.holder(handle, [1; 32]).await,
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
        assert_eq!(world.silent("nobody", [1; 32]).await.0, 404);
        assert!(world.messages(UPGRADABLE).await.is_empty());
    })
    .await;
}
