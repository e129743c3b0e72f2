//! `GET /return/{token}`. Threats: t01, t18.

use crate::support::{TestNetwork, partner_parameter};

#[tokio::test]
async fn the_starting_browser_returns_to_the_partner_with_a_code() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let mut started = network.start_basic(&partner).await;
    let decided = phone.approve(&started.link).await;
    let back = decided.return_url.expect("return_url");
    let location = started.browser.get(&back).await.location;
    let location = location.expect("to the partner");
    assert!(location.starts_with(&partner.redirect_uri), "{location}");
    assert!(partner_parameter(&location, "code").is_some(), "{location}");
    network.end().await;
}
