//! Logins up to the phone's claim.

use super::parsed;
use ipse_scheme::person;
use ipse_store::person::LookupField;

use super::{Partner, Phone, TestNetwork};

pub async fn claim_login(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
) -> ipse_protocol::wire::Offer {
    let link = login_link(network, partner).await;
    phone.claim(&link).await.json()
}

pub async fn login_link(network: &TestNetwork, partner: &Partner) -> String {
    let mut browser = network.browser();
    let login = partner.begin(&mut browser).await;
    let page = browser.get(&login.action_page).await;
    page.attribute("id=\"open-app\"", "href").expect("open-app")
}

/// Lets partners name this person.
pub async fn add_sandbox_person(network: &TestNetwork, name: &str, identity: &str) {
    let hint = person::lookup_hash(&*network.server.scheme.keys, LookupField::Sandbox, name);
    let identity = parsed(identity);
    network
        .server
        .scheme
        .store
        .write(move |tx| {
            ipse_store::person::replace_lookup(tx, LookupField::Sandbox, &hint, 1, &identity)
        })
        .await
        .expect("store");
}
