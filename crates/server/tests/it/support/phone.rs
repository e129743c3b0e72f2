//! The tests' phone: `ipse-phone` in memory, without key stretching, with helpers that return each answer as it came.
//!
//! A test that needs a misbehaving phone changes the state (`phone.sequence`, `phone.key`), sends a signed request again
//! or to another node ([`Phone::seal`], [`Phone::send`]), or has every request changed ([`Phone::misbehave`]).

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use ipse_jose::SigningKey;
use ipse_phone::{
    Answer, Approval, CodeLogin, CodeRegistration, Interceptor, KeyStretching, Memory, Message,
    Request, SignedRequest, State, requests,
};
use ipse_protocol::code::code_proof;
use ipse_protocol::terms::{Decision, Factor, KeyKind, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{
    Attempt, AttemptResponse, DecisionResponse, DeviceKey, EnrolmentRequest, EnrolmentResponse,
    Handset, Offer,
};
use ipse_protocol::{Clock, Random};
use ipse_scheme::device::Incoming;
use reqwest::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::network::{BANK, OPERATOR, number};
use super::{Browser, TestNetwork};

/// The code that test phones choose.
pub const CODE: &str = "58204";
/// The terms that test phones accept.
const TERMS: &str = "2026-11";
/// How long a phone waits for the SIM.
const SIM_PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// An answer of the phone API.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
}

impl Reply {
    /// The stable code of a refusal.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The body as a message of the protocol.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_value(self.body.clone())
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }

    /// Fails the test unless it is this refusal.
    #[track_caller]
    pub fn refused(&self, code: &str) {
        assert_eq!(self.code(), code, "{} {}", self.status, self.body);
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let text = String::from_utf8(answer.body).expect("UTF-8");
        Self {
            status: answer.status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }
}

/// A phone. Key, sequence and state are those of its [`Memory`].
pub struct Phone {
    pub n: usize,
    pub identity: String,
    pub code: String,
    pub enrolment: String,
    pub browser: Browser,
    interceptor: Option<Arc<dyn Interceptor>>,
    memory: Memory,
}

/// Changes requests with two functions.
struct Change<B, A> {
    before: B,
    after: A,
}

impl<B, A> Interceptor for Change<B, A>
where
    B: Fn(&mut Request) + Send + Sync,
    A: Fn(&mut SignedRequest) + Send + Sync,
{
    fn before_signing(&self, request: &mut Request) {
        (self.before)(request);
    }

    fn after_signing(&self, request: &mut SignedRequest) {
        (self.after)(request);
    }
}

impl Deref for Phone {
    type Target = Memory;
    fn deref(&self) -> &Memory {
        &self.memory
    }
}

impl DerefMut for Phone {
    fn deref_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }
}

/// A signed request that has not been sent, or that is sent again.
#[derive(Clone)]
pub struct Sealed(pub SignedRequest);

impl Deref for Sealed {
    type Target = SignedRequest;
    fn deref(&self) -> &SignedRequest {
        &self.0
    }
}

impl DerefMut for Sealed {
    fn deref_mut(&mut self) -> &mut SignedRequest {
        &mut self.0
    }
}

impl Sealed {
    /// What a node verifies.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            method: self.method.as_str(),
            target: &self.path,
            signature: Some(&self.signature),
            body: &self.body,
        }
    }
}

/// An opened attempt with OPAQUE's results.
pub struct Opened {
    pub attempt: Attempt,
    pub session_key: Vec<u8>,
    pub ke3: Vec<u8>,
}

impl Opened {
    /// An approval with the proof of any transcript.
    pub fn approval(&self, t: [u8; 32], proof: [u8; 32]) -> Approval {
        let ke3 = <[u8; 64]>::try_from(&*self.ke3).expect("KE3");
        Approval::with_code_proof(&self.attempt.attempt, t, ke3, proof)
    }
}

