//! `POST /phone/v1/email`, `POST /phone/v1/email/answer` and `POST /phone/v1/email/remove`. Threats: t03, t06, t20, t29,
//! t34, t38.

use ipse_phone::requests;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::sims::wait_for_block;
use crate::support::{Options, Phone, TestNetwork, refusal};
use ipse_store::testing::TestDb;
use tokio::task::JoinSet;

const AN: &str = "an@mail.example";
const NEW: &str = "an.peeters@mail.example";

async fn approve(phone: &mut Phone, offer: &ipse_protocol::wire::Offer) {
    let decided = phone.approve_offer(offer).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
}

#[tokio::test]
async fn the_code_sets_an_address_changes_it_and_removes_it() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        assert_eq!(phone.email().await, Value::Null);
        let offer = phone.begin_email(&network, AN).await;
        let view = offer.open().expect("a view");
        assert_eq!((&*view.kind, &*view.service), ("email", "EMAIL_SET"));
        assert_eq!(view.fields[0].value, AN);
        // Nothing changes before the approval.
        assert_eq!(phone.email().await, Value::Null);
        approve(&mut phone, &offer).await;
        assert_eq!(phone.email().await, json!(AN));

        phone.set_email(&network, NEW).await;
        assert_eq!(phone.email().await, json!(NEW));

        let offer = phone.begin_email_removal().await;
        let view = offer.open().expect("a view");
        assert_eq!(view.service, "EMAIL_REMOVE");
        assert_eq!(view.fields[0].value, NEW);
        approve(&mut phone, &offer).await;
        assert_eq!(phone.email().await, Value::Null);
        let missing = phone.exchange(requests::remove_email()).await;
        missing.refused("email_missing");
        network.end().await;
    }
}

#[tokio::test]
async fn the_mail_is_plain_text_with_the_code_and_without_a_link() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let sent = phone
        .exchange(requests::email("An+ipse@Mail.EXAMPLE"))
        .await;
    assert_eq!(sent.body, json!({"sent": true, "tries_left": 5}));
    let mail = network.last_mail("An+ipse@mail.example");
    assert_eq!(mail.from, "no-reply@ipse.example");
    assert_eq!(mail.subject, "Ipse: your code for this e-mail address");
    for part in ["ten minutes", "Was that not you?", "Ipse app"] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    for no in ["http", "www.", "<a"] {
        assert!(!mail.raw.contains(no), "{no}: {}", mail.raw);
    }
    for header in [
        "Auto-Submitted: auto-generated",
        "From: Ipse <no-reply@ipse.example>",
    ] {
        assert!(mail.raw.contains(header), "{header}: {}", mail.raw);
    }
    network.end().await;
}

#[tokio::test]
async fn who_had_an_address_is_told_when_it_is_replaced_or_removed() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.set_email(&network, AN).await;
        phone.set_email(&network, AN).await;
        network.drain_outbox().await;
        // Verified again: it is still theirs.
        assert_eq!(network.mailbox.mails(Some(AN)).len(), 2);
        phone.set_email(&network, NEW).await;
        network.drain_outbox().await;
        let told = network.last_mail(AN);
        assert_eq!(told.subject, "Ipse: this e-mail address was replaced");
        assert!(!told.raw.contains(NEW), "{}", told.raw);
        let offer = phone.begin_email_removal().await;
        approve(&mut phone, &offer).await;
        network.drain_outbox().await;
        let told = network.last_mail(NEW);
        assert_eq!(told.subject, "Ipse: this e-mail address was removed");
        network.end().await;
    }
}

#[tokio::test]
async fn t29_an_address_that_is_none_gets_no_mail() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    for typed in [
        "an",
        "an@localhost",
        "an@mail.example\r\nBcc: eve@mail.example",
        "An <an@mail.example>",
    ] {
        phone
            .exchange(requests::email(typed))
            .await
            .refused("email_invalid");
    }
    // The mail server says so.
    phone
        .exchange(requests::email("unknown@mail.example"))
        .await
        .refused("email_invalid");
    assert!(network.mailbox.mails(None).is_empty());
    network.end().await;
}

#[tokio::test]
async fn a_mail_that_is_not_sent_is_not_counted_and_no_mail_server_means_no_address() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    for _ in 0..7 {
        let later = phone.exchange(requests::email("later@mail.example")).await;
        later.refused("email_unavailable");
    }
    phone.begin_email(&network, AN).await;
    let config = phone.get("/config").await;
    assert_eq!(config.body["email"], true);
    network.end().await;

    let without = Options {
        scheme: Some(json!({"mail": null})),
        ..Options::default()
    };
    let network = TestNetwork::on(TestDb::sqlite(), without).await;
    let mut phone = network.enrolled(0).await;
    phone
        .exchange(requests::email(AN))
        .await
        .refused("email_unavailable");
    let config = phone.get("/config").await;
    assert_eq!(config.body["email"], false);
    network.end().await;
}

