//! What is released, through the code that reads requests, registrations and approvals.

use ipse_openid::client::Registration;
use ipse_openid::disclosure::Claim;
use ipse_openid::request::{self, Context};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, json};

use super::super::client::share_details;
use super::*;

const OWN: &str = "https://ipse.example/claims/";

/// Claims of the person that are asked, with evidence or alone.
const PERSON: [&str; 4] = ["name", "birthdate", "address", "email"];

/// Members of the verification and its evidence, by pointer, with the claim that each tells.
const MEMBERS: [(&str, &str); 9] = [
    ("/trust_framework", "trust_framework"),
    ("/time", "verified_on"),
    ("/assurance_level", "assurance_level"),
    (
        "/evidence/0/check_details/0/check_method",
        "identification_mode",
    ),
    ("/evidence/0/check_details/0/organization", "verified_by"),
    ("/evidence/0/document_details/type", "document_type"),
    (
        "/evidence/0/document_details/document_number",
        "document_number",
    ),
    (
        "/evidence/0/document_details/date_of_expiry",
        "document_valid_until",
    ),
    (
        "/evidence/0/document_details/issuer/country_code",
        "document_issuer",
    ),
];

fn own(name: &str) -> String {
    format!("{OWN}{name}")
}

/// Every claim that takes part.
fn everything() -> Vec<String> {
    let members = MEMBERS.iter().map(|(_, claim)| own(claim));
    PERSON
        .iter()
        .map(|claim| (*claim).to_owned())
        .chain(members)
        .collect()
}

fn value(claim: &str) -> Value {
    match claim.strip_prefix(OWN) {
        Some("identification_mode") => "bank".into(),
        Some("document_type") => "idcard".into(),
        Some("verified_on" | "document_valid_until") => "2026-01-05".into(),
        _ => format!("value of {claim}").into(),
    }
}

/// What an answer shows for a claim.
fn wire(claim: &str) -> Value {
    match claim.strip_prefix(OWN) {
        Some("identification_mode") => verified::CHECKED_BY_BANK.into(),
        Some("verified_on") => "2026-01-05T00:00Z".into(),
        _ => value(claim),
    }
}

/// How a member is asked: not at all, any value, the value there is, another one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ask {
    No,
    Any,
    Met,
    Unmet,
}

impl Ask {
    fn of(self, claim: &str) -> Value {
        match self {
            Self::No | Self::Any => Value::Null,
            Self::Met => json!({"values": ["another", wire(claim)]}),
            Self::Unmet => json!({"value": "another"}),
        }
    }
}

fn asks() -> impl Strategy<Value = Ask> {
    select(vec![
        Ask::No,
        Ask::Any,
        Ask::Any,
        Ask::Any,
        Ask::Met,
        Ask::Unmet,
    ])
}

#[derive(Clone, Debug)]
struct Element {
    in_id_token: bool,
    person: [Ask; 4],
    members: [Ask; 9],
}

impl Element {
    fn json(&self) -> Value {
        let claims: Map<String, Value> = PERSON
            .iter()
            .zip(self.person)
            .filter(|(_, ask)| *ask != Ask::No)
            .map(|(claim, ask)| ((*claim).to_owned(), ask.of(claim)))
            .collect();
        let mut verification = json!({"trust_framework": null});
        let (mut check, mut document, mut issuer) = (json!({}), json!({}), Value::Null);
        for ((path, claim), ask) in MEMBERS.iter().zip(self.members) {
            if ask == Ask::No {
                continue;
            }
            let name = path.rsplit('/').next().unwrap_or_default();
            let demand = ask.of(&own(claim));
            match *path {
                path if path.contains("issuer") => issuer = json!({name: demand}),
                path if path.contains("check_details") => check[name] = demand,
                path if path.contains("document_details") => document[name] = demand,
                _ => verification[name] = demand,
            }
        }
        let mut evidence = json!({"type": {"value": "document"}});
        if !issuer.is_null() {
            document["issuer"] = issuer;
        }
        if check != json!({}) {
            evidence["check_details"] = json!([check]);
        }
        if document != json!({}) {
            evidence["document_details"] = document;
        }
        verification["evidence"] = json!([evidence]);
        json!({"verification": verification, "claims": claims})
    }

    /// The claims that it asks. A check is told with its method, a document with its type.
    fn asked(&self) -> BTreeSet<String> {
        let person = PERSON
            .iter()
            .zip(self.person)
            .filter(|(_, ask)| *ask != Ask::No);
        let members = MEMBERS
            .iter()
            .zip(self.members)
            .filter(|(_, ask)| *ask != Ask::No);
        let mut all: BTreeSet<String> = members.map(|((_, claim), _)| own(claim)).collect();
        all.insert(own("trust_framework"));
        if all.contains(&own("verified_by")) {
            all.insert(own("identification_mode"));
        }
        let document = ["document_number", "document_valid_until", "document_issuer"];
        if document.iter().any(|claim| all.contains(&own(claim))) {
            all.insert(own("document_type"));
        }
        all.extend(person.map(|(claim, _)| (*claim).to_owned()));
        all
    }

    fn demands(&self, claim: &str, ask: Ask) -> bool {
        let person = PERSON.iter().zip(self.person);
        let members = MEMBERS.iter().zip(self.members);
        person
            .into_iter()
            .any(|(name, one)| *name == claim && one == ask)
            || members
                .into_iter()
                .any(|((_, name), one)| own(name) == claim && one == ask)
    }
}

