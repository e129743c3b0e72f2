//! Services of type `confirm`: `POST /par`, `POST /token`, `GET /evidence/keys` and `GET /evidence/proof`. Threats: t08, t13, t20, t33, t40.

use ipse_jose::{Alg, Jwk, VerifyingKey, b64, jws};
use ipse_phone::Proof;
use ipse_protocol::receipt::{
    CHECKPOINT_TYP, Checkpoint, Leaf, LeafKind, PROMISE_TYP, Promise, commitment,
};
use ipse_protocol::terms::Obtained;
use ipse_protocol::view::View;
use ipse_protocol::{merkle, sha256};
use ipse_scheme::evidence_signer::CONFIRMATION_TYP;
use ipse_store::evidence_key::{self, EvidencePurpose, Revoked};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, Started, TestNetwork, partner_parameter as parameter};

const TYPE: &str = "https://ipse.example/confirm/";

async fn bank(network: &TestNetwork) -> Partner {
    let all = ["payment", "order", "contract", "access", "text"];
    let service = json!({"code": "PAY", "type": "confirm", "templates": all});
    let login = json!({"code": "LOGIN", "type": "login"});
    Partner::register(network, json!({"services": [service, login]})).await
}

fn payment(amount: &str) -> Value {
    json!({"type": format!("{TYPE}payment"), "amount": amount, "currency": "EUR", "payee": "Leie Energie", "iban": "BE71096123456769"})
}

/// The changes to a request that asks to confirm this.
fn asking(details: &Value) -> Vec<(&'static str, String)> {
    vec![
        ("scope", "openid service:PAY".to_owned()),
        ("authorization_details", json!([details]).to_string()),
    ]
}

/// All parameters of such a request.
fn parameters(partner: &Partner, details: &Value) -> Vec<(String, String)> {
    let mut all = partner.request(&partner.login());
    for (name, value) in asking(details) {
        all.retain(|(known, _)| known != name);
        all.push((name.to_owned(), value));
    }
    all
}

async fn opened(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
    details: &Value,
) -> (Started, String, View) {
    let request = asking(details);
    let changes: Vec<(&str, &str)> = request.iter().map(|(k, v)| (*k, &**v)).collect();
    let started = network.start_with(partner, &changes).await;
    let opened = phone
        .phone()
        .claim(&started.link, Obtained::Navigation)
        .await;
    let opened = opened.expect("an action");
    (started, opened.offer.action, opened.view)
}

/// The token answer after the approval, and the claims of its ID token.
async fn answered(
    partner: &Partner,
    phone: &mut Phone,
    (mut started, action, _): (Started, String, View),
) -> (Value, Value) {
    let code = phone.code.clone();
    let done = phone.phone().approve(&action, Proof::Code(&code)).await;
    let back = done.expect("an approval").return_url.expect("return_url");
    let location = started.browser.get(&back).await.location;
    let location = location.expect("to the partner");
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    (tokens.body.clone(), tokens.claims())
}

async fn public(network: &TestNetwork, path: &str) -> (StatusCode, Value) {
    let answer = network
        .http
        .get(format!("{}{path}", network.issuer))
        .send()
        .await;
    let answer = answer.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).expect("JSON"))
}

