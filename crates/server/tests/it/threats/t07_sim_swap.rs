//! Threat 7: a swapped SIM, a ported or recycled number.

use crate::support::parsed;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::logins::claim_login;
use crate::support::sims::{block_reasons, wait_for_block};
use crate::support::{TestNetwork, partner_parameter as parameter};

#[tokio::test]
async fn t07_a_swap_during_enrolment_is_noticed() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.enrol_to_code(&network).await;
        network.sim("swap", 0).await;
        let id = phone.enrolment.clone();
        network
            .soon("the swap", || {
                let (store, id) = (network.server.scheme.store.clone(), id.clone());
                async move {
                    store
                        .read(move |tx| ipse_store::enrolment::by_id(tx, &parsed(&id)))
                        .await
                        .expect("store")
                        .is_some_and(|e| e.sim_state.as_str() == "changed")
                }
            })
            .await;
        phone.finish_enrolment().await.refused("sim_mismatch");
        let path = format!("/enrolments/{}/sim", phone.enrolment);
        phone.post(&path, &json!({})).await.refused("sim_mismatch");
        // Beginning again with the new SIM is all it takes.
        network.enrolled(0).await;
        network.end().await;
    }
}

#[tokio::test]
async fn t07_the_device_mac_covers_the_sim_handle() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let (mut phone, other) = (network.enrolled(0).await, network.enrolled(1).await);
        // An attacker who writes the database gives the stolen phone another SIM.
        let (victim, thief) = (phone.identity.clone(), other.identity.clone());
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                let own = ipse_store::sim::binding(tx, &parsed(&thief))?.expect("a SIM");
                tx.exec(
                    "DELETE FROM sim_binding WHERE identity = $1",
                    ipse_store::params![&thief],
                )?;
                ipse_store::sim::bind(
                    tx,
                    &ipse_store::sim::Binding {
                        identity: parsed(&victim),
                        ..own
                    },
                )
            })
            .await
            .expect("store");
        let offer = claim_login(&network, &partner, &mut phone).await;
        let Err(refused) = phone.open(&offer).await else {
            panic!("another SIM answered");
        };
        refused.refused("sim_mismatch");
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_statements_age_starts_when_it_is_received() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claim_login(&network, &partner, &mut phone).await;
        // The statement is there, and is good for a minute as far as the operator is concerned.
        phone
            .wrong_code(&offer, "48207")
            .await
            .refused("code_wrong");
        network.pass(120_000);
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_swap_blocks_even_during_an_approval() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claim_login(&network, &partner, &mut phone).await;
        let opened = phone
            .open(&offer)
            .await
            .unwrap_or_else(|r| panic!("{}", r.body));
        network.sim("swap", 0).await;
        wait_for_block(&network, &phone, "sim_changed").await;
        let transcript = phone.transcript(&offer, &opened);
        let late = phone.send_approval(&offer, &opened, &transcript).await;
        assert!(
            ["identity_blocked", "epoch_changed", "action_closed"].contains(&late.code()),
            "{}",
            late.body
        );
        let me = phone.get("/me").await;
        assert_eq!(me.body["status"], "suspended");
        assert_eq!(me.body["sim"]["state"], "changed", "{}", me.body);
        network.end().await;
    }
}

/// Each step checks the identity by itself, also where a suspension did not cancel the open actions.
#[tokio::test]
async fn t07_a_suspended_identity_neither_begins_nor_ends_an_approval() {
    const SUSPEND: &str = "UPDATE identity SET status = 'suspended' WHERE id = $1";
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let (mut before, mut during) = (network.enrolled(0).await, network.enrolled(1).await);
        let offer = claim_login(&network, &partner, &mut before).await;
        assert_eq!(network.change(SUSPEND, &before.identity).await, 1);
        let Err(refused) = before.open(&offer).await else {
            panic!("an attempt of a suspended identity");
        };
        refused.refused("identity_blocked");

        let offer = claim_login(&network, &partner, &mut during).await;
        let opened = during
            .open(&offer)
            .await
            .unwrap_or_else(|r| panic!("{}", r.body));
        assert_eq!(network.change(SUSPEND, &during.identity).await, 1);
        let transcript = during.transcript(&offer, &opened);
        let late = during.send_approval(&offer, &opened, &transcript).await;
        late.refused("identity_blocked");
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_pending_port_stops_a_claimed_action_before_its_attempt() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claim_login(&network, &partner, &mut phone).await;
        network.sim("port_pending", 0).await;
        network.operator_heard().await;
        let Err(refused) = phone.open(&offer).await else {
            panic!("an attempt at an action of an earlier epoch");
        };
        refused.refused("epoch_changed");
        network.end().await;
    }
}

