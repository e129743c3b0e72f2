//! Threat 15: code injection.

use reqwest::StatusCode;

use crate::support::oidc::{PERSON, TestServer, redemption};

#[tokio::test]
async fn t15_another_client_cannot_redeem_a_code() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let basic = |client: &str| {
        use base64::Engine as _;
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(format!("{client}:secret"))
        )
    };
    // Another client, another redirect URI, another verifier, a changed code.
    let foreign = server
        .post(
            "/token",
            &redemption(&code),
            &[("authorization", &basic(&server.plain))],
        )
        .await;
    assert_eq!(foreign.error(), "invalid_grant");
    let mut elsewhere = redemption(&code);
    elsewhere[2].1 = "https://shop.example/other";
    assert_eq!(
        server.as_partner("/token", &elsewhere).await.error(),
        "invalid_grant"
    );
    let mut guessed = redemption(&code);
    let wrong = "a".repeat(43);
    guessed[3].1 = &wrong;
    assert_eq!(
        server.as_partner("/token", &guessed).await.error(),
        "invalid_grant"
    );
    let changed = format!("{}A", &code[..code.len() - 1]);
    if changed != code {
        assert_eq!(
            server
                .as_partner("/token", &redemption(&changed))
                .await
                .error(),
            "invalid_grant"
        );
    }
    // None of which took it from its owner.
    assert_eq!(
        server.as_partner("/token", &redemption(&code)).await.status,
        StatusCode::OK
    );
}
