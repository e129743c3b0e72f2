//! Rows 5 to 8: copied phones, what an approval covers and when it ends, what is shown.

use ipse_protocol::code::code_proof;
use ipse_protocol::terms::{Decision, Factor, Flow};
use ipse_protocol::transcript::Transcript;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, TestNetwork, partner_parameter as parameter};

// --- 5: a copied phone ---

#[tokio::test]
async fn t05_a_used_sequence_with_other_bytes_ends_both_phones() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mut copy = phone.copy();
        let offer = network.offer_basic(&partner, &mut phone).await;
        copy.get("/devices").await.refused("device_copied");
        phone.get("/me").await.refused("device_suspended");
        assert_ne!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        copy.sequence += 10;
        copy.get("/me").await.refused("device_suspended");
        let identity = network.identity(&phone.identity).await;
        assert_eq!(identity.status, "suspended");
        const REASON: &str =
            "SELECT COUNT(*) FROM suspension WHERE reason = 'device_lost' AND identity = $1";
        assert_eq!(network.count(REASON, &phone.identity).await, 1);
        network.end().await;
    }
}

#[tokio::test]
async fn t05_the_same_request_again_is_no_copy() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let request = phone.seal("/block", &json!({"reason": "person"}));
        for _ in 0..3 {
            assert_eq!(phone.send(&request).await.body["status"], "suspended");
        }
        // Late, with a place that nobody used: refused, but nobody is accused.
        let late = phone.seal("/unblock", &json!({}));
        phone.get("/me").await;
        phone.send(&late).await.refused("sequence_stale");
        assert_eq!(phone.get("/me").await.status, StatusCode::OK);
        network.end().await;
    }
}

/// A copy that runs ahead until the other phone's sequences are no longer remembered does not get away with it.
#[tokio::test]
async fn t05_a_copy_that_runs_ahead_is_noticed_all_the_same() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut copy = phone.copy();
        for _ in 0..70 {
            assert_eq!(copy.get("/devices").await.status, StatusCode::OK);
        }
        phone.get("/me").await.refused("device_copied");
        copy.get("/me").await.refused("device_suspended");
        // Nor does one that leaves the other behind for good in one leap.
        let mut phone = network.enrolled(1).await;
        let mut copy = phone.copy();
        copy.sequence += 1 << 40;
        copy.get("/me").await.refused("sequence_stale");
        assert_eq!(phone.get("/me").await.status, StatusCode::OK);
        network.end().await;
    }
}

// --- 6: a proof for something else ---

#[tokio::test]
async fn t06_a_captured_proof_serves_no_other_transcript() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer(&partner, &mut phone).await;
        let opened = phone.open(&offer).await.expect("an attempt");
        let own = phone.transcript(&offer, &opened);
        let (view, t) = (offer.open().expect("a view"), own.hash());
        assert_eq!(view.attributes.len(), 4);
        for (field, other) in mutations(&own) {
            let proof = code_proof(&opened.session_key, &other.hash());
            // The device key is stolen and signs this transcript with the proof of that one, and the other way round.
            phone
                .send_proof(&offer.action, &opened, t, proof)
                .await
                .refused("proof_invalid");
            let reply = phone
                .send_proof(&offer.action, &opened, other.hash(), proof)
                .await;
            assert_eq!(reply.code(), "proof_invalid", "{field}: {}", reply.body);
        }
        // None of it was a guess: the right proof is still taken.
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 0);
        assert_eq!(
            phone.send_approval(&offer, &opened, &own).await.status,
            StatusCode::OK
        );
        network.end().await;
    }
}

