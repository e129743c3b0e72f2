//! Threat 39: partners compare notes.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, TestNetwork, partner_parameter as parameter};

fn collect_texts(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(texts.insert(text.clone())),
        Value::Array(list) => list.iter().for_each(|v| collect_texts(v, texts)),
        Value::Object(map) => map.values().for_each(|v| collect_texts(v, texts)),
        _ => {}
    }
}

/// Everything that a partner ever gets of one login: every text in it.
async fn dump(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
) -> (BTreeSet<String>, Value) {
    let mut started = network.start(partner).await;
    let back = phone
        .approve(&started.link)
        .await
        .return_url
        .expect("return_url");
    let location = started
        .browser
        .get(&back)
        .await
        .location
        .expect("to the partner");
    let code = parameter(&location, "code").expect("code");
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    let (_, info) = partner.userinfo(tokens.access_token()).await;
    let token = tokens.body["id_token"].as_str().expect("a token");
    let header = token
        .split('.')
        .next()
        .and_then(|h| ipse_jose::b64::decode(h).ok())
        .expect("a header");
    let header: Value = serde_json::from_slice(&header).expect("json");
    let query: Vec<(String, String)> = url::Url::parse(&location)
        .expect("a URL")
        .query_pairs()
        .into_owned()
        .collect();
    let mut texts = BTreeSet::new();
    for part in [
        &tokens.body,
        &tokens.claims(),
        &info,
        &header,
        &json!(query),
    ] {
        collect_texts(part, &mut texts);
    }
    (texts, info)
}

#[tokio::test]
async fn t39_two_partners_can_match_only_consented_attributes() {
    for network in TestNetwork::both().await {
        let (mut anna, mut bert) = (network.enrolled(0).await, network.enrolled(1).await);
        let shop = network.partner().await;
        let other = Partner::register(
            &network,
            json!({"redirect_uris": ["http://localhost:9/callback"]}),
        )
        .await;
        let (first, info) = dump(&network, &shop, &mut anna).await;
        let (again, info_again) = dump(&network, &shop, &mut anna).await;
        let (elsewhere, info_elsewhere) = dump(&network, &other, &mut anna).await;
        // What says nothing of Anna is what Bert's dump has as well.
        let (common, info_of_bert) = dump(&network, &shop, &mut bert).await;
        assert_eq!(
            info["sub"], info_again["sub"],
            "the same person is the same at one partner"
        );
        assert_ne!(info["sub"], info_elsewhere["sub"]);
        assert_ne!(info["sub"], info_of_bert["sub"]);
        let consented: BTreeSet<&str> = ["name", "given_name", "family_name", "locale"]
            .iter()
            .filter_map(|claim| info[*claim].as_str())
            .collect();
        assert_eq!(consented.len(), 4, "{info}");
        let shared: Vec<&String> = first
            .union(&again)
            .filter(|text| elsewhere.contains(*text) && !common.contains(*text))
            .filter(|text| !consented.contains(text.as_str()))
            .collect();
        assert!(shared.is_empty(), "{shared:?}");
        network.end().await;
    }
}

#[tokio::test]
async fn a_partner_of_the_same_sector_knows_the_person_under_the_same_name() {
    for network in TestNetwork::both().await {
        let mut anna = network.enrolled(0).await;
        let shop = network.partner().await;
        let second = Partner::register(&network, json!({"sector": shop.client_id})).await;
        let host = json!({"sector": "host:shop.example"});
        let third = Partner::register(&network, host.clone()).await;
        let fourth = Partner::register(&network, host).await;
        let mut subs = Vec::new();
        for partner in [&shop, &second, &third, &fourth] {
            subs.push(dump(&network, partner, &mut anna).await.1["sub"].clone());
        }
        assert_eq!(subs[0], subs[1]);
        assert_eq!(subs[2], subs[3]);
        assert_ne!(subs[0], subs[2]);
        network.end().await;
    }
}
