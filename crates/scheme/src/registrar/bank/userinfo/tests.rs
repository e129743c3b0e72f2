use super::*;

#[test]
fn national_numbers_are_judged_by_their_check_digits() {
    assert!(valid_national_number("71715100070"));
    for wrong in [
        "71715100071",
        "7171510007",
        "717151000700",
        "7171510007a",
        "",
    ] {
        assert!(!valid_national_number(wrong), "{wrong}");
    }
}

fn policy() -> Policy {
    Policy {
        name: "Bank".into(),
        issuer: "https://bank.example".into(),
        client_id: "scheme".into(),
        keys: ipse_jose::JwkSet::default(),
        trust_frameworks: vec!["eidas".into()],
        levels: vec!["high".into()],
        acr_values: Vec::new(),
        demo: false,
    }
}

fn good() -> Value {
    json!({
        "verification": {"trust_framework": "eidas", "assurance_level": "high", "time": "2024-03-01T09:12:00Z",
            "evidence": [{"type": "document",
                "document_details": {"type": "idcard", "document_number": "592000000182", "date_of_expiry": "2032-02-01"}}]},
        "claims": {"given_name": "An", "family_name": "Peeters", "birthdate": "1971-01-01", "nationalities": ["BE"],
            NATIONAL_NUMBER: "71715100070"},
    })
}

const NOW: i64 = 1_790_000_000;

#[test]
fn a_whole_element_is_taken_alone_or_in_an_array() {
    let vouched = judge(&policy(), &good(), "jws", NOW).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(vouched.loa, "high");
    let mut weak = good();
    weak["verification"]["assurance_level"] = "low".into();
    assert!(judge(&policy(), &json!([weak, good()]), "jws", NOW).is_ok());
}

#[test]
fn whatever_is_missing_or_too_weak_is_a_failure() {
    for (path, value, reason) in [
        (
            "/verification/trust_framework",
            json!("other"),
            Insufficient("trust_framework"),
        ),
        (
            "/verification/assurance_level",
            json!("low"),
            Insufficient("assurance_level"),
        ),
        (
            "/verification/assurance_level",
            Value::Null,
            Insufficient("assurance_level"),
        ),
        ("/verification/time", Value::Null, Insufficient("time")),
        (
            "/verification/time",
            json!("2199-01-01T00:00:00Z"),
            Insufficient("time"),
        ),
        (
            "/verification/evidence",
            json!([]),
            Insufficient("evidence"),
        ),
        (
            "/verification/evidence/0/type",
            json!("vouch"),
            Insufficient("evidence"),
        ),
        (
            "/verification/evidence/0/document_details/date_of_expiry",
            json!("2020-01-01"),
            Insufficient("document_expired"),
        ),
        ("/claims", json!({}), Insufficient("birthdate")),
        ("/claims/given_name", json!(" "), Insufficient("given_name")),
        (
            "/claims/family_name",
            json!("Pe\u{202e}eters"),
            Refused("family_name"),
        ),
        (
            "/claims/nationalities",
            json!([]),
            Insufficient("nationalities"),
        ),
        (
            "/claims/birthdate",
            json!("1971-02-30"),
            Refused("birthdate"),
        ),
    ] {
        let mut element = good();
        if let Some(place) = element.pointer_mut(path) {
            *place = value;
        }
        assert_eq!(
            judge(&policy(), &element, "jws", NOW).err(),
            Some(reason),
            "{path}"
        );
    }
    let mut more = good();
    more["extra"] = json!(1);
    assert_eq!(
        judge(&policy(), &more, "jws", NOW).err(),
        Some(Refused("verified_claims_malformed"))
    );
    assert_eq!(
        judge(&policy(), &json!([]), "jws", NOW).err(),
        Some(Insufficient("verified_claims_missing"))
    );
}

