//! Threat 52: a new phone by an impostor, or an old phone that blocks its owner.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::logins::login_link;
use crate::support::recoveries::{
    complete_recovery, start_recovery, verified_recovery, visit_bank_at,
};
use crate::support::sims::{block_reasons, count_messages};
use crate::support::{Partner, Phone, TestNetwork, partner_parameter as parameter};

const HOUR: i64 = 3_600_000;

async fn not_me(phone: &mut Phone) -> crate::support::Reply {
    phone.post("/not-me", &json!({})).await
}

/// Runs the outbox until nothing is due.
async fn tell(network: &TestNetwork) {
    let scheme = &network.server.scheme;
    while ipse_server::outbox::drain(scheme).await.expect("drained") > 0 {}
}

/// How many leaves of the kind `device` the log has for a person.
async fn device_leaves(network: &TestNetwork, identity: &str) -> i64 {
    const LEAVES: &str = "SELECT COUNT(*) FROM receipt WHERE identity = $1 AND kind = 'device'";
    let identity = identity.to_owned();
    let store = &network.server.scheme.store;
    let count = store.read(move |tx| tx.value(LEAVES, ipse_store::params![&identity]));
    count.await.expect("store")
}

/// Under which name a partner knows the person of a phone.
async fn sub(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> serde_json::Value {
    let mut started = network.start(partner).await;
    let approved = phone.approve(&started.link).await;
    let back = approved.return_url.expect("return_url");
    let location = started.browser.get(&back).await.location;
    let code = parameter(&location.expect("to the partner"), "code").expect("code");
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    let (_, info) = partner.userinfo(tokens.access_token()).await;
    info["sub"].clone()
}

#[tokio::test]
async fn t52_partners_know_the_person_of_the_new_phone_under_the_same_name() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut old = network.enrolled(0).await;
        let before = sub(&network, &partner, &mut old).await;
        let mut new = network.enrolled(0).await;
        tell(&network).await;
        network.pass(24 * HOUR);
        let after = sub(&network, &partner, &mut new).await;
        assert!(before.is_string(), "{before}");
        assert_eq!(after, before);
        network.end().await;
    }
}

