//! `POST /resolve`.

use ipse_store::testing::TestDb;
use serde_json::json;

use crate::network::{INCOMPATIBLE, READY, TestNetwork, UPGRADABLE};
use crate::routes::code;

#[tokio::test(flavor = "multi_thread")]
async fn a_number_resolves_to_a_handle_and_no_card_data() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let (status, ready) = network.resolve(READY).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!(ready, { ".handle" => "[handle]", ".changedAt" => "[seconds]" }, @r#"
    {
      "changedAt": "[seconds]",
      "handle": "[handle]",
      "line": "active",
      "readiness": "ready"
    }
    "#);
    let (_, upgradable) = network.resolve(UPGRADABLE).await;
    insta::assert_json_snapshot!(upgradable, { ".handle" => "[handle]", ".changedAt" => "[seconds]" }, @r#"
    {
      "changedAt": "[seconds]",
      "handle": "[handle]",
      "line": "active",
      "readiness": "upgradable",
      "reason": "load_applet"
    }
    "#);
    let (_, incompatible) = network.resolve(INCOMPATIBLE).await;
    assert_eq!(incompatible["reason"], "replace_card");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_normalised_or_refused_with_a_reason() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    for number in ["0470 00 00 01", "0032 (0)470/000001", "+٣٢ ٤٧٠ ٠٠ ٠٠ ٠١"] {
        assert_eq!(network.handle(number).await, handle);
    }
    for (number, reason) in [
        ("02 555 12 12", "landline"),
        ("0900 12 345", "premium"),
        ("+31612345678", "foreign"),
    ] {
        let (status, body) = network.resolve(number).await;
        assert_eq!(
            (status, &body["code"], &body["reason"]),
            (400, &json!("INVALID_ARGUMENT"), &json!(reason))
        );
    }
    let (status, body) = network.resolve("+32499999999").await;
    assert_eq!((status, code(&body)), (404, "IDENTIFIER_NOT_FOUND"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_exactly_the_expected_json_is_refused() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let big = format!(r#"{{"phoneNumber":"{}"}}"#, "4".repeat(70_000));
    for (body, status) in [
        ("", 400),
        ("[]", 400),
        ("{}", 400),
        (r#"{"phoneNumber":"+32470000001","more":1}"#, 400),
        (
            r#"{"phoneNumber":"+32470000001","phoneNumber":"+32470000002"}"#,
            400,
        ),
        (r#"{"phoneNumber":32470000001}"#, 400),
        (r#"{"phoneNumber":"+32470000001"} x"#, 400),
        (&big, 413),
    ] {
        let (got, answer) = network
            .post_text("/resolve", "application/json", body)
            .await;
        assert_eq!(got, status, "{}", &body[..body.len().min(100)]);
        assert_eq!(answer["status"], status);
    }
    let body = r#"{"phoneNumber":"+32470000001"}"#;
    let (status, _) = network.post_text("/resolve", "text/plain", body).await;
    assert_eq!(status, 415);
}
