//! `verified_claims` (OpenID Connect for Identity Assurance 1.0): `POST /par`, `GET /userinfo` and `POST /token`. Threats: t40.

use serde_json::{Value, json};

use crate::support::TestNetwork;
use crate::support::share::{approved, asking, opened};

const OWN: &str = "https://ipse.example/claims/";

/// The trust framework of simulated banks.
const SIMULATED: &str = "https://ipse.example/trust-framework/simulated";

/// What a partner registers to ask for evidence, beside `claims`.
fn registered(claims: &[&str]) -> Vec<String> {
    let evidence = [
        "trust_framework!",
        "verified_on",
        "verified_by",
        "identification_mode",
        "document_type",
        "document_number",
        "document_valid_until",
        "document_issuer",
    ];
    let evidence = evidence.map(|claim| format!("{OWN}{claim}"));
    let claims = claims.iter().map(|claim| (*claim).to_owned());
    claims.chain(evidence).collect()
}

fn names(registered: &[String]) -> Vec<&str> {
    registered.iter().map(String::as_str).collect()
}

/// Everything that can be asked of a verification.
fn everything() -> Value {
    json!({
        "trust_framework": {"essential": true}, "time": null, "assurance_level": null, "verification_process": null,
        "evidence": [{
            "type": {"value": "document"},
            "check_details": [{"check_method": null, "organization": null, "check_id": null, "txn": null}],
            "document_details": {
                "type": null, "document_number": null, "date_of_expiry": null, "issuer": {"country_code": null, "name": null},
            },
        }],
    })
}

#[tokio::test]
async fn verified_claims_come_with_the_evidence_that_was_shown() {
    for network in TestNetwork::both().await {
        let registered = registered(&["name", "birthdate", "address"]);
        let partner = network.share_partner(&names(&registered)).await;
        let mut phone = network.enrolled(0).await;
        let request = asking(&json!({"verified_claims": {
            "verification": everything(),
            "claims": {"name": null, "birthdate": null, "address": null, "email": null, "shoe_size": null},
        }}));
        let opened = opened(&network, &partner, &mut phone, &request).await;
        let rows: Vec<(&str, &str)> = opened
            .2
            .fields
            .iter()
            .map(|f| (&*f.label, &*f.value))
            .collect();
        for row in [
            ("By which rules", "Simulated: nobody was really checked"),
            ("Verified on", "2 May 2025"),
            ("Number of the document", "592000000182"),
            ("Country of the document", "BEL"),
        ] {
            assert!(rows.contains(&row), "{row:?} in {rows:?}");
        }
        let (info, _) = approved(&partner, &mut phone, opened, &[]).await;
        insta::assert_json_snapshot!("evidence", info);
        network.end().await;
    }
}

#[tokio::test]
async fn t40_what_is_switched_off_leaves_verified_claims_and_what_rests_on_it_goes_too() {
    let network = TestNetwork::new().await;
    let own = |name: &str| format!("{OWN}{name}");
    let claims = [
        "name".to_owned(),
        "birthdate".to_owned(),
        own("trust_framework"),
        own("verified_on"),
    ];
    let partner = network.share_partner(&names(&claims)).await;
    let mut phone = network.enrolled(0).await;
    let wanted = json!({"verified_claims": {
        "verification": {"trust_framework": null, "time": null}, "claims": {"name": null, "birthdate": null},
    }});
    let time = own("verified_on");
    let off = ["birthdate", &time];
    let asked = opened(&network, &partner, &mut phone, &asking(&wanted)).await;
    let (info, _) = approved(&partner, &mut phone, asked, &off).await;
    let one =
        json!({"verification": {"trust_framework": SIMULATED}, "claims": {"name": "Ana Peeters"}});
    assert_eq!(info, json!({"verified_claims": one}));
    let framework = own("trust_framework");
    for off in [vec!["name", "birthdate"], vec![framework.as_str()]] {
        let asked = opened(&network, &partner, &mut phone, &asking(&wanted)).await;
        let (info, _) = approved(&partner, &mut phone, asked, &off).await;
        assert_eq!(info, json!({}), "without {off:?}");
    }
    network.end().await;
}

