//! A transport that keeps what was sent, and answers from a list.

use std::collections::VecDeque;

use ipse_jose::SigningKey;
use ipse_phone::{
    Answer, Error, KeyStretching, Memory, Outgoing, Phone, Result, SignedRequest, State, Transport,
};
use ipse_protocol::device_request::{self, HEADER, RequestClaims};
use ipse_protocol::{Clock, Random};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

/// Origin of the app.
pub const APP: &str = "http://localhost:4001";
/// Device id of the phone.
pub const DEVICE: &str = "dev_AAAAAAAAAAAAAAAAAAAAAA";

/// Keeps requests and answers from a list.
#[derive(Default)]
pub struct Script {
    /// What was sent, in order.
    pub sent: Vec<SignedRequest>,
    /// Status and body of the answers to come.
    pub answers: VecDeque<(u16, String)>,
}

impl Script {
    /// Answers with these, in order.
    pub fn of(answers: &[(u16, &str)]) -> Self {
        let answers = answers.iter();
        Script {
            sent: Vec::new(),
            answers: answers.map(|(s, b)| (*s, (*b).to_owned())).collect(),
        }
    }

    /// What the device signed about each request.
    pub fn claims(&self) -> Vec<RequestClaims> {
        let claims = self.sent.iter().map(|request| {
            let parsed = device_request::parse(&request.signature);
            parsed.expect("a device signature").claims
        });
        claims.collect()
    }
}

impl Transport for Script {
    async fn send(&mut self, request: Outgoing<'_>) -> Result<Answer> {
        let mut headers = request.headers.iter();
        let signature = headers.find(|(name, _)| *name == HEADER);
        self.sent.push(SignedRequest {
            origin: request.origin.to_owned(),
            method: request.method.clone(),
            path: request.path.to_owned(),
            signature: signature.map_or("", |(_, value)| value).to_owned(),
            body: request.body.to_owned(),
        });
        let (status, body) = self
            .answers
            .pop_front()
            .ok_or_else(|| Error::offline("no answer left"))?;
        Ok(Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: body.into(),
        })
    }
}

/// State of an enrolled phone.
pub fn memory() -> Memory {
    let key = SigningKey::generate_es256();
    let state = State {
        app: APP.into(),
        issuer: "http://localhost:4000".into(),
        log_key: key.public_jwk(),
        rp_id: "localhost".into(),
        phone_number: "+32470000007".into(),
        device: Some(DEVICE.into()),
        enrolment: None,
        identity: Some("idn_AAAAAAAAAAAAAAAAAAAAAA".into()),
        birth_date: None,
        operator: None,
        handsets: Vec::new(),
    };
    Memory::new(key, state)
}

/// The phone with this state, whose requests get these answers.
pub fn phone<'a>(
    script: &'a mut Script,
    memory: &'a mut Memory,
) -> Phone<&'a mut Script, &'a mut Memory> {
    Phone::new(script, memory, Clock::system(), Random::system())
        .with_stretching(KeyStretching::None)
}
