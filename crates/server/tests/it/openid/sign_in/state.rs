//! `GET /sign-in/state` and `GET /sign-in/qr`. Threat: t01.

use crate::support::oidc::{TestServer, action_of, open_page};

#[tokio::test]
async fn state_and_qr_answer_the_pages_script() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = action_of(&page);
    let state = format!("/sign-in/state?action={action}");
    let qr = format!("/sign-in/qr?action={action}");
    assert_eq!(
        open_page(&server, &state, &cookie).await.json()["status"],
        "created"
    );
    let drawn = open_page(&server, &qr, &cookie).await.json();
    assert!(drawn["text"].as_str().unwrap().contains("/app/#q."));
    assert!(drawn["path"].as_str().unwrap().starts_with("M0 0h7m"));
    server.approve(&action, &[]).await;
    assert_eq!(
        open_page(&server, &state, &cookie).await.json()["status"],
        "done"
    );
    assert_eq!(open_page(&server, &qr, &cookie).await.text, "null");
}