#[test]
fn a_simulated_bank_counts_in_a_demo_only_and_for_nothing() {
    let mut simulated = good();
    simulated["verification"]["assurance_process"] = json!({"policy": SIMULATED});
    assert_eq!(
        judge(&policy(), &simulated, "jws", NOW).err(),
        Some(Insufficient("simulated"))
    );
    let demo = Policy {
        demo: true,
        ..policy()
    };
    let vouched = judge(&demo, &simulated, "jws", NOW);
    assert_eq!(vouched.map(|v| v.loa).ok().as_deref(), Some("none"));
}

fn judged(element: &Value) -> Result<Vouched, RegistrarError> {
    judge(&policy(), element, "jws", NOW)
}

/// The smallest beginnings of a PNG of 96 by 120, and a JPEG with an empty segment before its frame.
fn png() -> Vec<u8> {
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x60\0\0\0\x78".as_slice(),
        &[0; 9],
    ]
    .concat()
}

fn jpeg() -> Vec<u8> {
    let frame = b"\xff\xc0\0\x0b\x08\0\x78\0\x60\x01\x01\x11\0";
    [
        b"\xff\xd8\xff\xe0\0\x02".as_slice(),
        frame,
        b"\xff\xda\xff\xd9",
    ]
    .concat()
}

fn uri(media_type: &str, bytes: &[u8]) -> String {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("data:{media_type};base64,{encoded}")
}

fn full() -> Value {
    let mut element = good();
    element["verification"]["evidence"][0]["document_details"]["issuer"] =
        json!({"country": "BE", "country_code": "BEL"});
    let claims = element["claims"].as_object_mut().unwrap();
    claims.insert("gender".into(), json!("female"));
    claims.insert(
        "place_of_birth".into(),
        json!({"locality": "Gent", "country": "BE"}),
    );
    claims.insert(
        "address".into(),
        json!({"street_address": "Veldstraat 12\nbus 3", "postal_code": "9000", "locality": "Gent", "country": "BE"}),
    );
    claims.insert("picture".into(), json!(uri("image/png", &png())));
    element
}

