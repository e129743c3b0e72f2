//! Who may ask.

use ipse_jose::{SigningKey, b64, jws};
use serde_json::json;

use crate::world::{CLIENT, READY, World, answer, now};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_scheme_gets_a_token() {
    World::on_both(async |world| {
        let stranger = SigningKey::generate_es256();
        let cases = [
            world.assertion_of(&stranger, |_| {}),
            world.assertion_of(&world.scheme, |c| c["iss"] = json!("other")),
            world.assertion_of(&world.scheme, |c| c["sub"] = json!("other")),
            world.assertion_of(&world.scheme, |c| c["exp"] = json!(now() - 60)),
            world.assertion_of(&world.scheme, |c| c["exp"] = json!(now() + 3600)),
            world.assertion_of(&world.scheme, |c| c["iat"] = json!(now() + 120)),
            world.assertion_of(&world.scheme, |c| c["jti"] = json!("")),
            world.assertion_of(&world.scheme, |c| {
                c.as_object_mut().expect("object").remove("jti");
            }),
            // A right key id over a stranger's signature.
            jws::sign_with_kid(&stranger, "JWT", world.scheme.kid(), b"{}"),
            // A statement is no assertion.
            jws::sign(&world.scheme, "sim-statement+jwt", b"{}"),
            format!(
                "{}.{}.",
                b64::encode(br#"{"alg":"none"}"#),
                b64::encode(b"{}")
            ),
            String::new(),
        ];
        for assertion in cases {
            let (status, body) = world.ask_token(&assertion).await;
            assert_eq!(
                (status, body["error"].as_str()),
                (401, Some("invalid_client")),
                "{assertion}"
            );
        }
        // An array of one audience is the same as that audience.
        let assertion = world.assertion_of(&world.scheme, |c| c["aud"] = json!([world.url]));
        assert_eq!(world.ask_token(&assertion).await.0, 200);
    })
    .await;
}

/// Row 19 of the threat model: an assertion that another server could have been given is refused.
#[tokio::test(flavor = "multi_thread")]
async fn t19_an_assertion_for_somebody_else_is_refused() {
    World::on_both(async |world| {
        for audience in [
            json!("http://localhost:4003"),
            json!(world.path("/token")),
            json!(format!("{}/", world.url)),
            json!([world.url, "http://localhost:4003"]),
            json!([]),
        ] {
            let assertion = world.assertion_of(&world.scheme, |c| c["aud"] = audience.clone());
            assert_eq!(world.ask_token(&assertion).await.0, 401, "{audience}");
        }
    })
    .await;
}

/// Row 19: an assertion serves once, also when 64 use it at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn t19_an_assertion_serves_once() {
    World::on_both(async |world| {
        let world = std::sync::Arc::new(world);
        let assertion = world.assertion();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (world, assertion) = (world.clone(), assertion.clone());
            tasks.spawn(async move { world.ask_token(&assertion).await.0 });
        }
        let mut statuses = tasks.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!(
            statuses[1..].iter().all(|status| *status == 401),
            "{statuses:?}"
        );
        assert_eq!(world.ask_token(&assertion).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_form_is_checked() {
    let world = World::new(ipse_store::testing::TestDb::sqlite()).await;
    let assertion = world.assertion();
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
        let (_, body) = answer(world.http.post(world.path("/token")).form(&form)).await;
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
        answer(world.http.post(world.path("/token")).form(&form))
            .await
            .0,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_works_without_a_token() {
    let world = World::new(ipse_store::testing::TestDb::sqlite()).await;
    let handle = world.handle(READY).await;
    let mut bent = world.token.clone();
    let last = if bent.ends_with('A') { "Q" } else { "A" };
    bent.replace_range(bent.len() - 1.., last);
    let requests = || {
        [
            world.http.post(world.path("/resolve")),
            world.http.get(world.path(&format!("/sims/{handle}"))),
            world
                .http
                .post(world.path(&format!("/sims/{handle}/challenges"))),
            world.http.post(world.path("/challenges/x/answer")),
            world
                .http
                .delete(world.path(&format!("/sims/{handle}/binding"))),
            world.http.get(world.path("/events?after=0")),
        ]
    };
    for token in [
        None,
        Some(""),
        Some("x"),
        Some(bent.as_str()),
        Some(&world.token[1..]),
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
    let (status, body) = answer(world.http.get(world.path("/jwks"))).await;
    assert_eq!(
        (status, body["keys"].as_array().map(Vec::len)),
        (200, Some(1))
    );
    assert!(body["keys"][0].get("d").is_none());
}
