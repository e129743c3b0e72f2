//! The phone library as `ipse phone` uses it: with files, key stretching and whole sequences of steps.

use std::path::Path;
use std::sync::Arc;

use ipse_phone::{
    Answer, Check, Enrol, Error, Folder, Http, Interceptor, Outgoing, Phone, Proof, Request,
    Result, Transport,
};
use ipse_protocol::terms::{Obtained, RefusalReason};
use ipse_protocol::wire::Decided;
use ipse_protocol::{Clock, Random};
use serde_json::Value;

use crate::support::{BANK, CODE, TestNetwork, number};

async fn enrolled(network: &TestNetwork, folder: &Path) -> Phone {
    let mut phone = Phone::open(folder).expect("a phone");
    let phone_number = number(0);
    let with = with_fingerprint(network, &phone_number);
    phone.enrol(&with).await.expect("an identity");
    phone
}

fn with_fingerprint<'a>(network: &'a TestNetwork, phone_number: &'a str) -> Enrol<'a> {
    Enrol {
        scheme: &network.issuer,
        phone_number,
        bank: BANK,
        customer: "customer0",
        code: CODE,
        device_name: "Scripted phone",
        language: "en",
        fingerprint: true,
    }
}

/// Each step is another process: it opens the folder again.
#[tokio::test]
async fn a_phone_in_a_folder_enrols_decides_and_recovers() {
    for network in TestNetwork::both().await {
        let home = tempfile::tempdir().expect("a folder");
        let mut phone = enrolled(&network, home.path()).await;
        assert_eq!(phone.me().await.expect("me").given_name, "Ana");
        assert_eq!(phone.devices().await.expect("devices").len(), 1);
        let partner = network.partner().await;

        let mut phone = Phone::open(home.path()).expect("a phone");
        let started = network.start(&partner).await;
        let opened = phone
            .claim(&started.link, Obtained::Navigation)
            .await
            .expect("an action");
        let mut phone = Phone::open(home.path()).expect("a phone");
        let action = &opened.offer.action;
        let done = phone.approve(action, Proof::Code(CODE)).await;
        let done = done.expect("an approval");
        assert_eq!(done.status, Decided::Approved);
        assert!(done.return_url.is_some());
        let receipt = phone.receipt(&done.receipt).await.expect("a receipt");
        assert!(receipt.is_valid());
        assert_eq!(receipt.mine, Check::Yes);

        let started = network.start_basic(&partner).await;
        let action = phone
            .claim(&started.link, Obtained::Navigation)
            .await
            .expect("an action");
        let action = action.offer.action;
        let done = phone.approve(&action, Proof::Biometric).await;
        assert_eq!(done.expect("an approval").status, Decided::Approved);

        let action = phone.remove_fingerprint().await.expect("an action");
        let done = phone.approve(&action, Proof::Code(CODE)).await;
        assert_eq!(done.expect("an approval").status, Decided::Approved);
        phone.forget_fingerprint().expect("forgotten");
        let action = phone.add_fingerprint().await.expect("an action");
        let done = phone.approve(&action, Proof::Code(CODE)).await;
        let done = done.expect("an approval");
        let receipt = phone.receipt(&done.receipt).await.expect("a receipt");
        assert!(receipt.is_valid());
        assert_eq!(receipt.kind, "approval");

        let started = network.start_basic(&partner).await;
        let action = phone
            .claim(&started.link, Obtained::Navigation)
            .await
            .expect("an action");
        let action = action.offer.action;
        let done = phone.refuse(&action, RefusalReason::Person).await;
        assert_eq!(done.expect("a refusal").status, Decided::Refused);

        phone.block().await.expect("a block");
        let action = phone.unblock().await.expect("an action");
        let done = phone.approve(&action, Proof::Code(CODE)).await;
        assert_eq!(done.expect("an approval").status, Decided::Approved);

        let started = network.start_basic(&partner).await;
        let action = phone
            .claim(&started.link, Obtained::Navigation)
            .await
            .expect("an action");
        let action = action.offer.action;
        for left in [2, 1, 0] {
            let wrong = phone.approve(&action, Proof::Code("11112")).await;
            let wrong = wrong.expect_err("a wrong code");
            assert_eq!(wrong.code, "code_wrong");
            assert_eq!(wrong.members["wrong_codes_left"], left);
            assert_eq!(wrong.members["blocked"], left == 0);
        }
        let done = phone.recover(BANK, "customer0", "40719").await;
        done.expect("a new code");
        let started = network.start_basic(&partner).await;
        let action = phone
            .claim(&started.link, Obtained::Navigation)
            .await
            .expect("an action");
        let action = action.offer.action;
        let done = phone.approve(&action, Proof::Code("40719")).await;
        assert_eq!(done.expect("an approval").status, Decided::Approved);
        network.end().await;
    }
}