impl Phone {
    pub fn new(network: &TestNetwork, n: usize) -> Self {
        let state = State {
            app: network.app.clone(),
            issuer: network.issuer.clone(),
            log_key: network.server.scheme.log_key(),
            rp_id: "localhost".into(),
            phone_number: number(n),
            device: None,
            enrolment: None,
            identity: None,
            birth_date: None,
            operator: None,
            handsets: vec![Handset {
                operator: OPERATOR.into(),
                url: network.operator_url.clone(),
            }],
        };
        Self {
            n,
            identity: String::new(),
            code: CODE.to_owned(),
            enrolment: String::new(),
            browser: network.browser(),
            interceptor: None,
            memory: Memory::new(SigningKey::generate_es256(), state),
        }
    }

    /// Another phone with the same key and state: a copy of the phone's data.
    pub fn copy(&self) -> Self {
        Self {
            n: self.n,
            identity: self.identity.clone(),
            code: self.code.clone(),
            enrolment: self.enrolment.clone(),
            browser: self.browser.clone(),
            interceptor: None,
            memory: self.memory.clone(),
        }
    }

    /// The library's phone.
    pub fn phone(&mut self) -> ipse_phone::Phone<&mut Browser, &mut Memory> {
        ipse_phone::Phone::new(
            &mut self.browser,
            &mut self.memory,
            Clock::system(),
            Random::system(),
        )
        .with_stretching(KeyStretching::None)
        .with_interceptor(self.interceptor.clone())
        .without_retries()
    }

    /// Has every request changed before and after it is signed, until [`Phone::behave`].
    pub fn misbehave(
        &mut self,
        before: impl Fn(&mut Request) + Send + Sync + 'static,
        after: impl Fn(&mut SignedRequest) + Send + Sync + 'static,
    ) {
        self.interceptor = Some(Arc::new(Change { before, after }));
    }

    /// Ends [`Phone::misbehave`].
    pub fn behave(&mut self) {
        self.interceptor = None;
    }

    /// Device id, or the key's thumbprint before there is one.
    pub fn device_id(&self) -> &str {
        self.state.device.as_deref().unwrap_or(self.key.kid())
    }

    // --- Messages ---

    /// Signs and sends a message.
    pub async fn exchange(&mut self, message: ipse_phone::Result<Message>) -> Reply {
        let message = message.expect("a message");
        let answer = self.phone().exchange(message).await;
        answer.expect("an answer").into()
    }

    pub async fn post(&mut self, path: &str, body: &impl Serialize) -> Reply {
        self.exchange(Message::post(format!("/phone/v1{path}"), body))
            .await
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.exchange(Ok(Message::get(format!("/phone/v1{path}"))))
            .await
    }

    /// Signs a request without sending it.
    pub fn seal(&mut self, path: &str, body: &impl Serialize) -> Sealed {
        self.seal_message(Message::post(format!("/phone/v1{path}"), body))
    }

    /// Signs any bytes as the body of a request.
    pub fn seal_bytes(&mut self, method: &str, path: &str, body: &[u8]) -> Sealed {
        self.seal_message(Ok(Message {
            method: method.parse().expect("a method"),
            path: path.to_owned(),
            body: body.to_vec(),
            decision: None,
        }))
    }

    /// Signs a message without sending it.
    pub fn seal_message(&mut self, message: ipse_phone::Result<Message>) -> Sealed {
        Sealed(
            self.phone()
                .sign_with(&(), |_, _| message)
                .expect("a signed request"),
        )
    }

    /// Sends what was signed.
    pub async fn send(&mut self, sealed: &Sealed) -> Reply {
        self.phone().send(sealed).await.expect("an answer").into()
    }

    /// Sends what was signed to another node.
    pub async fn send_to(&mut self, app: &str, sealed: &Sealed) -> Reply {
        let mut elsewhere = sealed.clone();
        elsewhere.origin = app.to_owned();
        self.send(&elsewhere).await
    }

    /// Sends a request exactly as given.
    pub async fn raw(&mut self, method: &str, path: &str, signature: &str, body: Vec<u8>) -> Reply {
        self.send(&Sealed(SignedRequest {
            origin: self.state.app.clone(),
            method: method.parse().expect("a method"),
            path: path.to_owned(),
            signature: signature.to_owned(),
            body,
        }))
        .await
    }