#[tokio::test]
async fn t52_the_replaced_phone_blocks_an_impostor_once() {
    for network in TestNetwork::both().await {
        let mut owner = network.enrolled(0).await;
        let mut impostor = network.enrolled(0).await;
        let refused = owner.get("/me").await;
        refused.refused("device_replaced");
        assert!(refused.body["contest_until"].is_i64(), "{}", refused.body);

        let said = not_me(&mut owner).await;
        assert_eq!(said.status, StatusCode::OK, "{}", said.body);
        assert_eq!(block_reasons(&mut impostor).await, ["contested"]);
        // The right is spent.
        let again = not_me(&mut owner).await;
        again.refused("device_replaced");
        assert!(again.body["contest_until"].is_null(), "{}", again.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t52_device_and_code_never_lift_a_contested_block() {
    for network in TestNetwork::both().await {
        let mut owner = network.enrolled(0).await;
        let mut impostor = network.enrolled(0).await;
        not_me(&mut owner).await;
        impostor
            .post("/unblock", &json!({}))
            .await
            .refused("not_found");
        impostor.post("/block", &json!({"reason": "person"})).await;
        let offer = impostor.begin_unblock().await;
        impostor.approve_offer(&offer).await;
        assert_eq!(block_reasons(&mut impostor).await, ["contested"]);
        network.end().await;
    }
}

#[tokio::test]
async fn t52_only_a_proofing_that_began_afterwards_lifts_a_contested_block() {
    for network in TestNetwork::both().await {
        let mut owner = network.enrolled(0).await;
        let mut impostor = network.enrolled(0).await;
        // The impostor is at the bank already when the owner objects.
        let early = verified_recovery(&mut impostor).await;
        let mut third = network.phone(0);
        third.enrol_to_code(&network).await;
        network.pass(1_000);
        not_me(&mut owner).await;
        complete_recovery(&mut impostor, &early, "40719")
            .await
            .refused("epoch_changed");
        third.finish_enrolment().await.refused("proofing_stale");
        assert_eq!(block_reasons(&mut impostor).await, ["contested"]);

        // The owner goes to the bank once more, with the phone that they have.
        network.pass(1_000);
        let mut back = network.enrolled(0).await;
        assert_eq!(back.identity, owner.identity);
        assert_eq!(block_reasons(&mut back).await, Vec::<String>::new());
        impostor.get("/me").await.refused("device_replaced");
        // A phone that was contested has no right to contest, or they would block each other for ever.
        not_me(&mut impostor).await.refused("device_replaced");
        assert_eq!(block_reasons(&mut back).await, Vec::<String>::new());
        network.end().await;
    }
}

#[tokio::test]
async fn t52_a_visit_that_began_before_the_objection_lifts_nothing() {
    for network in TestNetwork::both().await {
        let mut owner = network.enrolled(0).await;
        let mut impostor = network.enrolled(0).await;
        // At the bank's site already, when the owner objects; the recovery is begun afterwards.
        not_me(&mut owner).await;
        let (recovery, url) = start_recovery(&mut impostor).await;
        let same_moment = "UPDATE suspension SET since = since + 60000 WHERE identity = $1";
        assert_eq!(network.change(same_moment, &impostor.identity).await, 1);
        visit_bank_at(&mut impostor, &url, "customer0").await;
        complete_recovery(&mut impostor, &recovery, "40719")
            .await
            .refused("proofing_stale");
        assert_eq!(block_reasons(&mut impostor).await, ["contested"]);
        network.end().await;
    }
}

#[tokio::test]
async fn t52_an_owner_whose_stolen_phone_objects_lifts_it_at_the_bank() {
    for network in TestNetwork::both().await {
        let mut stolen = network.enrolled(0).await;
        let mut owner = network.enrolled(0).await;
        not_me(&mut stolen).await;
        network.pass(1_000);
        let recovery = verified_recovery(&mut owner).await;
        let done = complete_recovery(&mut owner, &recovery, "40719").await;
        assert_eq!(done.body["status"], "active", "{}", done.body);
        // The thief has said it once, and may not again.
        not_me(&mut stolen).await.refused("device_replaced");
        assert_eq!(block_reasons(&mut owner).await, Vec::<String>::new());
        // The bank vouched for this phone, so it may contest when another one replaces it.
        owner.code = "40719".into();
        let mut other = network.enrolled(0).await;
        assert_eq!(not_me(&mut owner).await.status, StatusCode::OK);
        assert_eq!(block_reasons(&mut other).await, ["contested"]);
        network.end().await;
    }
}

#[tokio::test]
async fn t52_a_replaced_phone_may_object_for_a_day() {
    for network in TestNetwork::both().await {
        let mut old = network.enrolled(0).await;
        let mut new = network.enrolled(0).await;
        network.pass(24 * HOUR - 1_000);
        old.get("/me").await.refused("device_replaced");
        network.pass(1_000);
        not_me(&mut old).await.refused("device_replaced");
        assert_eq!(block_reasons(&mut new).await, Vec::<String>::new());
        network.end().await;
    }
}

#[tokio::test]
async fn t52_an_objection_that_is_sent_again_does_not_block_again() {
    for network in TestNetwork::both().await {
        let mut old = network.enrolled(0).await;
        let mut new = network.enrolled(0).await;
        let sealed = old.seal("/not-me", &json!({}));
        assert_eq!(old.send(&sealed).await.status, StatusCode::OK);
        network.pass(1_000);
        let recovery = verified_recovery(&mut new).await;
        complete_recovery(&mut new, &recovery, "40719").await;
        assert_eq!(old.send(&sealed).await.status, StatusCode::OK);
        assert_eq!(block_reasons(&mut new).await, Vec::<String>::new());
        // Nor does an active phone have this right.
        not_me(&mut new).await.refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn t52_the_replaced_phone_has_no_other_right() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut old = network.enrolled(0).await;
        let link = login_link(&network, &partner).await;
        let mut new = network.enrolled(0).await;
        for path in ["/me", "/devices", "/actions", "/events"] {
            old.get(path).await.refused("device_replaced");
        }
        old.claim(&link).await.refused("device_replaced");
        let block = json!({"reason": "person"});
        old.post("/block", &block).await.refused("device_replaced");
        let bank = json!({"bank": "Bank Anker"});
        old.post("/recoveries", &bank)
            .await
            .refused("device_replaced");
        old.post("/sim", &json!({}))
            .await
            .refused("device_replaced");
        // A copy of the old phone that uses its sequences a second time suspends nobody.
        let mut copy = old.copy();
        old.get("/me").await;
        copy.get("/devices").await.refused("device_replaced");
        assert_eq!(block_reasons(&mut new).await, Vec::<String>::new());
        network.end().await;
    }
}

#[tokio::test]
async fn t52_number_and_bank_are_told_before_the_new_phone_reaches_advanced() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        network.enrolled(0).await;
        let before = count_messages(&network, 0).await;
        let mut new = network.phone(1);
        new.begin_enrolment(&network).await;
        new.connect_sim(&network).await;
        new.visit_bank("customer0").await;
        let done = new.finish_enrolment().await;
        assert_eq!(done.body["level"], "basic", "{}", done.body);
        let me = new.get("/me").await;
        assert_eq!(me.body["limited"], json!({"until": null}), "{}", me.body);
        // The number that was bound before is told, not the new one.
        tell(&network).await;
        assert_eq!(count_messages(&network, 0).await, before + 1);
        let bank = network.http.get(&network.bank_url).send().await;
        let page = bank.expect("an answer").text().await.expect("a page");
        assert!(page.contains("Ana Peeters"), "{page}");

        // Both changes of the device's row are in the log: the move, and from when it is not limited any more.
        assert_eq!(
            device_leaves(&network, done.body["identity"].as_str().expect("an id")).await,
            2
        );

        let until = new.get("/me").await.body["limited"]["until"].clone();
        let until = until.as_i64().expect("a time");
        assert!(until > network.db.clock().unix_ms() + 23 * HOUR);
        let link = login_link(&network, &partner).await;
        let refused = new.claim(&link).await;
        refused.refused("level_not_allowed");
        assert_eq!(refused.body["reason"], "new_phone", "{}", refused.body);
        network.pass(24 * HOUR);
        let me = new.get("/me").await;
        assert_eq!(me.body["level"], "advanced", "{}", me.body);
        assert!(me.body["limited"].is_null());
        network.end().await;
    }
}

#[tokio::test]
async fn t52_a_code_that_is_used_up_or_a_lost_sim_is_lifted_by_the_new_phone() {
    for network in TestNetwork::both().await {
        let mut old = network.enrolled(0).await;
        network.sim("lose", 0).await;
        crate::support::sims::wait_for_block(&network, &old, "sim_lost").await;
        old.post("/block", &json!({"reason": "person"})).await;
        network.sim("restore", 0).await;
        network.operator_heard().await;
        network.pass(1_000);
        let mut new = network.enrolled(0).await;
        assert_eq!(new.identity, old.identity);
        assert_eq!(block_reasons(&mut new).await, Vec::<String>::new());
        network.end().await;
    }
}
