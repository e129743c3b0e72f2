//! `POST /phone/v1/attributes/bank`. Threats: t18, t29, t38.

use ipse_phone::requests;
use ipse_protocol::ids::IdentityId;
use ipse_protocol::wire::Offer;
use ipse_scheme::person::Attributes;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::recoveries::{complete_recovery, visit_bank_at};
use crate::support::requests::count_rows;
use crate::support::{BANK, ENROLLED_BEFORE, Phone, TestNetwork, parsed, photo};

async fn identity(phone: &mut Phone) -> IdentityId {
    let me = phone.get("/me").await;
    parsed(me.body["identity"].as_str().expect("an identity"))
}

/// What the scheme holds of a person.
async fn known(network: &TestNetwork, phone: &mut Phone) -> Attributes {
    let scheme = &network.server.scheme;
    let who = identity(phone).await;
    let id = who.clone();
    let sealed = scheme
        .store
        .read(move |tx| ipse_store::person::attributes(tx, &id))
        .await;
    let key = scheme.persons.key(&who).await.expect("a key");
    Attributes::open(&key, &sealed.expect("store").expect("a row")).expect("attributes")
}

async fn begin(phone: &mut Phone) -> String {
    let begun = phone.post("/attributes/bank", &json!({"bank": BANK})).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
    begun.body["authorization_url"]
        .as_str()
        .expect("a URL")
        .to_owned()
}

/// A whole visit: where the app goes on.
async fn visit(phone: &mut Phone, n: usize) -> String {
    let url = begin(phone).await;
    visit_bank_at(phone, &url, &format!("customer{n}")).await
}

async fn epoch(network: &TestNetwork, phone: &mut Phone) -> i64 {
    let who = identity(phone).await;
    let read = move |tx: &mut ipse_store::Tx| ipse_store::identity::by_id(tx, &who);
    let found = network.server.scheme.store.read(read).await;
    found.expect("store").expect("an identity").epoch
}

#[tokio::test]
async fn an_enrolment_keeps_what_the_bank_gives_and_its_photo() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let known = known(&network, &mut phone).await;
        let address = known.address.expect("an address");
        assert_eq!(address.lines(), ["Veldstraat 12", "9000 Gent", "BE"]);
        assert_eq!(known.gender.as_deref(), Some("female"));
        assert_eq!(known.place_of_birth.expect("a place").locality, "Gent");
        assert_eq!(known.document_type.as_deref(), Some("idcard"));
        assert_eq!(known.document_valid_until.as_deref(), Some("2033-05-01"));
        assert_eq!(known.document_issuer_country.as_deref(), Some("BEL"));
        let verification = known.verification.expect("a verification");
        assert_eq!(
            (&*verification.source, &*verification.day),
            (BANK, "2025-05-02")
        );
        let kept = known.photo.expect("a photo");
        let scheme = &network.server.scheme;
        let who = identity(&mut phone).await;
        let bytes = scheme.photo(&who, kept.sha256).await.expect("store");
        assert_eq!(*bytes.expect("a photo"), photo(0));
        // It is another person's neither by its digest nor by its row.
        let other = identity(&mut network.enrolled(1).await).await;
        let none = scheme.photo(&other, kept.sha256).await.expect("store");
        assert!(none.is_none());
        network.end().await;
    }
}

