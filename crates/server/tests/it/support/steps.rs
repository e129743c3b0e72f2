//! The steps of the tests' phone. Each returns the answer as it came.

use ipse_phone::{Approval, Biometric, CodeLogin, CodeRegistration, KeyStretching, requests};
use ipse_protocol::Random;
use ipse_protocol::code::code_proof;
use ipse_protocol::terms::{Decision, Factor, KeyKind, Obtained, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::view::Chosen;
use ipse_protocol::wire::{
    ApproveRequest, Attempt, AttemptRequest, AttemptResponse, DecisionResponse, DeviceKey,
    EnrolmentRequest, EnrolmentResponse, Offer, RefuseRequest,
};
use reqwest::StatusCode;

use super::network::{BANK, number};
use super::{Phone, Reply, Sealed, TestNetwork};

/// The terms that test phones accept.
const TERMS: &str = "2026-11";
/// How long a phone waits for the SIM.
const SIM_PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// An opened attempt with OPAQUE's results.
pub struct Opened {
    pub attempt: Attempt,
    pub session_key: Vec<u8>,
    pub ke3: Vec<u8>,
    /// What the person chooses: what the view says before they choose.
    pub chosen: Vec<Chosen>,
}

impl Opened {
    /// An approval with the proof of any transcript.
    pub fn approval(&self, t: [u8; 32], proof: [u8; 32]) -> Approval {
        let ke3 = <[u8; 64]>::try_from(&*self.ke3).expect("KE3");
        Approval::with_code_proof(&self.attempt.attempt, t, ke3, proof)
            .choosing(self.chosen.clone())
    }
}

/// Blinds a code, as the first half of proving it: the state and OPAQUE's first message.
pub fn start_login(code: &str) -> (CodeLogin, [u8; 96]) {
    CodeLogin::start(KeyStretching::None, code, &Random::system()).expect("opaque")
}

/// Enrolment.
impl Phone {
    /// Enrols at the bank as the customer of this phone's number.
    pub async fn enrol(&mut self, network: &TestNetwork) {
        self.enrol_to_code(network).await;
        let done = self.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        self.identity = done.body["identity"].as_str().expect("identity").to_owned();
        self.state.identity = Some(self.identity.clone());
    }

    /// Enrols until the bank has vouched; the code is chosen next.
    pub async fn enrol_to_code(&mut self, network: &TestNetwork) {
        self.begin_enrolment(network).await;
        self.connect_sim(network).await;
        let reply = self.visit_bank(&format!("customer{}", self.n)).await;
        assert!(reply.contains("enrolment="), "{reply}");
    }

    pub async fn begin_enrolment(&mut self, _network: &TestNetwork) -> Reply {
        self.begin_with(&number(self.n)).await
    }

    /// Begins with a number in any spelling.
    pub async fn begin_with(&mut self, phone_number: &str) -> Reply {
        let request = EnrolmentRequest {
            phone_number: phone_number.to_owned(),
            device_key: DeviceKey::of(&self.key).expect("key"),
            device_name: "Test phone".into(),
            key_kind: KeyKind::Software,
            language: "en".into(),
        };
        let reply = self.exchange(requests::enrolment(&request)).await;
        if let Ok(answer) = serde_json::from_value::<EnrolmentResponse>(reply.body.clone()) {
            self.state.device = Some(answer.device);
            self.enrolment = answer.enrolment;
        }
        reply
    }

    pub async fn connect_sim(&mut self, network: &TestNetwork) {
        let sent = self
            .exchange(requests::enrolment_sim(&self.enrolment))
            .await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let secret = self.last_secret(network).await;
        let answer = self
            .exchange(requests::enrolment_sim_answer(&self.enrolment, &secret))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }

    /// The secret in the handset's newest message.
    pub async fn last_secret(&mut self, _network: &TestNetwork) -> String {
        let messages = self.phone().messages().await.expect("messages");
        let newest = messages.last().expect("a message");
        ipse_phone::secret_in(&newest.text).expect("six digits")
    }

    /// Visits the bank and comes back; the last address.
    pub async fn visit_bank(&mut self, customer: &str) -> String {
        let reply = self
            .exchange(requests::enrolment_bank(&self.enrolment, BANK))
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let url = reply.body["authorization_url"].as_str().expect("url");
        let callback = self.sign_in_at_bank(url, customer).await;
        self.browser
            .get(&callback)
            .await
            .location
            .expect("back to the app")
    }

    /// Signs in and agrees at the bank: the callback's address, not visited yet.
    pub async fn sign_in_at_bank(&mut self, authorization_url: &str, customer: &str) -> String {
        let mut phone = self.phone();
        let callback = phone.bank_callback(authorization_url, customer).await;
        callback.expect("a callback").into()
    }

    /// The first half of registering a code, blinded, at `/enrolments/E` or `/recoveries/R`.
    pub async fn evaluate(&mut self, at: &str, code: &str) -> Reply {
        let sealed = self.seal_evaluation(at, code);
        self.send(&sealed).await
    }

    /// The request of [`Phone::evaluate`], to be sent more than once.
    pub fn seal_evaluation(&mut self, at: &str, code: &str) -> Sealed {
        let (_, request) =
            CodeRegistration::start(KeyStretching::None, code, &self.random).expect("opaque");
        self.seal_message(requests::code(at.trim_start_matches('/'), request))
    }

    /// Registers a code at `/enrolments/E` or `/recoveries/R`: the record, or the refusal.
    pub async fn register_code(&mut self, at: &str, code: &str) -> Result<[u8; 192], Reply> {
        let (state, request) =
            CodeRegistration::start(KeyStretching::None, code, &self.random).expect("opaque");
        let answer = self
            .exchange(requests::code(at.trim_start_matches('/'), request))
            .await;
        let Some(response) = answer.body["registration_response"].as_str() else {
            return Err(answer);
        };
        let response = ipse_jose::b64::decode(response).expect("b64");
        Ok(state.finish(&response).expect("opaque"))
    }

    /// Chooses the code and completes.
    pub async fn finish_enrolment(&mut self) -> Reply {
        let (at, code) = (format!("/enrolments/{}", self.enrolment), self.code.clone());
        match self.register_code(&at, &code).await {
            Ok(record) => {
                let enrolment = self.enrolment.clone();
                self.exchange(requests::complete_enrolment(
                    &enrolment, record, TERMS, None,
                ))
                .await
            }
            Err(refused) => refused,
        }
    }
}

/// Actions.
impl Phone {
    /// The phone opens a link.
    pub async fn claim(&mut self, link: &str) -> Reply {
        self.claim_obtained(link, Obtained::Navigation).await
    }

    /// The camera of the app reads a QR text.
    pub async fn scan(&mut self, text: &str) -> Reply {
        self.claim_obtained(text, Obtained::Camera).await
    }

    pub async fn claim_obtained(&mut self, link: &str, obtained: Obtained) -> Reply {
        self.exchange(requests::claim(link, obtained)).await
    }

    /// Opens an attempt with a code; waits while the SIM is contacted.
    pub async fn attempt(
        &mut self,
        offer: &Offer,
        code: &str,
    ) -> Result<(Attempt, CodeLogin), Reply> {
        let (login, ke1) = start_login(code);
        let until = self.clock.instant() + SIM_PATIENCE;
        loop {
            let message = requests::attempt(offer, Factor::Code, Some(ke1));
            let reply = self.exchange(message).await;
            match serde_json::from_value(reply.body.clone()) {
                Ok(AttemptResponse::Attempt(attempt)) => return Ok((attempt, login)),
                Ok(AttemptResponse::Wait { .. }) => {
                    assert!(self.clock.instant() < until, "the SIM never answered");
                }
                Err(_) => return Err(reply),
            }
        }
    }

    /// Opens an attempt with the right code.
    pub async fn open(&mut self, offer: &Offer) -> Result<Opened, Reply> {
        let code = self.code.clone();
        let (attempt, login) = self.attempt(offer, &code).await?;
        let ke2 = attempt.ke2.clone().expect("KE2");
        let done = login.finish(ke2.as_ref()).expect("right code");
        Ok(Opened {
            attempt,
            session_key: done.session_key.to_vec(),
            ke3: done.ke3.to_vec(),
            chosen: offer.open().expect("a view").defaults(),
        })
    }

    /// The transcript of an approval.
    pub fn transcript(&self, offer: &Offer, opened: &Opened) -> Transcript {
        self.transcript_of(offer, &opened.attempt, Factor::Code)
    }

    /// The transcript of an approval with a factor. The SIM statement is not checked.
    pub fn transcript_of(&self, offer: &Offer, attempt: &Attempt, factor: Factor) -> Transcript {
        let view = offer.open().expect("a view");
        offer.transcript(
            &view,
            &self.state.issuer,
            self.device_id(),
            attempt.sequence,
            attempt.sim_statement.as_deref(),
            factor,
            Decision::Approve,
            &view.defaults(),
        )
    }

    /// Sends the approval for a transcript.
    pub async fn send_approval(
        &mut self,
        offer: &Offer,
        opened: &Opened,
        transcript: &Transcript,
    ) -> Reply {
        let t = transcript.hash();
        let proof = code_proof(&opened.session_key, &t);
        self.send_proof(&offer.action, opened, t, proof).await
    }

    /// Sends an approval with any proof.
    pub async fn send_proof(
        &mut self,
        action: &str,
        opened: &Opened,
        t: [u8; 32],
        proof: [u8; 32],
    ) -> Reply {
        let approval = opened.approval(t, proof);
        self.exchange(requests::approve(action, &approval)).await
    }

    /// Claims and approves with the right code.
    pub async fn approve(&mut self, link: &str) -> DecisionResponse {
        let offer: Offer = self.claim(link).await.json();
        self.approve_offer(&offer).await.json()
    }

    pub async fn approve_offer(&mut self, offer: &Offer) -> Reply {
        match self.open(offer).await {
            Ok(opened) => {
                let transcript = self.transcript(offer, &opened);
                self.send_approval(offer, &opened, &transcript).await
            }
            Err(reply) => reply,
        }
    }

    /// Tries a wrong code and tells the scheme, as an honest phone does.
    pub async fn wrong_code(&mut self, offer: &Offer, code: &str) -> Reply {
        match self.attempt(offer, code).await {
            Ok((attempt, login)) => {
                assert!(
                    login.finish(attempt.ke2.expect("KE2").as_ref()).is_err(),
                    "the code was right"
                );
                let message = requests::wrong_code(&offer.action, &attempt.attempt);
                self.exchange(message).await
            }
            Err(reply) => reply,
        }
    }

    /// The offer of an action that the person started on the phone.
    pub async fn own_offer(&mut self, action: &str) -> Offer {
        let shown = self.get(&format!("/actions/{action}")).await;
        serde_json::from_value(shown.body["offer"].clone())
            .unwrap_or_else(|error| panic!("{error}: {}", shown.body))
    }

    /// Starts the action that lifts the person's own block.
    pub async fn begin_unblock(&mut self) -> Offer {
        let begun = self.exchange(requests::unblock()).await;
        let action = begun.body["action"].as_str();
        let action = action.unwrap_or_else(|| panic!("{}", begun.body));
        self.own_offer(action).await
    }

    pub async fn refuse(&mut self, offer: &Offer) -> Reply {
        let (sealed, _) = self.seal_refusal(offer, RefusalReason::Person);
        self.send(&sealed).await
    }

    /// Signs the approval without sending it.
    pub fn seal_approval(&mut self, offer: &Offer, opened: &Opened) -> (Sealed, ApproveRequest) {
        let t = self.transcript(offer, opened).hash();
        let approval = opened.approval(t, code_proof(&opened.session_key, &t));
        let sealed = self.seal_message(requests::approve(&offer.action, &approval));
        (sealed, approval.request)
    }

    /// Signs a refusal without sending it.
    pub fn seal_refusal(
        &mut self,
        offer: &Offer,
        reason: RefusalReason,
    ) -> (Sealed, RefuseRequest) {
        let opened = ipse_phone::Opened::new(offer.clone()).expect("a view");
        let signed = self.phone().sign_with(&(), |state, sequence| {
            requests::refuse(&opened.refusal(state, sequence), reason)
        });
        let sealed = Sealed(signed.expect("a signed request"));
        let body = serde_json::from_slice(&sealed.body).expect("a refusal");
        (sealed, body)
    }

    /// The body of an attempt with a first message that the test made.
    pub fn attempt_body(offer: &Offer, ke1: [u8; 96]) -> AttemptRequest {
        AttemptRequest {
            factor: Factor::Code,
            nonce: offer.nonce,
            view_hash: offer.view_hash().into(),
            ke1: Some(ke1.into()),
        }
    }

    /// Approves with a fingerprint: the last answer.
    pub async fn approve_by_biometric(&mut self, offer: &Offer, finger: &Biometric) -> Reply {
        let message = requests::attempt(offer, Factor::Biometric, None);
        let reply = self.exchange(message).await;
        let Ok(AttemptResponse::Attempt(attempt)) = serde_json::from_value(reply.body.clone())
        else {
            return reply;
        };
        let transcript = self.transcript_of(offer, &attempt, Factor::Biometric);
        let challenge = Transcript::biometric_challenge(&transcript.hash());
        let assertion = finger
            .assert(&self.state.rp_id, &self.state.app, &challenge)
            .expect("signs");
        let approval = Approval::with_biometric(&attempt.attempt, &transcript, assertion);
        self.exchange(requests::approve(&offer.action, &approval))
            .await
    }
}
