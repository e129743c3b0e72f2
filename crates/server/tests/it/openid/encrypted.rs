//! ID tokens and userinfo that are encrypted to the client (OpenID Connect Core §10.2).

use ipse_jose::jwe::{self, Enc, Header, KeyAlg};
use ipse_jose::{DecryptionKey, Jwk};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::registered::{code, verified};
use crate::support::{Partner, Site, TestNetwork};

/// Registers a client that signs with the first key of its set, and has others beside.
async fn register(network: &TestNetwork, keys: &[Jwk], mut registration: Value) -> Partner {
    let key = ipse_jose::SigningKey::generate_es256();
    let mut keys = keys.to_vec();
    keys.push(key.public_jwk());
    registration["authentication"] = json!({"method": "private_key_jwt", "jwks": {"keys": keys}});
    let mut partner = Partner::register(network, registration).await;
    partner.key = key;
    partner
}

fn encryption(alg: KeyAlg, enc: Enc) -> Value {
    json!({"alg": alg, "enc": enc})
}

/// What an answer says to somebody who has the key.
fn opened(key: &DecryptionKey, answer: &Value) -> (Header, String) {
    let token = answer.as_str().expect("a JWE");
    let (header, content) = jwe::decrypt(key, token).expect("decrypts");
    assert_eq!(header.kid.as_deref(), Some(key.kid()));
    (header, String::from_utf8(content).expect("text"))
}

/// An error that tells nothing about the person.
fn is_refused(status: StatusCode, body: &Value) {
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    assert_eq!(body["error"], "invalid_request");
    assert!(!body.to_string().contains("Ana"), "{body}");
}

#[tokio::test]
async fn signed_answers_are_nested_in_the_registered_encryption() {
    let (ec, rsa) = (DecryptionKey::generate_ec(), DecryptionKey::generate_rsa());
    for (alg, other) in [
        (KeyAlg::EcdhEs, KeyAlg::RsaOaep256),
        (KeyAlg::RsaOaep256, KeyAlg::EcdhEs),
    ] {
        let network = TestNetwork::new().await;
        let registration = json!({
            "id_token_encryption": encryption(alg, Enc::A256Gcm),
            "userinfo_encryption": encryption(other, Enc::A128CbcHs256),
            "userinfo_signed_response_alg": "ES256",
            "claims_in_id_token": true,
        });
        let keys = [ec.public_jwk(), rsa.public_jwk()];
        let partner = register(&network, &keys, registration).await;
        let key = |alg| if alg == KeyAlg::EcdhEs { &ec } else { &rsa };
        let (code, verifier) = code(&network, &partner, &[]).await;
        let tokens = partner.redeem(&code, &verifier).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        let (header, inner) = opened(key(alg), &tokens.body["id_token"]);
        assert_eq!((header.alg, header.enc), (alg, Enc::A256Gcm));
        assert_eq!(header.cty.as_deref(), Some("JWT"));
        let claims = verified(&network, &inner, "ES256").await;
        assert_eq!(claims["given_name"], "Ana");

        let (status, userinfo) = partner.userinfo(tokens.access_token()).await;
        assert_eq!(status, StatusCode::OK, "{userinfo}");
        let (header, inner) = opened(key(other), &userinfo);
        assert_eq!((header.alg, header.enc), (other, Enc::A128CbcHs256));
        assert_eq!(header.cty.as_deref(), Some("JWT"));
        let person = verified(&network, &inner, "ES256").await;
        assert_eq!(
            (&person["given_name"], &person["sub"]),
            (&json!("Ana"), &claims["sub"])
        );
        network.end().await;
    }
}

#[tokio::test]
async fn userinfo_without_a_signature_is_encrypted_json_and_a_key_alone_changes_nothing() {
    let key = DecryptionKey::generate_ec();
    let keys = [key.public_jwk()];
    for encrypted in [true, false] {
        let network = TestNetwork::new().await;
        let registration = match encrypted {
            true => json!({"userinfo_encryption": encryption(KeyAlg::EcdhEs, Enc::A256Gcm)}),
            false => json!({}),
        };
        let partner = register(&network, &keys, registration).await;
        let (code, verifier) = code(&network, &partner, &[]).await;
        let tokens = partner.redeem(&code, &verifier).await;
        let id_token = tokens.body["id_token"].as_str().expect("an ID token");
        verified(&network, id_token, "ES256").await;
        let (status, userinfo) = partner.userinfo(tokens.access_token()).await;
        assert_eq!(status, StatusCode::OK, "{userinfo}");
        let person = if encrypted {
            let (header, json) = opened(&key, &userinfo);
            assert_eq!(header.cty, None);
            serde_json::from_str(&json).expect("JSON")
        } else {
            userinfo
        };
        assert_eq!(person["given_name"], "Ana");
        network.end().await;
    }
}

