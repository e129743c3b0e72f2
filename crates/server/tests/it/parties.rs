//! Parties that do not answer: what waits for one of them holds up nothing else.

use ipse_operator::config::Fault;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::World;

const OPERATOR: &str = "Leie Mobiel";

#[tokio::test]
async fn t13_a_silent_operator_holds_up_no_receipt() {
    const RECEIPTS: &str = "SELECT COUNT(*) FROM receipt WHERE kind = 'block' AND identity = $1";
    for world in World::both().await {
        let mut phone = world.enrolled(0).await;
        world.operator.set_fault(Some(Fault::Silent));
        world
            .server
            .scheme
            .store
            .write(|tx| {
                for n in 0..50 {
                    ipse_scheme::sim::release(tx, OPERATOR, &format!("nobody{n}"))?;
                }
                Ok(())
            })
            .await
            .expect("store");
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        world
            .soon("the receipt", || async {
                world.count(RECEIPTS, &phone.identity).await == 1
            })
            .await;
        world.end().await;
    }
}
