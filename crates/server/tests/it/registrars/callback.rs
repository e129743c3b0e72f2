//! `GET /registrars/callback`. Threats: t17, t18, t22, t30.

use reqwest::StatusCode;

use crate::support::TestNetwork;
use crate::support::bank_visits::{landing, start_bank_visit};

#[tokio::test]
async fn an_unknown_state_and_a_refusal_return_to_the_app() {
    for network in TestNetwork::both().await {
        let mut browser = network.browser();
        for query in [
            "",
            "?state=x&code=y&iss=z",
            "?state=a&state=b&code=c",
            "?code=c",
        ] {
            let url = format!("{}/registrars/callback{query}", network.app);
            let page = browser.get(&url).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{query}");
            let end = page.location.expect("to the app");
            assert_eq!(landing(&end), "?problem=registrar_failed", "{query}");
        }
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let callback = start_bank_visit(&mut phone).await;
        let url = url::Url::parse(&callback).expect("url");
        let value = |name: &str| {
            url.query_pairs()
                .find(|(k, _)| k == name)
                .map(|(_, v)| v.into_owned())
                .expect("a parameter")
        };
        let refused = url::Url::parse_with_params(
            &format!("{}/registrars/callback", network.app),
            [
                ("error", "access_denied"),
                ("state", &value("state")),
                ("iss", &value("iss")),
            ],
        )
        .expect("url");
        let end = phone
            .browser
            .get(refused.as_str())
            .await
            .location
            .expect("to the app");
        assert_eq!(
            landing(&end),
            "?problem=registrar_failed&reason=access_denied"
        );
        // That visit is over: its code does not count any more.
        let end = phone
            .browser
            .get(&callback)
            .await
            .location
            .expect("to the app");
        assert_eq!(landing(&end), "?problem=registrar_failed");
        network.end().await;
    }
}
