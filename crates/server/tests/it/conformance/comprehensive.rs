//! The comprehensive plan with `private_key_jwt`, whose assertions have the token endpoint as audience.
//! `POST /token`, `GET /userinfo`, `GET /jwks`. Threats: t19, t22.

use ipse_jose::{JwkSet, jws};
use ipse_openid::authn::sign_assertion;
use ipse_protocol::{Clock, Random};
use ipse_server::Server;
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

#[tokio::test]
async fn server_rotate_keys() {
    let mut client = client().await;
    let jwks = async |client: &Bound| {
        let text = client.server.get("/jwks", &[]).await.text;
        JwkSet::parse(text.as_bytes()).unwrap().keys
    };
    let kid = async |client: &Bound| {
        let tokens = redeem(client, ISSUER).await.json();
        let token = tokens["id_token"].as_str().unwrap().to_owned();
        let parsed = jws::decode_unverified(&token, 8192).unwrap();
        (parsed.header.kid, token)
    };
    let mut seen = vec![jwks(&client).await];
    let (before, old_token) = kid(&client).await;
    for _ in 0..2 {
        client.server = client
            .server
            .restarted(|home, config, clock| {
                let random = Random::system();
                let node = Server::open_with(home, config.clone(), clock.clone(), Random::system());
                let refused = ipse_server::keystore::rotate(home, config, clock, &random);
                let Err(refused) = refused else {
                    panic!("a node runs");
                };
                let refused = format!("{refused:#}");
                assert!(refused.contains("in use"), "{refused}");
                drop(node.unwrap());
                ipse_server::keystore::rotate(home, config, clock, &random).unwrap();
                // What an administrator runs after an update changes nothing.
                ipse_server::keystore::init(home, config, clock, &random).unwrap();
            })
            .await;
        seen.push(jwks(&client).await);
    }
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [2, 4, 4]);
    // The new ones are there, and the ones before still are.
    assert!(seen[0].iter().all(|key| seen[1].contains(key)));
    assert!(!seen[0].iter().any(|key| seen[2].contains(key)));
    let (now, _) = kid(&client).await;
    assert_ne!(now, before);
    assert!(seen[2].iter().any(|key| key.kid == now));
    assert!(!seen[1].iter().any(|key| key.kid == now));
    // A token of the first key remains a hint.
    let pushed = client.push(&[("id_token_hint", &old_token)], None).await;
    assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.text);
}
