//! The secret on the handset: three guesses, five minutes, once.

use ipse_operator::registry::{self, CardIdentity};
use ipse_sim::statement::{Method, Refusal};
use serde_json::json;

use crate::network::{OTHER, READY, TestNetwork, secret, text, wrong};

#[tokio::test(flavor = "multi_thread")]
async fn the_right_secret_gives_a_holder_statement_once() {
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
            .expect("good");
        assert_eq!(claims.method, Method::Holder);
        let (status, answer) = network.answer_holder(&challenge, &secret).await;
        assert_eq!((status, &answer["code"]), (410, &json!("CHALLENGE_CLOSED")));
        // A silent statement never passes for it.
        let (_, answer) = network.silent(&handle, [1; 32]).await;
        let refusal = network.verify(&answer, &handle, &[1; 32], Method::Holder);
        assert_eq!(refusal, Err(Refusal::Method));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_guesses_close_it() {
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
async fn sixty_four_guesses_at_once_are_three_guesses() {
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
async fn after_five_minutes_it_is_too_late() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        let challenge = text(&network.holder(&handle, [1; 32]).await.1["challenge"]);
        let secret = secret(&network.messages(READY).await[0]);
        network.db.clock().shift(5 * 60 * 1000);
        assert_eq!(network.answer_holder(&challenge, &secret).await.0, 410);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_bombed_with_messages() {
    TestNetwork::on_both(async |network| {
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
        network.db.clock().shift(10 * 60 * 1000 + 1);
        assert_eq!(network.holder(&handle, [1; 32]).await.0, 202);
    })
    .await;
}

/// Row 7 of the threat model: a secret that was sent to the old SIM is worth nothing after the swap, and the new SIM does not see it.
#[tokio::test(flavor = "multi_thread")]
async fn t07_a_swap_kills_an_open_challenge() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        let challenge = text(&network.holder(&handle, [1; 32]).await.1["challenge"]);
        let secret = secret(&network.messages(READY).await[0]);
        let card = CardIdentity::fresh();
        let swapped = network
            .change(move |tx, context| registry::swap(tx, context, READY, &card))
            .await;
        assert!(swapped.is_ok());
        let (status, answer) = network.answer_holder(&challenge, &secret).await;
        assert_eq!((status, &answer["readiness"]), (422, &json!("retired")));
        assert!(network.messages(READY).await.is_empty());
    })
    .await;
}
