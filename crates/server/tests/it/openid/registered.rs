//! What differs by the registration of a client.

use ipse_jose::{JwkSet, VerifyingKey, jws};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, TestNetwork, Tokens, partner_parameter as parameter};

const NO_PKCE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

/// The code of an approved login, and its verifier.
pub(super) async fn code(
    network: &TestNetwork,
    partner: &Partner,
    changes: &[(&str, &str)],
) -> (String, String) {
    let mut phone = network.enrolled(0).await;
    let mut started = network.start_with(partner, changes).await;
    let back = phone.approve(&started.link).await.return_url;
    let location = started.browser.get(&back.expect("return_url")).await;
    let location = location.location.expect("to the partner");
    let code = parameter(&location, "code").expect("a code");
    (code, started.login.verifier)
}

/// The claims of a JWT that a key of the issuer signed.
pub(super) async fn verified(network: &TestNetwork, token: &str, alg: &str) -> Value {
    let parsed = jws::decode_unverified(token, 8192).expect("a JWS");
    assert_eq!(parsed.header.alg.name(), alg);
    let url = format!("{}/jwks", network.issuer);
    let keys = network.http.get(url).send().await.expect("an answer");
    let keys: JwkSet = keys.json().await.expect("keys");
    let key = keys.find(parsed.header.kid.as_deref(), parsed.header.alg);
    let key = VerifyingKey::from_jwk(key.expect("the key"), parsed.header.alg).expect("a key");
    parsed.verify(&key, &["JWT"]).expect("a signature");
    serde_json::from_slice(&parsed.payload).expect("claims")
}

#[tokio::test]
async fn a_client_without_pkce_logs_in_and_a_challenge_that_it_sends_is_enforced() {
    let network = TestNetwork::new().await;
    let registration = json!({
        "pkce": {"rule": "or_nonce"}, "reasons": {"pkce": "the library has no PKCE"},
    });
    let partner = Partner::register(&network, registration).await;
    let refused = |tokens: Tokens| {
        assert_eq!(tokens.body["error"], "invalid_grant", "{}", tokens.body);
    };
    let (bare, verifier) = code(&network, &partner, &NO_PKCE).await;
    refused(partner.redeem(&bare, &verifier).await);
    let without = [("code_verifier", ""), ("redirect_uri", "")];
    refused(partner.redeem_with(&bare, &verifier, &without).await);
    let tokens = partner.redeem_with(&bare, &verifier, &without[..1]).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);

    let mut login = partner.login();
    login.nonce.clear();
    let mut request = partner.request(&login);
    request.retain(|(name, _)| !name.starts_with("code_challenge"));
    let (_, answer) = partner.push(request).await;
    assert_eq!(answer["error"], "invalid_request");
    let text = answer["error_description"].as_str().expect("text");
    assert!(text.contains("nonce"), "{text}");
    network.end().await;

    let network = TestNetwork::new().await;
    let registration = json!({"pkce": {"rule": "or_nonce"}});
    let partner = Partner::register(&network, registration).await;
    let (challenged, verifier) = code(&network, &partner, &[]).await;
    refused(
        partner
            .redeem_with(&challenged, &verifier, &without[..1])
            .await,
    );
    let tokens = partner.redeem(&challenged, &verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    network.end().await;
}

#[tokio::test]
async fn tokens_and_userinfo_are_as_the_client_registered_them() {
    let network = TestNetwork::new().await;
    let registration = json!({
        "id_token_signed_response_alg": "RS256",
        "claims_in_id_token": true,
        "userinfo_signed_response_alg": "ES256",
    });
    let partner = Partner::register(&network, registration).await;
    let (code, verifier) = code(&network, &partner, &[]).await;
    let tokens = partner.redeem(&code, &verifier).await;
    let id_token = tokens.body["id_token"].as_str().expect("an ID token");
    let claims = verified(&network, id_token, "RS256").await;
    assert_eq!(claims["given_name"], "Ana");
    let (status, userinfo) = partner.userinfo(tokens.access_token()).await;
    assert_eq!(status, StatusCode::OK);
    let userinfo = verified(&network, userinfo.as_str().expect("a JWT"), "ES256").await;
    assert_eq!(userinfo["given_name"], "Ana");
    assert_eq!(userinfo["sub"], claims["sub"]);
    assert_eq!(
        (&userinfo["iss"], &userinfo["aud"]),
        (&json!(network.issuer), &json!(partner.client_id))
    );
    network.end().await;
}
