use base64::Engine as _;
use ipse_jose::{JwkSet, SigningKey};
use serde_json::json;

use super::*;
use crate::client::tests::shop;
use crate::client::{Authentication, Replaced, SecretHash};

const NOW: i64 = 1_800_000_000;
const CONTEXT: Context<'static> = Context {
    issuer: "https://ipse.example",
    token_endpoint: "https://ipse.example/token",
    called_endpoint: "https://ipse.example/par",
    now: NOW,
};

fn with_key(key: &SigningKey, audience: AssertionAudience) -> Registration {
    let jwks = JwkSet {
        keys: vec![key.public_jwk()],
    };
    Registration {
        authentication: Authentication::PrivateKeyJwt {
            jwks: jwks.into(),
            audience,
        },
        ..shop()
    }
}

fn claims() -> Value {
    json!({
        "iss": "par_shop", "sub": "par_shop", "aud": "https://ipse.example", "jti": "j1", "iat": NOW, "exp": NOW + 60,
    })
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    jws::sign(key, "JWT", claims.to_string().as_bytes()).unwrap()
}

fn present(assertion: &str) -> Result<Credentials, OAuthError> {
    let params = [
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ]
    .into_iter()
    .collect();
    Credentials::read(None, &params)
}

fn check(registration: &Registration, assertion: &str) -> Result<Authenticated, OAuthError> {
    present(assertion)?.verify(registration, &CONTEXT)
}

