//! Services of type `share`: `POST /par`, `GET /authorize`, `GET /userinfo` and `POST /token`. Threats: t08, t40.

use ipse_phone::requests;
use ipse_scheme::person::Attributes;
use ipse_store::person;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::recoveries::visit_bank_at;
use crate::support::share::{approved, asking, opened};
use crate::support::{BANK, ENROLLED_BEFORE, Phone, TestNetwork, parsed, photo};

const OWN: &str = "https://ipse.example/claims/";

#[tokio::test]
async fn what_is_shown_and_approved_is_shared() {
    for network in TestNetwork::both().await {
        let claims = [
            "name",
            "birthdate!",
            "age_gte_18",
            "nationalities",
            "phone_number",
        ];
        let partner = network.share_partner(&claims).await;
        let mut phone = network.enrolled(0).await;
        let request = asking(&json!({
            "name": null, "birthdate": {"essential": true}, "age_gte_18": null, "nationalities": null,
            "phone_number": null, "phone_number_verified": null,
        }));
        let opened = opened(&network, &partner, &mut phone, &request).await;
        let view = &opened.2;
        assert_eq!(
            (&*view.kind, &*view.purpose),
            ("share", "Become a customer")
        );
        assert!(view.attributes.is_empty());
        let switches: Vec<&str> = view.choices.iter().map(|c| &*c.key).collect();
        assert_eq!(
            switches,
            ["name", "age_gte_18", "nationalities", "phone_number"]
        );
        assert!(view.choices.iter().all(|c| c.default == "on"));
        let rows: Vec<(&str, &str)> = view.fields.iter().map(|f| (&*f.kind, &*f.value)).collect();
        assert!(rows.contains(&("text", "1 January 1971")), "{rows:?}");
        assert!(
            rows.contains(&("reason", "To know your birthdate")),
            "{rows:?}"
        );
        let (info, token) = approved(&partner, &mut phone, opened, &[]).await;
        assert_eq!(
            info,
            json!({
                "name": "Ana Peeters", "birthdate": "1971-01-01", "age_gte_18": true, "nationalities": ["BEL"],
                "phone_number": "+32470000100", "phone_number_verified": true,
            })
        );
        assert_eq!(token["birthdate"], Value::Null);
        network.end().await;
    }
}

#[tokio::test]
async fn t40_what_the_person_switches_off_is_not_shared_and_an_essential_one_has_no_switch() {
    let network = TestNetwork::new().await;
    let partner = network
        .share_partner(&["name!", "birthdate", "phone_number"])
        .await;
    let mut phone = network.enrolled(0).await;
    let all = json!({"name": {"essential": true}, "birthdate": null, "phone_number": {"essential": true}});
    let asked = opened(&network, &partner, &mut phone, &asking(&all)).await;
    let off = ["name", "birthdate"];
    let (info, _) = approved(&partner, &mut phone, asked, &off).await;
    assert_eq!(
        info,
        json!({"name": "Ana Peeters", "phone_number": "+32470000100"})
    );
    network.end().await;
}

#[tokio::test]
async fn t40_what_is_not_registered_is_not_shared_and_a_scope_asks_only_for_what_is_registered() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&["given_name", "email"]).await;
    let mut phone = network.enrolled(0).await;
    let mut request = asking(&json!({
        "birthdate": {"essential": true}, "address": null, "made_up": null, (format!("{OWN}document_number")): null,
    }));
    request[0].1 = "openid profile phone address service:HOEK_KLANT".to_owned();
    let asked = opened(&network, &partner, &mut phone, &request).await;
    assert_eq!(asked.2.choices.len(), 1);
    let (info, _) = approved(&partner, &mut phone, asked, &[]).await;
    assert_eq!(info, json!({"given_name": "Ana"}));
    network.end().await;
}

#[tokio::test]
async fn a_value_that_the_partner_does_not_expect_is_said_and_left_out() {
    let network = TestNetwork::new().await;
    let partner = network
        .share_partner(&["birthdate", "nationalities", "age_gte_18"])
        .await;
    let mut phone = network.enrolled(0).await;
    let request = asking(&json!({
        "birthdate": {"value": "1980-01-01"}, "nationalities": {"values": [["NLD"], ["BEL"]]},
        "age_gte_18": {"value": true},
    }));
    let asked = opened(&network, &partner, &mut phone, &request).await;
    let told = asked.2.fields.iter().filter(|row| row.label == "Attention");
    assert_eq!(told.count(), 1);
    let (info, _) = approved(&partner, &mut phone, asked, &[]).await;
    assert_eq!(info, json!({"nationalities": ["BEL"], "age_gte_18": true}));
    network.end().await;
}

#[tokio::test]
async fn what_the_person_lacks_is_said_and_they_may_go_on() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&["email!", "given_name"]).await;
    let mut phone = network.enrolled(0).await;
    let request = asking(&json!({"email": {"essential": true}, "given_name": null}));
    let asked = opened(&network, &partner, &mut phone, &request).await;
    let missing = asked.2.fields.iter().find(|row| row.kind == "missing");
    assert_eq!(missing.expect("a row").claims, ["email"]);
    let (info, _) = approved(&partner, &mut phone, asked, &[]).await;
    assert_eq!(info, json!({"given_name": "Ana"}));
    network.end().await;
}

