//! The tests' phone: `ipse-phone` in memory, without key stretching, with helpers that return each answer as it came.
//!
//! A test that needs a misbehaving phone changes the state (`phone.sequence`, `phone.key`), sends a signed request again
//! or to another node ([`Phone::seal`], [`Phone::send`]), or has every request changed ([`Phone::misbehave`]).

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use ipse_jose::SigningKey;
use ipse_phone::{
    Answer, Interceptor, KeyStretching, Memory, Message, Request, SignedRequest, State,
};
use ipse_protocol::wire::Handset;
use ipse_protocol::{Clock, Random};
use ipse_scheme::device::Incoming;
use reqwest::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::network::{OPERATOR, number};
use super::{Browser, TestNetwork};

/// The code that test phones choose.
pub const CODE: &str = "58204";

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
    /// The real time: the phone's messages hold no time, and only its waiting depends on it.
    pub clock: Clock,
    pub random: Random,
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
            clock: Clock::system(),
            random: Random::system(),
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
            clock: self.clock.clone(),
            random: self.random.clone(),
            interceptor: None,
            memory: self.memory.clone(),
        }
    }

    /// The library's phone.
    pub fn phone(&mut self) -> ipse_phone::Phone<&mut Browser, &mut Memory> {
        ipse_phone::Phone::new(
            &mut self.browser,
            &mut self.memory,
            self.clock.clone(),
            self.random.clone(),
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
}
