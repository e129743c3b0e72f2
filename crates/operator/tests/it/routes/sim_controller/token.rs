//! `POST /token`.

use ipse_jose::{SigningKey, b64, jws};
use ipse_store::testing::TestDb;
use serde_json::json;

use crate::network::{CLIENT, TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn only_an_assertion_of_the_scheme_gets_a_token() {
    TestNetwork::on_both(async |network| {
        let other_key = SigningKey::generate_es256();
        let cases = [
            network.assertion_of(&other_key, |_| {}),
            network.assertion_of(&network.scheme, |c| c["iss"] = json!("other")),
            network.assertion_of(&network.scheme, |c| c["sub"] = json!("other")),
            network.assertion_of(&network.scheme, |c| c["exp"] = json!(network.now() - 60)),
            network.assertion_of(&network.scheme, |c| c["exp"] = json!(network.now() + 3600)),
            network.assertion_of(&network.scheme, |c| c["iat"] = json!(network.now() + 120)),
            network.assertion_of(&network.scheme, |c| c["jti"] = json!("")),
            network.assertion_of(&network.scheme, |c| {
                c.as_object_mut().expect("object").remove("jti");
            }),
            // The scheme's key id with another key's signature.
            jws::sign_with_kid(&other_key, "JWT", network.scheme.kid(), b"{}").expect("signs"),
            // A token for another use.
            jws::sign(&network.scheme, "sim-statement+jwt", b"{}").expect("signs"),
            format!(
                "{}.{}.",
                b64::encode(br#"{"alg":"none"}"#),
                b64::encode(b"{}")
            ),
            String::new(),
        ];
        for assertion in cases {
            let (status, body) = network.ask_token(&assertion).await;
            assert_eq!(
                (status, body["error"].as_str()),
                (401, Some("invalid_client")),
                "{assertion}"
            );
        }
        // A time may have a fraction (RFC 7519 §2).
        let assertion = network.assertion_of(&network.scheme, |c| {
            c["iat"] = json!(network.now() as f64 + 0.25);
            c["exp"] = json!((network.now() + 60) as f64 + 0.25);
        });
        assert_eq!(network.ask_token(&assertion).await.0, 200);
        // An array of one audience is the same as that audience.
        let assertion = network.assertion_of(&network.scheme, |c| c["aud"] = json!([network.url]));
        assert_eq!(network.ask_token(&assertion).await.0, 200);
    })
    .await;
}

/// Row 19 of the threat model: an assertion that was made for another server is refused.
#[tokio::test(flavor = "multi_thread")]
async fn t19_an_assertion_for_another_audience_is_refused() {
    TestNetwork::on_both(async |network| {
        for audience in [
            json!("http://localhost:4003"),
            json!(network.path("/token")),
            json!(format!("{}/", network.url)),
            json!([network.url, "http://localhost:4003"]),
            json!([]),
        ] {
            let assertion = network.assertion_of(&network.scheme, |c| c["aud"] = audience.clone());
            assert_eq!(network.ask_token(&assertion).await.0, 401, "{audience}");
        }
    })
    .await;
}

/// Row 19: an assertion works one time, also when 64 requests use it at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn t19_an_assertion_works_one_time() {
    TestNetwork::on_both(async |network| {
        let network = std::sync::Arc::new(network);
        let assertion = network.assertion();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (network, assertion) = (network.clone(), assertion.clone());
            tasks.spawn(async move { network.ask_token(&assertion).await.0 });
        }
        let mut statuses = tasks.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!(
            statuses[1..].iter().all(|status| *status == 401),
            "{statuses:?}"
        );
        assert_eq!(network.ask_token(&assertion).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_member_of_the_form_is_checked() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let assertion = network.assertion();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for (form, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials")], "invalid_client"),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_assertion_type", "other"),
                ("client_assertion", &assertion),
            ],
            "invalid_client",
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_assertion_type", kind),
                ("client_assertion", &assertion),
                ("client_id", "other"),
            ],
            "invalid_client",
        ),
    ] {
        let (_, body) = answer(network.http.post(network.path("/token")).form(&form)).await;
        assert_eq!(body["error"], error, "{form:?}");
    }
    // With the right client_id it is accepted: no request above used the assertion.
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", kind),
        ("client_assertion", &assertion),
        ("client_id", CLIENT),
    ];
    assert_eq!(
        answer(network.http.post(network.path("/token")).form(&form))
            .await
            .0,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_expires() {
    TestNetwork::on_both(async |network| {
        // It lives 60 seconds, and clocks may differ by 30.
        let assertion = network.assertion();
        network.shift(89_000);
        assert_eq!(network.ask_token(&assertion).await.0, 200);
        let assertion = network.assertion();
        network.shift(92_000);
        let (status, body) = network.ask_token(&assertion).await;
        let expected = json!({
            "error": "invalid_client",
            "error_description": "exp must be within the next 300 seconds",
        });
        assert_eq!((status, body), (401, expected));
    })
    .await;
}
