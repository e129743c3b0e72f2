//! What the phone checks before it approves: the view that was shown, and the SIM statement.

use ipse_jose::{SigningKey, jws};
use ipse_phone::{Check, Memory, Opened, Proof};
use ipse_protocol::sim_statement::{Claims, TYP, nonce_hash};
use ipse_protocol::terms::{
    ActionStatus, Factor, Flow, Kind, Level, Line, Obtained, Readiness, SimMethod, SimNeed,
};
use ipse_protocol::view::{self, View};
use ipse_protocol::wire::{ActionResponse, ActionSummary, Offer};
use serde_json::{Value, json};

use crate::support::{Script, memory, phone};

const ACTION: &str = "act_AAAAAAAAAAAAAAAAAAAAAA";
const PARTNER: &str = "par_AAAAAAAAAAAAAAAAAAAAAA";
const ISSUER: &str = "http://localhost:4000";
/// The scheme's clock, in milliseconds.
const NOW: u64 = 1_800_000_000_000;
const EXPIRES: u64 = NOW + 180_000;

/// An offer of a kind, with this title in its view.
fn offer(kind: Kind, sim: SimNeed, title: &str) -> Offer {
    let view = View {
        version: view::VERSION,
        language: "en".into(),
        action: ACTION.into(),
        kind: kind.to_string(),
        partner: view::Partner {
            id: PARTNER.into(),
            name: "Shop".into(),
            domain: "shop.example".into(),
        },
        service: "SHOP".into(),
        title: title.into(),
        purpose: "Log in".into(),
        attributes: Vec::new(),
        fields: Vec::new(),
        choices: Vec::new(),
        started: view::Started {
            flow: Flow::App.to_string(),
            browser: Some("Firefox".into()),
            device: None,
            place: None,
            time: NOW,
        },
        warnings: Vec::new(),
        level: Level::Advanced.to_string(),
        expires: EXPIRES,
    };
    Offer {
        action: ACTION.into(),
        flow: Flow::App,
        match_code: "KX".into(),
        view: serde_json::to_vec(&view).expect("JSON").into(),
        nonce: [7; 32].into(),
        expires: EXPIRES,
        server_time: NOW,
        identity: "idn_AAAAAAAAAAAAAAAAAAAAAA".into(),
        epoch: 1,
        code_version: 1,
        partner: PARTNER.into(),
        domain: "shop.example".into(),
        browser_binding: [8; 32].into(),
        level: Level::Advanced,
        factors: vec![Factor::Code],
        sim,
        wrong_since_last: 0,
        wrong_codes_left: 3,
    }
}

fn action(offer: Offer) -> String {
    let summary = ActionSummary {
        id: ACTION.into(),
        kind: Kind::Login,
        partner_id: Some(PARTNER.into()),
        partner: Some("Shop".into()),
        domain: Some("shop.example".into()),
        status: ActionStatus::Linked,
        created: NOW as i64,
        expires: EXPIRES as i64,
        decided: None,
        receipt: None,
        reason: None,
        returned: false,
        withdrawn: None,
        link: None,
    };
    let offer = Some(offer);
    serde_json::to_string(&ActionResponse { summary, offer }).expect("JSON")
}

#[tokio::test]
async fn a_view_that_changed_after_it_was_shown_is_not_approved() {
    let shown = offer(Kind::Login, SimNeed::None, "Shop asks who you are");
    let changed = offer(Kind::Login, SimNeed::None, "Shop asks for your name");
    let claimed = serde_json::to_string(&shown).expect("JSON");
    let mut script = Script::of(&[(200, &claimed), (200, &action(changed))]);
    let mut memory = memory();
    let mut phone = phone(&mut script, &mut memory);
    phone
        .claim("a link", Obtained::Navigation)
        .await
        .expect("an action");
    let refused = phone.approve(ACTION, Proof::Code("58204")).await;
    assert_eq!(refused.expect_err("another view").code, "view_changed");
    // No attempt was opened.
    assert_eq!(script.sent.len(), 2);
}

