//! Rows 4, 39, 40 and 41: what the database gives away, what partners and strangers learn.

use std::collections::{BTreeSet, HashSet};

use ipse_protocol::opaque::{ClientLogin, Identity as NoStretching, ServerSuite};
use ipse_protocol::wire::{DeviceKey, EnrolmentRequest, Offer};
use ipse_protocol::{hmac_sha256, sha256};
use opaque_ke::{
    CredentialRequest, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use rand::rngs::OsRng;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{CODE, Partner, Phone, TestNetwork, number, partner_parameter as parameter};

// --- 4: guessing at home ---

/// A thief has the database, what waits to be written into it, and everything that went over the wire; not `keys/`.
#[tokio::test]
async fn t04_nothing_stolen_tells_one_code_from_another() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let opened = phone
            .open(&offer)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        // One attempt is still open, with its state, while the thief comes by.
        let mut loot = network.stolen().await;
        let id = phone.device_id().to_owned();
        let store = &network.server.scheme.store;
        let device = store.read(move |tx| ipse_store::device::by_id(tx, &id));
        let device = device.await.expect("store").expect("a device");
        let record = device.opaque_record.expect("a record");
        assert!(
            loot.windows(record.len()).any(|window| window == record),
            "the thief has less than the database"
        );
        let transcript = phone.transcript(&offer, &opened);
        let (approval, _) = phone.seal_approval(&offer, &opened);
        for sent in [
            &approval.body[..],
            approval.signature.as_bytes(),
            &opened.ke3,
            &transcript.to_bytes(),
        ] {
            loot.extend_from_slice(sent);
        }
        loot.extend(&opened.attempt.ke2.as_ref().expect("KE2").0);

        // Anything that is a function of the code and of what is known: under every key that the thief can name.
        let windows: HashSet<&[u8]> = loot.windows(32).collect();
        let identifier = format!("{}|{}|1", phone.identity, phone.device_id());
        let keys: [&[u8]; 6] = [
            b"",
            phone.identity.as_bytes(),
            phone.device_id().as_bytes(),
            identifier.as_bytes(),
            &offer.nonce.0,
            &opened.ke3,
        ];
        for n in 0..100_000 {
            let code = format!("{n:05}");
            assert!(!windows.contains(&sha256(code.as_bytes())[..]), "{code}");
            for key in keys {
                let hash = hmac_sha256(key, &[code.as_bytes()]);
                assert!(!windows.contains(&hash[..]), "{code}");
            }
        }
        // The record itself: with any server's setup that the loot may hold, or one of the thief's own.
        let mut setups = vec![ServerSetup::<ServerSuite>::new(&mut OsRng)];
        setups.extend(
            record
                .get(192..)
                .and_then(|rest| ServerSetup::deserialize(rest).ok()),
        );
        for setup in &setups {
            let found = fitting(setup, &record, &identifier, codes());
            assert_eq!(found, [""; 0], "the record gives a code away");
        }
        network.end().await;
    }
}

/// The codes that a thief tries on a record: all 100,000 of them in `./test long`, which takes about a minute a
/// database; else every hundredth and the right one, since a record that tells codes apart tells the right one from any.
fn codes() -> Vec<String> {
    let step = if ipse_store::testing::long() { 1 } else { 100 };
    let mut codes: Vec<String> = (0..100_000)
        .step_by(step)
        .map(|n| format!("{n:05}"))
        .collect();
    codes.push(CODE.to_owned());
    codes
}

/// Which of the codes a server with this setup and record takes. On all cores.
fn fitting(
    setup: &ServerSetup<ServerSuite>,
    record: &[u8],
    identifier: &str,
    codes: Vec<String>,
) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = codes.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let thieves: Vec<_> = codes
            .chunks(share)
            .map(|own| {
                scope.spawn(move || {
                    let fit = |code: &&String| fits(setup, record, identifier, code);
                    own.iter().filter(fit).cloned().collect::<Vec<_>>()
                })
            })
            .collect();
        thieves
            .into_iter()
            .flat_map(|thief| thief.join().expect("no panic"))
            .collect()
    })
}

/// Whether a server with this setup and record takes the code.
fn fits(setup: &ServerSetup<ServerSuite>, record: &[u8], identifier: &str, code: &str) -> bool {
    let (client, ke1) = ClientLogin::<NoStretching>::start(code).expect("opaque");
    let started = ServerLogin::<ServerSuite>::start(
        &mut OsRng,
        setup,
        Some(ServerRegistration::deserialize(&record[..192]).expect("a record")),
        CredentialRequest::deserialize(&ke1).expect("a first message"),
        identifier.as_bytes(),
        ServerLoginParameters::default(),
    )
    .expect("a second message");
    client.finish(&started.message.serialize()).is_ok()
}

// --- 39: partners that compare notes ---

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
        collect(part, &mut texts);
    }
    (texts, info)
}

fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(texts.insert(text.clone())),
        Value::Array(list) => list.iter().for_each(|v| collect(v, texts)),
        Value::Object(map) => map.values().for_each(|v| collect(v, texts)),
        _ => {}
    }
}

#[tokio::test]
async fn t39_two_partners_dumps_share_what_was_consented_and_no_more() {
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

// --- 40: no more than was asked, shown and approved ---

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

fn chosen(bits: u8) -> Vec<&'static str> {
    (0..8)
        .filter(|n| bits >> n & 1 == 1)
        .map(|n| ASKABLE[n])
        .collect()
}

#[tokio::test]
async fn t40_an_answer_is_within_what_was_asked_shown_and_approved() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for round in 0..14u8 {
            let random = ipse_protocol::random::<2>();
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
            let shown: BTreeSet<&str> = view.attributes.iter().map(|a| a.key.as_str()).collect();
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
                    let value = view
                        .attributes
                        .iter()
                        .find(|a| a.key == *name)
                        .map(|a| &a.value);
                    assert_eq!(got[name].as_str(), value.map(String::as_str));
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

/// Everything but what an OpenID provider says of itself and of the login.
fn is_about_the_person(name: &str) -> bool {
    const OTHER: [&str; 12] = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "nonce",
        "acr",
        "auth_time",
        "at_hash",
        "azp",
    ];
    !OTHER.contains(&name)
}

// --- 41: who is enrolled ---

#[tokio::test]
async fn t41_a_known_number_costs_the_same_work_as_an_unknown_one() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let node = network.another_node();
        let mut seen = Vec::new();
        // 0 is enrolled, 1 is not.
        for n in [0, 1, 0, 1] {
            let mut stranger = network.phone(n);
            let body = EnrolmentRequest {
                phone_number: number(n),
                device_key: DeviceKey::of(&stranger.key).expect("key"),
                device_name: "Test phone".into(),
                key_kind: ipse_protocol::terms::KeyKind::Software,
                language: "en".into(),
            };
            let request = stranger.seal("/enrolments", &body);
            let before = node.scheme.store.stats();
            let answer = node.scheme.begin_enrolment(request.incoming(), &body).await;
            let answer = serde_json::to_value(answer.expect("an enrolment")).expect("json");
            let after = node.scheme.store.stats();
            let work = after.transactions - before.transactions;
            let length = answer.to_string().len();
            seen.push((answer["sim"].clone(), work, length));
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
        network.end().await;
    }
}
