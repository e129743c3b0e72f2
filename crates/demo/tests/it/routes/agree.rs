//! `/agree`.

use axum::http::StatusCode;

use crate::network::TestNetwork;

#[tokio::test]
async fn the_page_shows_exactly_what_is_released() {
    let network = TestNetwork::new();
    let mut browser = network.with_session(&[]).await;
    assert_eq!(browser.sign_in("an").await.location(), "/agree?lang=en");
    let page = browser.get("/agree?lang=nl").await;
    for shown in [
        "Specimen",
        "14 maart 1971",
        "71.71.51-000.70",
        "599000000182",
        "1 februari 2032",
        "BE",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    // A name is text and never HTML.
    assert!(page.body.contains("An &#60;b&#62;") && !page.body.contains("An <b>"));

    let requested = r#"{"userinfo":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"birthdate":null}}}}"#;
    let mut browser = network.with_session(&[("claims", requested)]).await;
    browser.sign_in("an").await;
    let page = browser.get("/agree").await;
    assert!(page.body.contains("14 March 1971") && !page.body.contains("71.71.51"));
}

#[tokio::test]
async fn a_second_decision_gets_the_answer_of_the_first() {
    let network = TestNetwork::new();
    let mut browser = network.with_session(&[]).await;
    browser.sign_in("an").await;
    let page = browser.get("/agree").await;
    let (agree, refuse) = (page.hidden("agree"), page.hidden("refuse"));
    let first = browser.post("/agree", &[("csrf", &agree)]).await.location();
    assert_eq!(
        browser.post("/agree", &[("csrf", &agree)]).await.location(),
        first
    );
    assert_eq!(
        browser
            .post("/refuse", &[("csrf", &refuse)])
            .await
            .location(),
        first
    );
    // So does the back button.
    assert_eq!(browser.get("/sign-in").await.location(), first);
}

#[tokio::test]
async fn a_customer_signs_in_before_agreeing() {
    let network = TestNetwork::new();
    let mut browser = network.with_session(&[]).await;
    assert_eq!(browser.get("/agree").await.location(), "/sign-in");
    let unknown = browser.sign_in("nobody").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.body.contains("role=\"alert\""));
    assert_eq!(browser.get("/agree").await.location(), "/sign-in");
}