/// The transcript with each field in turn made another.
fn mutations(own: &Transcript) -> Vec<(&'static str, Transcript)> {
    type Change = fn(&mut Transcript);
    let changes: [(&str, Change); 19] = [
        ("issuer", |t| t.issuer.push('x')),
        ("identity", |t| {
            t.identity = "idn_AAAAAAAAAAAAAAAAAAAAAA".into()
        }),
        ("device", |t| t.device = "dev_AAAAAAAAAAAAAAAAAAAAAA".into()),
        ("sequence", |t| t.sequence += 1),
        ("epoch", |t| t.epoch += 1),
        ("code_version", |t| t.code_version += 1),
        ("nonce", |t| t.nonce[0] ^= 1),
        ("action", |t| t.action = "act_AAAAAAAAAAAAAAAAAAAAAA".into()),
        ("partner", |t| {
            t.partner = "par_AAAAAAAAAAAAAAAAAAAAAA".into()
        }),
        ("domain", |t| t.domain = "bank.example".into()),
        ("flow", |t| t.flow = Flow::Qr),
        ("browser_binding", |t| t.browser_binding[31] ^= 1),
        ("view_hash", |t| t.view_hash[0] ^= 1),
        ("attributes_hash", |t| t.attributes_hash[0] ^= 1),
        ("documents", |t| t.documents.push([0; 32])),
        ("sim_statement_hash", |t| t.sim_statement_hash = None),
        ("factor", |t| t.factor = Factor::Biometric),
        ("decision", |t| t.decision = Decision::Refuse),
        ("expires", |t| t.expires += 1),
    ];
    changes
        .into_iter()
        .map(|(name, change)| {
            let mut other = own.clone();
            change(&mut other);
            assert_ne!(other.hash(), own.hash(), "{name}");
            (name, other)
        })
        .collect()
}

// --- 7: another SIM ---

#[tokio::test]
async fn t07_a_swap_ends_what_an_approval_gave() {
    for network in TestNetwork::both().await {
        let mut phones = [network.enrolled(0).await, network.enrolled(1).await];
        let partner = network.partner().await;
        let mut codes = Vec::new();
        for phone in &mut phones {
            let mut started = network.start(&partner).await;
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
            codes.push((
                parameter(&location, "code").expect("code"),
                started.login.verifier,
            ));
        }
        let tokens = partner.redeem(&codes[0].0, &codes[0].1).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        assert_eq!(
            partner.userinfo(tokens.access_token()).await.0,
            StatusCode::OK
        );
        network.sim("swap", 0).await;
        network.sim("swap", 1).await;
        network.operator_heard().await;
        // One had redeemed its code, the other had not.
        assert_eq!(
            partner.userinfo(tokens.access_token()).await.0,
            StatusCode::UNAUTHORIZED
        );
        let refused = partner.redeem(&codes[1].0, &codes[1].1).await;
        assert_eq!(refused.body["error"], "invalid_grant");
        network.end().await;
    }
}

#[tokio::test]
async fn t07_the_next_owner_of_a_number_sees_nothing_of_the_last() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let started = network.start(&partner).await;
        phone.approve(&started.link).await;
        network.sim("swap", 0).await;
        network.operator_heard().await;
        let mut next = network.phone(0);
        next.begin_enrolment(&network).await;
        next.connect_sim(&network).await;
        next.visit_bank("customer5").await;
        let done = next.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_ne!(done.body["identity"], phone.identity);
        let me = next.get("/me").await;
        assert_eq!(me.body["given_name"], "Anf");
        assert_eq!(next.get("/actions").await.body["past"], json!([]));
        next.get(&format!("/actions/{}", started.action))
            .await
            .refused("not_found");
        assert_eq!(
            next.get("/devices").await.body["devices"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
        // And the last owner stays blocked, not replaced.
        assert_eq!(phone.get("/me").await.body["status"], "suspended");
        network.end().await;
    }
}

// --- 8: one thing shown, another signed ---

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
            let (_, ke1) =
                ipse_protocol::opaque::ClientLogin::<ipse_protocol::opaque::Identity>::start(
                    "11112",
                )
                .expect("opaque");
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
async fn t08_a_name_that_misleads_the_eye_is_never_shown() {
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
