//! `GET /phone/v1/events`. Threat: t38.

use reqwest::StatusCode;

use crate::support::TestNetwork;

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