/// The claims with one of them changed; `null` removes it.
fn but(name: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

#[test]
fn a_valid_assertion_is_accepted_and_must_be_recorded() {
    let key = SigningKey::generate_es256();
    let presented = present(&signed(&key, &claims())).unwrap();
    assert_eq!(presented.client_id(), "par_shop");
    let authenticated = presented
        .verify(&with_key(&key, AssertionAudience::Issuer), &CONTEXT)
        .unwrap();
    assert_eq!(
        authenticated.assertion,
        Some(AssertionId {
            jti: "j1".to_owned(),
            expires: NOW + 60
        })
    );
    // Some clients omit `typ` and `kid`.
    let header = b64::encode(br#"{"alg":"ES256"}"#);
    let input = format!("{header}.{}", b64::encode(claims().to_string().as_bytes()));
    let bare = format!(
        "{input}.{}",
        b64::encode(&key.sign(input.as_bytes()).unwrap())
    );
    assert!(check(&with_key(&key, AssertionAudience::Issuer), &bare).is_ok());
    let own = sign_assertion(&key, "par_shop", CONTEXT.issuer, &[1; 16], NOW).unwrap();
    assert!(check(&with_key(&key, AssertionAudience::Issuer), &own).is_ok());
}

#[test]
fn t19_the_audience_is_exactly_the_registered_one() {
    let key = SigningKey::generate_es256();
    let issuer = with_key(&key, AssertionAudience::Issuer);
    for aud in [
        json!("https://ipse.example/"),
        json!("https://ipse.example/token"),
        json!("https://ipse.example/par"),
        json!("https://other.example"),
        json!(["https://ipse.example"]),
        json!(["https://ipse.example", "https://other.example"]),
        json!(""),
        json!(null),
        json!({"aud": "https://ipse.example"}),
    ] {
        let error = check(&issuer, &signed(&key, &but("aud", aud.clone()))).unwrap_err();
        assert_eq!(error.code, OAuthErrorCode::InvalidClient, "{aud}");
    }
}

#[test]
fn t19_the_older_audience_is_per_client_and_ends() {
    let key = SigningKey::generate_es256();
    let older = |until| with_key(&key, AssertionAudience::Endpoint { until });
    let to = |aud: &str| signed(&key, &but("aud", json!(aud)));
    assert!(check(&older(NOW + 1), &to("https://ipse.example/token")).is_ok());
    assert!(check(&older(NOW + 1), &to("https://ipse.example/par")).is_ok());
    assert!(check(&older(NOW + 1), &to("https://ipse.example")).is_ok());
    for aud in [
        "https://ipse.example/userinfo",
        "https://other.example/token",
    ] {
        assert!(check(&older(NOW + 1), &to(aud)).is_err(), "{aud}");
    }
    let ended = check(&older(NOW), &to("https://ipse.example/token")).unwrap_err();
    assert!(ended.description.contains("no longer"));
}

#[test]
fn t23_times_are_near_and_not_in_the_future() {
    let key = SigningKey::generate_es256();
    let issuer = with_key(&key, AssertionAudience::Issuer);
    let cases = [
        ("exp", json!(null)),
        ("exp", json!(NOW)),
        ("exp", json!(-1)),
        ("exp", json!((NOW + 60).to_string())),
        ("exp", json!(NOW + HORIZON + SKEW + 1)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e300)),
        ("iat", json!(NOW + SKEW + 1)),
        ("iat", json!("now")),
        ("nbf", json!(NOW + SKEW + 1)),
        ("jti", json!(null)),
        ("jti", json!("")),
        ("jti", json!("j".repeat(256))),
        ("jti", json!(7)),
        ("iss", json!("par_other")),
        ("sub", json!("par_other")),
        ("iss", json!(null)),
    ];
    for (name, value) in cases {
        assert!(
            check(&issuer, &signed(&key, &but(name, value.clone()))).is_err(),
            "{name} = {value}"
        );
    }
    for (name, value) in [
        ("exp", json!(NOW + HORIZON + SKEW)),
        ("iat", json!(NOW + SKEW)),
        ("nbf", json!(NOW + SKEW)),
        ("exp", json!((NOW + 60) as f64 + 0.5)),
        ("iat", json!(NOW as f64 + 0.25)),
        ("nbf", json!(NOW as f64 + 0.25)),
    ] {
        assert!(
            check(&issuer, &signed(&key, &but(name, value.clone()))).is_ok(),
            "{name} = {value}"
        );
    }
    // Older software uses one hour, which only the older audience allows.
    let mut hour = but("exp", json!(NOW + 3600));
    assert!(check(&issuer, &signed(&key, &hour)).is_err());
    hour["aud"] = json!("https://ipse.example/token");
    assert!(
        check(
            &with_key(&key, AssertionAudience::Endpoint { until: NOW + 1 }),
            &signed(&key, &hour)
        )
        .is_ok()
    );
}

#[test]
fn t22_only_registered_keys_count() {
    let (key, other) = (SigningKey::generate_es256(), SigningKey::generate_es256());
    let issuer = with_key(&key, AssertionAudience::Issuer);
    assert!(check(&issuer, &signed(&other, &claims())).is_err());
    // Another key with the registered key id.
    let renamed =
        jws::sign_with_kid(&other, "JWT", key.kid(), claims().to_string().as_bytes()).unwrap();
    assert!(check(&issuer, &renamed).is_err());
    // A key in the header, or an address to fetch one from, is ignored.
    let jwk = serde_json::to_value(other.public_jwk()).unwrap();
    for member in [
        json!({"jwk": jwk}),
        json!({"jku": "https://evil.example/jwks"}),
        json!({"x5u": "https://e.example"}),
    ] {
        let mut header = json!({"alg": "ES256", "typ": "JWT"});
        header
            .as_object_mut()
            .unwrap()
            .extend(member.as_object().unwrap().clone());
        let input = format!(
            "{}.{}",
            b64::encode(header.to_string().as_bytes()),
            b64::encode(claims().to_string().as_bytes())
        );
        let forged = format!(
            "{input}.{}",
            b64::encode(&other.sign(input.as_bytes()).unwrap())
        );
        assert!(check(&issuer, &forged).is_err(), "{header}");
    }
}

#[test]
fn t23_other_algorithms_and_shapes_are_refused() {
    let key = SigningKey::generate_es256();
    let issuer = with_key(&key, AssertionAudience::Issuer);
    let payload = b64::encode(claims().to_string().as_bytes());
    for alg in [
        "none", "None", "HS256", "ES384", "PS256", "RS256", "EdDSA", "",
    ] {
        let input = format!(
            "{}.{payload}",
            b64::encode(format!(r#"{{"alg":"{alg}"}}"#).as_bytes())
        );
        let signature = b64::encode(&key.sign(input.as_bytes()).unwrap());
        assert!(
            check(&issuer, &format!("{input}.{signature}")).is_err(),
            "{alg}"
        );
        assert!(
            check(&issuer, &format!("{input}.")).is_err(),
            "{alg} without signature"
        );
    }
    // A token for another use.
    let wrong_typ = jws::sign(&key, "sim-statement+jwt", claims().to_string().as_bytes()).unwrap();
    assert!(check(&issuer, &wrong_typ).is_err());
    let twice = claims().to_string().replacen('{', r#"{"aud":"x","#, 1);
    assert!(check(&issuer, &jws::sign(&key, "JWT", twice.as_bytes()).unwrap()).is_err());
    for junk in ["", ".", "..", "a.b.c", "....", "{}"] {
        assert!(present(junk).is_err(), "{junk}");
    }
}

#[test]
fn t24_an_oversize_assertion_is_refused_before_it_is_parsed() {
    let key = SigningKey::generate_es256();
    let big = signed(&key, &but("extra", json!("x".repeat(MAX_ASSERTION))));
    assert!(present(&big).is_err());
}

fn basic_header(text: &str) -> String {
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(text)
    )
}

#[test]
fn a_secret_is_accepted_in_the_header_and_in_the_form() {
    let basic = shop();
    let post = Registration {
        authentication: Authentication::ClientSecretPost {
            secret: SecretHash::of("secret"),
        },
        ..shop()
    };
    let in_header = |text: &str| Credentials::read(Some(&basic_header(text)), &Params::default());
    let in_form = |secret: &'static str| {
        Credentials::read(
            None,
            &[("client_id", "par_shop"), ("client_secret", secret)]
                .into_iter()
                .collect(),
        )
    };
    assert!(
        in_header("par_shop:secret")
            .unwrap()
            .verify(&basic, &CONTEXT)
            .is_ok()
    );
    // Form-encoded, as RFC 6749 §2.3.1 requires.
    assert!(
        in_header("par%5Fshop:secret")
            .unwrap()
            .verify(&basic, &CONTEXT)
            .is_ok()
    );
    assert!(in_form("secret").unwrap().verify(&post, &CONTEXT).is_ok());
    assert!(
        in_header("par_shop:secre")
            .unwrap()
            .verify(&basic, &CONTEXT)
            .is_err()
    );
    assert!(
        in_header("par_shop:")
            .unwrap()
            .verify(&basic, &CONTEXT)
            .is_err()
    );
    assert!(
        in_header("par_shop:secret")
            .unwrap()
            .verify(&post, &CONTEXT)
            .is_ok()
    );
    assert!(in_form("secret").unwrap().verify(&basic, &CONTEXT).is_ok());
    for wrong in ["secre", "", "secret "] {
        for registered in [&basic, &post] {
            assert!(
                in_form(wrong).map_or(true, |sent| sent.verify(registered, &CONTEXT).is_err()),
                "{wrong}"
            );
        }
    }
    assert!(
        in_header("par_other:secret")
            .unwrap()
            .verify(&basic, &CONTEXT)
            .is_err()
    );
    for header in [
        "Basic",
        "Basic !",
        "Bearer x",
        "Basic cGFy",
        "basic  ",
        "Basic cGFyX3Nob3A6c2VjcmV0 x",
    ] {
        let refused = Credentials::read(Some(header), &Params::default())
            .map(|presented| presented.client_id);
        assert!(refused.is_err(), "{header}");
    }
}

#[test]
fn credentials_of_two_methods_or_two_clients_are_refused() {
    let header = basic_header("par_shop:secret");
    let read = |header: Option<&str>, pairs: &[(&'static str, &'static str)]| {
        Credentials::read(header, &pairs.iter().copied().collect())
            .map(|presented| presented.client_id)
    };
    let code = |result: Result<String, OAuthError>| result.unwrap_err().code;
    assert_eq!(
        code(read(Some(&header), &[("client_secret", "secret")])),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        code(read(Some(&header), &[("client_assertion", "x")])),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        code(read(
            None,
            &[("client_secret", "a"), ("client_assertion", "x")]
        )),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        code(read(None, &[("client_id", "par_shop")])),
        OAuthErrorCode::InvalidClient
    );
    assert_eq!(
        code(read(None, &[("client_secret", "secret")])),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        code(read(Some(&header), &[("client_id", "par_other")])),
        OAuthErrorCode::InvalidClient
    );
    assert_eq!(
        code(read(None, &[("client_assertion", "x")])),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        read(Some(&header), &[("client_id", "par_shop")]),
        Ok("par_shop".to_owned())
    );
}

#[test]
fn t22_a_replaced_secret_is_accepted_until_its_end() {
    let registration = Registration {
        replaced: vec![Replaced::Secret {
            secret: SecretHash::of("old"),
            until: NOW + 60,
        }],
        ..shop()
    };
    let accepted = |secret: &str, now: i64| {
        let header = basic_header(&format!("par_shop:{secret}"));
        let context = Context { now, ..CONTEXT };
        let read = Credentials::read(Some(&header), &Params::default());
        read.unwrap().verify(&registration, &context).is_ok()
    };
    assert!(accepted("secret", NOW) && accepted("old", NOW) && accepted("old", NOW + 59));
    assert!(!accepted("old", NOW + 60) && accepted("secret", NOW + 60));
}

#[test]
fn t22_a_replaced_key_is_accepted_until_its_end() {
    let (old, new) = (SigningKey::generate_es256(), SigningKey::generate_es256());
    let jwks = JwkSet {
        keys: vec![old.public_jwk()],
    };
    let registration = |until| Registration {
        replaced: vec![Replaced::Keys {
            jwks: jwks.clone().into(),
            audience: AssertionAudience::Issuer,
            until,
        }],
        ..with_key(&new, AssertionAudience::Issuer)
    };
    let (by_old, by_new) = (signed(&old, &claims()), signed(&new, &claims()));
    for until in [NOW + 1, NOW] {
        assert!(check(&registration(until), &by_new).is_ok());
        let given = check(&registration(until), &by_old);
        match until > NOW {
            true => assert!(given.is_ok()),
            false => assert_eq!(given.unwrap_err(), UNKNOWN_KEY),
        }
    }
}

#[test]
fn t19_an_rsa_key_without_alg_does_not_open_rs256_for_a_fapi_client() {
    let rs256 = SigningKey::generate_rs256();
    let mut jwk = rs256.public_jwk();
    jwk.alg = None;
    let keys = vec![jwk];
    let client = Registration {
        authentication: Authentication::PrivateKeyJwt {
            jwks: JwkSet { keys }.into(),
            audience: AssertionAudience::Issuer,
        },
        ..shop()
    };
    let assertion = signed(&rs256, &claims());
    assert!(check(&client, &assertion).is_ok());
    let fapi = Registration {
        fapi: true,
        ..client
    };
    let error = check(&fapi, &assertion).unwrap_err();
    assert!(error.description.contains("PS256"), "{error}");
    let mut private = rs256.to_private_jwk().unwrap();
    private["alg"] = json!("PS256");
    let ps256 = SigningKey::from_jwk(&private).unwrap();
    assert!(check(&fapi, &signed(&ps256, &claims())).is_ok());
}

#[test]
fn t22_keys_that_a_secret_replaced_are_accepted_until_their_end_and_the_reverse() {
    let key = SigningKey::generate_es256();
    let jwks = JwkSet {
        keys: vec![key.public_jwk()],
    };
    let audience = AssertionAudience::Endpoint { until: NOW + 1000 };
    let now_secret = Registration {
        authentication: Authentication::ClientSecretPost {
            secret: SecretHash::of("secret"),
        },
        replaced: vec![Replaced::Keys {
            jwks: jwks.into(),
            audience,
            until: NOW + 1,
        }],
        ..shop()
    };
    let mut endpoint = claims();
    endpoint["aud"] = CONTEXT.token_endpoint.into();
    assert!(check(&now_secret, &signed(&key, &claims())).is_ok());
    assert!(check(&now_secret, &signed(&key, &endpoint)).is_ok());
    let ended = Registration {
        replaced: Vec::new(),
        ..now_secret
    };
    let refused = check(&ended, &signed(&key, &claims())).unwrap_err();
    assert!(
        refused
            .description
            .contains("another authentication method")
    );

    let now_keys = |until| Registration {
        replaced: vec![Replaced::Secret {
            secret: SecretHash::of("old"),
            until,
        }],
        ..with_key(&key, AssertionAudience::Issuer)
    };
    let header = basic_header("par_shop:old");
    let read = || Credentials::read(Some(&header), &Params::default()).unwrap();
    assert!(read().verify(&now_keys(NOW + 1), &CONTEXT).is_ok());
    assert!(read().verify(&now_keys(NOW), &CONTEXT).is_err());
}
