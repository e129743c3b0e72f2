//! A phone in memory that speaks the protocol by hand, so that tests can bend every message.

use ipse_jose::SigningKey;
use ipse_protocol::code::{code_proof, proof_hash};
use ipse_protocol::device_request::{HEADER, RequestClaims};
use ipse_protocol::opaque::{ClientLogin, ClientRegistration, Identity as NoStretching};
use ipse_protocol::terms::{Decision, Factor, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{
    ApproveRequest, Attempt, AttemptRequest, AttemptResponse, DecisionResponse, DeviceKey, Offer,
};
use reqwest::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::network::{BANK, number};
use super::{Browser, Sealed, TestNetwork};

/// The code that test phones choose.
pub const CODE: &str = "58204";

/// An answer of the phone face.
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

    /// The body, of a form.
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

/// A phone.
pub struct Phone {
    pub n: usize,
    pub key: SigningKey,
    /// Device id; the key's thumbprint before there is one.
    pub kid: String,
    pub sequence: u64,
    pub identity: String,
    pub app: String,
    pub issuer: String,
    pub code: String,
    pub enrolment: String,
    pub browser: Browser,
    http: reqwest::Client,
}

/// An opened attempt with OPAQUE's state.
pub struct Opened {
    pub attempt: Attempt,
    pub session_key: Vec<u8>,
    pub ke3: Vec<u8>,
}

impl Phone {
    pub fn new(network: &TestNetwork, n: usize) -> Self {
        let key = SigningKey::generate_es256();
        Self {
            n,
            kid: key.kid().to_owned(),
            key,
            sequence: 0,
            identity: String::new(),
            app: network.app.clone(),
            issuer: network.issuer.clone(),
            code: CODE.to_owned(),
            enrolment: String::new(),
            browser: network.browser(),
            http: network.http.clone(),
        }
    }

    /// The same key and state in another phone, as a thief of the data has it.
    pub fn copy(&self) -> Self {
        Self {
            key: SigningKey::from_pkcs8(ipse_jose::Alg::Es256, &self.key.to_pkcs8()).expect("key"),
            kid: self.kid.clone(),
            identity: self.identity.clone(),
            app: self.app.clone(),
            issuer: self.issuer.clone(),
            code: self.code.clone(),
            enrolment: self.enrolment.clone(),
            browser: self.browser.clone(),
            http: self.http.clone(),
            ..*self
        }
    }

    /// Claims for the next request.
    pub fn claims(&mut self, method: &str, path: &str, body: &[u8]) -> RequestClaims {
        self.sequence += 1;
        RequestClaims::new(&self.app, method, path, body, &self.kid, self.sequence)
    }

    /// Sends a request exactly as given.
    pub async fn raw(&mut self, method: &str, path: &str, signature: &str, body: Vec<u8>) -> Reply {
        let url = format!("{}{path}", self.app);
        let mut request = match method {
            "GET" => self.http.get(url),
            _ => self
                .http
                .post(url)
                .header("content-type", "application/json")
                .body(body),
        };
        request = request.header(HEADER, signature);
        let response = request.send().await.expect("an answer");
        self.browser.take_cookies(&response);
        let status = response.status();
        let text = response.text().await.expect("a body");
        Reply {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    pub async fn post(&mut self, path: &str, body: &impl Serialize) -> Reply {
        let path = format!("/phone/v1{path}");
        let bytes = serde_json::to_vec(body).expect("json");
        let signature = self.claims("POST", &path, &bytes).sign(&self.key);
        self.raw("POST", &path, &signature, bytes).await
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        let path = format!("/phone/v1{path}");
        let signature = self.claims("GET", &path, b"").sign(&self.key);
        self.raw("GET", &path, &signature, Vec::new()).await
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

    pub async fn begin_enrolment(&mut self, _world: &TestNetwork) -> Reply {
        self.begin_with(&number(self.n)).await
    }

    /// Begins with a number as a person may write it.
    pub async fn begin_with(&mut self, phone_number: &str) -> Reply {
        let body = json!({
            "phone_number": phone_number, "device_key": DeviceKey::of(&self.key).expect("key"),
            "device_name": "Test phone", "key_kind": "software", "language": "en",
        });
        let reply = self.post("/enrolments", &body).await;
        if let Some(device) = reply.body["device"].as_str() {
            self.kid = device.to_owned();
            self.enrolment = reply.body["enrolment"]
                .as_str()
                .expect("enrolment")
                .to_owned();
        }
        reply
    }

    pub async fn connect_sim(&mut self, network: &TestNetwork) {
        let sent = self
            .post(&format!("/enrolments/{}/sim", self.enrolment), &json!({}))
            .await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let secret = self.last_secret(network).await;
        let answer = self
            .post(
                &format!("/enrolments/{}/sim/answer", self.enrolment),
                &json!({"secret": secret}),
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }

    /// The secret in the handset's newest message.
    pub async fn last_secret(&self, network: &TestNetwork) -> String {
        let url = url::Url::parse_with_params(
            &format!("{}/handset/messages", network.operator_url),
            [("number", number(self.n))],
        )
        .expect("a URL");
        let messages: Value = self
            .http
            .get(url)
            .send()
            .await
            .expect("answer")
            .json()
            .await
            .expect("json");
        let text = messages["messages"]
            .as_array()
            .and_then(|all| all.iter().max_by_key(|m| m["time"].as_i64()))
            .and_then(|m| m["text"].as_str())
            .expect("a message");
        let digits: Vec<&str> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|run| run.len() == 6)
            .collect();
        (*digits.first().expect("six digits")).to_owned()
    }

    /// Goes to the bank and comes back; the last address.
    pub async fn visit_bank(&mut self, customer: &str) -> String {
        let path = format!("/enrolments/{}/bank", self.enrolment);
        let reply = self.post(&path, &json!({"bank": BANK})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let url = reply.body["authorization_url"]
            .as_str()
            .expect("url")
            .to_owned();
        let callback = self.sign_in_at_bank(&url, customer).await;
        self.browser
            .get(&callback)
            .await
            .location
            .expect("back to the app")
    }

    /// Signs in and agrees at the bank: the callback's address, not visited yet.
    pub async fn sign_in_at_bank(&mut self, authorization_url: &str, customer: &str) -> String {
        let app = self.app.clone();
        let mut page = self.browser.get(authorization_url).await;
        let mut here = authorization_url.to_owned();
        for _ in 0..12 {
            if let Some(location) = page.location.clone() {
                if location.starts_with(&app) {
                    return location;
                }
                page = self.browser.get(&location).await;
                here = location;
                continue;
            }
            let (form, sign_in) = match page.form("sign-in") {
                Some(form) => (form, true),
                None => (
                    page.form("agree")
                        .unwrap_or_else(|| panic!("no form: {}", page.text)),
                    false,
                ),
            };
            let (action, mut inputs) = form;
            if sign_in {
                inputs.retain(|(name, _)| name != "customer");
                inputs.push(("customer".into(), customer.to_owned()));
            }
            let target = url::Url::parse(&here)
                .expect("url")
                .join(&action)
                .expect("url")
                .to_string();
            let pairs: Vec<(&str, &str)> = inputs
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            page = self.browser.post(&target, &pairs).await;
            here = target;
        }
        panic!("the bank does not come to an end")
    }

    /// Chooses the code and completes.
    /// Has a code evaluated, blinded, as the first half of registering it: at `/enrolments/E` or `/recoveries/R`.
    pub async fn evaluate(&mut self, at: &str, code: &str) -> Reply {
        let sealed = self.seal_evaluation(at, code);
        self.send(&sealed).await
    }

    /// The request of [`Phone::evaluate`], to be sent more than once.
    pub fn seal_evaluation(&mut self, at: &str, code: &str) -> Sealed {
        let (_, request) = ClientRegistration::<NoStretching>::start(code).expect("opaque");
        let body = json!({"registration_request": ipse_jose::b64::encode(&request)});
        self.seal(&format!("{at}/code"), &body)
    }

    pub async fn finish_enrolment(&mut self) -> Reply {
        let (registration, request) =
            ClientRegistration::<NoStretching>::start(&self.code).expect("opaque");
        let request = ipse_jose::b64::encode(&request);
        let path = format!("/enrolments/{}/code", self.enrolment);
        let answer = self
            .post(&path, &json!({"registration_request": request}))
            .await;
        let Some(response) = answer.body["registration_response"].as_str() else {
            return answer;
        };
        let response = ipse_jose::b64::decode(response).expect("b64");
        let record = registration.finish(&response).expect("opaque");
        let body = json!({
            "registration_record": ipse_jose::b64::encode(&record), "terms_version": "2026-11", "unlock": null,
        });
        let path = format!("/enrolments/{}/complete", self.enrolment);
        self.post(&path, &body).await
    }

    // --- Actions ---

    pub async fn claim(&mut self, link: &str) -> Reply {
        self.post("/actions/claim", &json!({"link": link})).await
    }

    /// Opens an attempt with a code; waits while the SIM is contacted.
    pub async fn attempt(
        &mut self,
        offer: &Offer,
        code: &str,
    ) -> Result<(Attempt, ClientLogin<NoStretching>), Reply> {
        let (login, ke1) = ClientLogin::<NoStretching>::start(code).expect("opaque");
        let body = AttemptRequest {
            factor: Factor::Code,
            nonce: offer.nonce,
            view_hash: offer.view_hash().into(),
            ke1: Some(ke1.into()),
        };
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let reply = self
                .post(&format!("/actions/{}/attempt", offer.action), &body)
                .await;
            match serde_json::from_value(reply.body.clone()) {
                Ok(AttemptResponse::Attempt(attempt)) => return Ok((attempt, login)),
                Ok(AttemptResponse::Wait { .. }) => {
                    assert!(std::time::Instant::now() < until, "the SIM never answered");
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
        offer.transcript(
            &offer.open().expect("a view"),
            &self.issuer,
            &self.kid,
            opened.attempt.sequence,
            opened.attempt.sim_statement.as_deref(),
            Factor::Code,
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
        let body = serde_json::to_vec(&ApproveRequest {
            attempt: opened.attempt.attempt.clone(),
            t: t.into(),
            ke3: Some(<[u8; 64]>::try_from(&*opened.ke3).expect("KE3").into()),
            code_proof: Some(proof.into()),
            assertion: None,
        })
        .expect("json");
        let path = format!("/phone/v1/actions/{action}/approve");
        let signature = self
            .claims("POST", &path, &body)
            .with_decision(t, proof_hash(&opened.ke3, &proof))
            .sign(&self.key);
        self.raw("POST", &path, &signature, body).await
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
                let path = format!("/actions/{}/wrong", offer.action);
                self.post(&path, &json!({"attempt": attempt.attempt})).await
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
        let begun = self.post("/unblock", &json!({})).await;
        let action = begun.body["action"].as_str();
        let action = action.unwrap_or_else(|| panic!("{}", begun.body));
        self.own_offer(action).await
    }

    pub async fn refuse(&mut self, offer: &Offer) -> Reply {
        let (sealed, _) = self.seal_refusal(offer, RefusalReason::Person);
        self.send(&sealed).await
    }
}