/// The only published key of a purpose.
async fn key(network: &TestNetwork, purpose: &str) -> VerifyingKey {
    let (_, keys) = public(network, "/evidence/keys").await;
    let keys = keys["keys"].as_array().expect("keys").clone();
    let mut found = keys.iter().filter(|key| key["purpose"] == purpose);
    let (Some(key), None) = (found.next(), found.next()) else {
        panic!("{keys:?}");
    };
    assert!(key["from"].is_i64() && key["until"].is_null() && key["revoked"].is_null());
    let jwk: Jwk = serde_json::from_value(key["jwk"].clone()).expect("a JWK");
    VerifyingKey::from_jwk(&jwk, Alg::Es256).expect("a key")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn bytes(value: &Value) -> Vec<u8> {
    b64::decode(text(value)).expect("base64url")
}

#[tokio::test]
async fn what_was_confirmed_is_in_the_token_answer_and_anybody_can_check_it() {
    for network in TestNetwork::both().await {
        let partner = bank(&network).await;
        let mut phone = network.enrolled(0).await;
        let details = payment("125000");
        let asked = opened(&network, &partner, &mut phone, &details).await;
        let view = &asked.2;
        assert_eq!((&*view.kind, &*view.level), ("confirm", "advanced"));
        assert_eq!(view.title, "Winkel Hoek asks you to confirm a payment");
        let rows: Vec<_> = view.fields.iter().map(|f| (&*f.kind, &*f.value)).collect();
        assert_eq!(rows[0], ("amount", "1,250.00\u{a0}EUR"));
        assert_eq!(rows[1], ("text", "Leie Energie"));
        assert_eq!(rows[2], ("iban", "BE71 0961 2345 6769"));
        assert!(view.fields.iter().all(|field| field.claims.is_empty()));
        let (answer, id_token) = answered(&partner, &mut phone, asked).await;
        assert_eq!(answer["authorization_details"], json!([details]));

        // The object, by the key of evidence.
        let object = text(&answer["confirmation"]);
        let signed = jws::decode_unverified(object, 65536).expect("a JWS");
        signed
            .verify(&key(&network, "confirmation").await, &[CONFIRMATION_TYP])
            .expect("signed with the key of evidence");
        let payload: Value = serde_json::from_slice(&signed.payload).expect("JSON");
        assert_eq!(payload["sub"], id_token["sub"]);
        assert_eq!(payload["aud"], json!(partner.client_id));
        assert_eq!(payload["iss"], id_token["iss"]);
        assert_eq!(payload["acr"], "advanced");
        assert_eq!(payload["authorization_details"], json!([details]));
        assert_eq!(payload["shown"]["rows"][0]["value"], "1,250.00\u{a0}EUR");
        let age = id_token["auth_time"].as_i64().expect("a time")
            - payload["iat"].as_i64().expect("a time");
        assert!((0..=1).contains(&age));

        // The leaf commits to the payload; nothing else of it is opened.
        let leaf_bytes = bytes(&answer["confirmation_leaf"]);
        let leaf = Leaf::parse(&leaf_bytes).expect("a leaf");
        let salt: [u8; 32] = bytes(&answer["confirmation_salt"])
            .try_into()
            .expect("32 bytes");
        assert_eq!(
            leaf.disclosure,
            Some(commitment(&salt, &sha256(&signed.payload)))
        );
        let log = key(&network, "log").await;
        let promise =
            jws::decode_unverified(text(&answer["confirmation_promise"]), 4096).expect("a JWS");
        promise
            .verify(&log, &[PROMISE_TYP])
            .expect("signed by the log");
        let promise: Promise = serde_json::from_slice(&promise.payload).expect("a promise");
        assert_eq!(promise.leaf.0, merkle::leaf_hash(&leaf_bytes));

        // The leaf is enough to get its proof.
        network.server.scheme.sequence_log().await.expect("placed");
        let query = format!(
            "/evidence/proof?leaf={}",
            text(&answer["confirmation_leaf"])
        );
        let (status, proof) = public(&network, &query).await;
        assert_eq!(status, StatusCode::OK, "{proof}");
        let head = jws::decode_unverified(text(&proof["checkpoint"]), 4096).expect("a JWS");
        head.verify(&log, &[CHECKPOINT_TYP])
            .expect("signed by the log");
        let head: Checkpoint = serde_json::from_slice(&head.payload).expect("a head");
        let path: Vec<[u8; 32]> = proof["proof"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|hash| bytes(hash).try_into().expect("32 bytes"))
            .collect();
        let index = proof["index"].as_u64().expect("an index");
        assert!(merkle::verify_inclusion(
            &merkle::leaf_hash(&leaf_bytes),
            index,
            head.size,
            &path,
            &head.root.0
        ));

        // The person's receipt opens the same, and holds.
        let mut library = phone.phone();
        let actions = library.actions().await.expect("actions");
        let receipt = actions.past[0].receipt.clone().expect("a receipt");
        let check = library.receipt(&receipt).await.expect("a receipt");
        assert!(check.is_valid(), "{check:?}");
        network.end().await;
    }
}

#[tokio::test]
async fn t40_a_login_gets_no_confirmation_and_a_confirmation_no_claims() {
    let network = TestNetwork::new().await;
    let partner = bank(&network).await;
    let mut phone = network.enrolled(0).await;
    let mut request = asking(&payment("5"));
    request[0].1 = "openid profile email service:PAY".to_owned();
    request.push((
        "claims",
        json!({"userinfo": {"name": null, "birthdate": null}}).to_string(),
    ));
    let changes: Vec<(&str, &str)> = request.iter().map(|(k, v)| (*k, &**v)).collect();
    let started = network.start_with(&partner, &changes).await;
    let opened = phone
        .phone()
        .claim(&started.link, Obtained::Navigation)
        .await
        .expect("an action");
    assert_eq!(opened.view.shown_claims().count(), 0);
    let (answer, _) = answered(
        &partner,
        &mut phone,
        (started, opened.offer.action, opened.view),
    )
    .await;
    assert_eq!(answer["scope"], "openid service:PAY");
    let (_, info) = partner.userinfo(text(&answer["access_token"])).await;
    assert_eq!(info.as_object().expect("an object").len(), 1, "{info}");

    let started = network
        .start_with(&partner, &[("scope", "openid service:LOGIN")])
        .await;
    let opened = phone
        .phone()
        .claim(&started.link, Obtained::Navigation)
        .await
        .expect("an action");
    let (answer, _) = answered(
        &partner,
        &mut phone,
        (started, opened.offer.action, opened.view),
    )
    .await;
    for member in ["confirmation", "confirmation_leaf", "authorization_details"] {
        assert!(answer[member].is_null(), "{answer}");
    }
    network.end().await;
}

#[tokio::test]
async fn t08_what_may_mislead_is_refused_before_a_phone_is_asked() {
    let network = TestNetwork::new().await;
    let partner = bank(&network).await;
    let change = |member: &str, value: Value| {
        let mut details = payment("125000");
        details[member] = value;
        details
    };
    for (details, part) in [
        (change("amount", json!("12.50")), "amount"),
        (change("amount", json!("-5")), "amount"),
        (change("amount", json!(5)), "amount"),
        (change("amount", json!("9999999999999999")), "amount"),
        (change("currency", json!("EURO")), "currency"),
        (change("iban", json!("BE72096123456769")), "iban"),
        (change("payee", json!("L\u{435}ie")), "mixes alphabets"),
        (change("payee", json!("a\u{202e}b")), "cannot be seen"),
        (change("payee", json!("<b>")), ""),
        (change("extra", json!("x")), "unknown"),
        (change("type", json!("payment")), "type is unknown"),
        (
            json!({"type": format!("{TYPE}text"), "text": "x".repeat(2001)}),
            "text",
        ),
    ] {
        let (status, answer) = partner.push(parameters(&partner, &details)).await;
        if part.is_empty() {
            // No markup: what looks like it is shown as it is.
            assert_eq!(status, StatusCode::CREATED, "{answer}");
            continue;
        }
        assert_eq!(
            answer["error"], "invalid_authorization_details",
            "{details}: {answer}"
        );
        assert!(
            text(&answer["error_description"]).contains(part),
            "{answer}"
        );
    }
    network.end().await;
}

#[tokio::test]
async fn t20_a_confirmation_is_asked_by_the_client_itself_and_not_by_a_browser() {
    let network = TestNetwork::new().await;
    let service = json!({"code": "PAY", "type": "confirm", "templates": ["payment"]});
    let partner = Partner::register(
        &network,
        json!({"services": [service], "require_pushed_authorization_requests": false,
               "reasons": {"require_pushed_authorization_requests": "its software cannot push"}}),
    )
    .await;
    let request = parameters(&partner, &payment("5"));
    let url = url::Url::parse_with_params(&format!("{}/authorize", network.issuer), &request)
        .expect("a URL");
    let location = network
        .browser()
        .get(url.as_str())
        .await
        .location
        .expect("to the partner");
    assert_eq!(
        parameter(&location, "error").as_deref(),
        Some("invalid_request")
    );
    assert!(
        parameter(&location, "error_description")
            .expect("why")
            .contains("pushed")
    );
    network.end().await;
}

#[tokio::test]
async fn t13_evidence_that_cannot_be_read_uses_up_no_code() {
    for network in TestNetwork::both().await {
        let partner = bank(&network).await;
        let mut phone = network.enrolled(0).await;
        let (mut started, action, _) =
            opened(&network, &partner, &mut phone, &payment("125000")).await;
        let code = phone.code.clone();
        let done = phone.phone().approve(&action, Proof::Code(&code)).await;
        let back = done.expect("an approval").return_url.expect("return_url");
        let location = started.browser.get(&back).await.location;
        let code = parameter(&location.expect("to the partner"), "code").expect("a code");
        const SPOIL: &str = "UPDATE receipt SET promise = promise || 'x' WHERE action = $1";
        const RESTORE: &str = "UPDATE receipt SET promise = substr(promise, 1, length(promise) - 1) WHERE action = $1";
        assert_eq!(network.tamper(SPOIL, &action).await, 1);
        let refused = partner.redeem(&code, &started.login.verifier).await;
        assert_eq!(refused.body["error"], "server_error", "{}", refused.body);
        assert_eq!(network.tamper(RESTORE, &action).await, 1);
        let tokens = partner.redeem(&code, &started.login.verifier).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        assert!(tokens.body["confirmation"].is_string(), "{}", tokens.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t33_a_key_of_evidence_stays_published_with_its_period_and_its_revocation() {
    for network in TestNetwork::both().await {
        let store = &network.server.scheme.store;
        let (_, first) = public(&network, "/evidence/keys").await;
        let kid = first["keys"]
            .as_array()
            .expect("keys")
            .iter()
            .find(|key| key["purpose"] == "confirmation")
            .expect("a key")["jwk"]["kid"]
            .as_str()
            .expect("a kid")
            .to_owned();
        let revoke = async |kid: &str| {
            let kid = kid.to_owned();
            store
                .write(move |tx| evidence_key::revoke(tx, &kid, 5_000))
                .await
                .expect("store")
        };
        assert_eq!(revoke("other").await, Revoked::Unknown);
        assert_eq!(revoke(&kid).await, Revoked::Signs);
        network.pass(60_000);
        let begin = |tx: &mut ipse_store::Tx| {
            let now = tx.now()?;
            evidence_key::begin(tx, "next", EvidencePurpose::Confirmation, "{}", now)
        };
        store.write(begin).await.expect("store");
        assert_eq!(revoke(&kid).await, Revoked::Done);
        let published = async || {
            let (_, all) = public(&network, "/evidence/keys").await;
            let all = all["keys"].as_array().expect("keys").clone();
            all.into_iter().find(|key| key["jwk"]["kid"] == json!(kid))
        };
        let key = published().await.expect("the key of before");
        assert_eq!(key["revoked"], 5);
        assert!(key["until"].as_i64() >= key["from"].as_i64());
        network.pass(3651 * 24 * 60 * 60 * 1000);
        assert!(published().await.is_some());
        network.pass(5 * 24 * 60 * 60 * 1000);
        assert!(published().await.is_none());
        network.end().await;
    }
}

#[tokio::test]
async fn a_leaf_that_is_not_in_the_log_has_no_proof() {
    let network = TestNetwork::new().await;
    let leaf = Leaf {
        kind: LeafKind::Approval,
        time: 1,
        subject: [1; 32],
        commitment: [2; 32],
        disclosure: Some([3; 32]),
    };
    let good = b64::encode(&leaf.to_bytes());
    let (status, answer) = public(&network, &format!("/evidence/proof?leaf={good}")).await;
    assert_eq!(
        (status, text(&answer["code"])),
        (StatusCode::NOT_FOUND, "not_found")
    );
    for bad in [
        "",
        "leaf=",
        "leaf=%00",
        "leaf=e30",
        "other=1",
        &format!("leaf={}", "A".repeat(1025)),
    ] {
        let (status, answer) = public(&network, &format!("/evidence/proof?{bad}")).await;
        assert_eq!(
            (status, text(&answer["code"])),
            (StatusCode::BAD_REQUEST, "malformed_request"),
            "{bad}"
        );
    }
    network.end().await;
}
