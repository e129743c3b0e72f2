//! FAPI 2.0 Security Profile Final: `plain_fapi`, `private_key_jwt`, DPoP.
//! `POST /par`, `GET /authorize`, `POST /token`, `GET /userinfo`. Threats: t12, t15, t19, t20, t23.

use ipse_jose::{SigningKey, b64};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::bound::Bound;
use crate::support::oidc::{
    ISSUER, PERSON, action_of, authorize_url, plain_url, query, redemption,
};

async fn client() -> Bound {
    Bound::registered(json!({"fapi": true})).await
}

#[tokio::test]
async fn discovery_end_point_verification() {
    let client = client().await;
    let document = client.server.get("/.well-known/openid-configuration", &[]);
    let document = document.await.json();
    let supported = &document["dpop_signing_alg_values_supported"];
    assert_eq!(*supported, json!(["ES256", "PS256"]));
}

#[tokio::test]
async fn happy_flow() {
    let mut client = client().await;
    // The key that the suite makes unless it is told otherwise.
    client.key = SigningKey::generate_ps256();
    let code = client.fresh_code().await;
    // The suite signs its first proof without a nonce, and sends the rest of the request again as it was.
    let mut claims = client.claims(("POST", "/token"), None).await;
    claims.as_object_mut().unwrap().remove("nonce");
    let assertion = client.server.assertion();
    let send = async |claims: &Value| {
        let proof = client.sign(claims);
        let headers = [("dpop", &*proof)];
        let form = redemption(&code);
        client
            .server
            .with_headers("/token", &form, &assertion, &headers)
            .await
    };
    let asked = send(&claims).await;
    assert_eq!(
        (asked.status, asked.error().as_str()),
        (StatusCode::BAD_REQUEST, "use_dpop_nonce")
    );
    assert_eq!(asked.headers["cache-control"], "no-store");
    claims["nonce"] = asked.headers["dpop-nonce"].to_str().unwrap().into();
    let tokens = send(&claims).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    assert_eq!(tokens.json()["token_type"], "DPoP");

    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let mut claims = client.claims(("GET", "/userinfo"), Some(&token)).await;
    claims.as_object_mut().unwrap().remove("nonce");
    let asked = client.userinfo(&token, &[&client.sign(&claims)]).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    let challenges: Vec<_> = asked.headers.get_all("www-authenticate").iter().collect();
    let [challenge] = challenges.as_slice() else {
        panic!("libraries expect one challenge: {challenges:?}");
    };
    let challenge = challenge.to_str().unwrap();
    assert!(
        challenge.starts_with("DPoP ") && challenge.contains(r#"error="use_dpop_nonce""#),
        "{challenge}"
    );
    claims["nonce"] = asked.headers["dpop-nonce"].to_str().unwrap().into();
    let info = client.userinfo(&token, &[&client.sign(&claims)]).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.text);
    assert_eq!(info.json()["name"], "An Peeters");
    assert!(info.headers.contains_key("dpop-nonce"));
}

#[tokio::test]
async fn access_token_type_header_case_sensitivity() {
    let client = client().await;
    let token = client.token().await;
    let proof = client.proof_for(&token).await;
    let authorization = format!("dpOp {token}");
    let headers = [("authorization", &*authorization), ("dpop", &*proof)];
    let info = client.server.get("/userinfo", &headers).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.text);
}

#[tokio::test]
async fn check_dpop_proof_nbf_exp_and_iat_ten_seconds_before_and_after() {
    let client = client().await;
    let now = client.server.server.scheme.clock.unix_seconds();
    for (name, value) in [
        ("nbf", now),
        ("exp", now + 300),
        ("iat", now - 10),
        ("iat", now + 10),
    ] {
        let code = client.fresh_code().await;
        let mut claims = client.claims(("POST", "/token"), None).await;
        claims[name] = value.into();
        let tokens = client.redeem(&code, Some(&client.sign(&claims))).await;
        assert_eq!(tokens.status, StatusCode::OK, "{name}: {}", tokens.text);
        let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
        let mut claims = client.claims(("GET", "/userinfo"), Some(&token)).await;
        claims[name] = value.into();
        let info = client.userinfo(&token, &[&client.sign(&claims)]).await;
        assert_eq!(info.status, StatusCode::OK, "{name}: {}", info.text);
    }
}

