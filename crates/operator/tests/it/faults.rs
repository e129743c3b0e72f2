//! An operator that misbehaves on purpose, for tests of the scheme.

use std::time::Duration;

use ipse_operator::config::{Fault, FaultSetting};
use ipse_operator::store::setting;
use ipse_sim::event::{Event, Kind};
use ipse_sim::statement::{Method, Refusal};
use ipse_store::testing::TestDb;

use crate::network::{READY, TestNetwork};

/// Row 30 of the threat model: no fault of the operator gives a statement that verifies.
#[tokio::test(flavor = "multi_thread")]
async fn t30_no_fault_yields_a_good_statement() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    network.operator().set_fault(Some(Fault::Lying));
    let (status, answer) = network.silent(&handle, [1; 32]).await;
    assert_eq!(status, 201);
    assert_eq!(
        network.verify(&answer, &handle, &[1; 32], Method::Silent),
        Err(Refusal::Handle)
    );
    network.operator().set_fault(Some(Fault::Garbage));
    let (status, answer) = network.silent(&handle, [1; 32]).await;
    assert_eq!((status, answer.is_null()), (201, true));
    network.operator().set_fault(Some(Fault::Error));
    assert_eq!(network.silent(&handle, [1; 32]).await.0, 503);
    network.operator().set_fault(Some(Fault::Silent));
    let never = network.silent(&handle, [1; 32]);
    assert!(
        tokio::time::timeout(Duration::from_millis(200), never)
            .await
            .is_err()
    );
    // Tokens and the feed are not affected.
    assert_eq!(network.ask_token(&network.assertion()).await.0, 200);
    network.operator().set_fault(None);
    assert_eq!(network.silent(&handle, [1; 32]).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_operator_applies_a_requested_fault() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let set = async |fault: Option<Fault>| {
        let store = network.second_store();
        let fault = FaultSetting(fault);
        let put = store.write(move |tx| setting::request_fault(tx, fault));
        put.await.expect("the store");
    };
    set(Some(Fault::Error)).await;
    until(|| network.operator().fault() == Some(Fault::Error)).await;
    set(None).await;
    until(|| network.operator().fault().is_none()).await;
}

/// In production a stored setting is not read, even a damaged one, and no fault is noted as in force.
#[tokio::test(flavor = "multi_thread")]
async fn t30_production_reads_no_fault() {
    let network = TestNetwork::production(TestDb::sqlite()).await;
    let store = network.second_store();
    let request = store.write(|tx| setting::request_fault(tx, FaultSetting(Some(Fault::Error))));
    request.await.expect("the store");
    assert!(network.lose(READY).await.is_ok());
    let lost = |events: &[Event]| events.iter().any(|event| event.kind == Kind::Lost);
    network.events(lost).await;
    assert_eq!(network.operator().fault(), None);
    assert_eq!(store.read(setting::fault_in_force).await, Ok(None));
    const DAMAGE: &str = "UPDATE setting SET value = 'of another kind' WHERE name = 'fault'";
    let damage = store.write(|tx| tx.change_one(DAMAGE, &[]));
    damage.await.expect("the store");
    assert!(network.restore(READY).await.is_ok());
    let restored = |events: &[Event]| events.iter().any(|event| event.kind == Kind::Restored);
    network.events(restored).await;
}

async fn until(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .expect("in time");
}
