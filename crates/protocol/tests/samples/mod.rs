//! Sample values for the tests.
#![allow(dead_code)]

use ipse_protocol::bytes::{B64u, Fixed};
use ipse_protocol::terms::{Factor, Flow, Level, SimNeed};
use ipse_protocol::view::{Attribute, Choice, ChoiceOption, Chosen, Field, Partner, Started, View};
use ipse_protocol::wire::Offer;

pub const ISSUER: &str = "http://localhost:4000";
pub const APP: &str = "http://localhost:4001";
pub const ACTION: &str = "act_AAAAAAAAAAAAAAAAAAAAAA";
pub const PARTNER: &str = "par_BBBBBBBBBBBBBBBBBBBBBA";
pub const DEVICE: &str = "dev_CCCCCCCCCCCCCCCCCCCCCA";
pub const IDENTITY: &str = "idn_DDDDDDDDDDDDDDDDDDDDDA";

fn attribute(key: &str, label: &str, value: &str) -> Attribute {
    Attribute {
        key: key.into(),
        label: label.into(),
        value: value.into(),
    }
}

pub fn view() -> View {
    View {
        version: 2,
        language: "nl".into(),
        action: ACTION.into(),
        kind: "login".into(),
        partner: Partner {
            id: PARTNER.into(),
            name: "Winkel Hoek".into(),
            domain: "shop.example".into(),
        },
        service: "HOEK_LOGIN".into(),
        title: "Winkel Hoek wil weten wie je bent".into(),
        purpose: "Aanmelden".into(),
        attributes: vec![
            attribute("given_name", "Voornaam", "Zoë"),
            attribute("family_name", "Achternaam", "Peeters d'Œuvre"),
        ],
        fields: vec![Field {
            kind: "text".into(),
            label: "Bon".into(),
            value: "€ 12,50 \"nu\"".into(),
            claims: Vec::new(),
        }],
        choices: Vec::new(),
        started: Started {
            flow: "qr".into(),
            browser: Some("Firefox, Linux".into()),
            device: None,
            place: None,
            time: 1_800_000_000_000,
        },
        warnings: vec!["started_elsewhere".into()],
        level: "advanced".into(),
        expires: 1_800_000_180_000,
    }
}

pub fn plain_view() -> View {
    View {
        language: "en".into(),
        kind: "unblock".into(),
        attributes: Vec::new(),
        fields: Vec::new(),
        warnings: Vec::new(),
        level: "basic".into(),
        started: Started {
            flow: "link".into(),
            ..view().started
        },
        partner: Partner {
            domain: "localhost:4000".into(),
            ..view().partner
        },
        ..view()
    }
}

/// A view with all that no kind of action shows yet: rows that cover claims, an image, choices, and no browser.
pub fn rich_view() -> View {
    let field = |kind: &str, label: &str, value: &str, claims: &[&str]| Field {
        kind: kind.into(),
        label: label.into(),
        value: value.into(),
        claims: claims.iter().map(|claim| (*claim).into()).collect(),
    };
    let option = |value: &str, label: &str| ChoiceOption {
        value: value.into(),
        label: label.into(),
    };
    let image = ipse_jose::b64::encode(&ipse_protocol::sha256(b"an image"));
    View {
        kind: "share".into(),
        fields: vec![
            field(
                "text",
                "Adres",
                "Kerkstraat 1, 9000 Gent",
                &["street_address", "postal_code", "locality"],
            ),
            field("image", "Foto", &image, &["picture"]),
            field("amount", "Bedrag", "12.50 EUR", &[]),
        ],
        choices: vec![
            Choice {
                kind: "switch".into(),
                key: "remember".into(),
                label: "Onthoud mij hier tien minuten".into(),
                options: Vec::new(),
                default: "off".into(),
            },
            Choice {
                kind: "one_of".into(),
                key: "account".into(),
                label: "Rekening".into(),
                options: vec![option("a1", "Zichtrekening"), option("a2", "Spaarrekening")],
                default: "a1".into(),
            },
        ],
        started: Started {
            flow: "backchannel".into(),
            browser: None,
            device: Some("Kassa 4".into()),
            place: Some("Winkel Hoek, Gent".into()),
            ..view().started
        },
        warnings: Vec::new(),
        ..view()
    }
}

/// A view of a partner that asks for an address that the person does not have.
pub fn missing_view() -> View {
    View {
        fields: vec![Field {
            kind: "missing".into(),
            label: "E-mailadres".into(),
            value: "Je hebt er geen toegevoegd".into(),
            claims: vec!["email".into(), "email_verified".into()],
        }],
        ..view()
    }
}

