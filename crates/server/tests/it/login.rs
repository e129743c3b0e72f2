//! The whole loop: enrol, log in, be greeted.

use ipse_protocol::ids;
use ipse_protocol::wire::ActionsResponse;
use ipse_store::action::{self, Action};
use reqwest::StatusCode;

use crate::support::TestNetwork;
use crate::support::partner_parameter as parameter;

#[tokio::test]
async fn a_person_enrols_and_logs_in_on_the_same_device() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mut browser = network.browser();
        let login = partner.begin(&mut browser).await;
        let page = browser.get(&login.action_page).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let link = page.attribute("id=\"open-app\"", "href").expect("open-app");
        let decided = phone.approve(&link).await;
        let back = browser.get(&decided.return_url.expect("return_url")).await;
        let location = back.location.expect("to the partner");
        assert_eq!(
            parameter(&location, "state").as_deref(),
            Some(&*login.state)
        );
        assert_eq!(
            parameter(&location, "iss").as_deref(),
            Some(&*network.issuer)
        );
        let code = parameter(&location, "code").expect("code");
        let tokens = partner.redeem(&code, &login.verifier).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        let claims = tokens.claims();
        assert_eq!(claims["acr"], "advanced");
        assert_eq!(claims["nonce"], login.nonce);
        let (status, info) = partner.userinfo(tokens.access_token()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(info["sub"], claims["sub"]);
        assert_eq!(info["given_name"], "Ana");
        network.end().await;
    }
}

#[tokio::test]
async fn a_person_sees_all_that_ever_happened_a_page_at_a_time() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mine = network.offer(&partner, &mut phone).await.action;
        let mut other = network.enrolled(1).await;
        let theirs = network.offer(&partner, &mut other).await.action;

        // A long history: the one request again and again, some at the very same time.
        let pattern = mine.clone();
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                let row = action::by_id(tx, &pattern)?.expect("the request");
                for n in 1..120 {
                    let created = row.created - n / 3;
                    let old = Action {
                        id: ids::dated(ids::ACTION, created),
                        status: "refused".into(),
                        created,
                        ..row.clone()
                    };
                    action::insert(tx, &old)?;
                }
                Ok(())
            })
            .await
            .expect("history");

        let (mut seen, mut path) = (Vec::new(), "/actions".to_owned());
        let pages = loop {
            let page: ActionsResponse = phone.get(&path).await.json();
            assert!(page.open.len() + page.past.len() <= 50);
            let listed = page.open.iter().chain(&page.past);
            seen.extend(listed.map(|summary| (summary.created, summary.id.clone())));
            let last = &seen.last().expect("something happened").1;
            path = format!("/actions?before={last}");
            if !page.more {
                break seen.len().div_ceil(50);
            }
        };
        assert_eq!((seen.len(), pages), (120, 3));
        assert!(seen.iter().any(|(_, id)| *id == mine));
        assert!(seen.is_sorted_by(|a, b| a.0 >= b.0), "newest first");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 120, "each once");

        // What is not theirs starts no page, and says no more than what does not exist.
        let unknown = ids::dated(ids::ACTION, 0);
        for before in [theirs.as_str(), unknown.as_str(), "act_", "%27", ""] {
            let answer = phone.get(&format!("/actions?before={before}")).await;
            answer.refused("not_found");
        }
        phone
            .get("/actions?after=x")
            .await
            .refused("malformed_request");
        network.end().await;
    }
}
