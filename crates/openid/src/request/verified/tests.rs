use proptest::prelude::*;
use serde_json::json;

use super::super::claims::ClaimsRequest;
use super::*;

const NOW: i64 = 1_796_083_200; // 2026-12-01

fn parsed(element: &Value) -> Result<ClaimsRequest, OAuthError> {
    let text = json!({"userinfo": {"verified_claims": element}}).to_string();
    ClaimsRequest::parse(Some(&text), NOW)
}

fn elements(element: &Value) -> Vec<VerifiedClaims> {
    parsed(element).expect("a request").claims.verified
}

fn with(verification: Value) -> Value {
    json!({"verification": verification, "claims": {"name": null}})
}

fn with_evidence(entry: Value) -> Value {
    with(json!({"trust_framework": null, "evidence": [entry]}))
}

#[test]
fn a_mistake_is_an_error_with_the_path_of_the_member() {
    let document = |details: Value| {
        with_evidence(json!({"type": {"value": "document"}, "document_details": details}))
    };
    let check = |check: Value| {
        with_evidence(json!({"type": {"value": "document"}, "check_details": check}))
    };
    let framework = |demand: Value| with(json!({"trust_framework": demand}));
    let many = vec![with(json!({"trust_framework": null})); 9];
    for (element, path) in [
        (Value::Null, "verified_claims must"),
        (json!([]), "verified_claims must"),
        (json!(many), "verified_claims must"),
        (json!([1]), "verified_claims must have"),
        (json!({"claims": {"name": null}}), ".verification must"),
        (with(json!({})), ".verification.trust_framework is missing"),
        (
            json!({"verification": {"trust_framework": null}}),
            ".claims must",
        ),
        (
            json!({"verification": {"trust_framework": null}, "claims": {}}),
            ".claims must",
        ),
        (
            json!({"verification": {"trust_framework": null}, "claims": {"name": true}}),
            ".claims: each",
        ),
        (
            framework(json!("eidas")),
            ".verification.trust_framework must",
        ),
        (
            framework(json!({"value": "a", "values": ["a"]})),
            ".verification.trust_framework must",
        ),
        (
            framework(json!({"values": []})),
            ".verification.trust_framework must",
        ),
        (
            framework(json!({"values": vec!["a"; 17]})),
            ".verification.trust_framework must",
        ),
        (
            framework(json!({"essential": 1})),
            ".verification.trust_framework must",
        ),
        (
            framework(json!({"max_age": 1})),
            ".verification.trust_framework must",
        ),
        (
            with(json!({"trust_framework": null, "time": {"max_age": -1}})),
            ".verification.time must",
        ),
        (
            with(json!({"trust_framework": null, "time": {"max_age": "1"}})),
            ".verification.time must",
        ),
        (
            with(json!({"trust_framework": null, "evidence": null})),
            ".verification.evidence must",
        ),
        (
            with(json!({"trust_framework": null, "evidence": []})),
            ".verification.evidence must",
        ),
        (
            with(json!({"trust_framework": null, "evidence": vec![json!({}); 5]})),
            ".verification.evidence must",
        ),
        (with_evidence(json!({})), ".evidence[].type must"),
        (
            with_evidence(json!({"type": null})),
            ".evidence[].type must",
        ),
        (
            with_evidence(json!({"type": {"value": "document", "values": ["document"]}})),
            ".evidence[].type must",
        ),
        (check(json!({})), ".check_details must"),
        (check(json!([])), ".check_details must"),
        (
            check(json!([{"organization": 1}])),
            ".check_details[].organization must",
        ),
        (document(json!([])), ".document_details must"),
        (
            document(json!({"type": "passport"})),
            ".document_details.type must",
        ),
        (
            document(json!({"issuer": "BEL"})),
            ".document_details.issuer must",
        ),
        (
            document(json!({"issuer": {"country_code": "BEL"}})),
            ".issuer.country_code must",
        ),
    ] {
        let error = parsed(&element).expect_err(&element.to_string());
        assert_eq!(error.code, OAuthErrorCode::InvalidRequest);
        assert!(
            error.description.contains(path),
            "{} for {element}",
            error.description
        );
    }
}

