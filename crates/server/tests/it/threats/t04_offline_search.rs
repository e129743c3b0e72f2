//! Threat 4: searching for the code with the help of registrations.

use std::sync::Arc;

use ipse_protocol::opaque::{ClientRegistration, Identity as NoStretching};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::support::recoveries::{complete_recovery, exhaust_code, verified_recovery};
use crate::support::{TestNetwork, refusal};

/// If registration evaluated a code in use, one second message would be enough to try all codes offline.
#[tokio::test]
async fn t04_registration_does_not_evaluate_a_code_in_use() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.finish_enrolment().await.refused("not_found");
        network.end().await;
    }
}

/// See the test of the same row for enrolments: here a second recovery would be the way in.
#[tokio::test]
async fn t04_a_second_recovery_does_not_evaluate_the_new_code() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust_code(&network, &partner, &mut phone).await;
        let mut both = Vec::new();
        for _ in 0..2 {
            both.push(verified_recovery(&mut phone).await);
        }
        let done = complete_recovery(&mut phone, &both[0], "40719").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        for recovery in &both {
            let at = format!("/recoveries/{recovery}");
            let evaluated = phone.evaluate(&at, "50817").await;
            assert!(
                ["not_found", "epoch_changed"].contains(&evaluated.code()),
                "{}",
                evaluated.body
            );
            let refused = complete_recovery(&mut phone, recovery, "50817").await;
            assert!(
                ["not_found", "epoch_changed"].contains(&refused.code()),
                "{}",
                refused.body
            );
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t04_one_recovery_evaluates_few_codes() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust_code(&network, &partner, &mut phone).await;
        let recovery = verified_recovery(&mut phone).await;
        let at = format!("/recoveries/{recovery}");
        for n in 0..10 {
            let answer = phone.evaluate(&at, &format!("{:05}", 40_000 + n)).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.body);
        }
        let sealed = phone.seal_evaluation(&at, "41000");
        for _ in 0..2 {
            phone.send(&sealed).await.refused("too_many_requests");
        }
        // If the bank vouches again, that is a new recovery.
        let recovery = verified_recovery(&mut phone).await;
        let done = complete_recovery(&mut phone, &recovery, "40719").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        network.end().await;
    }
}

/// If one enrolment evaluated all codes before the record is stored, one second message would be enough to try them all.
#[tokio::test]
async fn t04_one_enrolment_evaluates_few_codes() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.enrol_to_code(&network).await;
        let at = format!("/enrolments/{}", phone.enrolment);
        for n in 0..5 {
            let answer = phone.evaluate(&at, &format!("{:05}", 40_000 + n)).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.body);
        }
        // The rest at once, and far too many of them.
        let signed = phone.seal_evaluation(&at, "40005");
        let signed = network.server.scheme.authenticate(signed.incoming()).await;
        let signed = Arc::new(signed.map_err(|e| e.to_string()).expect("signed"));
        let mut at_once = JoinSet::new();
        for n in 0..64 {
            let (server, signed) = (network.server.clone(), signed.clone());
            let enrolment = phone.enrolment.clone();
            let code = format!("{:05}", 41_000 + n);
            let (_, request) =
                ClientRegistration::<NoStretching>::start(&code, &ipse_protocol::Random::system())
                    .expect("opaque");
            at_once.spawn(async move {
                let answer = server.scheme.enrolment_code(&signed, &enrolment, &request);
                answer.await.map(drop)
            });
        }
        let answers = at_once.join_all().await;
        let evaluated = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!((1..=5).contains(&evaluated), "{evaluated}");
        for answer in answers.into_iter().filter(Result::is_err) {
            let code = refusal(answer);
            assert!(["too_many_requests", "busy"].contains(&&*code), "{code}");
        }
        // Where the database was too busy to count, nothing was evaluated.
        for n in evaluated..5 {
            let answer = phone.evaluate(&at, &format!("{:05}", 42_000 + n)).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.body);
        }

        let sealed = phone.seal_evaluation(&at, "43000");
        let refused = phone.send(&sealed).await;
        refused.refused("too_many_requests");
        phone.send(&sealed).await.refused("too_many_requests");
        assert!(refused.body["retry_after_ms"].as_i64() > Some(0));
        phone.finish_enrolment().await.refused("too_many_requests");
        // A new enrolment has another identity, for which the earlier guesses are worth nothing.
        phone.enrol(&network).await;
        network.end().await;
    }
}
