//! The chain from a request to what a partner gets.

use reqwest::StatusCode;
use serde_json::json;

use super::{audited, verified, write};
use crate::support::sims::wait_for_block;
use crate::support::{Partner, Phone, Started, TestNetwork, partner_parameter};

/// A login that the phone approved: the code that the partner got, with the verifier of its request.
async fn approved(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> (String, String) {
    let mut started = network.start(partner).await;
    let back = phone.approve(&started.link).await.return_url;
    let page = started.browser.get(&back.expect("return_url")).await;
    let location = page.location.expect("to the partner");
    let code = partner_parameter(&location, "code").expect("a code");
    (code, started.login.verifier)
}

/// The thief's own browser, after the thief wrote the approval: where it is sent.
async fn result(started: &mut Started) -> Option<String> {
    let page = started.browser.get(&started.login.action_page).await;
    page.location
        .filter(|location| partner_parameter(location, "code").is_some())
}

// As if the phone had scanned the thief's page, which then goes on by itself.
const APPROVE: &str = "UPDATE action SET (status, flow, link, identity, device, epoch, code_version, match_code, nonce, view, \
     view_hash, attributes_hash, sim, transcript, proof_hash, receipt, decided, mac) = (SELECT 'approved', 'qr', 'qr', identity, \
     device, epoch, code_version, match_code, nonce, view, view_hash, attributes_hash, sim, transcript, proof_hash, receipt, \
     decided, mac FROM action victim WHERE victim.status = 'delivered') WHERE id = $1";
const GRANT: &str = "INSERT INTO access_grant (action, partner, number, identity, epoch, sub, attributes, released, status, \
     code_hash, code_expires, auth_time, factor, key_kind, mac) SELECT $1, partner, number, identity, epoch, sub, attributes, \
     released, 'issued', code_hash, code_expires + 900000, auth_time, factor, key_kind, mac FROM access_grant \
     WHERE action <> $1";

/// The finding: with SQL alone the shop greeted the victim, and the log held.
#[tokio::test]
async fn t44_a_written_approval_logs_nobody_in() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut victim = network.enrolled(0).await;
        let (code, verifier) = approved(&network, &partner, &mut victim).await;
        let tokens = partner.redeem(&code, &verifier).await;
        assert_eq!(tokens.status, StatusCode::OK);
        assert_eq!(verified(&network).await, None);

        let mut thief = network.start(&partner).await;
        let action = thief.action.clone();
        assert_eq!(network.tamper(APPROVE, &action).await, 1);
        assert_eq!(network.tamper(GRANT, &action).await, 1);
        assert_eq!(result(&mut thief).await, None);
        let wrong = verified(&network).await.expect("noticed");
        assert!(wrong.contains(&action), "{wrong}");
        network.end().await;
    }
}

/// The row of the approval alone, or that of the grant alone, helps as little.
#[tokio::test]
async fn t44_half_a_written_approval_logs_nobody_in() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut victim = network.enrolled(0).await;
        let (code, verifier) = approved(&network, &partner, &mut victim).await;
        partner.redeem(&code, &verifier).await;
        for forged in [APPROVE, GRANT] {
            let mut thief = network.start(&partner).await;
            assert_eq!(network.tamper(forged, &thief.action).await, 1);
            assert_eq!(result(&mut thief).await, None, "{forged}");
            assert!(verified(&network).await.is_some(), "{forged}");
            let wrong = audited(&network).await.expect("noticed");
            assert!(wrong.contains(&thief.action), "{wrong}");
            for undo in [
                "DELETE FROM access_grant WHERE action = $1",
                "DELETE FROM action WHERE id = $1",
            ] {
                network.tamper(undo, &thief.action).await;
            }
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_grant_is_not_redeemed() {
    const CHANGES: [&str; 4] = [
        "UPDATE access_grant SET sub = 'AAAAAAAAAAAAAAAAAAAAAA'",
        "UPDATE access_grant SET code_expires = code_expires + 1",
        "UPDATE access_grant SET key_kind = 'hardware'",
        "UPDATE access_grant SET released = (SELECT view FROM action WHERE id = access_grant.action)",
    ];
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        for change in CHANGES {
            let (code, verifier) = approved(&network, &partner, &mut phone).await;
            write(&network, change).await;
            let tokens = partner.redeem(&code, &verifier).await;
            assert_eq!(tokens.status, StatusCode::INTERNAL_SERVER_ERROR, "{change}");
            write(&network, "DELETE FROM access_grant").await;
        }
        network.end().await;
    }
}