#[tokio::test]
async fn t40_a_verification_that_is_not_as_demanded_gives_nothing_and_the_person_is_told() {
    let network = TestNetwork::new().await;
    let registered = registered(&["name", "birthdate"]);
    let partner = network.share_partner(&names(&registered)).await;
    let mut phone = network.enrolled(0).await;
    let element =
        |verification: Value| json!({"verification": verification, "claims": {"name": null}});
    let met = json!({"trust_framework": {"values": ["eidas", SIMULATED]}});
    let documents = json!([
        {"type": {"value": "vouch"}},
        {"type": {"value": "document"}, "document_details": {"type": {"value": "passport"}}},
    ]);
    let unmet = [
        json!({"trust_framework": {"value": "eidas"}}),
        json!({"trust_framework": null, "time": {"essential": true, "max_age": 60}}),
        json!({"trust_framework": null, "evidence": documents}),
        json!({"trust_framework": null, "txn": {"value": "1"}}),
    ];
    let mut all: Vec<Value> = unmet.into_iter().map(element).collect();
    all.push(json!({
        "verification": met, "claims": {"name": null, "birthdate": {"value": "1980-01-01"}},
    }));
    let request = asking(&json!({"verified_claims": all}));
    let asked = opened(&network, &partner, &mut phone, &request).await;
    let told = asked.2.fields.iter().filter(|row| row.label == "Attention");
    assert!(told.count() > 0);
    let (info, _) = approved(&partner, &mut phone, asked, &[]).await;
    let one =
        json!({"verification": {"trust_framework": SIMULATED}, "claims": {"name": "Ana Peeters"}});
    assert_eq!(info, json!({"verified_claims": [one]}));
    network.end().await;
}

#[tokio::test]
async fn t40_evidence_that_is_not_registered_is_not_released_and_never_decides() {
    let network = TestNetwork::new().await;
    let framework = format!("{OWN}trust_framework");
    let claims = ["name", framework.as_str()];
    let partner = network.share_partner(&claims).await;
    let mut phone = network.enrolled(0).await;
    let element = |time: Value| json!({"verification": {"trust_framework": null, "time": time}, "claims": {"name": null, "address": null}});
    let wanted = json!({
        "id_token": {"verified_claims": element(json!({"max_age": 999_999_999}))},
        "userinfo": {"verified_claims": element(Value::Null)},
    });
    let mut request = asking(&json!({}));
    request[1].1 = wanted.to_string();
    let asked = opened(&network, &partner, &mut phone, &request).await;
    let (info, token) = approved(&partner, &mut phone, asked, &[]).await;
    let one =
        json!({"verification": {"trust_framework": SIMULATED}, "claims": {"name": "Ana Peeters"}});
    assert_eq!(info, json!({"verified_claims": one}));
    assert_eq!(token["verified_claims"], Value::Null);
    // Without the trust framework, there are no verified claims at all.
    let partner = network.share_partner(&["name"]).await;
    let wanted = json!({"name": null, "verified_claims": element(Value::Null)});
    let asked = opened(&network, &partner, &mut phone, &asking(&wanted)).await;
    let (info, _) = approved(&partner, &mut phone, asked, &[]).await;
    assert_eq!(info, json!({"name": "Ana Peeters"}));
    network.end().await;
}

#[tokio::test]
async fn t23_a_malformed_request_for_verified_claims_names_the_member() {
    let network = TestNetwork::new().await;
    let registered = registered(&["name"]);
    let partner = network.share_partner(&names(&registered)).await;
    for (element, path) in [
        (
            json!({"verification": {}, "claims": {"name": null}}),
            "verification.trust_framework",
        ),
        (
            json!({"verification": {"trust_framework": null}, "claims": {}}),
            "verified_claims.claims",
        ),
        (json!([]), "verified_claims must be"),
    ] {
        let mut request = partner.request(&partner.login());
        request.retain(|(name, _)| name != "claims");
        let claims = json!({"userinfo": {"verified_claims": element}}).to_string();
        request.push(("claims".to_owned(), claims));
        let (status, answer) = partner.push(request).await;
        assert_eq!(
            (status.as_u16(), &answer["error"]),
            (400, &json!("invalid_request"))
        );
        let description = answer["error_description"].as_str().expect("a description");
        assert!(description.contains(path), "{description}");
    }
    network.end().await;
}

#[tokio::test]
async fn discovery_says_what_can_be_verified() {
    let network = TestNetwork::new().await;
    let url = format!("{}/.well-known/openid-configuration", network.issuer);
    let document: Value = reqwest::get(url)
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(document["trust_frameworks_supported"], json!([SIMULATED]));
    assert_eq!(document["evidence_supported"], json!(["document"]));
    let claims = document["claims_in_verified_claims_supported"]
        .as_array()
        .expect("claims");
    assert!(claims.contains(&json!("address")) && !claims.contains(&json!("phone_number")));
    network.end().await;
}
