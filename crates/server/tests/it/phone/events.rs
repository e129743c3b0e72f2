//! `GET /phone/v1/events`. Threats: t05, t38.

use reqwest::StatusCode;

use crate::support::{Phone, TestNetwork};

#[tokio::test]
async fn the_stream_starts_with_the_state_of_the_identity() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let sealed = phone.seal_bytes("GET", "/phone/v1/events", b"");
    let request = network
        .http
        .get(format!("{}/phone/v1/events", network.app))
        .header("ipse-device", &sealed.signature);
    let mut answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let first = answer.chunk().await.expect("a chunk").expect("an event");
    let first = String::from_utf8_lossy(&first);
    assert!(first.starts_with("event: identity\ndata: {"), "{first}");
    drop(answer);
    network.end().await;
}

/// Opens the phone's stream.
async fn open(network: &TestNetwork, phone: &mut Phone) -> reqwest::Response {
    let sealed = phone.seal_bytes("GET", "/phone/v1/events", b"");
    let request = network
        .http
        .get(format!("{}/phone/v1/events", network.app))
        .header("ipse-device", &sealed.signature);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer
}

/// The next part of a stream; none when it has ended. A stream that stays silent fails the test.
async fn next(stream: &mut reqwest::Response) -> Option<String> {
    let part = tokio::time::timeout(std::time::Duration::from_secs(60), stream.chunk()).await;
    let part = part.expect("a part, or the end").expect("a part");
    part.map(|part| String::from_utf8_lossy(&part).into_owned())
}

#[tokio::test]
async fn t05_the_stream_of_a_suspended_device_ends() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        // The identity is suspended before: the copy changes only the device.
        let mut stream = open(&network, &mut phone).await;
        let first = next(&mut stream).await.expect("an event");
        assert!(first.contains("active"), "{first}");
        let device = phone.device_id().to_owned();
        network
            .change_device(&phone, |device| {
                device.status = ipse_store::device::DeviceStatus::Suspended;
            })
            .await;
        let changed = phone.identity.clone();
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                tx.notify(ipse_scheme::block::IDENTITY_CHANNEL, &changed);
                Ok(())
            })
            .await
            .expect("told");
        while let Some(part) = next(&mut stream).await {
            assert!(part.starts_with(':'), "{device}: {part}");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t05_a_copy_ends_the_stream_of_both_phones() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut stream = open(&network, &mut phone).await;
        next(&mut stream).await.expect("an event");
        let mut copy = phone.copy();
        phone.get("/me").await;
        copy.get("/devices").await.refused("device_copied");
        while let Some(part) = next(&mut stream).await {
            assert!(!part.contains("suspended"), "{part}");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn the_stream_of_a_suspended_identity_says_so_and_the_person_can_read_why() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut stream = open(&network, &mut phone).await;
        next(&mut stream).await.expect("an event");
        let blocked = phone
            .post("/block", &serde_json::json!({"reason": "person"}))
            .await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let mut told = next(&mut stream).await.expect("an event");
        while told.starts_with(':') {
            told = next(&mut stream).await.expect("an event");
        }
        assert!(told.contains("\"status\":\"suspended\""), "{told}");
        let me = phone.get("/me").await;
        assert_eq!(me.body["reasons"][0]["reason"], "person", "{}", me.body);
        network.end().await;
    }
}

#[tokio::test]
async fn the_stream_of_a_replaced_phone_ends_and_that_of_the_new_one_hears_that_the_number_was_told()
 {
    for network in TestNetwork::both().await {
        let mut old = network.enrolled(0).await;
        let mut ending = open(&network, &mut old).await;
        next(&mut ending).await.expect("an event");
        let mut new = network.enrolled(0).await;
        while let Some(part) = next(&mut ending).await {
            assert!(part.starts_with(':'), "{part}");
        }
        let mut stream = open(&network, &mut new).await;
        next(&mut stream).await.expect("an event");
        let me = new.get("/me").await;
        assert_eq!(
            me.body["limited"]["until"],
            serde_json::json!(null),
            "{}",
            me.body
        );
        let scheme = &network.server.scheme;
        while ipse_server::outbox::drain(scheme).await.expect("drained") > 0 {}
        let mut told = next(&mut stream).await.expect("an event");
        while told.starts_with(':') {
            told = next(&mut stream).await.expect("an event");
        }
        assert!(told.starts_with("event: identity"), "{told}");
        let me = new.get("/me").await;
        assert!(me.body["limited"]["until"].is_i64(), "{}", me.body);
        network.end().await;
    }
}
