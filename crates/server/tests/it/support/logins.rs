//! Logins up to the phone's claim.

use ipse_scheme::actor::Actor;
use ipse_scheme::config::Profile;
use ipse_scheme::person::{SandboxPerson, add_sandbox};

use super::{Partner, Phone, TestNetwork, number};

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
pub async fn add_sandbox_person(network: &TestNetwork, name: &str, phone: &Phone) {
    let scheme = &network.server.scheme;
    let person = SandboxPerson::new(&*scheme.keys, name, &number(phone.n));
    let added = scheme
        .store
        .write_rule(move |tx| add_sandbox(tx, Profile::Demo, &Actor::System, &person));
    added.await.expect("a person");
}
