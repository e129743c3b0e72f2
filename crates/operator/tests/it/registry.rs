//! What happens to SIMs in real life.

use ipse_operator::registry::{self, CardIdentity, Refusal};
use ipse_sim::event::Kind;
use ipse_sim::statement::{Method, Readiness};
use serde_json::json;

use crate::network::{OTHER, READY, TestNetwork, UPGRADABLE, is_about_a_sim};

/// Row 7: after a swap the old handle is dead, and swapping back does not bring it to life.
#[tokio::test(flavor = "multi_thread")]
async fn t07_a_swap_gives_a_new_handle_also_back() {
    TestNetwork::on_both(async |network| {
        let old = network.handle(READY).await;
        let first = network
            .operator()
            .store
            .read(|tx| ipse_operator::store::sim::by_number(tx, READY));
        let first = first.await.expect("store").expect("a SIM");
        let card = CardIdentity::fresh();
        let swapped = network
            .change(move |tx, context| registry::swap(tx, context, READY, &card))
            .await;
        let new = network.handle(READY).await;
        assert_eq!(swapped.map(|sim| sim.handle), Ok(new.clone()));
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
        let back = network
            .change(move |tx, context| registry::swap(tx, context, READY, &back))
            .await;
        let back = back.expect("swapped back");
        assert!(back.handle != old && back.handle != new);
        assert_eq!(back.kvn, 2);
        let (status, answer) = network.silent(&back.handle, [2; 32]).await;
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
        let card = CardIdentity::fresh();
        let swapped = network
            .change(move |tx, context| registry::swap(tx, context, UPGRADABLE, &card))
            .await;
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
        assert!(
            network
                .change(|tx, _| registry::lose(tx, READY))
                .await
                .is_ok()
        );
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
        let again = network.change(|tx, _| registry::lose(tx, READY)).await;
        assert_eq!(again.map(|_| ()), Err(Refusal::WrongLine("barred_lost")));
        assert!(
            network
                .change(|tx, _| registry::restore(tx, READY))
                .await
                .is_ok()
        );
        assert_eq!(network.silent(&handle, [1; 32]).await.0, 201);
        let again = network.change(|tx, _| registry::restore(tx, READY)).await;
        assert_eq!(again.map(|_| ()), Err(Refusal::WrongLine("active")));
        // Nothing of this touched the neighbour.
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
async fn a_port_can_be_called_off_until_it_is_done() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        assert!(
            network
                .change(|tx, _| registry::port_pending(tx, READY))
                .await
                .is_ok()
        );
        let (status, answer) = network.silent(&handle, [1; 32]).await;
        assert_eq!((status, &answer["line"]), (422, &json!("port_pending")));
        assert!(
            network
                .change(|tx, _| registry::restore(tx, READY))
                .await
                .is_ok()
        );
        assert_eq!(network.silent(&handle, [1; 32]).await.0, 201);
        assert!(
            network
                .change(|tx, _| registry::port(tx, READY))
                .await
                .is_ok()
        );
        assert_eq!(network.resolve(READY).await.0, 404);
        let (_, view) = network.get(&format!("/sims/{handle}")).await;
        assert_eq!(
            (&view["readiness"], &view["line"]),
            (&json!("retired"), &json!("ported"))
        );
        assert_eq!(network.silent(&handle, [1; 32]).await.0, 422);
        let again = network.change(|tx, _| registry::restore(tx, READY)).await;
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
        // Starting again does not bring the number back.
        network.operator().seed().await.expect("seed");
        assert_eq!(network.resolve(READY).await.0, 404);
    })
    .await;
}

/// Row 7: whoever gets a number later is nobody's successor.
#[tokio::test(flavor = "multi_thread")]
async fn t07_a_recycled_number_has_another_handle() {
    TestNetwork::on_both(async |network| {
        let old = network.handle(READY).await;
        assert_eq!(network.holder(&old, [1; 32]).await.0, 202);
        assert!(
            network
                .change(|tx, _| registry::port(tx, READY))
                .await
                .is_ok()
        );
        let card = CardIdentity::fresh();
        let newcomer = network.change(move |tx, context| {
            registry::activate(tx, context, READY, &card, Readiness::Ready)
        });
        assert!(newcomer.await.is_ok());
        let new = network.handle(READY).await;
        assert_ne!(old, new);
        assert!(
            network.messages(READY).await.is_empty(),
            "the newcomer sees nothing of before"
        );
        assert_eq!(network.silent(&old, [1; 32]).await.0, 422);
        assert_eq!(network.silent(&new, [1; 32]).await.0, 201);
        let card = CardIdentity::fresh();
        let twice = network
            .change(move |tx, context| {
                registry::activate(tx, context, READY, &card, Readiness::Ready)
            })
            .await;
        assert_eq!(twice.map(|_| ()), Err(Refusal::NumberInUse));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_relation() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        for (path, status) in [(handle.as_str(), 204), (&handle, 204), ("nobody", 404)] {
            let url = network.path(&format!("/sims/{path}/binding"));
            let request = network.http.delete(url).bearer_auth(&network.token);
            assert_eq!(crate::network::answer(request).await.0, status);
        }
    })
    .await;
}