#[tokio::test]
async fn who_enrolled_before_fetches_it_and_the_request_that_waits_is_offered_again() {
    for network in TestNetwork::both().await {
        let partner = network.mail_partner().await;
        let mut phone = network.enrolled(ENROLLED_BEFORE).await;
        let before = known(&network, &mut phone).await;
        assert!(before.address.is_none() && before.photo.is_none());
        let wanted = [("scope", "openid email"), ("acr_values", "basic")];
        let started = network.start_with(&partner, &wanted).await;
        let first: Offer = phone.claim(&started.link).await.json();
        let waits: Offer = phone.exchange(requests::renew(&first.action)).await.json();

        let epoch_before = epoch(&network, &mut phone).await;
        let landing = visit(&mut phone, ENROLLED_BEFORE).await;
        assert!(landing.starts_with("?attributes=prf_"), "{landing}");
        let after = known(&network, &mut phone).await;
        assert_eq!(after.phone_number, before.phone_number);
        assert_eq!(after.national_number, before.national_number);
        assert!(after.address.is_some() && after.photo.is_some());
        assert_eq!(epoch(&network, &mut phone).await, epoch_before + 1);
        network.drain_outbox().await;
        const RECEIPTS: &str =
            "SELECT COUNT(*) FROM receipt WHERE identity = $1 AND kind = 'attributes'";
        let store = &network.server.scheme.store;
        let who = identity(&mut phone).await;
        assert_eq!(count_rows(store, RECEIPTS, &who).await, 1);
        const PROOFINGS: &str = "SELECT COUNT(*) FROM proofing WHERE identity = $1";
        assert_eq!(count_rows(store, PROOFINGS, &who).await, 2);

        // What was shown before the visit cannot be approved, and the same phone gets it shown again.
        phone.approve_offer(&waits).await.refused("epoch_changed");
        let offer: Offer = phone.exchange(requests::renew(&first.action)).await.json();
        assert_ne!(offer.nonce, waits.nonce);
        assert_eq!(
            (offer.expires, &offer.match_code),
            (waits.expires, &first.match_code)
        );
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t29_another_person_at_the_bank_adds_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(ENROLLED_BEFORE).await;
        let epoch_before = epoch(&network, &mut phone).await;
        let landing = visit(&mut phone, 1).await;
        assert_eq!(landing, "?problem=person_mismatch");
        // Neither does one who has an Ipse.
        let mut other = network.enrolled(2).await;
        let landing = visit(&mut phone, 2).await;
        assert_eq!(landing, "?problem=person_mismatch");
        assert!(known(&network, &mut phone).await.address.is_none());
        assert_eq!(epoch(&network, &mut phone).await, epoch_before);
        assert_eq!(epoch(&network, &mut other).await, 1);
        network.end().await;
    }
}

#[tokio::test]
async fn t18_a_visit_ends_once_and_in_the_browser_of_its_phone() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(ENROLLED_BEFORE).await;
        let customer = format!("customer{ENROLLED_BEFORE}");
        let url = begin(&mut phone).await;
        let callback = phone.sign_in_at_bank(&url, &customer).await;
        let end = network.browser().get(&callback).await.location;
        assert!(end.expect("to the app").ends_with("?problem=wrong_browser"));
        assert!(known(&network, &mut phone).await.address.is_none());

        let landing = phone.browser.get(&callback).await.location;
        assert!(known(&network, &mut phone).await.address.is_some());
        let epoch_after = epoch(&network, &mut phone).await;
        let again = phone.browser.get(&callback).await.location;
        assert_eq!(again, landing);
        assert_eq!(epoch(&network, &mut phone).await, epoch_after);
        network.end().await;
    }
}

#[tokio::test]
async fn a_blocked_identity_gets_nothing_from_a_bank() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(ENROLLED_BEFORE).await;
        let customer = format!("customer{ENROLLED_BEFORE}");
        let url = begin(&mut phone).await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let landing = visit_bank_at(&mut phone, &url, &customer).await;
        assert_eq!(landing, "?problem=identity_blocked");
        let begun = phone.post("/attributes/bank", &json!({"bank": BANK})).await;
        begun.refused("identity_blocked");
        assert!(known(&network, &mut phone).await.address.is_none());
        network.end().await;
    }
}

#[tokio::test]
async fn t38_a_phone_begins_twenty_visits_in_the_time_of_one() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    for _ in 0..20 {
        begin(&mut phone).await;
    }
    let more = phone.post("/attributes/bank", &json!({"bank": BANK})).await;
    more.refused("too_many_requests");
    network.end().await;
}

#[tokio::test]
async fn a_visit_needs_an_identity_and_a_bank() {
    let network = TestNetwork::new().await;
    let mut phone = network.phone(0);
    phone.begin_enrolment(&network).await;
    let begun = phone.post("/attributes/bank", &json!({"bank": BANK})).await;
    begun.refused("not_found");
    let mut phone = network.enrolled(1).await;
    let begun = phone
        .post("/attributes/bank", &json!({"bank": "Bank Nowhere"}))
        .await;
    begun.refused("malformed_request");
    network.end().await;
}

#[tokio::test]
async fn a_recovery_also_brings_what_the_bank_gives() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(ENROLLED_BEFORE).await;
        let begun = phone.post("/recoveries", &json!({"bank": BANK})).await;
        let url = begun.body["authorization_url"].as_str().expect("a URL");
        let recovery = begun.body["recovery"].as_str().expect("an id");
        visit_bank_at(&mut phone, url, &format!("customer{ENROLLED_BEFORE}")).await;
        assert!(known(&network, &mut phone).await.address.is_none());
        let done = complete_recovery(&mut phone, recovery, "40719").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert!(known(&network, &mut phone).await.address.is_some());
        network.end().await;
    }
}
