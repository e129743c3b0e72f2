//! A bank in this process, its client, and a browser.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use ipse_demo::bank::{self, Bank, Client, Config, Customer, Fault, Look};
use ipse_jose::{Alg, JwkSet, SigningKey, VerifyingKey, b64, jwe::DecryptionKey, jws, sha256};
use ipse_protocol::{Clock, Random};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const ISSUER: &str = "http://localhost:4004";
pub const CALLBACK: &str = "http://localhost:4001/registrars/callback";
pub const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub struct TestNetwork {
    clock: Clock,
    pub key: SigningKey,
    pub decryption: DecryptionKey,
    router: Router,
    _home: tempfile::TempDir,
}

/// A response with its body.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn location(&self) -> String {
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// The value of a hidden field in the form with this id.
    pub fn hidden(&self, form: &str) -> String {
        let from = self
            .body
            .find(&format!("<form id=\"{form}\""))
            .expect("the form is there");
        let rest = &self.body[from..];
        let value = rest.split("name=\"csrf\" value=\"").nth(1).unwrap();
        value.split('"').next().unwrap().to_owned()
    }

    /// A parameter of the redirect.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.location()).unwrap();
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

pub fn customer(id: &str, given_name: &str, national_number: &str) -> Customer {
    Customer {
        id: id.to_owned(),
        given_name: given_name.to_owned(),
        family_name: "Specimen".to_owned(),
        birthdate: "1971-03-14".parse().unwrap(),
        nationalities: vec!["BE".to_owned()],
        national_number: national_number.to_owned(),
        document_number: "599000000182".to_owned(),
        document_expiry: "2032-02-01".parse().unwrap(),
        verified_at: "2024-03-01T09:12:00Z".parse().unwrap(),
        gender: Some("female".to_owned()),
        place_of_birth: None,
        address: None,
        picture: None,
        listed: true,
        fault: None,
    }
}

pub fn full_claims() -> Value {
    json!({"userinfo": {"verified_claims": {
        "verification": {"trust_framework": null, "assurance_level": {"values": ["substantial", "high"]}, "time": null,
            "assurance_process": null, "verification_process": null, "evidence": [{"type": {"value": "document"}}]},
        "claims": {"given_name": null, "family_name": null, "birthdate": null, "nationalities": null,
            "https://ipse.example/claims/be_national_number": null},
    }}})
}

impl TestNetwork {
    pub fn new() -> Self {
        Self::with_fault(None)
    }

    pub fn with_fault(fault: Option<Fault>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let key = SigningKey::generate_es256();
        let decryption = DecryptionKey::generate_ec();
        let config = Config {
            name: "Bank Anker".to_owned(),
            issuer: ISSUER.to_owned(),
            listen: "127.0.0.1:4004".parse().unwrap(),
            look: Look::Anker,
            trust_framework: bank::TRUST_FRAMEWORK.to_owned(),
            assurance_level: "high".to_owned(),
            fault,
            client: Client {
                client_id: "ipse".to_owned(),
                issuer: "https://ipse.example".to_owned(),
                name: "Ipse".to_owned(),
                redirect_uris: vec![CALLBACK.to_owned()],
                jwks: JwkSet {
                    keys: vec![key.public_jwk(), decryption.public_jwk()],
                },
            },
            customers: vec![
                customer("an", "An <b>", "71715100070"),
                customer("tom", "Tom", "71715100169"),
            ],
        };
        let keys = ipse_keys::FileKeyStore::init(home.path(), &bank::make_keys).unwrap();
        let clock = Clock::system();
        let bank = Bank::new(config, Box::new(keys), clock.clone(), Random::system()).unwrap();
        Self {
            router: bank::router(Arc::new(bank)),
            clock,
            key,
            decryption,
            _home: home,
        }
    }

    /// The time of the bank, in seconds.
    pub fn now(&self) -> i64 {
        self.clock.unix_seconds()
    }

    /// Moves the time of the bank.
    pub fn shift(&self, seconds: i64) {
        self.clock.shift(seconds * 1000);
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(Request::post(path).body(Body::from(body)).unwrap())
            .await
    }

    /// A client assertion. `change` may make it wrong.
    pub fn assertion_by(&self, key: &SigningKey, change: impl FnOnce(&mut Value)) -> String {
        let now = self.now();
        let jti = b64::encode(&Random::system().bytes::<16>());
        let mut claims = json!({"iss": "ipse", "sub": "ipse", "aud": ISSUER, "iat": now, "exp": now + 60, "jti": jti});
        change(&mut claims);
        jws::sign(
            key,
            "client-authentication+jwt",
            claims.to_string().as_bytes(),
        )
        .expect("signs")
    }

    pub fn assertion(&self) -> String {
        self.assertion_by(&self.key, |_| ())
    }

