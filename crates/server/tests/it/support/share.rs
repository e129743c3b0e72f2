//! Partners that ask for details, with a service of type `share`.

use ipse_phone::Proof;
use ipse_protocol::terms::Obtained;
use ipse_protocol::view::{Chosen, View};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Partner, Phone, Started, TestNetwork, partner_parameter as parameter};

/// The code of the service.
pub const SHARE: &str = "HOEK_KLANT";

fn sentence(text: &str) -> Value {
    json!({"nl": text, "fr": text, "de": text, "en": text})
}

/// A share service for these claims; those with `!` are essential.
pub fn share_service(claims: &[&str]) -> Value {
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
        "code": SHARE, "type": "share", "purpose": sentence("Become a customer"),
        "attributes": claims.iter().map(attribute).collect::<Vec<_>>(), "reasons": reasons,
    })
}

/// The parameters of a request for claims of userinfo.
pub fn asking(claims: &Value) -> Vec<(&'static str, String)> {
    vec![
        ("scope", format!("openid service:{SHARE}")),
        ("claims", json!({"userinfo": claims}).to_string()),
        ("acr_values", "basic".to_owned()),
    ]
}

/// A request that this phone has opened: the action, its view, and the browser.
pub async fn opened(
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
pub async fn approved(
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

impl TestNetwork {
    /// A partner with a service for these claims. Its requests name scopes only, if nothing else is said.
    pub async fn share_partner(&self, claims: &[&str]) -> Partner {
        self.share_partner_with(claims, json!({})).await
    }

    /// As [`TestNetwork::share_partner`], with members of its registration.
    pub async fn share_partner_with(&self, claims: &[&str], mut members: Value) -> Partner {
        members["services"] = json!([share_service(claims)]);
        let mut partner = Partner::register(self, members).await;
        partner.scope = format!("openid profile address phone service:{SHARE}");
        partner
    }
}
