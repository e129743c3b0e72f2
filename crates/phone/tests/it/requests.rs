//! Signing and sending: sequences, repetition, interceptors.

use std::sync::Arc;

use ipse_phone::{Interceptor, Message, Request, SignedRequest};
use ipse_protocol::wire::DevicesResponse;
use serde_json::{Value, json};

use crate::support::{APP, DEVICE, Script, memory, phone};

const BUSY: (u16, &str) = (503, r#"{"code":"busy","detail":"Try again."}"#);
const EMPTY: (u16, &str) = (200, r#"{"devices":[]}"#);

#[tokio::test]
async fn each_request_is_signed_with_the_next_sequence() {
    let (mut script, mut memory) = (Script::of(&[EMPTY, EMPTY]), memory());
    for _ in 0..2 {
        let mut phone = phone(&mut script, &mut memory);
        assert!(phone.devices().await.expect("devices").is_empty());
    }
    let claims = script.claims();
    for (claims, sequence) in claims.iter().zip(1..) {
        assert_eq!(claims.seq, sequence);
        assert_eq!(claims.dev, DEVICE);
        claims
            .check(APP, "GET", "/phone/v1/devices", b"")
            .expect("about this request");
    }
    assert_eq!(memory.sequence, 2);
}

#[tokio::test(start_paused = true)]
async fn a_busy_scheme_gets_the_request_again_with_a_new_sequence() {
    let (mut script, mut memory) = (Script::of(&[BUSY, BUSY, EMPTY]), memory());
    let devices = phone(&mut script, &mut memory).devices().await;
    assert!(devices.expect("devices").is_empty());
    let sequences: Vec<u64> = script.claims().iter().map(|claims| claims.seq).collect();
    assert_eq!(sequences, [1, 2, 3]);
}

#[tokio::test]
async fn without_retries_a_busy_scheme_is_an_error() {
    let (mut script, mut memory) = (Script::of(&[BUSY, EMPTY]), memory());
    let mut phone = phone(&mut script, &mut memory).without_retries();
    let error = phone.devices().await.expect_err("busy");
    assert_eq!((&*error.code, error.status), ("busy", 503));
    assert_eq!(script.sent.len(), 1);
}

#[tokio::test]
async fn a_lost_answer_does_not_give_the_sequence_back() {
    let (mut script, mut memory) = (Script::default(), memory());
    let error = phone(&mut script, &mut memory).devices().await;
    assert_eq!(error.expect_err("offline").code, "offline");
    assert_eq!(memory.sequence, 1);
}

/// Raises the sequence before signing and changes the body afterwards.
struct Forger;

impl Interceptor for Forger {
    fn before_signing(&self, request: &mut Request) {
        request.sequence += 10;
        request.message.path.push_str("?n=1");
    }

    fn after_signing(&self, request: &mut SignedRequest) {
        request.body = b"other".to_vec();
    }
}

#[tokio::test]
async fn an_interceptor_changes_requests_before_and_after_signing() {
    let (mut script, mut memory) = (Script::of(&[(200, "{}")]), memory());
    let message = Message::post("/phone/v1/x", &json!({"a": 1})).expect("a message");
    let signed_body = message.body.clone();
    let answer = phone(&mut script, &mut memory)
        .with_interceptor(Some(Arc::new(Forger)))
        .call::<Value>(message)
        .await;
    answer.expect("an answer");
    let (claims, sent) = (&script.claims()[0], &script.sent[0]);
    assert_eq!(claims.seq, 11);
    assert_eq!(sent.path, "/phone/v1/x?n=1");
    assert_eq!(sent.body, b"other");
    claims
        .check(APP, "POST", "/phone/v1/x?n=1", &signed_body)
        .expect("signed before the body was changed");
    // The phone's own count is not changed.
    assert_eq!(memory.sequence, 1);
}

#[tokio::test]
async fn an_answer_is_read_strictly() {
    let twice = r#"{"devices":[],"devices":[]}"#;
    let (mut script, mut memory) = (Script::of(&[(200, twice), (404, "no JSON")]), memory());
    for status in [200, 404] {
        let mut phone = phone(&mut script, &mut memory);
        let message = Message::get("/phone/v1/devices");
        let error = phone.call::<DevicesResponse>(message).await;
        let error = error.expect_err("not an answer of the protocol");
        assert_eq!((&*error.code, error.status), ("answer_unreadable", status));
    }
}

/// Action ids go into paths.
#[tokio::test]
async fn a_malformed_id_is_not_sent() {
    let (mut script, mut memory) = (Script::default(), memory());
    for id in ["", "act_x", "act_AAAAAAAAAAAAAAAAAAAAAA/../../me", "../me"] {
        let mut phone = phone(&mut script, &mut memory);
        assert_eq!(
            phone.show(id).await.expect_err("no action").code,
            "not_found"
        );
        assert_eq!(
            phone.report(id).await.expect_err("no action").code,
            "not_found"
        );
        assert_eq!(
            phone.receipt(id).await.expect_err("no receipt").code,
            "not_found"
        );
    }
    assert!(script.sent.is_empty());
}