fn elements() -> impl Strategy<Value = Vec<Element>> {
    let asks4 = proptest::array::uniform4(asks());
    let asks9 = proptest::array::uniform9(asks());
    let one = (any::<bool>(), asks4, asks9).prop_map(|(in_id_token, person, members)| Element {
        in_id_token,
        person,
        members,
    });
    proptest::collection::vec(one, 1..4)
}

fn some(of: Vec<String>) -> impl Strategy<Value = BTreeSet<String>> {
    let most = of.len();
    subsequence(of, most / 2..=most).prop_map(|some| some.into_iter().collect())
}

fn registration(claims: &BTreeSet<String>) -> Registration {
    let text = json!({"nl": "x", "fr": "x", "de": "x", "en": "x"});
    let attributes: Vec<Value> = claims.iter().map(|claim| json!({"claim": claim})).collect();
    let reasons: Map<String, Value> = claims
        .iter()
        .map(|claim| (claim.clone(), text.clone()))
        .collect();
    let registration = json!({
        "client_id": "par_shop", "name": "Shop", "domain": "shop.example", "redirect_uris": ["https://shop.example/cb"],
        "authentication": {"method": "client_secret_basic", "secret": "x"},
        "services": [{
            "code": "S", "type": "share", "purpose": text, "attributes": attributes, "reasons": reasons,
        }],
    });
    serde_json::from_value(registration).expect("a registration")
}

/// The claims in an element of an answer, with what it shows.
fn told(element: &Value) -> BTreeMap<String, Value> {
    let members = MEMBERS.iter().filter_map(|(path, claim)| {
        let shown = element["verification"].pointer(path)?;
        Some((own(claim), shown.clone()))
    });
    let claims = element["claims"].as_object().expect("claims");
    claims
        .iter()
        .map(|(k, v)| (k.clone(), v.clone()))
        .chain(members)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Threat 40: what leaves is registered, requested, shown and approved, meets what was demanded of it, and is what the history
    /// names.
    #[test]
    fn t40_verified_claims_keep_within_registration_request_view_and_approval(
        registered in some(everything()), has in some(everything()), on in some(everything()),
        elements in elements(), alone in subsequence(PERSON.to_vec(), 0..3),
    ) {
        prop_assume!(!registered.is_empty());
        let registration = registration(&registered);
        let place = |id_token: bool| -> Vec<Value> {
            elements.iter().filter(|e| e.in_id_token == id_token && e.person.iter().any(|a| *a != Ask::No)).map(Element::json).collect()
        };
        let mut claims = json!({"userinfo": {}, "id_token": {}});
        for claim in &alone {
            claims["userinfo"][claim] = Value::Null;
        }
        for (name, some) in [("userinfo", place(false)), ("id_token", place(true))] {
            if !some.is_empty() {
                claims[name][VERIFIED_CLAIMS] = some.into();
            }
        }
        let claims = claims.to_string();
        let params = [
            ("client_id", "par_shop"), ("redirect_uri", "https://shop.example/cb"), ("response_type", "code"),
            ("nonce", "n"), ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"), ("scope", "openid service:S"), ("claims", claims.as_str()),
        ].into_iter().collect();
        let context = Context {
            issuer: "https://ipse.example", id_token_keys: &[], may_return: true, hinted: None, now: 1_796_083_200,
        };
        let request = request::pushed(&params, &registration, &context).expect("a request");
        let details = share_details(&registration, &request).expect("details").expect("details");
        // The view shows a row for each claim that is asked and that the person has.
        let shown: BTreeSet<String> = request.claims.all().into_iter().map(Claim::as_str).map(str::to_owned).filter(|c| has.contains(c)).collect();
        let kept: Vec<(String, Value)> = shown.intersection(&on).map(|claim| (claim.clone(), value(claim))).collect();
        let kept: Vec<(&str, &Value)> = kept.iter().map(|(claim, value)| (&**claim, value)).collect();
        let approved = details.release(&kept);
        let history: BTreeSet<String> = approved.names().into_iter().map(str::to_owned).collect();
        let approved = approved.into_values();

        let mut left = BTreeSet::new();
        for (place, id_token) in [(Place::Userinfo, false), (Place::IdToken, true)] {
            let mut answer = released(&request.claims, place, &approved);
            let answers = answer.remove(VERIFIED_CLAIMS);
            for (claim, shown) in answer {
                prop_assert!(!id_token && alone.contains(&&*claim), "{claim} was not requested alone");
                prop_assert_eq!(&shown, &value(&claim));
                left.insert(claim);
            }
            for one in answers.iter().flat_map(|all| all.as_array().expect("an array")) {
                let told = told(one);
                prop_assert!(one["claims"].as_object().is_some_and(|claims| !claims.is_empty()));
                let asked = elements.iter().find(|e| {
                    e.in_id_token == id_token && told.keys().all(|claim| e.asked().contains(claim) && !e.demands(claim, Ask::Unmet))
                });
                prop_assert!(asked.is_some(), "nobody requested {one}");
                for (claim, shown) in told {
                    prop_assert_eq!(&shown, &wire(&claim));
                    left.insert(claim);
                }
            }
        }
        for claim in &left {
            prop_assert!(registered.contains(claim), "{claim} was not registered");
            prop_assert!(shown.contains(claim) && on.contains(claim), "{claim} was not approved");
        }
        prop_assert_eq!(left, history);
    }
}
