//! The scope `email` at `POST /par`, `GET /userinfo` and `POST /token`, and `POST /phone/v1/actions/{id}/renew`. Threats: t34, t40.

use ipse_phone::requests;
use ipse_protocol::wire::{DecisionResponse, Offer};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, Started, TestNetwork};

const AN: &str = "an@mail.example";
const SCOPES: &str = "openid profile email";

/// A login that asks for the address, claimed on the same device.
async fn asked(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
    changes: &[(&str, &str)],
) -> (Started, Offer) {
    let started = network.start_with(partner, changes).await;
    let offer = phone.claim(&started.link).await.json();
    (started, offer)
}

/// What the partner gets after the approval: the claims of the ID token, and userinfo.
async fn answered(
    partner: &Partner,
    started: &mut Started,
    phone: &mut Phone,
    offer: &Offer,
) -> (Value, Value) {
    let decided = phone.approve_offer(offer).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
    let decided: DecisionResponse = decided.json();
    let back = started
        .browser
        .get(&decided.return_url.expect("a URL"))
        .await;
    let back = back.location.expect("a redirect");
    let code = crate::support::partner_parameter(&back, "code").expect("a code");
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    let (status, info) = partner.userinfo(tokens.access_token()).await;
    assert_eq!(status, StatusCode::OK, "{info}");
    (tokens.claims(), info)
}

#[tokio::test]
async fn an_address_is_shown_in_one_row_and_released_as_verified() {
    for network in TestNetwork::both().await {
        let partner = network.mail_partner().await;
        let mut phone = network.enrolled(0).await;
        phone.set_email(&network, AN).await;
        let wanted = [("scope", SCOPES), ("acr_values", "basic")];
        let (mut started, offer) = asked(&network, &partner, &mut phone, &wanted).await;
        let view = offer.open().expect("a view");
        let row = view.fields.iter().find(|row| row.label == "E-mail address");
        let row = row.expect("a row");
        assert_eq!((&*row.kind, &*row.value), ("text", AN));
        assert_eq!(row.claims, ["email", "email_verified"]);
        let (claims, info) = answered(&partner, &mut started, &mut phone, &offer).await;
        assert_eq!(
            (&info["email"], &info["email_verified"]),
            (&json!(AN), &json!(true))
        );
        assert_eq!(info["given_name"], json!("Ana"));
        assert_eq!(claims["email"], Value::Null);

        // By `claims`, in the ID token, and without the word that it is verified.
        let claims = json!({"id_token": {"email": null}}).to_string();
        let wanted = [
            ("scope", "openid"),
            ("claims", &*claims),
            ("acr_values", "basic"),
        ];
        let (mut started, offer) = asked(&network, &partner, &mut phone, &wanted).await;
        assert_eq!(offer.open().expect("a view").fields[0].claims, ["email"]);
        let (claims, info) = answered(&partner, &mut started, &mut phone, &offer).await;
        assert_eq!(
            (&claims["email"], &claims["email_verified"]),
            (&json!(AN), &Value::Null)
        );
        assert_eq!(info["email"], Value::Null);
        network.end().await;
    }
}

#[tokio::test]
async fn t40_an_address_that_was_not_registered_or_requested_is_not_released() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    phone.set_email(&network, AN).await;
    let all = json!({"id_token": {"email": {"essential": true}}, "userinfo": {"email": null, "email_verified": null}});
    let alone = json!({"userinfo": {"email_verified": null}}).to_string();
    let all = all.to_string();
    let (plain, mail) = (network.partner().await, network.mail_partner().await);
    for (partner, changes) in [
        (&plain, vec![("scope", SCOPES), ("claims", &*all)]),
        (&mail, vec![("scope", "openid profile")]),
        // Without the address it says nothing.
        (&mail, vec![("scope", "openid"), ("claims", &*alone)]),
    ] {
        let mut wanted = vec![("acr_values", "basic")];
        wanted.extend(changes);
        let (mut started, offer) = asked(&network, partner, &mut phone, &wanted).await;
        let view = offer.open().expect("a view");
        assert!(
            view.shown_claims()
                .all(|(claim, _)| !claim.starts_with("email"))
        );
        assert_eq!(view.missing_claims().count(), 0);
        let (claims, info) = answered(partner, &mut started, &mut phone, &offer).await;
        for answer in [&claims, &info] {
            assert_eq!(answer["email"], Value::Null);
            assert_eq!(answer["email_verified"], Value::Null);
        }
    }
    network.end().await;
}