#[tokio::test]
async fn ensure_mismatched_dpop_jkt_fails() {
    let client = client().await;
    let other = SigningKey::generate_es256();
    let proof = client.proof("/par").await;
    let pushed = client
        .push(&[("dpop_jkt", other.kid())], Some(&proof))
        .await;
    assert_eq!(
        (pushed.status, pushed.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_dpop_proof")
    );
    let proof = client.proof("/par").await;
    let own = client.key.kid().to_owned();
    let pushed = client.push(&[("dpop_jkt", &own)], Some(&proof)).await;
    assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.text);
}

/// A code that is bound by `dpop_jkt`, and one that is bound by a proof at `/par`.
async fn bound_codes(client: &Bound) -> [String; 2] {
    let own = client.key.kid().to_owned();
    let named = client.push(&[("dpop_jkt", &own)], None).await;
    let proof = client.proof("/par").await;
    let proved = client.push(&[], Some(&proof)).await;
    [client.code(&named).await, client.code(&proved).await]
}

#[tokio::test]
async fn ensure_token_endpoint_fails_with_mismatched_dpop_jkt_and_proof_jkt() {
    let mut client = client().await;
    for code in bound_codes(&client).await {
        let own = std::mem::replace(&mut client.key, SigningKey::generate_es256());
        let foreign = client.proof("/token").await;
        let answer = client.redeem(&code, Some(&foreign)).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::BAD_REQUEST, "invalid_grant"),
            "{}",
            answer.text
        );
        // Nothing was spent: the right key still redeems it.
        client.key = own;
        let proof = client.proof("/token").await;
        let answer = client.redeem(&code, Some(&proof)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
}

#[tokio::test]
async fn ensure_dpop_auth_code_binding_and_proof_at_par_endpoint_binding_success() {
    let client = client().await;
    for code in bound_codes(&client).await {
        let proof = client.proof("/token").await;
        let tokens = client.redeem(&code, Some(&proof)).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    }
}

#[tokio::test]
async fn ensure_holder_of_key_required() {
    let client = client().await;
    let code = client.fresh_code().await;
    let answer = client.redeem(&code, None).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_dpop_proof")
    );
    assert!(answer.headers.contains_key("dpop-nonce"));
}

/// The proofs of the module, each with a name, and whether userinfo answers 200.
#[tokio::test]
async fn dpop_negative_tests() {
    let client = client().await;
    let token = client.token().await;
    let header = client.header();
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        match value {
            Value::Null => drop(header.as_object_mut().unwrap().remove(name)),
            value => header[name] = value,
        }
        header
    };
    let private = client.key.to_private_jwk().unwrap();
    for (what, header, good) in [
        ("typ is missing", with("typ", Value::Null), false),
        ("alg is missing", with("alg", Value::Null), false),
        ("jwk is missing", with("jwk", Value::Null), false),
        (
            "another typ",
            with("typ", json!("dpop+jwt+wrongyousee")),
            false,
        ),
        ("none", json!({"alg": "none", "typ": "dpop+jwt"}), false),
        ("RS256", with("alg", json!("RS256")), false),
        ("a private key", with("jwk", private), false),
        ("an extra member", with("tx_id", json!(7)), true),
    ] {
        let claims = client.claims(("GET", "/userinfo"), Some(&token)).await;
        let proof = client.sign_under(&header, &claims);
        let status = client.userinfo(&token, &[&proof]).await.status;
        assert_eq!(status == StatusCode::OK, good, "{what}");
    }
    let now = client.server.server.scheme.clock.unix_seconds();
    let userinfo = format!("{ISSUER}/userinfo");
    for (name, value, good) in [
        ("jti", Value::Null, false),
        ("htm", Value::Null, false),
        ("htu", Value::Null, false),
        ("iat", Value::Null, false),
        ("ath", Value::Null, false),
        ("ath", json!(b64::encode(&[7; 32])), false),
        ("htm", json!("PUT"), false),
        ("htu", json!(format!("{userinfo}?a#b")), true),
        ("htu", json!(format!("{userinfo}ohnonotagain")), false),
        (
            "htu",
            json!(userinfo.replace("http://localhost", "HTTP://LOCALHOST")),
            true,
        ),
        ("iat", json!(now + 3600), false),
        ("iat", json!(now - 3600), false),
        ("tx_id_key", json!(now), true),
    ] {
        let mut claims = client.claims(("GET", "/userinfo"), Some(&token)).await;
        match &value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
        let answer = client.userinfo(&token, &[&client.sign(&claims)]).await;
        let expected = match good {
            true => StatusCode::OK,
            false => StatusCode::UNAUTHORIZED,
        };
        assert_eq!(answer.status, expected, "{name} {value}: {}", answer.text);
        if name == "iat" && value.is_number() {
            assert!(answer.text.contains("seconds"), "{}", answer.text);
        }
    }
    let good = client.proof_for(&token).await;
    let other = client.proof_for(&token).await;
    let mut flipped = good.clone().into_bytes();
    let at = flipped.len() - 10;
    flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let foreign = Bound {
        server: client.server,
        key: SigningKey::generate_es256(),
    };
    let of_other_key = foreign.proof_for(&token).await;
    for (what, proofs) in [
        ("two proofs", vec![&*good, &*other]),
        ("no JWT", vec![good.rsplit_once('.').unwrap().0]),
        ("a wrong signature", vec![&*flipped]),
        ("another key", vec![&*of_other_key]),
        ("no proof", vec![]),
    ] {
        let status = foreign.userinfo(&token, &proofs).await.status;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
    }
    let bearer = format!("Bearer {token}");
    for headers in [
        vec![("authorization", &*bearer)],
        vec![("authorization", &*bearer), ("dpop", &*good)],
    ] {
        let status = foreign.server.get("/userinfo", &headers).await.status;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
    let answer = foreign.userinfo(&token, &[&good]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let again = foreign.userinfo(&token, &[&good]).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "the same jti");
}

