//! Threat 6: a stolen device key and a captured proof.

use ipse_protocol::code::code_proof;
use ipse_protocol::terms::{Decision, Factor, Flow};
use ipse_protocol::transcript::Transcript;
use reqwest::StatusCode;

use crate::support::TestNetwork;

/// The transcript with each field in turn made another.
fn mutations(own: &Transcript) -> Vec<(&'static str, Transcript)> {
    type Change = fn(&mut Transcript);
    let changes: [(&str, Change); 20] = [
        ("issuer", |t| t.issuer.push('x')),
        ("identity", |t| {
            t.identity = "idn_AAAAAAAAAAAAAAAAAAAAAA".into()
        }),
        ("device", |t| t.device = "dev_AAAAAAAAAAAAAAAAAAAAAA".into()),
        ("sequence", |t| t.sequence += 1),
        ("epoch", |t| t.epoch += 1),
        ("code_version", |t| t.code_version += 1),
        ("nonce", |t| t.nonce[0] ^= 1),
        ("action", |t| t.action = "act_AAAAAAAAAAAAAAAAAAAAAA".into()),
        ("partner", |t| {
            t.partner = "par_AAAAAAAAAAAAAAAAAAAAAA".into()
        }),
        ("domain", |t| t.domain = "bank.example".into()),
        ("flow", |t| t.flow = Flow::Qr),
        ("browser_binding", |t| t.browser_binding[31] ^= 1),
        ("view_hash", |t| t.view_hash[0] ^= 1),
        ("attributes_hash", |t| t.attributes_hash[0] ^= 1),
        ("choices_hash", |t| t.choices_hash = Some([0; 32])),
        ("documents", |t| t.documents.push([0; 32])),
        ("sim_statement_hash", |t| t.sim_statement_hash = None),
        ("factor", |t| t.factor = Factor::Biometric),
        ("decision", |t| t.decision = Decision::Refuse),
        ("expires", |t| t.expires += 1),
    ];
    changes
        .into_iter()
        .map(|(name, change)| {
            let mut other = own.clone();
            change(&mut other);
            assert_ne!(other.hash(), own.hash(), "{name}");
            (name, other)
        })
        .collect()
}

#[tokio::test]
async fn t06_a_proof_fits_only_its_transcript() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer(&partner, &mut phone).await;
        let opened = phone.open(&offer).await.expect("an attempt");
        let own = phone.transcript(&offer, &opened);
        let (view, t) = (offer.open().expect("a view"), own.hash());
        assert_eq!(view.shown_claims().count(), 4);
        for (field, other) in mutations(&own) {
            let proof = code_proof(&opened.session_key, &other.hash());
            // The device key is stolen and signs this transcript with the proof of that one, and the other way round.
            phone
                .send_proof(&offer.action, &opened, t, proof)
                .await
                .refused("proof_invalid");
            let reply = phone
                .send_proof(&offer.action, &opened, other.hash(), proof)
                .await;
            assert_eq!(reply.code(), "proof_invalid", "{field}: {}", reply.body);
        }
        // None of it was a guess: the right proof is still taken.
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 0);
        assert_eq!(
            phone.send_approval(&offer, &opened, &own).await.status,
            StatusCode::OK
        );
        network.end().await;
    }
}

/// A person who can unlock the phone, but does not know the code, cannot change which fingerprint counts.
#[tokio::test]
async fn t06_only_the_code_changes_the_fingerprint() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (new, adding) = phone.begin_adding().await;
        assert_eq!(adding.factors, [Factor::Code]);
        let refused = phone.approve_by_biometric(&adding, &new).await;
        refused.refused("malformed_request");
        assert!(!phone.has_fingerprint().await);

        let finger = network.give_biometric(&phone).await;
        let removing = phone.begin_removing().await;
        assert_eq!(removing.factors, [Factor::Code]);
        let refused = phone.approve_by_biometric(&removing, &finger).await;
        refused.refused("malformed_request");
        assert!(phone.has_fingerprint().await);
        network.end().await;
    }
}

#[tokio::test]
async fn t06_a_new_fingerprint_is_for_the_phone_and_the_challenge_that_began() {
    for network in TestNetwork::both().await {
        let (mut phone, mut other) = (network.enrolled(0).await, network.enrolled(1).await);
        let (_, registration) = phone.new_fingerprint().await;
        // Another phone that began nothing, and one that has a challenge of its own.
        let refused = other.submit_fingerprint(&registration).await;
        refused.refused("not_found");
        other.new_fingerprint().await;
        let refused = other.submit_fingerprint(&registration).await;
        refused.refused("proof_invalid");

        // A challenge that a newer one replaced, one that was used, and one whose time is over.
        let (_, newer) = phone.new_fingerprint().await;
        let refused = phone.submit_fingerprint(&registration).await;
        refused.refused("proof_invalid");
        let begun = phone.submit_fingerprint(&newer).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
        phone.submit_fingerprint(&newer).await.refused("not_found");
        let (_, late) = phone.new_fingerprint().await;
        network.pass(3 * 60_000);
        phone.submit_fingerprint(&late).await.refused("not_found");

        // The action belongs to the phone that began it.
        let (_, offer) = phone.begin_adding().await;
        let shown = other.get(&format!("/actions/{}", offer.action)).await;
        shown.refused("not_found");
        other.approve_offer(&offer).await.refused("not_found");
        assert!(!other.has_fingerprint().await);
        assert!(!phone.has_fingerprint().await);
        network.end().await;
    }
}