#[tokio::test]
async fn a_person_without_an_address_goes_on_without() {
    for network in TestNetwork::both().await {
        let partner = network.mail_partner().await;
        let mut phone = network.enrolled(0).await;
        let wanted = [("scope", SCOPES), ("acr_values", "basic")];
        let (mut started, offer) = asked(&network, &partner, &mut phone, &wanted).await;
        let view = offer.open().expect("a view");
        assert_eq!(
            view.missing_claims().collect::<Vec<_>>(),
            ["email", "email_verified"]
        );
        let row = view.fields.iter().find(|row| row.is_missing());
        assert_eq!(row.expect("a row").value, "You have not added one");
        assert!(
            view.shown_claims()
                .all(|(claim, _)| !claim.starts_with("email"))
        );
        let (claims, info) = answered(&partner, &mut started, &mut phone, &offer).await;
        assert_eq!(
            (&info["email"], &info["email_verified"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(claims["email"], Value::Null);
        network.end().await;
    }
}

#[tokio::test]
async fn a_request_waits_while_the_address_is_added_and_is_offered_again() {
    for network in TestNetwork::both().await {
        let partner = network.mail_partner().await;
        let mut phone = network.enrolled(0).await;
        let wanted = [("scope", SCOPES), ("acr_values", "basic")];
        let (mut started, first) = asked(&network, &partner, &mut phone, &wanted).await;
        let waits: Offer = phone.exchange(requests::renew(&first.action)).await.json();
        assert_eq!(waits.expires - first.expires, 7 * 60_000);
        assert_eq!(waits.match_code, first.match_code);
        assert_eq!(waits.open().expect("a view").missing_claims().count(), 2);
        // Waiting again adds nothing.
        let again: Offer = phone.exchange(requests::renew(&first.action)).await.json();
        assert_eq!(
            again,
            Offer {
                server_time: again.server_time,
                ..waits.clone()
            }
        );

        network.pass(6 * 60_000);
        phone.set_email(&network, AN).await;
        let renewed = phone.seal_message(requests::renew(&first.action));
        let offer: Offer = phone.send(&renewed).await.json();
        assert_eq!(
            (offer.expires, &offer.match_code),
            (waits.expires, &first.match_code)
        );
        let view = offer.open().expect("a view");
        assert_eq!(view.missing_claims().count(), 0);
        assert!(view.shown_claims().any(|shown| shown == ("email", AN)));
        // Sent again, and with nothing missing any more: the same offer.
        let repeated: Offer = phone.send(&renewed).await.json();
        assert_eq!(repeated.nonce, offer.nonce);
        let more: Offer = phone.exchange(requests::renew(&first.action)).await.json();
        assert_eq!(more.nonce, offer.nonce);
        // What was shown before cannot be approved any more.
        phone.approve_offer(&waits).await.refused("action_closed");
        let (_, info) = answered(&partner, &mut started, &mut phone, &offer).await;
        assert_eq!(
            (&info["email"], &info["email_verified"]),
            (&json!(AN), &json!(true))
        );
        network.end().await;
    }
}

#[tokio::test]
async fn a_request_waits_no_longer_than_ten_minutes_and_for_its_phone_only() {
    for network in TestNetwork::both().await {
        let partner = network.mail_partner().await;
        let mut phone = network.enrolled(0).await;
        let mut other = network.enrolled(1).await;
        let wanted = [("scope", SCOPES), ("acr_values", "basic")];
        let (_, offer) = asked(&network, &partner, &mut phone, &wanted).await;
        other
            .exchange(requests::renew(&offer.action))
            .await
            .refused("not_found");
        let waits: Offer = phone.exchange(requests::renew(&offer.action)).await.json();
        network.pass(10 * 60_000 + 1);
        phone
            .exchange(requests::renew(&offer.action))
            .await
            .refused("action_expired");
        phone.approve_offer(&waits).await.refused("action_expired");

        // A request that asks for nothing that is missing does not wait.
        let wanted = [("scope", "openid profile"), ("acr_values", "basic")];
        let (_, offer) = asked(&network, &partner, &mut phone, &wanted).await;
        let same: Offer = phone.exchange(requests::renew(&offer.action)).await.json();
        assert_eq!((same.expires, same.nonce), (offer.expires, offer.nonce));
        phone.refuse(&offer).await;
        phone
            .exchange(requests::renew(&offer.action))
            .await
            .refused("action_closed");
        network.end().await;
    }
}

/// The row of one person, put in the place of another's by somebody who can write the database.
#[tokio::test]
async fn t34_the_address_of_another_person_does_not_open() {
    for network in TestNetwork::both().await {
        let mut phones = [network.enrolled(0).await, network.enrolled(1).await];
        for (phone, address) in phones.iter_mut().zip([AN, "eve@mail.example"]) {
            phone.set_email(&network, address).await;
        }
        let [an, eve] = &mut phones;
        let swapped = network
            .tamper(
                "UPDATE email_address SET sealed = (SELECT e.sealed FROM email_address e WHERE e.identity = $1) WHERE identity <> $1",
                &eve.identity,
            )
            .await;
        assert_eq!(swapped, 1);
        an.get("/me").await.refused("internal");
        // Also with a MAC: it is sealed for its person.
        network
            .change(
                "UPDATE email_address SET verified = verified + 1 WHERE identity <> $1",
                &eve.identity,
            )
            .await;
        an.get("/me").await.refused("internal");
        assert_eq!(eve.email().await, json!("eve@mail.example"));
        network.end().await;
    }
}