/// An older row is authentic, but what the same approval wrote since contradicts it.
#[tokio::test]
async fn t44_a_grant_that_is_put_back_is_not_redeemed_again() {
    const SAVE: &str = "CREATE TABLE saved AS SELECT * FROM access_grant";
    const PUT_BACK: &str = "UPDATE access_grant SET (status, token_hash, token_expires, mac) = \
         (SELECT status, token_hash, token_expires, mac FROM saved)";
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let (code, verifier) = approved(&network, &partner, &mut phone).await;
        write(&network, SAVE).await;
        let tokens = partner.redeem(&code, &verifier).await;
        assert_eq!(tokens.status, StatusCode::OK);
        write(&network, PUT_BACK).await;
        let again = partner.redeem(&code, &verifier).await;
        assert_ne!(again.status, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_pairwise_name_is_not_released() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        approved(&network, &partner, &mut phone).await;
        write(
            &network,
            "UPDATE pairwise SET sub = 'AAAAAAAAAAAAAAAAAAAAAA'",
        )
        .await;
        let started = network.start(&partner).await;
        let offer = phone.claim(&started.link).await.json();
        phone.approve_offer(&offer).await.refused("internal");
        assert_eq!(network.status(&started.action).await, "linked");
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_registration_is_not_used() {
    const REDIRECT: &str =
        "UPDATE partner SET registration = REPLACE(registration, 'localhost', 'localhost.example')";
    const ACTIVATE: &str = "UPDATE partner SET status = 'active'";
    const SUSPEND: &str = "UPDATE partner SET status = 'suspended' WHERE id = $1";
    for network in TestNetwork::both().await {
        // The server remembers a registration for a while, so each is changed before its first use.
        let partner = network.partner().await;
        write(&network, REDIRECT).await;
        let pushed = partner.push(partner.request(&partner.login())).await;
        assert!(pushed.0.is_server_error(), "{}: {}", pushed.0, pushed.1);
        write(&network, "DELETE FROM partner").await;

        let partner = network.partner().await;
        assert_eq!(network.change(SUSPEND, &partner.client_id).await, 1);
        write(&network, ACTIVATE).await;
        let pushed = partner.push(partner.request(&partner.login())).await;
        assert!(pushed.0.is_server_error(), "{}: {}", pushed.0, pushed.1);
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_pushed_request_begins_nothing() {
    const CHANGE: &str =
        "UPDATE pushed_request SET request = REPLACE(request, 'openid', 'openid email')";
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let (_, body) = partner.push(partner.request(&partner.login())).await;
        let uri = body["request_uri"].as_str().expect("a reference");
        write(&network, CHANGE).await;
        let page = network.browser().get(&partner.authorize_url(uri)).await;
        assert!(page.status.is_server_error(), "{}", page.status);
        network.end().await;
    }
}

/// Guesses cannot be won back.
#[tokio::test]
async fn t44_a_changed_count_of_guesses_opens_no_attempt() {
    const CHANGES: [&str; 2] = [
        "UPDATE identity SET wrong_codes = 0",
        "UPDATE identity SET wrong_times = '[]'",
    ];
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        for (n, change) in CHANGES.into_iter().enumerate() {
            let mut phone = network.enrolled(n).await;
            let offer = network.offer_basic(&partner, &mut phone).await;
            phone
                .wrong_code(&offer, "96172")
                .await
                .refused("code_wrong");
            write(&network, change).await;
            phone.approve_offer(&offer).await.refused("internal");
            write(&network, "DELETE FROM action").await;
            network.forgive(&phone.identity).await;
        }
        network.end().await;
    }
}

/// An attempt that was judged cannot be opened again, nor one of another person be used.
#[tokio::test]
async fn t44_a_changed_attempt_approves_nothing() {
    const CHANGES: [&str; 3] = [
        "UPDATE attempt SET status = 'wrong'",
        "UPDATE attempt SET sequence = sequence + 1",
        "UPDATE attempt SET factor = 'unlock'",
    ];
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        for change in CHANGES {
            let offer = network.offer_basic(&partner, &mut phone).await;
            let opened = phone
                .open(&offer)
                .await
                .unwrap_or_else(|r| panic!("{}", r.body));
            let transcript = phone.transcript(&offer, &opened);
            write(&network, change).await;
            let sent = phone.send_approval(&offer, &opened, &transcript).await;
            sent.refused("internal");
            write(&network, "DELETE FROM attempt").await;
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_block_cannot_be_undone() {
    const CHANGES: [&str; 3] = [
        "UPDATE identity SET status = 'active'",
        "DELETE FROM suspension",
        // The older row of the identity is authentic, but its suspension is still there.
        "UPDATE identity SET (status, epoch, reasons, mac) = (SELECT status, epoch, reasons, mac FROM saved \
         WHERE saved.id = identity.id) WHERE id IN (SELECT id FROM saved)",
    ];
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        for (n, change) in CHANGES.into_iter().enumerate() {
            let mut phone = network.enrolled(n).await;
            write(&network, "CREATE TABLE saved AS SELECT * FROM identity").await;
            phone.post("/block", &json!({"reason": "person"})).await;
            assert!(write(&network, change).await > 0);
            let started = network.start_basic(&partner).await;
            let claimed = phone.claim(&started.link).await;
            assert!(!claimed.status.is_success(), "{change}: {}", claimed.body);
            write(&network, "DROP TABLE saved").await;
        }
        network.end().await;
    }
}

/// A person who has two reasons does not become active by the end of one when the other is deleted.
#[tokio::test]
async fn t44_a_deleted_suspension_is_missed() {
    const DELETE: &str = "DELETE FROM suspension WHERE reason = 'sim_changed' AND identity = $1";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.sim("swap", 0).await;
        wait_for_block(&network, &phone, "sim_changed").await;
        phone.post("/block", &json!({"reason": "person"})).await;
        let offer = phone.begin_unblock().await;
        let who = phone.identity.clone();
        assert_eq!(network.tamper(DELETE, &who).await, 1);
        phone.approve_offer(&offer).await.refused("internal");
        assert_eq!(network.identity(&who).await.status.as_str(), "suspended");
        network.end().await;
    }
}

/// A suspension that somebody wrote beforehand does not keep the real one from its effect.
#[tokio::test]
async fn t44_a_written_suspension_prevents_no_block() {
    const WRITE: &str =
        "INSERT INTO suspension (identity, reason, since, cause) VALUES ($1, 'person', 1, 'phone')";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let who = phone.identity.clone();
        assert_eq!(network.tamper(WRITE, &who).await, 1);
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        assert_eq!(
            crate::support::sims::block_reasons(&mut phone).await,
            ["person"]
        );
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_binding_proves_no_sim() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let started = network.start(&partner).await;
        write(&network, "UPDATE sim_binding SET handle = 'another'").await;
        phone.claim(&started.link).await.refused("internal");
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_kept_answer_cannot_be_changed() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let sealed = phone.seal("/sim", &json!({}));
        let first = phone.send(&sealed).await;
        assert!(first.status.is_success(), "{}", first.body);
        assert_eq!(phone.send(&sealed).await.body, first.body);
        assert!(
            write(
                &network,
                "UPDATE answer SET body = '{\"operator\":\"evil\"}'"
            )
            .await
                > 0
        );
        phone.send(&sealed).await.refused("internal");
        network.end().await;
    }
}
