//! Who may ask.

use ipse_jose::{SigningKey, b64, jws};
use serde_json::json;

use crate::network::{CLIENT, READY, TestNetwork, answer, now};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_scheme_gets_a_token() {
    TestNetwork::on_both(async |network| {
        let stranger = SigningKey::generate_es256();
        let cases = [
            network.assertion_of(&stranger, |_| {}),
            network.assertion_of(&network.scheme, |c| c["iss"] = json!("other")),
            network.assertion_of(&network.scheme, |c| c["sub"] = json!("other")),
            network.assertion_of(&network.scheme, |c| c["exp"] = json!(now() - 60)),
            network.assertion_of(&network.scheme, |c| c["exp"] = json!(now() + 3600)),
            network.assertion_of(&network.scheme, |c| c["iat"] = json!(now() + 120)),
            network.assertion_of(&network.scheme, |c| c["jti"] = json!("")),
            network.assertion_of(&network.scheme, |c| {
                c.as_object_mut().expect("object").remove("jti");
            }),
            // A right key id over a stranger's signature.
            jws::sign_with_kid(&stranger, "JWT", network.scheme.kid(), b"{}"),
            // A statement is no assertion.
            jws::sign(&network.scheme, "sim-statement+jwt", b"{}"),
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
        // An array of one audience is the same as that audience.
        let assertion = network.assertion_of(&network.scheme, |c| c["aud"] = json!([network.url]));
        assert_eq!(network.ask_token(&assertion).await.0, 200);
    })
    .await;
}

/// Row 19 of the threat model: an assertion that another server could have been given is refused.
#[tokio::test(flavor = "multi_thread")]
async fn t19_an_assertion_for_somebody_else_is_refused() {
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

/// Row 19: an assertion serves once, also when 64 use it at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn t19_an_assertion_serves_once() {
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
async fn the_token_form_is_checked() {
    let network = TestNetwork::new(ipse_store::testing::TestDb::sqlite()).await;
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
    // With the right client_id it passes: nothing above used the assertion up.
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
async fn nothing_works_without_a_token() {
    let network = TestNetwork::new(ipse_store::testing::TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    let mut bent = network.token.clone();
    let last = if bent.ends_with('A') { "Q" } else { "A" };
    bent.replace_range(bent.len() - 1.., last);
    let requests = || {
        [
            network.http.post(network.path("/resolve")),
            network.http.get(network.path(&format!("/sims/{handle}"))),
            network
                .http
                .post(network.path(&format!("/sims/{handle}/challenges"))),
            network.http.post(network.path("/challenges/x/answer")),
            network
                .http
                .delete(network.path(&format!("/sims/{handle}/binding"))),
            network.http.get(network.path("/events?after=0")),
        ]
    };
    for token in [
        None,
        Some(""),
        Some("x"),
        Some(bent.as_str()),
        Some(&network.token[1..]),
    ] {
        for request in requests() {
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let (status, body) = answer(
                request
                    .header("content-type", "application/json")
                    .body("{}"),
            )
            .await;
            assert_eq!(
                (status, body["code"].as_str()),
                (401, Some("UNAUTHENTICATED"))
            );
        }
    }
    // Keys are public.
    let (status, body) = answer(network.http.get(network.path("/jwks"))).await;
    assert_eq!(
        (status, body["keys"].as_array().map(Vec::len)),
        (200, Some(1))
    );
    assert!(body["keys"][0].get("d").is_none());
}