#[tokio::test]
async fn a_factor_that_the_action_does_not_take_is_not_sent() {
    let offer = offer(Kind::Login, SimNeed::None, "Shop asks who you are");
    let (mut script, mut memory) = (Script::of(&[(200, &action(offer))]), memory());
    let mut phone = phone(&mut script, &mut memory);
    let refused = phone.approve(ACTION, Proof::Biometric).await;
    assert_eq!(refused.expect_err("no code").code, "factor_not_allowed");
    assert_eq!(script.sent.len(), 1);
}

/// A statement about the offer, changed by the test.
fn statement(offer: &Offer, change: impl FnOnce(&mut Claims)) -> String {
    let now = (NOW / 1000) as i64;
    let mut claims = Claims {
        iss: "http://localhost:4003".into(),
        aud: ISSUER.into(),
        sub: "sim".into(),
        jti: "1".into(),
        iat: now,
        exp: now + 60,
        nonce_hash: nonce_hash(&offer.action, &offer.nonce.0, &offer.view_hash()).into(),
        method: SimMethod::Silent,
        changed_at: now - 1_000,
        readiness: Readiness::Ready,
        line: Line::Active,
        kvn: 1,
        ctr: 1,
    };
    change(&mut claims);
    let payload = serde_json::to_vec(&claims).expect("JSON");
    jws::sign(&SigningKey::generate_es256(), TYP, &payload).expect("signs")
}

/// The reason why the phone refuses a statement; empty if it does not.
fn refusal(offer: &Offer, statement: Option<&str>) -> String {
    let opened = Opened::new(offer.clone()).expect("a view");
    match opened.check_statement(ISSUER, statement) {
        Ok(()) => String::new(),
        Err(error) => {
            assert_eq!(error.code, "sim_statement_invalid");
            error.members["reason"].as_str().expect("a reason").into()
        }
    }
}

#[test]
fn a_statement_must_be_about_this_action_and_this_time() {
    let offer = offer(Kind::Share, SimNeed::Silent, "Shop asks for your name");
    type Change = fn(&mut Claims);
    let cases: [(&str, Change); 9] = [
        ("", |_| {}),
        ("for another scheme", |c| c.aud.push('x')),
        ("about another action", |c| c.nonce_hash.0[0] ^= 1),
        ("lifetime", |c| c.exp = c.iat + 61),
        ("lifetime", |c| c.exp = c.iat - 1),
        ("not of this time", |c| {
            (c.iat, c.exp) = (c.iat - 301, c.exp - 301)
        }),
        ("", |c| (c.iat, c.exp) = (c.iat - 300, c.exp - 300)),
        // Until a minute after the action expires.
        ("", |c| (c.iat, c.exp) = (c.iat + 240, c.exp + 240)),
        ("not of this time", |c| {
            (c.iat, c.exp) = (c.iat + 241, c.exp + 241)
        }),
    ];
    for (reason, change) in cases {
        assert_eq!(refusal(&offer, Some(&statement(&offer, change))), reason);
    }
    assert_eq!(refusal(&offer, Some("a.b.c")), "not a SIM statement");
}

#[test]
fn only_a_login_takes_an_earlier_statement() {
    let kinds = [
        (Kind::Login, ""),
        (Kind::Share, "missing"),
        (Kind::Confirm, "missing"),
    ];
    for (kind, reason) in kinds {
        assert_eq!(
            refusal(&offer(kind, SimNeed::Silent, "A title"), None),
            reason
        );
        assert_eq!(refusal(&offer(kind, SimNeed::None, "A title"), None), "");
        assert_eq!(
            refusal(&offer(kind, SimNeed::Holder, "A title"), None),
            "missing"
        );
    }
}

#[test]
fn an_action_that_needs_the_holder_takes_no_silent_statement() {
    let offer = offer(Kind::Confirm, SimNeed::Holder, "Shop asks you to confirm");
    let silent = statement(&offer, |_| {});
    assert_eq!(refusal(&offer, Some(&silent)), "not of the holder");
    let holder = statement(&offer, |c| c.method = SimMethod::Holder);
    assert_eq!(refusal(&offer, Some(&holder)), "");
}

