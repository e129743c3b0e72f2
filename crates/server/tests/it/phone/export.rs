//! `POST /phone/v1/export` and `GET /phone/v1/export`. Threats: t02, t05, t12, t23, t34, t41, t52.

use ipse_protocol::ids::ActionId;
use ipse_protocol::terms::{Factor, Level, SimNeed};
use ipse_protocol::wire::{Offer, OwnActionResponse};
use ipse_scheme::config::Profile;
use ipse_store::{Tx, action, device};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Phone, Reply, TestNetwork, national_number, parsed, photo, refusal};

const TEN_MINUTES: i64 = 600_000;

async fn begin(phone: &mut Phone) -> Offer {
    let begun: OwnActionResponse = phone.post("/export", &json!({})).await.json();
    phone.own_offer(&begun.action).await
}

async fn approved(phone: &mut Phone) -> String {
    let offer = begin(phone).await;
    let done = phone.approve_offer(&offer).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    offer.action
}

async fn fetch(phone: &mut Phone, action: &str) -> Reply {
    phone.get(&format!("/export?action={action}")).await
}

#[tokio::test]
async fn a_person_downloads_what_the_scheme_holds_with_sim_and_code() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let offer = begin(&mut phone).await;
        assert_eq!((offer.level, offer.sim), (Level::Advanced, SimNeed::Silent));
        assert_eq!(offer.factors, [Factor::Code]);
        let done = phone.approve_offer(&offer).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(done.body["return_url"], Value::Null);
        network.server.scheme.sequence_log().await.expect("placed");

        let export = fetch(&mut phone, &offer.action).await;
        assert_eq!(export.status, StatusCode::OK, "{}", export.body);
        let all = export.body;
        assert_eq!(
            (&all["version"], &all["issuer"]),
            (&json!(1), &json!(network.issuer))
        );
        assert_eq!(all["identity"]["id"], phone.identity);
        assert_eq!(all["identity"]["status"], "active");
        let attributes = &all["attributes"][0];
        assert_eq!(attributes["family_name"], "Peeters", "{attributes}");
        assert_eq!(attributes["national_number"], national_number(0));
        assert_eq!(attributes["verification"]["route"], "bank");
        assert_eq!(attributes["proofing"], all["proofings"][0]["id"]);
        let data = all["photos"][0]["data"].as_str().expect("a photo");
        let (head, base64) = data.split_once(";base64,").expect("a data URI");
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64);
        assert_eq!((head, bytes.expect("base64")), ("data:image/png", photo(0)));
        assert_eq!(all["sim"]["status"], "bound");
        assert_eq!(all["devices"].as_array().expect("devices").len(), 1);
        let kinds: Vec<_> = all["credentials"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|c| &c["kind"])
            .collect();
        assert_eq!(kinds, ["device_key", "code"]);
        let action = &all["actions"][0];
        assert_eq!(
            (&action["kind"], &action["status"]),
            (&json!("export"), &json!("approved"))
        );
        assert_eq!(action["partner"]["name"], "Ipse");
        let receipt = &all["receipts"]
            .as_array()
            .expect("receipts")
            .last()
            .expect("one");
        assert_eq!(receipt["receipt"], action["receipt"]);
        assert!(receipt["index"].is_number(), "{receipt}");
        let enrolment = &all["receipts"][0];
        assert_eq!(enrolment["kind"], "enrolment", "{enrolment}");
        assert!(enrolment["evidence"].is_object(), "{enrolment}");
        network.end().await;
    }
}

#[tokio::test]
async fn t34_an_export_has_no_credential() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    network.give_biometric(&phone).await;
    let action = approved(&mut phone).await;
    let text = fetch(&mut phone, &action).await.body.to_string();
    let id = parsed(phone.device_id());
    let read = move |tx: &mut Tx| device::by_id(tx, &id);
    let device = network.server.scheme.store.read(read).await;
    let device = device.expect("store").expect("a device");
    let secrets = [
        Some(device.public_key.to_vec()),
        device.opaque_record,
        device.biometric_credential,
        device.biometric_key,
        Some(device.mac),
        device.sim_handle.map(String::into_bytes),
    ];
    for secret in secrets.into_iter().map(|secret| secret.expect("kept")) {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let plain = String::from_utf8_lossy(&secret).into_owned();
        for spelling in [ipse_jose::b64::encode(&secret), hex, plain] {
            assert!(!text.contains(&spelling), "{spelling}");
        }
    }
    assert!(text.contains("\"fingerprint\""));
    network.end().await;
}

#[tokio::test]
async fn t12_an_approval_opens_the_data_for_ten_minutes_only() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let action = approved(&mut phone).await;
    network.pass(TEN_MINUTES - 5_000);
    assert_eq!(fetch(&mut phone, &action).await.status, StatusCode::OK);
    network.pass(5_001);
    fetch(&mut phone, &action).await.refused("action_expired");
    network.end().await;
}