#[tokio::test]
async fn ensure_token_endpoint_fails_with_expired_auth_code() {
    let client = client().await;
    let lifetimes = client.server.server.scheme.config.lifetimes;
    assert_eq!(lifetimes.code, 60_000);
    let pushed = client.push(&[], None).await;
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let (server, partner) = (&client.server, &client.server.partner);
    let begun = server.get(&authorize_url(partner, &uri), &[]).await;
    let (cookie, page) = (begun.cookie().unwrap(), begun.action_page());
    server.approve_at(&action_of(&page), &PERSON, -1).await;
    let back = server.get(&page, &[("cookie", &cookie)]).await;
    let code = query(back.location(), "code").unwrap();
    let proof = client.proof("/token").await;
    let answer = client.redeem(&code, Some(&proof)).await;
    assert_eq!(answer.error(), "invalid_grant");
}

#[tokio::test]
async fn ensure_pkce_code_verifier_required() {
    let client = client().await;
    let code = client.fresh_code().await;
    let mut form = redemption(&code);
    form.retain(|(name, _)| *name != "code_verifier");
    let proof = client.proof("/token").await;
    let answer = client.post("/token", &form, Some(&proof)).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
}

#[tokio::test]
async fn ensure_signed_client_assertion_with_rs256_fails() {
    // The registered key is RSA, and names no algorithm.
    let key = SigningKey::generate_rs256();
    let client = Bound::with_key(json!({"fapi": true}), key).await;
    let pushed = client.push(&[], None).await;
    assert_eq!(
        (pushed.status, pushed.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    // The suite pushes with PS256, and redeems with RS256.
    let ps256 = SigningKey::generate_ps256();
    let mut private = ps256.to_private_jwk().unwrap();
    private["alg"] = "RS256".into();
    let rs256 = SigningKey::from_jwk(&private).unwrap();
    let mut client = Bound::with_key(json!({"fapi": true}), ps256).await;
    let code = client.fresh_code().await;
    let ps256 = std::mem::replace(&mut client.server.key, rs256);
    let proof = client.proof("/token").await;
    let refused = client.redeem(&code, Some(&proof)).await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    client.server.key = ps256;
    let proof = client.proof("/token").await;
    let tokens = client.redeem(&code, Some(&proof)).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
}

#[tokio::test]
async fn ensure_unsigned_authorization_request_without_using_par_fails() {
    let client = client().await;
    let url = plain_url(&client.server.partner, &client.server.request());
    let back = client.server.get(&url, &[]).await;
    let error = query(back.location(), "error");
    assert_eq!(error.as_deref(), Some("invalid_request"));
}