#[tokio::test]
async fn t07_every_change_of_sim_or_line_blocks() {
    for network in TestNetwork::both().await {
        for (n, change, reason) in [
            (0, "swap", "sim_changed"),
            (1, "port", "sim_changed"),
            (2, "lose", "sim_lost"),
        ] {
            let mut phone = network.enrolled(n).await;
            network.sim(change, n).await;
            wait_for_block(&network, &phone, reason).await;
            assert_eq!(block_reasons(&mut phone).await, [reason], "{change}");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_pending_port_stops_open_actions() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claim_login(&network, &partner, &mut phone).await;
        let opened = phone
            .open(&offer)
            .await
            .unwrap_or_else(|r| panic!("{}", r.body));
        network.sim("port_pending", 0).await;
        network.operator_heard().await;
        let transcript = phone.transcript(&offer, &opened);
        let late = phone.send_approval(&offer, &opened, &transcript).await;
        late.refused("epoch_changed");
        // Nobody is blocked by that, but nothing above basic passes until it is over.
        assert!(block_reasons(&mut phone).await.is_empty());
        let offer = claim_login(&network, &partner, &mut phone).await;
        phone.approve_offer(&offer).await.refused("sim_mismatch");
        network.sim("restore", 0).await;
        let offer = claim_login(&network, &partner, &mut phone).await;
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_swap_revokes_grants_of_earlier_approvals() {
    for network in TestNetwork::both().await {
        let mut phones = [network.enrolled(0).await, network.enrolled(1).await];
        let partner = network.partner().await;
        let mut codes = Vec::new();
        for phone in &mut phones {
            let mut started = network.start(&partner).await;
            let back = phone
                .approve(&started.link)
                .await
                .return_url
                .expect("return_url");
            let location = started
                .browser
                .get(&back)
                .await
                .location
                .expect("to the partner");
            codes.push((
                parameter(&location, "code").expect("code"),
                started.login.verifier,
            ));
        }
        let tokens = partner.redeem(&codes[0].0, &codes[0].1).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        assert_eq!(
            partner.userinfo(tokens.access_token()).await.0,
            StatusCode::OK
        );
        network.sim("swap", 0).await;
        network.sim("swap", 1).await;
        network.operator_heard().await;
        // One had redeemed its code, the other had not.
        assert_eq!(
            partner.userinfo(tokens.access_token()).await.0,
            StatusCode::UNAUTHORIZED
        );
        let refused = partner.redeem(&codes[1].0, &codes[1].1).await;
        assert_eq!(refused.body["error"], "invalid_grant");
        network.end().await;
    }
}

#[tokio::test]
async fn t07_the_next_owner_of_a_number_sees_nothing_of_the_previous() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let started = network.start(&partner).await;
        phone.approve(&started.link).await;
        network.sim("swap", 0).await;
        network.operator_heard().await;
        let mut next = network.phone(0);
        next.begin_enrolment(&network).await;
        next.connect_sim(&network).await;
        next.visit_bank("customer5").await;
        let done = next.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_ne!(done.body["identity"], phone.identity);
        let me = next.get("/me").await;
        assert_eq!(me.body["given_name"], "Anf");
        assert_eq!(next.get("/actions").await.body["past"], json!([]));
        next.get(&format!("/actions/{}", started.action))
            .await
            .refused("not_found");
        assert_eq!(
            next.get("/devices").await.body["devices"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
        // And the last owner stays blocked, not replaced.
        assert_eq!(phone.get("/me").await.body["status"], "suspended");
        network.end().await;
    }
}