#[tokio::test]
async fn t02_nothing_is_given_before_an_approval_or_without_one() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let offer = begin(&mut phone).await;
    fetch(&mut phone, &offer.action)
        .await
        .refused("action_closed");
    phone.refuse(&offer).await;
    fetch(&mut phone, &offer.action)
        .await
        .refused("action_closed");
    // The approval of something else opens nothing.
    phone.post("/block", &json!({"reason": "person"})).await;
    let unblock = phone.begin_unblock().await;
    assert_eq!(phone.approve_offer(&unblock).await.status, StatusCode::OK);
    fetch(&mut phone, &unblock.action)
        .await
        .refused("not_found");
    network.end().await;
}

#[tokio::test]
async fn t41_another_phone_gets_nothing_by_the_approval_of_this_one() {
    let network = TestNetwork::new().await;
    let (mut ana, mut bert) = (network.enrolled(0).await, network.enrolled(1).await);
    let action = approved(&mut ana).await;
    for id in [&*action, "act_AAAAAAAAAAAAAAAAAAAAAA", "x"] {
        fetch(&mut bert, id).await.refused("not_found");
    }
    network.end().await;
}

#[tokio::test]
async fn t23_a_malformed_query_is_refused() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    for query in [
        "",
        "?action",
        "?action=a&action=b",
        "?action=a&x=1",
        "?Action=a",
    ] {
        let reply = phone.get(&format!("/export{query}")).await;
        assert!(
            ["malformed_request", "not_found"].contains(&reply.code()),
            "{query} {}",
            reply.body
        );
    }
    network.end().await;
}

#[tokio::test]
async fn a_block_ends_the_access_at_once() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let action = approved(&mut phone).await;
    phone.post("/block", &json!({"reason": "person"})).await;
    fetch(&mut phone, &action).await.refused("identity_blocked");
    phone
        .post("/export", &json!({}))
        .await
        .refused("identity_blocked");
    let unblock = phone.begin_unblock().await;
    assert_eq!(phone.approve_offer(&unblock).await.status, StatusCode::OK);
    fetch(&mut phone, &action).await.refused("epoch_changed");
    network.end().await;
}

#[tokio::test]
async fn a_fingerprint_opens_nothing() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let finger = network.give_biometric(&phone).await;
    let offer = begin(&mut phone).await;
    let reply = phone.approve_by_biometric(&offer, &finger).await;
    reply.refused("malformed_request");
    network.end().await;
}

#[tokio::test]
async fn t07_a_swapped_sim_opens_nothing() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    network.sim("swap", 0).await;
    network.operator_heard().await;
    phone
        .post("/export", &json!({}))
        .await
        .refused("identity_blocked");
    network.end().await;
}

#[tokio::test]
async fn a_person_without_a_sim_is_told_to_connect_it() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let identity = phone.identity.clone();
    network
        .change("DELETE FROM sim_binding WHERE identity = $1", &identity)
        .await;
    phone
        .post("/export", &json!({}))
        .await
        .refused("sim_not_ready");
    network.end().await;
}

#[tokio::test]
async fn t52_a_new_phone_downloads_nothing_for_a_day() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    network
        .change_device(&phone, |row| row.basic_until = i64::MAX)
        .await;
    let reply = phone.post("/export", &json!({})).await;
    reply.refused("level_not_allowed");
    assert_eq!(reply.body["reason"], "new_phone");
    network.end().await;
}

#[tokio::test]
async fn t05_a_key_in_software_downloads_nothing_in_production() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let mut production = network.another_scheme();
    production.config.profile = Profile::Production;
    let sealed = phone.seal("/export", &json!({}));
    let signed = production
        .authenticate(sealed.incoming())
        .await
        .expect("signed");
    assert_eq!(
        refusal(production.begin_export(&signed).await),
        "level_not_allowed"
    );
    network.end().await;
}

#[tokio::test]
async fn t12_a_repeated_request_begins_no_second_export() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let sealed = phone.seal("/export", &json!({}));
    let (first, second) = (phone.send(&sealed).await, phone.send(&sealed).await);
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(first.body, second.body);
    network.end().await;
}
#[tokio::test]
async fn a_history_of_thousands_is_exported_whole() {
    const MANY: i64 = 3_000;
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let approved = approved(&mut phone).await;
        let id: ActionId = parsed(&approved);
        let copies = move |tx: &mut Tx| {
            let row = action::by_id(tx, &id)?.expect("a row");
            for n in 1..=MANY {
                let mut copy = row.clone();
                copy.created = row.created - n;
                copy.id = ActionId::dated(copy.created, tx.random());
                if let Some(decision) = &mut copy.decision {
                    decision.receipt = None;
                }
                action::insert(tx, &copy)?;
            }
            Ok(())
        };
        let written = network.server.scheme.store.write(copies).await;
        written.expect("store");
        let export = fetch(&mut phone, &approved).await;
        assert_eq!(export.status, StatusCode::OK, "{}", export.body);
        let actions = export.body["actions"].as_array().expect("a list");
        assert_eq!(actions.len() as i64, MANY + 1);
        let times: Vec<_> = actions.iter().map(|a| a["created"].as_i64()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b));
        network.end().await;
    }
}