#[tokio::test]
async fn a_view_for_a_newer_phone_says_so() {
    let shown = offer(Kind::Login, SimNeed::None, "Shop asks who you are");
    let view = String::from_utf8(shown.view.0.clone()).expect("UTF-8");
    for (newer, code) in [
        (
            view.replace("\"version\":2", "\"version\":3"),
            "app_outdated",
        ),
        (view.replace("\"login\"", "\"teleport\""), "app_outdated"),
        (
            view.replace("\"warnings\":[]", "\"warnings\":[\"full_moon\"]"),
            "app_outdated",
        ),
        (
            view.replace("\"title\":", "\"heading\":"),
            "view_unreadable",
        ),
    ] {
        assert_ne!(newer, view);
        let changed = Offer {
            view: newer.into_bytes().into(),
            ..shown.clone()
        };
        assert_eq!(Opened::new(changed).expect_err("newer").code, code);
    }
}

#[test]
fn a_view_with_an_image_names_it_by_its_digest() {
    let mut shown = offer(Kind::Share, SimNeed::None, "Shop asks for your picture");
    let mut view = view::parse(&shown.view.0).expect("a view");
    view.fields.push(view::Field {
        kind: "image".into(),
        label: "Picture".into(),
        value: ipse_jose::b64::encode(&[7; 32]),
        claims: vec!["picture".into()],
    });
    shown.view = view.to_bytes().into();
    let opened = Opened::new(shown).expect("a view with an image");
    let images: Vec<_> = opened.view.images().collect();
    assert_eq!(images, [[7; 32]]);
}

/// `receipt_v1.json` never changes: what a person approved with version 1 stays verifiable.
#[tokio::test]
async fn a_receipt_of_version_1_still_verifies() {
    let old: Value =
        serde_json::from_str(include_str!("../../../protocol/vectors/receipt_v1.json"))
            .expect("JSON");
    let key = SigningKey::from_jwk(&old["device_key"]).expect("a key");
    let mut memory = memory();
    memory.key = key.into();
    memory.state.identity = old["identity"].as_str().map(str::to_owned);
    memory.state.log_key = serde_json::from_value(old["log_key"].clone()).expect("a JWK");
    let check = async |receipt: &Value, memory: &mut Memory| {
        let mut script = Script::of(&[(200, &receipt.to_string())]);
        let mut phone = phone(&mut script, memory);
        phone.receipt("rec_EEEEEEEEEEEEEEEEEEEEEA").await
    };
    let receipt = &old["receipt"];
    let checked = check(receipt, &mut memory).await.expect("a receipt");
    let all = [
        checked.committed,
        checked.logged,
        checked.promised,
        checked.mine,
    ];
    assert_eq!(all, [Check::Yes; 4]);
    let shown = serde_json::to_value(&checked.view).expect("JSON");
    assert_eq!(shown["title"], "Winkel Hoek wil weten wie je bent");
    // A later phone of the person has another key. A phone with the name of the one that signed must have its key.
    let mut later = crate::support::memory();
    later.state.identity.clone_from(&memory.state.identity);
    later.state.log_key.clone_from(&memory.state.log_key);
    let checked = check(receipt, &mut later).await.expect("a receipt");
    assert_eq!(checked.mine, Check::Other);
    assert!(checked.is_valid());
    later.state.device = old["device"].as_str().map(str::to_owned);
    let checked = check(receipt, &mut later).await.expect("a receipt");
    assert_eq!(checked.mine, Check::No);
    // Another salt, or a second commitment that the leaf does not have.
    for (member, value) in [("salt", &receipt["proof"][0]), ("disclosure", &json!(""))] {
        let mut other = receipt.clone();
        other[member] = value.clone();
        let checked = check(&other, &mut memory).await.expect("a receipt");
        assert_eq!(checked.committed, Check::No, "{member}");
    }
    let leaf = receipt["leaf"].as_str().expect("a leaf");
    let leaf = String::from_utf8(ipse_jose::b64::decode(leaf).expect("b64")).expect("UTF-8");
    let mut later = receipt.clone();
    let leaf = leaf.replace("\"version\":1", "\"version\":3");
    later["leaf"] = json!(ipse_jose::b64::encode(leaf.as_bytes()));
    let refused = check(&later, &mut memory).await.expect_err("later");
    assert_eq!(refused.code, "app_outdated");
}
