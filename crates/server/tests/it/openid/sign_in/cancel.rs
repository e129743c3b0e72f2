//! `POST /sign-in/cancel`. Threat: t18.

use reqwest::StatusCode;

use crate::support::oidc::{TestServer, action_of, between, open_page};

#[tokio::test]
async fn cancelling_needs_the_form_token_and_returns_to_the_partner() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = action_of(&page);
    let text = open_page(&server, &page, &cookie).await.text;
    let token = between(between(&text, "name=\"token\"", ">"), "value=\"", "\"").to_owned();
    let cancel = |token: String, reason: &'static str| {
        let (server, action, cookie) = (&server, action.clone(), cookie.clone());
        async move {
            let form = [
                ("action", action.as_str()),
                ("token", token.as_str()),
                ("reason", reason),
            ];
            server
                .post("/sign-in/cancel", &form, &[("cookie", &cookie)])
                .await
        }
    };
    let answer = cancel(token.clone(), "not_my_phone").await;
    assert_eq!(
        (answer.status, answer.page_code()),
        (StatusCode::OK, "not_my_phone")
    );
    assert!(answer.text.contains("error=access_denied"));
    // A double click finds it closed; the page itself knows what happened.
    assert_eq!(cancel(token, "cancel").await.page_code(), "action_closed");
    assert_eq!(
        open_page(&server, &page, &cookie).await.page_code(),
        "action_cancelled"
    );
}