    // --- Enrolment ---

    /// Enrols at the bank as the customer of this phone's number.
    pub async fn enrol(&mut self, network: &TestNetwork) {
        self.enrol_to_code(network).await;
        let done = self.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        self.identity = done.body["identity"].as_str().expect("identity").to_owned();
    }

    /// Enrols up to where the bank has vouched and the code is still to be chosen.
    pub async fn enrol_to_code(&mut self, network: &TestNetwork) {
        self.begin_enrolment(network).await;
        self.connect_sim(network).await;
        let reply = self.visit_bank(&format!("customer{}", self.n)).await;
        assert!(reply.contains("enrolment="), "{reply}");
    }

    pub async fn begin_enrolment(&mut self, _network: &TestNetwork) -> Reply {
        self.begin_with(&number(self.n)).await
    }

    /// Begins with a number as a person may write it.
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
            self.memory.state.device = Some(answer.device);
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

    /// Goes to the bank and comes back; the last address.
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

    /// Has a code evaluated, blinded, as the first half of registering it: at `/enrolments/E` or `/recoveries/R`.
    pub async fn evaluate(&mut self, at: &str, code: &str) -> Reply {
        let sealed = self.seal_evaluation(at, code);
        self.send(&sealed).await
    }

    /// The request of [`Phone::evaluate`], to be sent more than once.
    pub fn seal_evaluation(&mut self, at: &str, code: &str) -> Sealed {
        let (_, request) = CodeRegistration::start(KeyStretching::None, code).expect("opaque");
        self.seal_message(requests::code(at.trim_start_matches('/'), request))
    }

    /// Registers a code at `/enrolments/E` or `/recoveries/R`: the record, or the refusal.
    pub async fn register_code(&mut self, at: &str, code: &str) -> Result<[u8; 192], Reply> {
        let (state, request) = CodeRegistration::start(KeyStretching::None, code).expect("opaque");
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

    // --- Actions ---

    pub async fn claim(&mut self, link: &str) -> Reply {
        self.exchange(requests::claim(link)).await
    }

    /// Opens an attempt with a code; waits while the SIM is contacted.
    pub async fn attempt(
        &mut self,
        offer: &Offer,
        code: &str,
    ) -> Result<(Attempt, CodeLogin), Reply> {
        let (login, ke1) = CodeLogin::start(KeyStretching::None, code).expect("opaque");
        let clock = Clock::system();
        let until = clock.instant() + SIM_PATIENCE;
        loop {
            let message = requests::attempt(offer, Factor::Code, Some(ke1));
            let reply = self.exchange(message).await;
            match serde_json::from_value(reply.body.clone()) {
                Ok(AttemptResponse::Attempt(attempt)) => return Ok((attempt, login)),
                Ok(AttemptResponse::Wait { .. }) => {
                    assert!(clock.instant() < until, "the SIM never answered");
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
        })
    }

    /// The transcript of an approval.
    pub fn transcript(&self, offer: &Offer, opened: &Opened) -> Transcript {
        self.transcript_of(offer, &opened.attempt, Factor::Code)
    }

    /// The transcript of an approval with a factor. The SIM statement is not checked.
    pub fn transcript_of(&self, offer: &Offer, attempt: &Attempt, factor: Factor) -> Transcript {
        offer.transcript(
            &offer.open().expect("a view"),
            &self.state.issuer,
            self.device_id(),
            attempt.sequence,
            attempt.sim_statement.as_deref(),
            factor,
            Decision::Approve,
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

    /// Types a wrong code and says so, as an honest phone does.
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

    /// The offer of an action of the person's own.
    pub async fn own_offer(&mut self, action: &str) -> Offer {
        let shown = self.get(&format!("/actions/{action}")).await;
        serde_json::from_value(shown.body["offer"].clone())
            .unwrap_or_else(|error| panic!("{error}: {}", shown.body))
    }

    /// Asks for the action that lifts the person's own block.
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
}
