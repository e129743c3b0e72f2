use ipse_jose::JwkSet;

use super::*;

/// Seconds since 1970.
const NOW: i64 = 1_800_000_000;

/// A partner with one login service and a secret.
pub(crate) fn shop() -> Registration {
    Registration {
        client_id: "par_shop".to_owned(),
        name: "Winkel Hoek".to_owned(),
        domain: "shop.example".to_owned(),
        redirect_uris: vec![
            "https://shop.example/cb".to_owned(),
            "http://localhost:4006/cb?lang=nl".to_owned(),
        ],
        authentication: Authentication::ClientSecretBasic {
            secret: SecretHash::of("secret"),
        },
        require_par: false,
        pkce: Pkce::Required,
        dpop_bound_access_tokens: false,
        fapi: false,
        claims_in_id_token: false,
        response_modes: vec![ResponseMode::Query],
        userinfo_signed_response_alg: None,
        id_token_encryption: None,
        userinfo_encryption: None,
        encryption_keys: ipse_jose::JwkSet::default(),
        reasons: BTreeMap::new(),
        id_token_alg: IdTokenAlg::ES256,
        services: vec![service("HOEK_LOGIN", ServiceType::Login)],
        sandbox_people: false,
        jwks_uri: None,
        sector: None,
        sector_identifier_uri: None,
        security_event_endpoint: None,
        replaced: Vec::new(),
    }
}

pub(crate) fn service(code: &str, kind: ServiceType) -> Service {
    Service {
        kind,
        ..Service::login(code)
    }
}

#[test]
fn a_stored_registration_is_read_back() {
    let json = serde_json::to_string(&shop()).unwrap();
    let read: Registration = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    assert_eq!(read.validate(false, NOW), Ok(()));
    assert!(
        !json.contains("\"secret\":\"secret\""),
        "the secret itself is not stored"
    );
}

#[test]
fn by_default_requests_are_pushed_and_tokens_use_es256() {
    let registration: Registration = serde_json::from_value(serde_json::json!({
        "client_id": "a", "name": "A", "domain": "a.example", "redirect_uris": ["https://a.example/cb"],
        "authentication": {"method": "client_secret_post", "secret": "x"},
        "services": [{"code": "L", "type": "login"}],
    }))
    .unwrap();
    assert!(registration.require_par && !registration.sandbox_people);
    assert_eq!(registration.id_token_alg, IdTokenAlg::ES256);
    assert_eq!(registration.services[0].scopes, [PROFILE]);
}

#[test]
fn the_names_are_those_of_dynamic_client_registration_and_the_earlier_ones_are_read() {
    let json = serde_json::to_value(shop()).unwrap();
    assert_eq!(json["require_pushed_authorization_requests"], false);
    assert_eq!(json["id_token_signed_response_alg"], "ES256");
    let mut earlier = json.clone();
    let members = earlier.as_object_mut().unwrap();
    for name in [
        "require_pushed_authorization_requests",
        "id_token_signed_response_alg",
        "pkce",
        "claims_in_id_token",
    ] {
        members.remove(name);
    }
    members.insert("require_par".to_owned(), false.into());
    members.insert("id_token_alg".to_owned(), "RS256".into());
    let read: Registration = serde_json::from_value(earlier).unwrap();
    assert!(!read.require_par && !read.claims_in_id_token);
    assert_eq!(
        (read.id_token_alg, read.pkce),
        (IdTokenAlg::RS256, Pkce::Required)
    );
    assert_eq!(read.userinfo_signed_response_alg, None);
}

#[test]
fn t15_a_rule_without_pkce_has_a_reason_and_its_waiver_an_end() {
    let with = |pkce, reasons: &[(&str, &str)]| {
        let shop = Registration {
            pkce,
            reasons: reasons
                .iter()
                .map(|(name, reason)| ((*name).to_owned(), (*reason).to_owned()))
                .collect(),
            ..shop()
        };
        shop.validate(false, NOW)
            .map_err(|problem| problem.to_string())
    };
    let why = [("pkce", "the library has no PKCE")];
    assert_eq!(with(Pkce::OrNonce, &why), Ok(()));
    let until = |seconds| Pkce::Waived {
        until: NOW + seconds,
    };
    assert_eq!(with(until(1), &why), Ok(()));
    for wrong in [until(0), until(LONGEST_LEGACY + 1)] {
        assert!(with(wrong, &why).unwrap_err().starts_with("pkce: "));
    }
    for reasons in [
        &[][..],
        &[("pkce", "")],
        &[("pkce", "x"), ("name", "x")],
        &[("pkce", "\u{202e}")],
    ] {
        let error = with(Pkce::OrNonce, reasons).unwrap_err();
        assert!(error.starts_with("reasons: "), "{error}");
    }
}

