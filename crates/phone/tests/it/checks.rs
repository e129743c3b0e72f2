//! What the phone checks before it approves: the view that was shown, and the SIM statement.

use ipse_jose::{SigningKey, jws};
use ipse_phone::{Opened, Proof};
use ipse_protocol::sim_statement::{Claims, TYP, nonce_hash};
use ipse_protocol::terms::{
    ActionStatus, Factor, Flow, Kind, Level, Line, Obtained, Readiness, SimMethod, SimNeed,
};
use ipse_protocol::view::{self, View};
use ipse_protocol::wire::{ActionResponse, ActionSummary, Offer};

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
        started: view::Started {
            flow: Flow::App.to_string(),
            browser: "Firefox".into(),
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
        partner: Some("Shop".into()),
        domain: Some("shop.example".into()),
        status: ActionStatus::Linked,
        created: NOW as i64,
        expires: EXPIRES as i64,
        decided: None,
        receipt: None,
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