/// Breaks the credential in the last request of an enrolment.
struct BreaksCredential;

impl Interceptor for BreaksCredential {
    fn before_signing(&self, request: &mut Request) {
        if !request.message.path.ends_with("/complete") {
            return;
        }
        let mut body: Value = serde_json::from_slice(&request.message.body).expect("JSON");
        if body["unlock"].is_object() {
            body["unlock"]["attestation_object"] = "AAAA".into();
        }
        request.message.body = serde_json::to_vec(&body).expect("JSON");
    }
}

#[tokio::test]
async fn a_fingerprint_that_is_refused_costs_no_enrolment() {
    for network in TestNetwork::both().await {
        let home = tempfile::tempdir().expect("a folder");
        let phone_number = number(0);
        let mut with = with_fingerprint(&network, &phone_number);
        let mut broken = Phone::open(home.path())
            .expect("a phone")
            .with_interceptor(Some(Arc::new(BreaksCredential)));
        let done = broken.enrol(&with).await.expect("an identity");
        assert!(!done.biometric);
        let mut phone = Phone::open(home.path()).expect("a phone");
        assert!(!phone.me().await.expect("me").biometric);
        let action = phone.add_fingerprint().await.expect("an action");
        let approved = phone.approve(&action, Proof::Code(CODE)).await;
        approved.expect("an approval");
        assert!(phone.me().await.expect("me").biometric);

        let other = tempfile::tempdir().expect("a folder");
        with.customer = "customer1";
        let phone_number = number(1);
        with.phone_number = &phone_number;
        let mut phone = Phone::open(other.path()).expect("a phone");
        assert!(phone.enrol(&with).await.expect("an identity").biometric);
        network.end().await;
    }
}

/// Loses the answers to approvals.
struct LosesApprovals(Http);

impl Transport for LosesApprovals {
    async fn send(&mut self, request: Outgoing<'_>) -> Result<Answer> {
        let answer = self.0.send(request).await;
        match request.path.ends_with("/approve") {
            true => Err(Error::offline("lost")),
            false => answer,
        }
    }
}

#[tokio::test]
async fn an_approval_whose_answer_was_lost_is_sent_again_without_the_code() {
    for network in TestNetwork::both().await {
        let home = tempfile::tempdir().expect("a folder");
        let mut phone = enrolled(&network, home.path()).await;
        let started = network.start(&network.partner().await).await;
        let action = phone
            .claim(&started.link, Obtained::Navigation)
            .await
            .expect("an action");
        let action = action.offer.action;
        let mut loses = Phone::new(
            LosesApprovals(Http::new().expect("a client")),
            Folder::open(home.path()).expect("a folder"),
            Clock::system(),
            Random::system(),
        );
        let lost = loses.approve(&action, Proof::Code(CODE)).await;
        assert_eq!(lost.expect_err("no answer").code, "offline");
        assert_eq!(network.status(&action).await, "approved");
        // The proofs are kept, so the code that is given now is not used.
        let done = phone.approve(&action, Proof::Code("11112")).await;
        assert_eq!(done.expect("the same answer").status, Decided::Approved);
        network.end().await;
    }
}
