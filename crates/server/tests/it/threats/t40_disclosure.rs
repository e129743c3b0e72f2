//! Threat 40: more is released than was shown.

use std::collections::BTreeSet;

use ipse_protocol::wire::Offer;
use serde_json::{Value, json};

use crate::support::oidc::{TestServer, fetch_userinfo, redemption};
use crate::support::{TestNetwork, partner_parameter as parameter};

/// Everything except the claims about the OpenID provider and the login.
fn is_about_the_person(name: &str) -> bool {
    const OTHER: [&str; 13] = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "nonce",
        "acr",
        "amr",
        "auth_time",
        "at_hash",
        "azp",
    ];
    !OTHER.contains(&name)
}

fn chosen(bits: u8) -> Vec<&'static str> {
    (0..8)
        .filter(|n| bits >> n & 1 == 1)
        .map(|n| ASKABLE[n])
        .collect()
}

const ASKABLE: [&str; 8] = [
    "name",
    "given_name",
    "family_name",
    "locale",
    "birthdate",
    "email",
    "phone_number",
    "address",
];

#[tokio::test]
async fn t40_released_attributes_are_requested_shown_and_approved() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for round in 0..14u8 {
            let random = ipse_protocol::Random::system().bytes::<2>();
            let (in_token, in_info, profile) =
                (chosen(random[0]), chosen(random[1]), round % 2 == 0);
            let asked = |names: &[&str]| {
                names
                    .iter()
                    .map(|n| ((*n).to_owned(), Value::Null))
                    .collect::<serde_json::Map<_, _>>()
            };
            let claims =
                json!({"id_token": asked(&in_token), "userinfo": asked(&in_info)}).to_string();
            let scope = if profile { "openid profile" } else { "openid" };
            let changes = [
                ("scope", scope),
                ("claims", &*claims),
                ("acr_values", "basic"),
            ];
            let mut started = network.start_with(&partner, &changes).await;
            let offer: Offer = phone.claim(&started.link).await.json();
            let view = offer.open().expect("a view");
            let shown: BTreeSet<&str> = view.shown_claims().map(|(claim, _)| claim).collect();
            if round % 7 == 6 {
                let refused = phone.refuse(&offer).await;
                let back = refused.body["return_url"]
                    .as_str()
                    .expect("return_url")
                    .to_owned();
                let location = started
                    .browser
                    .get(&back)
                    .await
                    .location
                    .expect("to the partner");
                assert_eq!(
                    parameter(&location, "error").as_deref(),
                    Some("access_denied")
                );
                assert_eq!(parameter(&location, "code"), None);
                continue;
            }
            let decided = phone.approve_offer(&offer).await;
            let back = decided.body["return_url"]
                .as_str()
                .expect("return_url")
                .to_owned();
            let location = started
                .browser
                .get(&back)
                .await
                .location
                .expect("to the partner");
            let code = parameter(&location, "code").expect("code");
            let tokens = partner.redeem(&code, &started.login.verifier).await;
            let (_, info) = partner.userinfo(tokens.access_token()).await;
            let both: BTreeSet<&str> = in_token.iter().chain(&in_info).copied().collect();
            for (place, got, wanted) in [
                ("ID token", &tokens.claims(), &in_token),
                ("userinfo", &info, &in_info),
            ] {
                let got = got.as_object().expect("claims");
                for name in got.keys().filter(|name| is_about_the_person(name)) {
                    let asked = wanted.contains(&name.as_str()) || (profile && place == "userinfo");
                    assert!(asked, "{place} has {name}, asked {scope} {claims}");
                    assert!(
                        shown.contains(name.as_str()),
                        "{place} has {name}, which was not shown"
                    );
                    let (_, row) = view
                        .shown_claims()
                        .find(|(claim, _)| claim == name)
                        .expect("a row");
                    let value = got[name].as_str().expect("a text");
                    // The row of the full name shows its parts; a language is shown by its name.
                    if name == "locale" {
                        assert_eq!((value, row), ("en", "English"));
                    } else {
                        assert!(row.contains(value), "{name}: {value} is not in {row}");
                    }
                }
            }
            // And what the person had to read was asked for.
            for name in &shown {
                assert!(
                    profile || both.contains(name),
                    "{name} was shown for nothing"
                );
            }
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t40_attributes_that_were_not_shown_are_not_released() {
    let server = TestServer::new().await;
    // The view showed a given name, and something that no login may release.
    let code = server
        .code(&[("given_name", "An"), ("national_number", "71715100070")])
        .await;
    let answer = server.as_partner("/token", &redemption(&code)).await;
    let tokens = answer.json();
    let info = fetch_userinfo(&server, tokens["access_token"].as_str().unwrap()).await;
    let names: Vec<_> = info.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["given_name", "sub"]);
    assert!(!answer.text.contains("71715100070") && !info.text.contains("71715100070"));
}