/// What a person chose in [`rich_view`].
pub fn chosen() -> Vec<Chosen> {
    let chosen = |key: &str, value: &str| Chosen {
        key: key.into(),
        value: value.into(),
    };
    vec![chosen("remember", "on"), chosen("account", "a2")]
}

pub fn offer() -> (Offer, View) {
    offer_of(view(), Flow::Qr)
}

/// An offer of [`rich_view`].
pub fn rich_offer() -> (Offer, View) {
    offer_of(rich_view(), Flow::Backchannel)
}

fn offer_of(view: View, flow: Flow) -> (Offer, View) {
    let offer = Offer {
        action: ACTION.into(),
        flow,
        match_code: "K7P".into(),
        view: B64u(view.to_bytes()),
        nonce: Fixed([0x61; 32]),
        expires: view.expires,
        server_time: view.started.time + 1000,
        identity: IDENTITY.into(),
        epoch: 3,
        code_version: 1,
        partner: PARTNER.into(),
        domain: "shop.example".into(),
        browser_binding: Fixed([0x62; 32]),
        level: Level::Advanced,
        factors: vec![Factor::Code, Factor::Biometric],
        sim: SimNeed::Silent,
        wrong_since_last: 1,
        wrong_codes_left: 2,
    };
    (offer, view)
}

/// Views for a newer phone: the app says "update".
pub fn newer_views() -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8(rich_view().to_bytes()).unwrap();
    let plain = String::from_utf8(view().to_bytes()).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    vec![
        ("later version", changed("\"version\":2", "\"version\":3")),
        (
            "later version with further members",
            changed("\"version\":2", "\"version\":3,\"more\":{}"),
        ),
        ("unknown kind", changed("\"share\"", "\"logout\"")),
        ("unknown flow", changed("\"backchannel\"", "\"push\"")),
        ("unknown kind of field", changed("\"amount\"", "\"video\"")),
        (
            "unknown kind of choice",
            changed("\"switch\"", "\"slider\""),
        ),
        (
            "unknown warning",
            plain
                .replacen("started_elsewhere", "full_moon", 1)
                .into_bytes(),
        ),
    ]
}

