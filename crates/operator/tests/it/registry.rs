//! Swaps, losses, ports and new owners of a number.

use ipse_operator::registry::{CardIdentity, Refusal};
use ipse_sim::event::Kind;
use ipse_sim::statement::{Line, Method, Readiness};
use serde_json::json;

use crate::network::{OTHER, READY, TestNetwork, UPGRADABLE, is_about_a_sim, new_card, number};

/// Row 7: after a swap the old handle is retired, also after a swap back to the first card.
#[tokio::test(flavor = "multi_thread")]
async fn t07_each_swap_gives_a_new_handle() {
    TestNetwork::on_both(async |network| {
        let old = network.handle(READY).await;
        let first = network
            .operator()
            .store
            .read(|tx| ipse_operator::store::sim::by_number(tx, &number(READY)));
        let first = first.await.expect("store").expect("a SIM");
        let swapped = network.swap(READY, new_card()).await;
        let new = network.handle(READY).await;
        assert_eq!(swapped.map(|sim| sim.handle.to_string()), Ok(new.clone()));
        assert_ne!(old, new);
        let (status, view) = network.get(&format!("/sims/{old}")).await;
        assert_eq!(
            (status, &view["readiness"], &view["line"]),
            (200, &json!("retired"), &json!("terminated"))
        );
        let (status, answer) = network.silent(&old, [1; 32]).await;
        assert_eq!(
            (status, &answer["readiness"], &answer["reason"]),
            (422, &json!("retired"), &json!("retired"))
        );
        let (status, answer) = network.silent(&new, [1; 32]).await;
        assert_eq!(status, 201, "{answer}");
        assert!(
            network
                .verify(&answer, &new, &[1; 32], Method::Silent)
                .is_ok()
        );
        assert!(
            network
                .verify(&answer, &old, &[1; 32], Method::Silent)
                .is_err()
        );
        // Back to the first card: a third handle, new keys.
        let back = CardIdentity {
            iccid: first.iccid,
            eid: first.eid,
            imsi: first.imsi,
        };
        let back = network.swap(READY, back).await;
        let back = back.expect("swapped back");
        let third = back.handle.to_string();
        assert!(third != old && third != new);
        assert_eq!(back.kvn, 2);
        let (status, answer) = network.silent(&third, [2; 32]).await;
        assert_eq!(status, 201, "{answer}");
        assert_eq!(network.silent(&old, [2; 32]).await.0, 422);
        let events = network
            .events(|events| events.iter().filter(|e| is_about_a_sim(e)).count() == 2)
            .await;
        let about: Vec<_> = events.iter().filter(|e| is_about_a_sim(e)).collect();
        assert!(about.iter().all(|event| event.kind == Kind::Swapped));
        let handles: Vec<_> = about
            .iter()
            .filter_map(|e| e.subject.as_ref())
            .map(|s| &s.handle)
            .collect();
        assert_eq!(handles, [&old, &new]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swap_makes_an_old_card_ready() {
    TestNetwork::on_both(async |network| {
        let swapped = network.swap(UPGRADABLE, new_card()).await;
        assert_eq!(swapped.map(|sim| sim.readiness()), Ok(Readiness::Ready));
        let (_, view) = network.resolve(UPGRADABLE).await;
        assert_eq!(view["readiness"], "ready");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_line_is_barred_until_restored() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        assert!(network.lose(READY).await.is_ok());
        let (_, view) = network.resolve(READY).await;
        assert_eq!(
            (&view["handle"], &view["readiness"], &view["line"]),
            (&json!(handle), &json!("ready"), &json!("barred_lost"))
        );
        let (status, answer) = network.silent(&handle, [1; 32]).await;
        assert_eq!(
            (status, &answer["line"], &answer["reason"]),
            (422, &json!("barred_lost"), &json!("barred_lost"))
        );
        assert_eq!(network.holder(&handle, [1; 32]).await.0, 422);
        let again = network.lose(READY).await;
        assert_eq!(again.map(|_| ()), Err(Refusal::WrongLine(Line::BarredLost)));
        assert!(network.restore(READY).await.is_ok());
        assert_eq!(network.silent(&handle, [1; 32]).await.0, 201);
        let again = network.restore(READY).await;
        assert_eq!(again.map(|_| ()), Err(Refusal::WrongLine(Line::Active)));
        // Another number is not affected.
        assert_eq!(
            network
                .silent(&network.handle(OTHER).await, [1; 32])
                .await
                .0,
            201
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_can_be_cancelled_until_it_is_done() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        assert!(network.port_pending(READY).await.is_ok());
        let (status, answer) = network.silent(&handle, [1; 32]).await;
        assert_eq!((status, &answer["line"]), (422, &json!("port_pending")));
        assert!(network.restore(READY).await.is_ok());
        assert_eq!(network.silent(&handle, [1; 32]).await.0, 201);
        assert!(network.port(READY).await.is_ok());
        assert_eq!(network.resolve(READY).await.0, 404);
        let (_, view) = network.get(&format!("/sims/{handle}")).await;
        assert_eq!(
            (&view["readiness"], &view["line"]),
            (&json!("retired"), &json!("ported"))
        );
        assert_eq!(network.silent(&handle, [1; 32]).await.0, 422);
        let again = network.restore(READY).await;
        assert_eq!(again.map(|_| ()), Err(Refusal::UnknownNumber));
        let kinds = network
            .events(|events| events.iter().any(|e| e.kind == Kind::Ported))
            .await;
        let kinds: Vec<_> = kinds
            .iter()
            .filter(|e| is_about_a_sim(e))
            .map(|e| e.kind)
            .collect();
        assert_eq!(kinds, [Kind::PortPending, Kind::Restored, Kind::Ported]);
        // Another start does not add the number again.
        network.operator().seed().await.expect("seed");
        assert_eq!(network.resolve(READY).await.0, 404);
    })
    .await;
}

/// Row 7: the next owner of a number gets another handle and none of the earlier messages.
#[tokio::test(flavor = "multi_thread")]
async fn t07_a_recycled_number_has_another_handle() {
    TestNetwork::on_both(async |network| {
        let old = network.handle(READY).await;
        assert_eq!(network.holder(&old, [1; 32]).await.0, 202);
        assert!(network.port(READY).await.is_ok());
        let next_owner = network.activate(READY, new_card());
        assert!(next_owner.await.is_ok());
        let new = network.handle(READY).await;
        assert_ne!(old, new);
        assert!(
            network.messages(READY).await.is_empty(),
            "no earlier message"
        );
        assert_eq!(network.silent(&old, [1; 32]).await.0, 422);
        assert_eq!(network.silent(&new, [1; 32]).await.0, 201);
        let twice = network.activate(READY, new_card()).await;
        assert_eq!(twice.map(|_| ()), Err(Refusal::NumberInUse));
    })
    .await;
}
