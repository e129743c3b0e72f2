//! Services of type `share`: `POST /par`, `GET /authorize`, `GET /userinfo` and `POST /token`. Threats: t08, t40.

use ipse_phone::{Proof, requests};
use ipse_protocol::terms::Obtained;
use ipse_protocol::view::{Chosen, View};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::recoveries::visit_bank_at;
use crate::support::{
    BANK, ENROLLED_BEFORE, Partner, Phone, Started, TestNetwork, partner_parameter as parameter,
    photo,
};

const OWN: &str = "https://ipse.example/claims/";

fn sentence(text: &str) -> Value {
    json!({"nl": text, "fr": text, "de": text, "en": text})
}

/// A share service for these claims; those with `!` are essential.
fn service(claims: &[&str]) -> Value {
    let name = |claim: &str| claim.trim_end_matches('!').to_owned();
    let attribute = |claim: &&str| json!({"claim": name(claim), "essential": claim.ends_with('!')});
    let reasons: serde_json::Map<String, Value> = claims
        .iter()
        .map(|claim| {
            (
                name(claim),
                sentence(&format!("To know your {}", name(claim))),
            )
        })
        .collect();
    json!({
        "code": "HOEK_KLANT", "type": "share", "purpose": sentence("Become a customer"),
        "attributes": claims.iter().map(attribute).collect::<Vec<_>>(), "reasons": reasons,
    })
}

async fn partner(network: &TestNetwork, claims: &[&str]) -> Partner {
    Partner::register(network, json!({"services": [service(claims)]})).await
}

/// The parameters of a request for claims of userinfo.
fn asking(claims: &Value) -> Vec<(&'static str, String)> {
    vec![
        ("scope", "openid service:HOEK_KLANT".to_owned()),
        ("claims", json!({"userinfo": claims}).to_string()),
        ("acr_values", "basic".to_owned()),
    ]
}

/// A request that this phone has opened: the action, its view, and the browser.
async fn opened(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
    request: &[(&'static str, String)],
) -> (Started, String, View) {
    let changes: Vec<(&str, &str)> = request.iter().map(|(k, v)| (*k, &**v)).collect();
    let started = network.start_with(partner, &changes).await;
    let mut library = phone.phone();
    let opened = library.claim(&started.link, Obtained::Navigation).await;
    let opened = opened.expect("an action");
    (started, opened.offer.action, opened.view)
}

/// What userinfo says after the approval, and the claims of the ID token.
async fn approved(
    partner: &Partner,
    phone: &mut Phone,
    (mut started, action, _): (Started, String, View),
    off: &[&str],
) -> (Value, Value) {
    let chosen: Vec<Chosen> = off
        .iter()
        .map(|key| Chosen {
            key: (*key).to_owned(),
            value: "off".to_owned(),
        })
        .collect();
    let code = phone.code.clone();
    let mut library = phone.phone();
    let done = library.approve_choosing(&action, Proof::Code(&code), &chosen);
    let back = done.await.expect("an approval").return_url;
    let location = started.browser.get(&back.expect("return_url")).await;
    let location = location.location.expect("to the partner");
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    let (status, mut info) = partner.userinfo(tokens.access_token()).await;
    assert_eq!(status, StatusCode::OK, "{info}");
    let members = info.as_object_mut().expect("an object");
    members.remove("sub").expect("a sub");
    (info, tokens.claims())
}

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
        let partner = partner(&network, &claims).await;
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
    let partner = partner(&network, &["name!", "birthdate", "phone_number"]).await;
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
    let partner = partner(&network, &["given_name", "email"]).await;
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
    let partner = partner(&network, &["birthdate", "nationalities", "age_gte_18"]).await;
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
    let partner = partner(&network, &["email!", "given_name"]).await;
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
    let partner = partner(&network, &["age_gte_18", "given_name"]).await;
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
    let partner = partner(&network, &["birthdate"]).await;
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
        let partner = partner(&network, &["picture", "address"]).await;
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
        let partner = partner(&network, &["picture", "address"]).await;
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