#[test]
fn an_audience_is_the_issuer_unless_registered_otherwise() {
    let key = ipse_jose::SigningKey::generate_es256().public_jwk();
    let jwks = JwkSet { keys: vec![key] };
    let with = |audience| {
        serde_json::to_value(Authentication::PrivateKeyJwt {
            jwks: jwks.clone().into(),
            audience,
        })
        .unwrap()
    };
    for audience in [
        AssertionAudience::Issuer,
        AssertionAudience::Endpoint { until: 5 },
    ] {
        let read: Authentication = serde_json::from_value(with(audience)).unwrap();
        assert!(
            matches!(read, Authentication::PrivateKeyJwt { audience: found, .. } if found == audience)
        );
    }
    let bare = serde_json::json!({"method": "private_key_jwt", "jwks": jwks});
    let read: Authentication = serde_json::from_value(bare).unwrap();
    assert!(matches!(
        read,
        Authentication::PrivateKeyJwt {
            audience: AssertionAudience::Issuer,
            ..
        }
    ));
}

#[test]
fn each_mistake_has_its_error() {
    type Change = fn(&mut Registration);
    let cases: [(Change, &str); 12] = [
        (|r| r.client_id = "a b".into(), "client_id:"),
        (|r| r.name = " Winkel".into(), "name:"),
        (|r| r.name = "Win\u{202e}kel".into(), "name:"),
        (|r| r.domain = "Shop.example".into(), "domain:"),
        (|r| r.domain = "shop.example.".into(), "domain:"),
        (|r| r.redirect_uris.clear(), "redirect_uris:"),
        (
            |r| r.redirect_uris.push("http://shop.example/cb".into()),
            "redirect_uri http://shop.example/cb: it must be",
        ),
        (|r| r.services.clear(), "services:"),
        (
            |r| r.services.push(service("HOEK_LOGIN", ServiceType::Login)),
            "service HOEK_LOGIN:",
        ),
        (
            |r| r.services.push(service("a b", ServiceType::Login)),
            "service a b:",
        ),
        (
            |r| r.services[0].scopes.push("eid".into()),
            "service HOEK_LOGIN: a service of this type",
        ),
        (
            |r| {
                r.authentication = Authentication::PrivateKeyJwt {
                    jwks: JwkSet { keys: Vec::new() }.into(),
                    audience: AssertionAudience::Issuer,
                }
            },
            "jwks:",
        ),
    ];
    for (change, text) in cases {
        let mut registration = shop();
        change(&mut registration);
        let problem = registration.validate(false, NOW).unwrap_err().to_string();
        assert!(
            problem.starts_with(text),
            "{problem} should start with {text}"
        );
    }
}

#[test]
fn the_older_audience_ends_within_two_years() {
    let keys = JwkSet {
        keys: vec![ipse_jose::SigningKey::generate_es256().public_jwk()],
    };
    let validate = |until: i64| {
        let mut registration = shop();
        registration.authentication = Authentication::PrivateKeyJwt {
            jwks: keys.clone().into(),
            audience: AssertionAudience::Endpoint { until },
        };
        registration.validate(false, NOW)
    };
    for until in [NOW + 1, NOW + LONGEST_LEGACY] {
        assert_eq!(validate(until), Ok(()));
    }
    let years_31 = NOW + 31 * 365 * 24 * 3600;
    for until in [
        NOW,
        NOW + LONGEST_LEGACY + 1,
        years_31,
        -1,
        i64::MIN,
        i64::MAX,
    ] {
        assert_eq!(validate(until), Err(RegistrationProblem::Until), "{until}");
    }
}

#[test]
fn production_refuses_local_names_and_test_people() {
    let mut registration = shop();
    assert!(matches!(
        registration.validate(true, NOW),
        Err(RegistrationProblem::RedirectUri { .. })
    ));
    registration.redirect_uris.truncate(1);
    assert_eq!(registration.validate(true, NOW), Ok(()));
    registration.sandbox_people = true;
    assert_eq!(
        registration.validate(true, NOW),
        Err(RegistrationProblem::Sandbox)
    );
    registration.domain = "localhost".to_owned();
    assert_eq!(
        registration.validate(true, NOW),
        Err(RegistrationProblem::Domain)
    );
}

#[test]
fn a_request_without_a_service_code_uses_the_only_login_service() {
    let mut registration = shop();
    registration
        .services
        .push(service("HOEK_SHARE", ServiceType::Share));
    assert_eq!(
        registration.only_login_service().unwrap().code,
        "HOEK_LOGIN"
    );
    registration
        .services
        .push(service("HOEK_STAFF", ServiceType::Login));
    assert_eq!(registration.only_login_service(), None);
}