#[tokio::test]
async fn claims_of_the_id_token_are_in_it() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&["age_gte_18", "given_name"]).await;
    let mut phone = network.enrolled(0).await;
    let mut request = asking(&json!({"given_name": null}));
    request[1].1 =
        json!({"id_token": {"age_gte_18": null}, "userinfo": {"given_name": null}}).to_string();
    let asked = opened(&network, &partner, &mut phone, &request).await;
    let (info, token) = approved(&partner, &mut phone, asked, &[]).await;
    assert_eq!(info, json!({"given_name": "Ana"}));
    assert_eq!(token["age_gte_18"], true);
    network.end().await;
}

#[tokio::test]
async fn contradictory_claims_are_refused() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&["birthdate"]).await;
    for claims in [
        json!({"userinfo": {"birthdate": {"value": "1", "values": ["1"]}}}),
        json!({"userinfo": {"birthdate": {"value": "1"}}, "id_token": {"birthdate": {"value": "2"}}}),
        json!({"userinfo": {"birthdate": {"essential": "yes"}}}),
    ] {
        let mut request = partner.request(&partner.login());
        request.retain(|(name, _)| name != "scope");
        request.push(("scope".to_owned(), "openid service:HOEK_KLANT".to_owned()));
        request.push(("claims".to_owned(), claims.to_string()));
        let (status, answer) = partner.push(request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{claims}");
        assert_eq!(answer["error"], "invalid_request", "{claims}");
    }
    network.end().await;
}

fn data_uri(n: usize) -> String {
    use base64::Engine;
    let photo = base64::engine::general_purpose::STANDARD.encode(photo(n));
    format!("data:image/png;base64,{photo}")
}

#[tokio::test]
async fn a_photo_is_shown_as_an_image_and_shared_with_its_bytes() {
    for network in TestNetwork::both().await {
        let partner = network.share_partner(&["picture", "address"]).await;
        let mut phone = network.enrolled(0).await;
        let request = asking(&json!({"picture": null, "address": null}));
        let opened = opened(&network, &partner, &mut phone, &request).await;
        let images: Vec<_> = opened.2.images().collect();
        assert_eq!(images, [ipse_protocol::sha256(&photo(0))]);
        let (info, _) = approved(&partner, &mut phone, opened, &[]).await;
        assert_eq!(info["picture"], json!(data_uri(0)));
        assert_eq!(info["address"]["street_address"], "Veldstraat 12");
        network.end().await;
    }
}

#[tokio::test]
async fn what_a_bank_gives_while_the_request_waits_is_shared() {
    for network in TestNetwork::both().await {
        let partner = network.share_partner(&["picture", "address"]).await;
        let mut phone = network.enrolled(ENROLLED_BEFORE).await;
        let request = asking(&json!({"picture": null, "address": null}));
        let (started, action, view) = opened(&network, &partner, &mut phone, &request).await;
        assert_eq!(view.missing_claims().count(), 2);
        phone.phone().renew(&action).await.expect("an offer");
        let begun = phone.exchange(requests::fetch_attributes(BANK)).await;
        let url = begun.body["authorization_url"].as_str().expect("a URL");
        visit_bank_at(&mut phone, url, &format!("customer{ENROLLED_BEFORE}")).await;
        let renewed = phone.phone().renew(&action).await.expect("an offer");
        assert_eq!(renewed.view.missing_claims().count(), 0);
        let opened = (started, action, renewed.view);
        let (info, _) = approved(&partner, &mut phone, opened, &[]).await;
        assert_eq!(info["picture"], json!(data_uri(ENROLLED_BEFORE)));
        assert_eq!(info["address"]["locality"], "Gent");
        network.end().await;
    }
}

/// Gives a person a date of birth as a bank may say it.
async fn born(network: &TestNetwork, phone: &Phone, birthdate: &str) {
    let scheme = &network.server.scheme;
    let who: ipse_protocol::ids::IdentityId = parsed(&phone.identity);
    let (key, id) = (scheme.persons.key(&who).await.expect("a key"), who.clone());
    let sealed = scheme
        .store
        .read(move |tx| person::attributes(tx, &id))
        .await;
    let sealed = sealed.expect("store").expect("a row");
    let mut attributes = Attributes::open(&key, &sealed).expect("attributes");
    birthdate.clone_into(&mut attributes.birthdate);
    let sealed = attributes.seal(&key).expect("sealed");
    let write = scheme.store.write(move |tx| {
        let now = tx.now()?;
        person::add_attributes(tx, &who, &sealed, "test", "none", now)
    });
    write.await.expect("store");
}

#[tokio::test]
async fn of_a_partial_birth_date_ages_are_shared_where_they_are_certain() {
    for (birthdate, adult) in [("1971", json!(true)), ("0000-03-14", Value::Null)] {
        let network = TestNetwork::new().await;
        let partner = network
            .share_partner(&["birthdate!", "age_gte_18", "name"])
            .await;
        let mut phone = network.enrolled(0).await;
        born(&network, &phone, birthdate).await;
        let request = asking(&json!({
            "birthdate": {"essential": true}, "age_gte_18": {"value": true}, "name": null,
        }));
        let asked = opened(&network, &partner, &mut phone, &request).await;
        let missing: Vec<&str> = asked.2.missing_claims().collect();
        assert_eq!(
            missing.contains(&"age_gte_18"),
            adult.is_null(),
            "{missing:?}"
        );
        let (info, _) = approved(&partner, &mut phone, asked, &[]).await;
        assert_eq!(info["birthdate"], birthdate);
        assert_eq!(info.get("age_gte_18").cloned().unwrap_or_default(), adult);
        network.end().await;
    }
}
