//! The ways by which a person gets an identity, a phone or a code.

use super::write;
use crate::support::TestNetwork;
use crate::support::recoveries::{complete_recovery, exhaust_code, start_recovery, visit_bank_at};

/// The victim's identity would go to the thief's new phone.
#[tokio::test]
async fn t44_a_moved_look_up_moves_no_identity() {
    const MOVE: &str = "UPDATE lookup SET identity = $1 WHERE field = 'national_number'";
    for network in TestNetwork::both().await {
        let mut victim = network.enrolled(0).await;
        network.enrolled(1).await;
        network.tamper(MOVE, &victim.identity).await;
        let mut thief = network.phone(1);
        thief.begin_enrolment(&network).await;
        thief.connect_sim(&network).await;
        thief.visit_bank("customer1").await;
        let done = thief.finish_enrolment().await;
        assert!(!done.status.is_success(), "{}", done.body);
        assert_eq!(victim.get("/me").await.body["status"], "active");
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_enrolment_replaces_nobodys_phone() {
    const REPLACE: &str =
        "UPDATE enrolment SET replaces = $1, code_version = 2 WHERE status = 'open'";
    const SWAP: &str = "UPDATE enrolment SET identity = $1 WHERE status = 'open'";
    for network in TestNetwork::both().await {
        let mut victim = network.enrolled(0).await;
        for (n, change) in [(1, REPLACE), (2, SWAP)] {
            let mut thief = network.phone(n);
            thief.enrol_to_code(&network).await;
            assert_eq!(network.tamper(change, &victim.identity).await, 1);
            thief.finish_enrolment().await.refused("internal");
            assert_eq!(victim.get("/me").await.body["status"], "active");
            write(&network, "DELETE FROM enrolment WHERE status = 'open'").await;
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_visit_vouches_for_nobody() {
    const MOVE: &str = "UPDATE registrar_session SET subject = 'enr_AAAAAAAAAAAAAAAAAAAAAA'";
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone.connect_sim(&network).await;
        let url = crate::support::bank_visits::start_bank_visit(&mut phone).await;
        write(&network, MOVE).await;
        let callback = phone.sign_in_at_bank(&url, "customer0").await;
        let end = phone.browser.get(&callback).await;
        assert!(end.location.is_none_or(|to| !to.contains("enrolment=")));
        network.end().await;
    }
}

#[tokio::test]
async fn t44_a_changed_recovery_gives_no_code() {
    const VOUCH: &str = "UPDATE recovery SET status = 'vouched', proofing_began = created + 1";
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust_code(&network, &partner, &mut phone).await;
        let (recovery, _) = start_recovery(&mut phone).await;
        write(&network, VOUCH).await;
        complete_recovery(&mut phone, &recovery, "48207")
            .await
            .refused("internal");
        write(&network, "DELETE FROM recovery").await;
        // The way stays open.
        let (recovery, url) = start_recovery(&mut phone).await;
        visit_bank_at(&mut phone, &url, "customer0").await;
        let done = complete_recovery(&mut phone, &recovery, "48207").await;
        assert!(done.status.is_success(), "{}", done.body);
        network.end().await;
    }
}