#[test]
fn a_secret_has_256_bits_and_only_its_hash_is_stored() {
    let secret = secret_text(&[7; 32]);
    assert_eq!(secret.len(), 43);
    let hash = SecretHash::of(&secret);
    assert!(hash.matches(&secret) && !hash.matches("x") && !hash.matches(""));
    assert_eq!(format!("{hash:?}"), "SecretHash(…)");
}

#[test]
fn a_client_starts_its_own_sector_unless_it_joins_one() {
    let mut registration = shop();
    assert_eq!(registration.sector(), "par_shop");
    registration.sector = Some("par_other".to_owned());
    assert_eq!(registration.sector(), "par_other");
}

#[test]
fn t21_an_address_for_events_is_https_and_public() {
    let with = |uri: &str, production| {
        let mut registration = shop();
        registration.redirect_uris.truncate(1);
        registration.security_event_endpoint = Some(uri.to_owned());
        registration.validate(production, NOW)
    };
    assert_eq!(with("https://shop.example/events", true), Ok(()));
    assert_eq!(with("http://127.0.0.1:9/events", false), Ok(()));
    for uri in [
        "http://shop.example/events",
        "https://localhost/events",
        "https://127.0.0.1/events",
        "https://[::1]/events",
        "https://user@shop.example/events",
        "https://shop.example/events#a",
        "file:///etc/passwd",
        "events",
    ] {
        let given = with(uri, true);
        assert_eq!(given, Err(RegistrationProblem::EventEndpoint), "{uri}");
    }
}

#[test]
fn t21_an_address_of_keys_is_https_and_excludes_keys_by_value() {
    let key = ipse_jose::SigningKey::generate_es256().public_jwk();
    let with = |uri: &str, keys: &[ipse_jose::Jwk], production: bool| {
        let mut registration = shop();
        registration.redirect_uris.truncate(1);
        registration.authentication = Authentication::PrivateKeyJwt {
            jwks: JwkSet {
                keys: keys.to_vec(),
            }
            .into(),
            audience: AssertionAudience::Issuer,
        };
        registration.jwks_uri = Some(uri.to_owned());
        registration.validate(production, NOW)
    };
    assert_eq!(with("https://shop.example/jwks", &[], true), Ok(()));
    assert_eq!(with("http://127.0.0.1:9/jwks", &[], false), Ok(()));
    assert_eq!(
        with("https://shop.example/jwks", &[key], true),
        Err(RegistrationProblem::Keys)
    );
    for uri in [
        "http://shop.example/jwks",
        "http://localhost/jwks",
        "https://localhost/jwks",
        "https://127.0.0.1/jwks",
        "https://user@shop.example/jwks",
        "https://shop.example/jwks#a",
        "https://SHOP.example/jwks",
        "file:///etc/passwd",
        "jwks",
    ] {
        let given = with(uri, &[], true);
        assert_eq!(given, Err(RegistrationProblem::KeysUri), "{uri}");
    }
    // With a secret the keys are for encryption.
    let secret = |uri: &str| Registration {
        jwks_uri: Some(uri.to_owned()),
        ..shop()
    };
    let right = secret("https://shop.example/jwks");
    assert_eq!(right.validate(false, NOW), Ok(()));
    assert_eq!(
        secret("http://shop.example/jwks").validate(false, NOW),
        Err(RegistrationProblem::KeysUri)
    );
}

#[test]
fn what_is_weaker_than_a_new_registration_has_a_reason_and_what_was_there_stays() {
    let key = ipse_jose::SigningKey::generate_es256().public_jwk();
    let keys = Registration {
        authentication: Authentication::PrivateKeyJwt {
            jwks: JwkSet { keys: vec![key] }.into(),
            audience: AssertionAudience::Endpoint { until: NOW + 5 },
        },
        require_par: false,
        ..shop()
    };
    let expected = [
        "assertion_audience",
        "require_pushed_authorization_requests",
    ];
    assert_eq!(keys.without_reason(None), expected);
    let weak = Registration {
        pkce: Pkce::OrNonce,
        claims_in_id_token: true,
        response_modes: ResponseMode::ALL.to_vec(),
        require_par: false,
        ..shop()
    };
    let expected = ["claims_in_id_token", "pkce", "response_modes"];
    assert_eq!(weak.without_reason(None), expected);
    assert!(weak.without_reason(Some(&weak)).is_empty());
    let reasons = expected.map(|member| (member.to_owned(), "why".to_owned()));
    let explained = Registration {
        reasons: reasons.into(),
        ..weak
    };
    assert!(explained.without_reason(None).is_empty());
    assert_eq!(explained.validate(false, NOW), Ok(()));
}