#[test]
fn what_nobody_can_have_leaves_the_element_out() {
    let evidence = |entry: Value| elements(&with_evidence(entry)).len();
    for verification in [
        json!({"trust_framework": null, "verification_process": {"value": "1"}}),
        json!({"trust_framework": null, "assurance_process": {"policy": {"value": "x"}}}),
    ] {
        assert!(elements(&with(verification)).is_empty());
    }
    assert_eq!(evidence(json!({"type": {"value": "vouch"}})), 0);
    let serial = json!({"type": {"value": "document"}, "document_details": {"serial_number": {"value": "1"}}});
    assert_eq!(evidence(serial), 0);
    let check =
        json!({"type": {"value": "document"}, "check_details": [{"check_id": {"value": "1"}}]});
    assert_eq!(evidence(check), 0);
    assert_eq!(evidence(json!({"type": {"value": "document"}})), 1);
    let unknown =
        json!({"verification": {"trust_framework": null}, "claims": {"email": null, "x": null}});
    let request = parsed(&unknown).unwrap();
    assert!(request.claims.verified.is_empty());
    assert_eq!(request.unknown, ["email", "x"]);
}

#[test]
fn a_day_is_not_older_than_max_age_until_its_end() {
    let first = |age: u64| {
        let mut all = elements(&with(
            json!({"trust_framework": null, "time": {"max_age": age}}),
        ));
        let mut one = all.pop().unwrap().verification;
        one.remove(&Claim::VerifiedOn).unwrap().not_before.unwrap()
    };
    assert_eq!(first(0), "2026-12-01");
    assert_eq!(first(1), "2026-11-30");
    assert_eq!(first(86_400), "2026-11-30");
    assert_eq!(first(u64::MAX >> 1), "1970-01-01");
}

#[test]
fn each_check_is_an_alternative() {
    let all = elements(&with_evidence(json!({
        "type": {"value": "document"},
        "check_details": [{"check_method": {"value": "vcrypt"}}, {"organization": {"value": "Bank Anker"}}],
        "document_details": {"type": {"values": ["passport", "idcard"]}},
    })));
    let [one] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!(one.evidence.len(), 2);
    // Nobody's check has another method than those that are told.
    let method = &one.evidence[0][&Claim::IdentificationMode];
    assert_eq!(method.values, [Value::Null]);
    assert!(one.evidence[1][&Claim::VerifiedBy].restricts());
    assert!(
        one.evidence
            .iter()
            .all(|e| e[&Claim::DocumentType].values.len() == 2)
    );
}

/// JSON of the words of a request, at random.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!("document")),
        Just(json!({"value": "document"})),
    ];
    let words = proptest::sample::select(vec![
        "verification",
        "claims",
        "trust_framework",
        "time",
        "evidence",
        "type",
        "value",
        "values",
        "max_age",
        "essential",
        "check_details",
        "document_details",
        "check_method",
        "issuer",
        "country_code",
        "name",
        "x",
    ]);
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::btree_map(words.clone(), inner, 0..6).prop_map(|members| members
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect()),
        ]
    })
}

proptest! {
    /// Threat 23: any JSON is refused or read, and what is read has a trust framework and claims that can be verified.
    #[test]
    fn t23_any_verified_claims_are_read_or_refused(element in anything()) {
        if let Ok(request) = parsed(&element) {
            for one in &request.claims.verified {
                prop_assert!(one.verification.contains_key(&Claim::TrustFramework));
                prop_assert!(!one.claims.is_empty() && one.claims.keys().all(|claim| claim.is_verified()));
                prop_assert!(one.evidence.len() <= MOST_EVIDENCE * MOST_EVIDENCE);
            }
        }
    }
}