pub fn bad_views() -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8(view().to_bytes()).unwrap();
    let rich = String::from_utf8(rich_view().to_bytes()).unwrap();
    let missing = String::from_utf8(missing_view().to_bytes()).unwrap();
    let lacking = |from: &str, to: &str| {
        assert!(missing.contains(from), "{from}");
        missing.replacen(from, to, 1).into_bytes()
    };
    let enriched = |from: &str, to: &str| {
        assert!(rich.contains(from), "{from}");
        rich.replacen(from, to, 1).into_bytes()
    };
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let mut not_utf8 = changed("Aanmelden", "Aanmelde?");
    let at = not_utf8.iter().rposition(|b| *b == b'?').unwrap();
    not_utf8[at] = 0xff;
    vec![
        (
            "unknown member",
            changed("\"version\":2", "\"version\":2,\"more\":1"),
        ),
        (
            "duplicate member",
            changed("\"version\":2", "\"version\":2,\"version\":2"),
        ),
        (
            "duplicate member, escaped",
            changed("\"version\":2", "\"version\":2,\"v\\u0065rsion\":2"),
        ),
        ("missing member", changed("\"version\":2,", "")),
        ("other version", changed("\"version\":2", "\"version\":1")),
        (
            "float",
            changed("\"expires\":1800000180000", "\"expires\":1800000180000.5"),
        ),
        (
            "negative time",
            changed("\"expires\":1800000180000", "\"expires\":-1"),
        ),
        ("null text", changed("\"Aanmelden\"", "null")),
        ("unknown language", changed("\"nl\"", "\"xx\"")),
        ("unknown level", changed("\"advanced\"", "\"higher\"")),
        (
            "a browser without one",
            changed("\"Firefox, Linux\"", "null"),
        ),
        (
            "a browser in the back channel",
            enriched("\"browser\":null", "\"browser\":\"Firefox\""),
        ),
        (
            "missing place",
            enriched(",\"place\":\"Winkel Hoek, Gent\"", ""),
        ),
        (
            "misleading place",
            enriched("Hoek, Gent", "H\u{43e}ek, Gent"),
        ),
        (
            "warning twice",
            changed(
                "[\"started_elsewhere\"]",
                "[\"started_elsewhere\",\"started_elsewhere\"]",
            ),
        ),
        (
            "claim covered twice",
            enriched("\"locality\"", "\"postal_code\""),
        ),
        (
            "attribute covered",
            enriched("\"locality\"", "\"given_name\""),
        ),
        (
            "missing and shown",
            lacking("\"email_verified\"", "\"given_name\""),
        ),
        ("missing twice", lacking("\"email_verified\"", "\"email\"")),
        (
            "nothing that is missing",
            lacking("[\"email\",\"email_verified\"]", "[]"),
        ),
        (
            "claim not in ASCII",
            enriched("\"locality\"", "\"gemeente é\""),
        ),
        (
            "image without a digest",
            enriched(
                "\"label\":\"Foto\",\"value\":\"",
                "\"label\":\"Foto\",\"value\":\"A",
            ),
        ),
        ("choice twice", enriched("\"account\"", "\"remember\"")),
        (
            "option twice",
            enriched("\"value\":\"a2\"", "\"value\":\"a1\""),
        ),
        (
            "switch with options",
            enriched(
                "\"options\":[],",
                "\"options\":[{\"value\":\"a\",\"label\":\"a\"}],",
            ),
        ),
        ("default that is no value", enriched("\"off\"", "\"OFF\"")),
        (
            "default that is no option",
            enriched("\"default\":\"a1\"", "\"default\":\"a3\""),
        ),
        (
            "misleading option",
            enriched("Spaarrekening", "Spaar\u{202e}rekening"),
        ),
        (
            "a choice among one",
            enriched(",{\"value\":\"a2\",\"label\":\"Spaarrekening\"}", ""),
        ),
        (
            "unknown member of partner",
            changed("\"name\":", "\"logo\":\"x\",\"name\":"),
        ),
        (
            "domain not in ASCII",
            changed("shop.example", "shöp.example"),
        ),
        (
            "domain with a path",
            changed("shop.example", "shop.example/x"),
        ),
        ("attribute twice", changed("family_name", "given_name")),
        (
            "bidirectional override",
            changed("Aanmelden", "Aan\u{202e}nedlem"),
        ),
        (
            "control character",
            changed("Aanmelden", "Aan\\u0007melden"),
        ),
        (
            "half a surrogate pair",
            changed("Aanmelden", "Aan\\ud800melden"),
        ),
        (
            "zero-width space",
            changed("Winkel Hoek\"", "Winkel\u{200b} Hoek\""),
        ),
        (
            "Cyrillic letter in a Latin word",
            changed("Winkel Hoek\"", "Winkel H\u{43e}ek\""),
        ),
        ("not UTF-8", not_utf8),
        (
            "text after the value",
            changed("1800000180000}", "1800000180000} x"),
        ),
        ("byte order mark", format!("\u{feff}{text}").into_bytes()),
    ]
}

pub fn texts() -> Vec<(String, bool)> {
    let mut out: Vec<(String, bool)> = [
        ("", true),
        ("Aanmelden bij Winkel Hoek", true),
        ("Zoë Peeters d'Œuvre – “Ça va?” €", true),
        ("Grüße, façade, Łódź, İstanbul", true),
        ("Александр Иванов", true),
        ("Ελένη Παπαδοπούλου", true),
        ("Ipse Александр", true),
        ("東京 日本", true),
        ("محمد", true),
        ("👍🏽 ok", true),
        ("e\u{301}te\u{301}", true),
        ("line\nbreak", false),
        ("tab\there", false),
        ("\u{0}", false),
        ("\u{7f}", false),
        ("\u{85}", false),
        ("soft\u{ad}hyphen", false),
        ("\u{61c}", false),
        ("\u{200b}", false),
        ("\u{200d}", false),
        ("\u{200e}", false),
        ("\u{202a}", false),
        ("\u{202e}", false),
        ("\u{2066}", false),
        ("\u{2069}", false),
        ("\u{2028}", false),
        ("\u{2029}", false),
        ("\u{2060}", false),
        ("\u{feff}", false),
        ("\u{e000}", false),
        ("\u{f8ff}", false),
        ("\u{fffe}", false),
        ("\u{378}", false),
        ("\u{e0041}", false),
        ("\u{10ffff}", false),
        ("p\u{430}ypal", false),
        ("\u{410}BC", false),
        ("\u{3bf}ne", false),
        ("o\u{301}\u{430}", false),
        ("a \u{430}", true),
        ("1\u{430}2b", true),
    ]
    .into_iter()
    .map(|(text, ok)| (text.to_owned(), ok))
    .collect();
    out.push(("é".repeat(2000), true));
    out.push(("é".repeat(2001), false));
    out.push(("🙂".repeat(2000), true));
    out.push(("x".repeat(2001), false));
    out
}