/// A mail server in the middle that hides STARTTLS gets neither the mail nor the password.
#[tokio::test]
async fn t20_a_mail_server_without_starttls_gets_no_mail() {
    let network = TestNetwork::new().await;
    let home = network.home.path().join("scheme/scheme.toml");
    let text = std::fs::read_to_string(&home).expect("settings");
    std::fs::write(&home, text.replace("tls = \"none\"", "tls = \"starttls\"")).expect("written");
    let mut network = network;
    network.restart().await;
    let mut phone = network.enrolled(0).await;
    phone
        .exchange(requests::email(AN))
        .await
        .refused("email_unavailable");
    assert!(network.mailbox.mails(None).is_empty());
    network.end().await;
}

#[tokio::test]
async fn t03_a_mailed_code_has_five_tries_and_ten_minutes() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.exchange(requests::email(AN)).await;
        for left in [4, 3, 2, 1, 0] {
            let wrong = phone.wrong_mail_code(&network, AN).await;
            wrong.refused("email_code_wrong");
            assert_eq!(wrong.body["tries_left"], left);
        }
        let code = network.mailed_code(AN);
        phone
            .exchange(requests::email_answer(&code))
            .await
            .refused("not_found");

        phone.exchange(requests::email(AN)).await;
        let code = network.mailed_code(AN);
        network.pass(10 * 60_000 + 1);
        phone
            .exchange(requests::email_answer(&code))
            .await
            .refused("not_found");
        assert_eq!(phone.email().await, Value::Null);
        network.end().await;
    }
}

#[tokio::test]
async fn t03_simultaneous_guesses_get_no_more_tries() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.exchange(requests::email(AN)).await;
        let right = network.mailed_code(AN);
        let guesses = (0..12)
            .map(|n| format!("{n:06}"))
            .filter(|guess| *guess != right);
        let mut at_once = JoinSet::new();
        for guess in guesses {
            let sealed = phone.seal_message(requests::email_answer(&guess));
            let server = network.server.clone();
            let signed = server.scheme.authenticate(sealed.incoming()).await;
            let signed = signed.map_err(|e| e.to_string()).expect("signed");
            at_once.spawn(async move { server.scheme.answer_email(&signed, &guess).await });
        }
        let answers = at_once.join_all().await;
        let codes: Vec<String> = answers.into_iter().map(refusal).collect();
        let judged = codes
            .iter()
            .filter(|code| *code == "email_code_wrong")
            .count();
        assert!((1..=5).contains(&judged), "{codes:?}");
        // Where the database was too busy to count, nothing was judged.
        for _ in judged..5 {
            let wrong = phone.wrong_mail_code(&network, AN).await;
            wrong.refused("email_code_wrong");
        }
        phone
            .exchange(requests::email_answer(&right))
            .await
            .refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn t03_a_code_serves_once_and_for_the_phone_that_asked_only() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut other = network.enrolled(1).await;
        phone.exchange(requests::email(AN)).await;
        let earlier = network.mailed_code(AN);
        other
            .exchange(requests::email_answer(&earlier))
            .await
            .refused("not_found");
        // A newer mail voids the code of the earlier one.
        phone.exchange(requests::email(NEW)).await;
        let code = network.mailed_code(NEW);
        if earlier != code {
            phone
                .exchange(requests::email_answer(&earlier))
                .await
                .refused("email_code_wrong");
        }
        let answered = phone.seal_message(requests::email_answer(&code));
        let (first, again) = (phone.send(&answered).await, phone.send(&answered).await);
        assert!(first.body["action"].is_string(), "{}", first.body);
        assert_eq!(first.body, again.body);
        phone
            .exchange(requests::email_answer(&code))
            .await
            .refused("not_found");
        let offer = phone.begun_offer(&first).await;
        assert_eq!(offer.open().expect("a view").fields[0].value, NEW);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_mails_of_a_person_and_to_an_address_are_limited() {
    for network in TestNetwork::both().await {
        let mut people = Vec::new();
        for n in 0..3 {
            people.push(network.enrolled(n).await);
        }
        // Other spellings of one mailbox count as one.
        let spellings = [
            AN,
            "A.N@mail.example",
            "an+1@mail.example",
            "aN@MAIL.example",
            "an+2@mail.example",
        ];
        for phone in &mut people[..2] {
            for address in spellings {
                let sent = phone.exchange(requests::email(address)).await;
                assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
            }
            let refused = phone.exchange(requests::email(NEW)).await;
            refused.refused("too_many_requests");
            assert!(refused.body["retry_after_ms"].as_i64().expect("a pause") > 0);
        }
        let third = &mut people[2];
        third
            .exchange(requests::email(AN))
            .await
            .refused("too_many_requests");
        assert_eq!(network.mailbox.mails(None).len(), 10);
        let sent = third.exchange(requests::email(NEW)).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        network.pass(24 * 3_600_000 + 1);
        let sent = third.exchange(requests::email(AN)).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_all_mails_together_are_limited() {
    let few = Options {
        scheme: Some(json!({"limits": {"mails_per_hour": 2}})),
        ..Options::default()
    };
    let network = TestNetwork::on(TestDb::sqlite(), few).await;
    let mut phone = network.enrolled(0).await;
    phone.exchange(requests::email("a@mail.example")).await;
    phone.exchange(requests::email("b@mail.example")).await;
    phone
        .exchange(requests::email("c@mail.example"))
        .await
        .refused("too_many_requests");
    network.pass(3_600_001);
    let sent = phone.exchange(requests::email("c@mail.example")).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    network.end().await;
}

/// Somebody with an unlocked phone and its fingerprint, and without the code.
#[tokio::test]
async fn t06_a_fingerprint_neither_sets_nor_removes_an_address() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.set_email(&network, AN).await;
        let finger = network.give_biometric(&phone).await;
        let theirs = phone.begin_email(&network, "eve@mail.example").await;
        phone
            .approve_by_biometric(&theirs, &finger)
            .await
            .refused("malformed_request");
        phone
            .wrong_code(&theirs, "96172")
            .await
            .refused("code_wrong");
        phone.refuse(&theirs).await;
        let removal = phone.begin_email_removal().await;
        phone
            .approve_by_biometric(&removal, &finger)
            .await
            .refused("malformed_request");
        assert_eq!(phone.email().await, json!(AN));
        network.end().await;
    }
}

