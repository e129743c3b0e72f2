//! `POST /challenges/{challenge}/answer`: three guesses, five minutes, one statement.

use ipse_sim::statement::{Method, Refusal};
use ipse_store::testing::TestDb;
use serde_json::json;

use crate::network::{OTHER, READY, TestNetwork, new_card, secret, text, wrong};

#[tokio::test(flavor = "multi_thread")]
async fn the_right_secret_gives_one_holder_statement() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        let (status, answer) = network.holder(&handle, [1; 32]).await;
        assert_eq!((status, &answer["triesLeft"]), (202, &json!(3)));
        let challenge = text(&answer["challenge"]);
        let messages = network.messages(READY).await;
        assert_eq!(messages.len(), 1);
        assert!(messages[0].contains("aan niemand"), "{}", messages[0]);
        assert!(network.messages(OTHER).await.is_empty());
        let secret = secret(&messages[0]);
        let (status, answer) = network.answer_holder(&challenge, &wrong(&secret)).await;
        assert_eq!(
            (status, &answer["code"], &answer["triesLeft"]),
            (422, &json!("SECRET_MISMATCH"), &json!(2))
        );
        let (status, answer) = network.answer_holder(&challenge, &secret).await;
        assert_eq!(status, 201, "{answer}");
        let claims = network
            .verify(&answer, &handle, &[1; 32], Method::Holder)
            .expect("a good statement");
        assert_eq!(claims.method, Method::Holder);
        let (status, answer) = network.answer_holder(&challenge, &secret).await;
        assert_eq!((status, &answer["code"]), (410, &json!("CHALLENGE_CLOSED")));
        // A silent statement is never accepted instead.
        let (_, answer) = network.silent(&handle, [1; 32]).await;
        let refusal = network.verify(&answer, &handle, &[1; 32], Method::Holder);
        assert_eq!(refusal, Err(Refusal::Method));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_guesses_close_a_challenge() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        let challenge = text(&network.holder(&handle, [1; 32]).await.1["challenge"]);
        let secret = secret(&network.messages(READY).await[0]);
        for left in [2, 1, 0] {
            let (status, answer) = network.answer_holder(&challenge, &wrong(&secret)).await;
            assert_eq!((status, &answer["triesLeft"]), (422, &json!(left)));
        }
        assert_eq!(network.answer_holder(&challenge, &secret).await.0, 410);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixty_four_guesses_at_once_three_are_judged() {
    TestNetwork::on_both(async |network| {
        let network = std::sync::Arc::new(network);
        let handle = network.handle(READY).await;
        let challenge = text(&network.holder(&handle, [1; 32]).await.1["challenge"]);
        let wrong = wrong(&secret(&network.messages(READY).await[0]));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (network, challenge, wrong) = (network.clone(), challenge.clone(), wrong.clone());
            tasks.spawn(async move { network.answer_holder(&challenge, &wrong).await.0 });
        }
        let statuses = tasks.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 3);
        assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 61);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_expires_after_five_minutes() {
    TestNetwork::on_both(async |mut network| {
        let handle = network.handle(READY).await;
        let challenge = text(&network.holder(&handle, [1; 32]).await.1["challenge"]);
        let secret = secret(&network.messages(READY).await[0]);
        network.shift(4 * 60_000);
        let wrong_secret = wrong(&secret);
        assert_eq!(
            network.answer_holder(&challenge, &wrong_secret).await.0,
            422
        );
        network.shift(60_000);
        network.renew_token().await;
        assert_eq!(network.answer_holder(&challenge, &secret).await.0, 410);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sim_gets_ten_messages_in_ten_minutes() {
    TestNetwork::on_both(async |mut network| {
        let handle = network.handle(READY).await;
        for _ in 0..10 {
            assert_eq!(network.holder(&handle, [1; 32]).await.0, 202);
        }
        let (status, answer) = network.holder(&handle, [1; 32]).await;
        assert_eq!(
            (status, &answer["code"]),
            (429, &json!("TOO_MANY_REQUESTS"))
        );
        assert_eq!(network.messages(READY).await.len(), 10);
        network.shift(10 * 60 * 1000 + 1);
        network.renew_token().await;
        assert_eq!(network.holder(&handle, [1; 32]).await.0, 202);
    })
    .await;
}

/// Row 7 of the threat model: after a swap, the secret that was sent to the old SIM is worthless, and the handset with the
/// new SIM does not show it.
#[tokio::test(flavor = "multi_thread")]
async fn t07_a_swap_ends_an_open_challenge() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        let challenge = text(&network.holder(&handle, [1; 32]).await.1["challenge"]);
        let secret = secret(&network.messages(READY).await[0]);
        let swapped = network.swap(READY, new_card()).await;
        assert!(swapped.is_ok());
        let (status, answer) = network.answer_holder(&challenge, &secret).await;
        assert_eq!((status, &answer["readiness"]), (422, &json!("retired")));
        assert!(network.messages(READY).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_cannot_be_a_secret_spends_no_guess() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    let challenge = text(&network.holder(&handle, [1; 32]).await.1["challenge"]);
    for secret in ["12345", "12345a", "1234567", "١٢٣٤٥٦"] {
        let (status, answer) = network.answer_holder(&challenge, secret).await;
        assert_eq!((status, &answer["status"]), (400, &json!(400)), "{secret}");
    }
    let secret = wrong(&secret(&network.messages(READY).await[0]));
    let (_, answer) = network.answer_holder(&challenge, &secret).await;
    insta::assert_json_snapshot!(answer, @r#"
    {
      "code": "SECRET_MISMATCH",
      "message": "the secret is not the one in the text message",
      "status": 422,
      "triesLeft": 2
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_challenge_is_closed() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    for challenge in ["chl_x", "x", "chl_AAAAAAAAAAAAAAAAAAAAAA"] {
        let (status, answer) = network.answer_holder(challenge, "123456").await;
        assert_eq!((status, &answer["code"]), (410, &json!("CHALLENGE_CLOSED")));
    }
}