    /// The parameters of a valid request.
    pub fn request(&self) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", "ipse".to_owned()),
            ("response_type", "code".to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("scope", "openid".to_owned()),
            ("state", "a-state".to_owned()),
            ("nonce", "a-nonce".to_owned()),
            ("code_challenge", b64::encode(&sha256(VERIFIER.as_bytes()))),
            ("code_challenge_method", "S256".to_owned()),
            ("ui_locales", "en".to_owned()),
            ("claims", full_claims().to_string()),
            ("client_assertion_type", ASSERTION_TYPE.to_owned()),
            ("client_assertion", self.assertion()),
        ]
    }

    /// Pushes the valid request with some parameters replaced. An empty value removes one.
    pub async fn push(&self, replaced: &[(&'static str, &str)]) -> Answer {
        let mut fields = self.request();
        for (name, value) in replaced {
            fields.retain(|(other, _)| other != name);
            fields.push((name, (*value).to_owned()));
        }
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.post_form("/par", &fields).await
    }

    /// Pushes a request and opens it in a new browser.
    pub async fn with_session(&self, replaced: &[(&'static str, &str)]) -> Browser<'_> {
        let pushed = self.push(replaced).await;
        assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.body);
        let mut browser = self.browser();
        let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let answer = browser.authorize(&uri).await;
        assert_eq!(answer.location(), "/sign-in");
        browser
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser {
            network: self,
            cookie: String::new(),
        }
    }

    /// A code of a customer who agreed.
    pub async fn code(&self, replaced: &[(&'static str, &str)]) -> String {
        let mut browser = self.with_session(replaced).await;
        browser.sign_in("an").await;
        browser.agree().await.parameter("code").unwrap()
    }

    pub async fn redeem(&self, code: &str, replaced: &[(&'static str, &str)]) -> Answer {
        let assertion = self.assertion();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        for (name, value) in replaced {
            fields.retain(|(other, _)| other != name);
            fields.push((name, value));
        }
        self.post_form("/token", &fields).await
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        let request =
            Request::get("/userinfo").header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The bank's public key, from `/jwks`.
    pub async fn bank_key(&self) -> VerifyingKey {
        let answer = self
            .send(Request::get("/jwks").body(Body::empty()).unwrap())
            .await;
        let jwks = JwkSet::parse(answer.body.as_bytes()).unwrap();
        VerifyingKey::from_jwk(&jwks.keys[0], Alg::Es256).unwrap()
    }

    /// The payload of a token that verifies.
    pub async fn verified(&self, token: &str) -> Value {
        let parsed = jws::decode_unverified(token, 16 * 1024).unwrap();
        parsed.verify(&self.bank_key().await, &["JWT"]).unwrap();
        serde_json::from_slice(&parsed.payload).unwrap()
    }

    /// Decrypts userinfo and does not verify it.
    pub fn decrypted(&self, body: &str) -> String {
        let (_, inner) = ipse_jose::jwe::decrypt(&self.decryption, body).unwrap();
        String::from_utf8(inner).unwrap()
    }

    /// ID token and userinfo of a whole run.
    pub async fn whole(&self, replaced: &[(&'static str, &str)]) -> (Value, Value) {
        let code = self.code(replaced).await;
        let tokens = self.redeem(&code, &[]).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        let tokens = tokens.json();
        let id_token = self.verified(tokens["id_token"].as_str().unwrap()).await;
        let userinfo = self
            .userinfo(tokens["access_token"].as_str().unwrap())
            .await;
        assert_eq!(userinfo.status, StatusCode::OK, "{}", userinfo.body);
        assert_eq!(userinfo.headers[header::CONTENT_TYPE], "application/jwt");
        (
            id_token,
            self.verified(&self.decrypted(&userinfo.body)).await,
        )
    }
}

pub struct Browser<'a> {
    network: &'a TestNetwork,
    pub cookie: String,
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        let answer = self
            .network
            .send(request.body(Body::empty()).unwrap())
            .await;
        self.keep(&answer);
        answer
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path).header(header::COOKIE, &self.cookie);
        self.network
            .send(request.body(Body::from(body)).unwrap())
            .await
    }

    fn keep(&mut self, answer: &Answer) {
        if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
            self.cookie = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .to_owned();
        }
    }

    pub async fn authorize(&mut self, request_uri: &str) -> Answer {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", "ipse"), ("request_uri", request_uri)])
            .finish();
        self.get(&format!("/authorize?{query}")).await
    }

    pub async fn sign_in(&mut self, customer: &str) -> Answer {
        let page = self.get("/sign-in").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let csrf = page.hidden("sign-in");
        self.post("/sign-in", &[("csrf", &csrf), ("customer", customer)])
            .await
    }

    pub async fn agree(&mut self) -> Answer {
        let csrf = self.get("/agree").await.hidden("agree");
        self.post("/agree", &[("csrf", &csrf)]).await
    }
}