#[test]
fn what_a_bank_may_give_is_taken_and_what_it_does_not_give_is_not_known() {
    let vouched = judged(&full()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(vouched.gender.as_deref(), Some("female"));
    let address = vouched.address.unwrap();
    assert_eq!(address.lines(), ["Veldstraat 12, bus 3", "9000 Gent", "BE"]);
    assert_eq!(vouched.place_of_birth.unwrap().locality, "Gent");
    assert_eq!(vouched.picture.unwrap().bytes.0, png());
    assert_eq!(vouched.document_type.as_deref(), Some("idcard"));
    assert_eq!(vouched.document_valid_until.as_deref(), Some("2032-02-01"));
    assert_eq!(vouched.document_issuer_country.as_deref(), Some("BEL"));

    let vouched = judged(&good()).unwrap_or_else(|e| panic!("{e}"));
    assert!(vouched.address.is_none() && vouched.picture.is_none() && vouched.gender.is_none());

    // Without its street, an address cannot be released by its parts.
    let mut partial = full();
    partial["claims"]["address"] = json!({"formatted": "Veldstraat 12, Gent", "country": "BE"});
    partial["claims"]["picture"] = Value::Null;
    let vouched = judged(&partial).unwrap_or_else(|e| panic!("{e}"));
    assert!(vouched.address.is_none() && vouched.picture.is_none());
}

#[test]
fn t23_a_malformed_claim_that_a_bank_may_leave_out_is_refused() {
    let long = "x".repeat(101);
    for (path, value, reason) in [
        ("/claims/gender", json!(1), "gender"),
        ("/claims/gender", json!("fe\u{202e}male"), "gender"),
        ("/claims/gender", json!(long), "gender"),
        ("/claims/address", json!("Veldstraat 12, Gent"), "address"),
        ("/claims/address/street_address", json!(long), "address"),
        (
            "/claims/address/street_address",
            json!("Veld\u{0}straat"),
            "address",
        ),
        ("/claims/address/postal_code", json!(9000), "address"),
        ("/claims/address/locality", json!("G\u{0435}nt"), "address"),
        ("/claims/address/country", json!("be"), "address"),
        ("/claims/address/country", json!("BEL"), "address"),
        ("/claims/place_of_birth", json!([]), "place_of_birth"),
        (
            "/claims/place_of_birth/country",
            json!("Belgium"),
            "place_of_birth",
        ),
        (
            "/claims/place_of_birth/locality",
            json!({}),
            "place_of_birth",
        ),
        (
            "/claims/picture",
            json!("https://bank.example/an.png"),
            "picture",
        ),
        ("/claims/picture", json!({}), "picture"),
        (
            "/verification/evidence/0/document_details/type",
            json!("ID card"),
            "document_type",
        ),
        (
            "/verification/evidence/0/document_details/issuer/country_code",
            json!("Belgium"),
            "document_issuer",
        ),
        (
            "/verification/evidence/0/document_details/date_of_expiry",
            json!("2032-02-30"),
            "document_validity",
        ),
        (
            "/verification/evidence/0/document_details/date_of_expiry",
            json!("2032"),
            "document_validity",
        ),
    ] {
        let mut element = full();
        *element.pointer_mut(path).unwrap() = value.clone();
        assert_eq!(
            judged(&element).err(),
            Some(Refused(reason)),
            "{path} {value}"
        );
    }
}

#[test]
fn t23_a_photo_is_a_png_or_jpeg_of_limited_size() {
    assert!(parse_photo(&uri("image/png", &png())).is_some());
    assert!(parse_photo(&uri("image/jpeg", &jpeg())).is_some());
    let mut wide = png();
    wide[18] = 0xff;
    let mut flat = png();
    flat[23] = 0;
    let large = |size| [png(), vec![0; size - png().len()]].concat();
    assert!(parse_photo(&uri("image/png", &large(MAX_PHOTO))).is_some());
    for wrong in [
        uri("image/png", &jpeg()),
        uri("image/jpeg", &png()),
        uri("image/svg+xml", b"<svg/>"),
        uri("image/png", &wide),
        uri("image/png", &flat),
        uri("image/png", &png()[..20]),
        uri("image/png", &large(MAX_PHOTO + 1)),
        uri("image/jpeg", &jpeg()[..jpeg().len() - 1]),
        uri("image/jpeg", b"\xff\xd8\xff\xda\0\x02\xff\xd9"),
        uri("image/jpeg", b"\xff\xd8\xff\xe0\0\0\xff\xd9"),
        format!("{} ", uri("image/png", &png())),
        uri("image/png", &png()).replace(";base64", ""),
        "data:image/png;base64,".to_owned(),
    ] {
        assert!(parse_photo(&wrong).is_none(), "{wrong:.60}");
    }
}

proptest::proptest! {
    /// Neither the bytes nor the text of a photo end the program.
    #[test]
    fn t23_no_photo_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..64), text in ".{0,64}") {
        for start in [&png()[..16], &jpeg()[..4], &[]] {
            let whole = [start, &bytes, b"\xff\xd9"].concat();
            parse_photo(&uri("image/png", &whole));
            parse_photo(&uri("image/jpeg", &whole));
        }
        parse_photo(&text);
    }
}

#[test]
fn birthdates_may_be_partial_and_must_exist() {
    for (birthdate, taken) in [
        ("1971-01-01", true),
        ("1971", true),
        ("0000-02-29", true),
        ("1971-00-00", false),
        ("1971-02-29", false),
        ("0000", false),
        ("+971", false),
        ("1971-01", false),
        ("2199-01-01", false),
        ("2199", false),
    ] {
        let mut element = good();
        element["claims"]["birthdate"] = json!(birthdate);
        assert_eq!(judged(&element).is_ok(), taken, "{birthdate}");
    }
}