#[tokio::test]
async fn a_newer_change_closes_the_earlier_one() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let earlier = phone.begin_email(&network, AN).await;
        let newer = phone.begin_email(&network, NEW).await;
        phone.approve_offer(&earlier).await.refused("action_closed");
        approve(&mut phone, &newer).await;
        assert_eq!(phone.email().await, json!(NEW));
        network.end().await;
    }
}

#[tokio::test]
async fn t06_the_phone_of_a_blocked_person_sets_no_address_and_may_remove_it() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.set_email(&network, AN).await;
        let begun = phone.begin_email(&network, NEW).await;
        phone.exchange(requests::email(NEW)).await;
        let code = network.mailed_code(NEW);
        network.sim("swap", 0).await;
        wait_for_block(&network, &phone, "sim_changed").await;
        phone
            .exchange(requests::email(NEW))
            .await
            .refused("identity_blocked");
        phone
            .exchange(requests::email_answer(&code))
            .await
            .refused("identity_blocked");
        phone.approve_offer(&begun).await.refused("epoch_changed");
        assert_eq!(phone.email().await, json!(AN));
        let removal = phone.begin_email_removal().await;
        approve(&mut phone, &removal).await;
        assert_eq!(phone.email().await, Value::Null);
        network.end().await;
    }
}

#[tokio::test]
async fn an_address_stays_with_the_identity_on_a_new_phone() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.set_email(&network, AN).await;
        let mut new = network.enrolled(0).await;
        assert_eq!(new.email().await, json!(AN));
        network.end().await;
    }
}

/// Two people may have one address: it finds and identifies nobody.
#[tokio::test]
async fn t34_an_address_is_sealed_and_finds_nobody() {
    for network in TestNetwork::both().await {
        let mut phones = [network.enrolled(0).await, network.enrolled(1).await];
        for phone in &mut phones {
            phone.set_email(&network, AN).await;
            assert_eq!(phone.email().await, json!(AN));
        }
        phones[0].set_email(&network, NEW).await;
        let stolen = network.stolen().await;
        for word in [AN, NEW] {
            let found = stolen
                .windows(word.len())
                .any(|part| part == word.as_bytes());
            assert!(!found, "{word} is in the database");
        }
        network.end().await;
    }
}
