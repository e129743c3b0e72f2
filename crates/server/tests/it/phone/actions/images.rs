//! `GET /phone/v1/actions/{id}/images/{digest}`. Threat: t40.

use ipse_jose::b64;
use ipse_protocol::sha256;
use ipse_protocol::view::{self, Field};
use ipse_protocol::wire::Offer;
use ipse_store::action;
use reqwest::StatusCode;

use crate::support::{Partner, Phone, TestNetwork, parsed, photo};

/// A login whose view shows the photo of its person.
async fn with_photo(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
    n: usize,
) -> Offer {
    let offer = network.offer_basic(partner, phone).await;
    let scheme = &network.server.scheme;
    let id = parsed(&offer.action);
    let found = scheme.store.read(move |tx| action::by_id(tx, &id)).await;
    let found = found.expect("store").expect("an action");
    let before = found.claim.expect("a claim");
    let key = scheme.persons.key(&before.identity).await.expect("a key");
    let shown = key.open("action/view", &before.view).expect("a view");
    let mut shown = view::parse(&shown).expect("a view");
    shown.fields.push(Field {
        kind: "image".to_owned(),
        label: "Photo".to_owned(),
        value: b64::encode(&sha256(&photo(n))),
        claims: vec!["picture".to_owned()],
    });
    let bytes = shown.to_bytes();
    let mut claim = before.clone();
    claim.view = key.seal("action/view", &bytes).expect("sealed");
    claim.view_hash = sha256(&bytes);
    claim.attributes_hash = ipse_protocol::transcript::attributes_hash(&shown);
    let written = scheme
        .store
        .write(move |tx| action::reclaim(tx, &found.id, &before, &claim, found.expires))
        .await;
    assert!(written.expect("store"));
    let again = phone.get(&format!("/actions/{}", offer.action)).await;
    serde_json::from_value(again.body["offer"].clone()).expect("an offer")
}

fn path(offer: &Offer, bytes: &[u8]) -> String {
    let digest = b64::encode(&sha256(bytes));
    format!("/actions/{}/images/{digest}", offer.action)
}

#[tokio::test]
async fn t40_a_photo_is_served_to_the_phone_of_the_action_whose_view_shows_it() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let mut other = network.enrolled(1).await;
        let offer = with_photo(&network, &partner, &mut phone, 0).await;
        let image = phone.get(&path(&offer, &photo(0))).await;
        assert_eq!(image.status, StatusCode::OK, "{}", image.body);
        assert_eq!(image.body["bytes"], b64::encode(&photo(0)));

        other
            .get(&path(&offer, &photo(0)))
            .await
            .refused("not_found");
        // The photo of another person, and one that this view does not show.
        phone
            .get(&path(&offer, &photo(1)))
            .await
            .refused("not_found");
        let odd = format!("/actions/{}/images/AAAA", offer.action);
        phone.get(&odd).await.refused("not_found");
        let stolen = with_photo(&network, &partner, &mut other, 0).await;
        other
            .get(&path(&stolen, &photo(0)))
            .await
            .refused("not_found");

        // In the receipt too.
        let refused = phone.refuse(&offer).await;
        assert_eq!(refused.status, StatusCode::OK, "{}", refused.body);
        let image = phone.get(&path(&offer, &photo(0))).await;
        assert_eq!(image.status, StatusCode::OK, "{}", image.body);
        let plain = network.offer_basic(&partner, &mut phone).await;
        phone
            .get(&path(&plain, &photo(0)))
            .await
            .refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn t40_an_expired_action_serves_no_photo() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = with_photo(&network, &partner, &mut phone, 0).await;
        network.pass(3 * 60_000 + 1);
        phone
            .get(&path(&offer, &photo(0)))
            .await
            .refused("not_found");
        network.end().await;
    }
}
