//! Threat 8: the screen shows one thing, the signature covers another.

use ipse_phone::requests;
use ipse_protocol::code::code_proof;
use ipse_protocol::transcript::choices_hash;
use ipse_protocol::view::Chosen;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, TestNetwork, start_login};

/// The view with each leaf in turn made another.
fn mutate(at: &Value, path: &mut Vec<String>, out: &mut Vec<(String, Value)>, whole: &Value) {
    let children: Vec<(String, &Value)> = match at {
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(n, v)| (n.to_string(), v))
            .collect(),
        leaf => {
            let pointer = format!("/{}", path.join("/"));
            let mut other = whole.clone();
            *other.pointer_mut(&pointer).expect("there") = match leaf {
                Value::String(text) => json!(format!("{text}x")),
                Value::Null => json!("x"),
                Value::Number(n) => json!(n.as_u64().expect("integer") + 1),
                other => panic!("a view holds no {other}"),
            };
            out.push((pointer, other));
            return;
        }
    };
    for (name, child) in children {
        path.push(name);
        mutate(child, path, out, whole);
        path.pop();
    }
}

#[tokio::test]
async fn t08_an_approval_of_another_view_is_refused() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let view: Value = serde_json::from_slice(&offer.view.0).expect("json");
        let mut changed = Vec::new();
        mutate(&view, &mut Vec::new(), &mut changed, &view);
        assert!(changed.len() > 20, "{}", changed.len());
        for (what, other) in changed {
            let mut fake = offer.clone();
            fake.view = ipse_protocol::bytes::B64u(other.to_string().into_bytes());
            let (_, ke1) = start_login("11112");
            let path = format!("/actions/{}/attempt", offer.action);
            let reply = phone.post(&path, &Phone::attempt_body(&fake, ke1)).await;
            assert_eq!(reply.code(), "view_changed", "{what}: {}", reply.body);
        }
        // Nothing of it cost a try.
        assert_eq!(network.open_attempt(&phone.identity).await, None);
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn t08_a_misleading_name_is_never_shown() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let overlong = "w".repeat(2_001);
        for name in [
            "Winkel \u{202e}keoH",
            "Winkel\u{200b}Hoek",
            "Winkel\u{0}Hoek",
            "Winkel\nHoek",
            "W\u{0456}nkel Hoek",
            "Winkel H\u{03bf}ek",
            "Winkel\u{2028}Hoek",
            "Winkel \u{2066}Hoek\u{2069}",
            "Winkel \u{e000}",
            "\u{feff}Winkel Hoek",
            &overlong,
        ] {
            let partner = Partner::register(&network, json!({"name": name})).await;
            let started = network.start_basic(&partner).await;
            let reply = phone.claim(&started.link).await;
            assert!(reply.body["view"].is_null(), "{name:?} was shown");
            assert_eq!(
                reply.status,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{name:?}: {}",
                reply.body
            );
        }
        // Names that are only foreign are fine.
        for name in ["Магазин", "Κατάστημα", "Zoë & Łukasz", "小さな店"] {
            let partner = Partner::register(&network, json!({"name": name})).await;
            let offer = network.offer_basic(&partner, &mut phone).await;
            assert_eq!(offer.open().expect("a view").partner.name, name);
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t08_a_choice_that_was_not_shown_is_refused() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let opened = phone.open(&offer).await.map_err(|r| r.body).expect("open");
        let chosen = vec![Chosen {
            key: "remember".into(),
            value: "on".into(),
        }];
        // Transcript and proof cover it, but the view has no such choice.
        let mut transcript = phone.transcript(&offer, &opened);
        transcript.choices_hash = Some(choices_hash(&chosen));
        let t = transcript.hash();
        let approval = opened.approval(t, code_proof(&opened.session_key, &t));
        let message = requests::approve(&offer.action, &approval.choosing(chosen.clone()));
        phone.exchange(message).await.refused("malformed_request");
        // Nor does a value count that the transcript does not cover.
        let t = phone.transcript(&offer, &opened).hash();
        let approval = opened.approval(t, code_proof(&opened.session_key, &t));
        let message = requests::approve(&offer.action, &approval.choosing(chosen));
        phone.exchange(message).await.refused("proof_invalid");
        let (sealed, _) = phone.seal_approval(&offer, &opened);
        let decided = phone.send(&sealed).await;
        assert_eq!(decided.body["status"], "approved", "{}", decided.body);
        network.end().await;
    }
}
