//! The comprehensive plan with `private_key_jwt`, whose assertions have the token endpoint as audience.
//! `POST /token`, `GET /userinfo`. Threat: t19.

use ipse_openid::authn::sign_assertion;
use ipse_protocol::{Clock, Random};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::bound::Bound;
use crate::support::oidc::{Answer, ISSUER, fetch_userinfo, redemption};

async fn client() -> Bound {
    Bound::registered(
        json!({"assertion_audience": "endpoint", "id_token_signed_response_alg": "RS256"}),
    )
    .await
}

/// Redeems a code with an assertion for an audience.
async fn redeem(client: &Bound, audience: &str) -> Answer {
    let code = client.fresh_code().await;
    let assertion = sign_assertion(
        &client.server.key,
        &client.server.partner,
        audience,
        &Random::system().bytes(),
        Clock::system().unix_seconds(),
    );
    let form = redemption(&code);
    let assertion = assertion.unwrap();
    client
        .server
        .with_assertion("/token", &form, &assertion)
        .await
}

/// The 22 modules that failed with `private_key_jwt` log in as this one does.
#[tokio::test]
async fn server() {
    let client = client().await;
    let tokens = redeem(&client, &format!("{ISSUER}/token")).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    assert_eq!(tokens.json()["token_type"], "Bearer");
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let info = fetch_userinfo(&client.server, &token).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.text);
}

#[tokio::test]
async fn ensure_client_assertion_with_iss_aud_succeeds() {
    let client = client().await;
    let tokens = redeem(&client, ISSUER).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    for foreign in ["https://other.example/token", "http://localhost:4000/"] {
        let refused = redeem(&client, foreign).await;
        assert_eq!(refused.error(), "invalid_client", "{foreign}");
    }
}
