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