#[tokio::test]
async fn t22_published_keys_for_encryption_are_fetched_again_after_their_max_age() {
    for network in TestNetwork::both().await {
        let clock = network.db.clock().clone();
        let (site, first, second) = (
            Site::default(),
            DecryptionKey::generate_ec(),
            DecryptionKey::generate_ec(),
        );
        let mut partner = Partner::register(
            &network,
            json!({
                "jwks_uri": site.serve().await,
                "authentication": {"method": "private_key_jwt", "jwks": {"keys": []}},
                "userinfo_encryption": encryption(KeyAlg::EcdhEs, Enc::A256Gcm),
            }),
        )
        .await;
        partner.key = ipse_jose::SigningKey::generate_es256();
        let signing = partner.key.public_jwk();
        site.cache("public, max-age=90");
        site.publish(&[signing.clone(), first.public_jwk()]);
        let (code, verifier) = code(&network, &partner, &[]).await;
        let tokens = partner.redeem(&code, &verifier).await;
        let userinfo = async || partner.userinfo(tokens.access_token()).await;
        opened(&first, &userinfo().await.1);

        site.publish(&[signing.clone(), second.public_jwk()]);
        clock.shift(60_000);
        opened(&first, &userinfo().await.1);
        assert_eq!(site.fetched(), 1);
        clock.shift(30_000);
        opened(&second, &userinfo().await.1);
        assert_eq!(site.fetched(), 2);

        // The key is gone: an error, and no answer that anybody can read.
        site.publish(std::slice::from_ref(&signing));
        clock.shift(90_000);
        for _ in 0..2 {
            let (status, body) = userinfo().await;
            is_refused(status, &body);
        }
        assert_eq!(site.fetched(), 3);
        site.publish_text("<html>");
        clock.shift(60_000);
        let (status, body) = userinfo().await;
        is_refused(status, &body);
        assert_eq!(site.fetched(), 4);
        network.end().await;
    }
}

#[tokio::test]
async fn t22_an_id_token_without_a_key_is_an_error_and_the_code_stays_valid() {
    let network = TestNetwork::new().await;
    let site = Site::default();
    let mut partner = Partner::register(
        &network,
        json!({
            "jwks_uri": site.serve().await,
            "authentication": {"method": "private_key_jwt", "jwks": {"keys": []}},
            "id_token_encryption": encryption(KeyAlg::RsaOaep256, Enc::A256Gcm),
        }),
    )
    .await;
    partner.key = ipse_jose::SigningKey::generate_es256();
    let signing = partner.key.public_jwk();
    // A key of another kind is no key for the registered algorithm.
    let other = DecryptionKey::generate_ec().public_jwk();
    site.publish(&[signing, other]);
    let (code, verifier) = code(&network, &partner, &[]).await;
    // A code that was used up would be `invalid_grant` the second time.
    for _ in 0..2 {
        let tokens = partner.redeem(&code, &verifier).await;
        is_refused(tokens.status, &tokens.body);
    }
    network.end().await;
}

#[tokio::test]
async fn t22_a_key_of_the_wrong_type_curve_use_or_size_encrypts_nothing() {
    let good = DecryptionKey::generate_ec();
    let signing = ipse_jose::SigningKey::generate_es256();
    let wrong = [
        (KeyAlg::EcdhEs, keys_that_are_not_p256(&good)),
        (KeyAlg::RsaOaep256, keys_that_are_not_rsa()),
    ];
    // An access token lives five minutes, and a set is fetched once a minute.
    let parts = wrong
        .iter()
        .flat_map(|(alg, keys)| keys.chunks(4).map(move |part| (*alg, part)));
    for (alg, wrong) in parts {
        let network = TestNetwork::new().await;
        let clock = network.db.clock().clone();
        let site = Site::default();
        let registration = json!({
            "jwks_uri": site.serve().await,
            "authentication": {"method": "private_key_jwt", "jwks": {"keys": []}},
            "userinfo_encryption": encryption(alg, Enc::A256Gcm),
        });
        let mut partner = Partner::register(&network, registration).await;
        partner.key = ipse_jose::SigningKey::from_jwk(&signing.to_private_jwk().expect("a JWK"))
            .expect("a key");
        let own = signing.public_jwk().to_value();
        site.cache("max-age=60");
        site.publish(&[signing.public_jwk()]);
        let (code, verifier) = code(&network, &partner, &[]).await;
        let tokens = partner.redeem(&code, &verifier).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        for (what, key) in wrong {
            site.publish_text(&json!({"keys": [own, key]}).to_string());
            let before = site.fetched();
            clock.shift(61_000);
            let (status, body) = partner.userinfo(tokens.access_token()).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{what}: {body}");
            is_refused(status, &body);
            assert_eq!(site.fetched(), before + 1, "{what}");
        }
        network.end().await;
    }
}

fn keys_that_are_not_p256(good: &DecryptionKey) -> Vec<(&'static str, Value)> {
    let key = good.public_jwk().to_value();
    let with = |member: &str, value: Value| {
        let mut key = key.clone();
        key[member] = value;
        key
    };
    let short = key["x"].as_str().expect("x")[..20].to_owned();
    vec![
        ("for signatures", with("use", json!("sig"))),
        ("another curve", with("crv", json!("P-384"))),
        ("off the curve", with("x", key["y"].clone())),
        ("too short", with("x", json!(short))),
        ("another algorithm", with("alg", json!("RSA-OAEP-256"))),
        ("a secret", json!({"kty": "oct", "k": "AAAA", "use": "enc"})),
        ("no members", json!({"kty": "EC"})),
    ]
}

fn keys_that_are_not_rsa() -> Vec<(&'static str, Value)> {
    let modulus =
        |bytes: usize| ipse_jose::b64::encode(&[vec![0xc5; bytes - 1], vec![0x01]].concat());
    let rsa = |bytes: usize, e: &str| json!({"kty": "RSA", "n": modulus(bytes), "e": e, "use": "enc", "kid": "k"});
    vec![
        ("1024 bits", rsa(128, "AQAB")),
        ("8192 bits", rsa(1024, "AQAB")),
        ("exponent 1", rsa(256, "AQ")),
        ("exponent 3", rsa(256, "Aw")),
        (
            "a key of a curve",
            DecryptionKey::generate_ec().public_jwk().to_value(),
        ),
    ]
}
