//! `GET /phone/v1/actions`. Threats of the other routes below it: t03 to t12 (`threats/`).

mod approve;
mod attempt;
mod claim;
mod images;
mod refuse;
mod report;
mod show;
mod wrong;

use crate::support::parsed;
use ipse_protocol::ids;
use ipse_protocol::ids::ActionId;
use ipse_protocol::terms::ActionStatus;
use ipse_protocol::wire::ActionsResponse;
use ipse_store::action;
use ipse_store::action::Action;

use crate::support::TestNetwork;

#[tokio::test]
async fn the_history_lists_every_action_in_pages() {
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
                let row = action::by_id(tx, &parsed(&pattern))?.expect("the request");
                for n in 1..120 {
                    let created = row.created - n / 3;
                    let old = Action {
                        id: ActionId::dated(created, tx.random()),
                        status: ActionStatus::Refused,
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
        let unknown = ids::ActionId::dated(0, &ipse_protocol::Random::system());
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
