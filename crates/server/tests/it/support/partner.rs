//! A relying party that can also misbehave.

use super::parsed;
use ipse_jose::{SigningKey, b64, jws};
use ipse_openid::client::{
    AssertionAudience, Authentication, IdTokenAlg, Pkce, Registration, ResponseMode, Service,
};
use ipse_protocol::{Clock, ids, sha256};
use ipse_store::partner;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Browser, TestNetwork};

pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A registered partner.
pub struct Partner {
    pub client_id: String,
    pub key: SigningKey,
    pub redirect_uri: String,
    /// What its requests have as scope, if nothing else is said.
    pub scope: String,
    pub issuer: String,
    /// Where requests go: the issuer, or a node beside it.
    pub at: String,
    clock: Clock,
    http: reqwest::Client,
}

/// One login as the partner keeps it.
pub struct Login {
    pub action_page: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// What the token endpoint gave.
#[derive(Debug)]
pub struct Tokens {
    pub status: StatusCode,
    pub body: Value,
}

impl Partner {
    pub async fn register(network: &TestNetwork, overrides: Value) -> Self {
        let key = SigningKey::generate_es256();
        let client_id = String::from(ids::PartnerId::new(&ipse_protocol::Random::system()));
        let redirect_uri = "http://localhost:9/callback".to_owned();
        let registration = Registration {
            client_id: client_id.clone(),
            name: "Winkel Hoek".into(),
            domain: "localhost".into(),
            redirect_uris: vec![redirect_uri.clone()],
            authentication: Authentication::PrivateKeyJwt {
                jwks: ipse_jose::JwkSet {
                    keys: vec![key.public_jwk()],
                }
                .into(),
                audience: AssertionAudience::Issuer,
            },
            require_par: true,
            pkce: Pkce::Required,
            dpop_bound_access_tokens: false,
            fapi: false,
            claims_in_id_token: false,
            response_modes: vec![ResponseMode::Query],
            userinfo_signed_response_alg: None,
            id_token_encryption: None,
            userinfo_encryption: None,
            encryption_keys: ipse_jose::JwkSet::default(),
            reasons: std::collections::BTreeMap::new(),
            id_token_alg: IdTokenAlg::ES256,
            services: vec![Service::login("HOEK_LOGIN")],
            sandbox_people: false,
            jwks_uri: None,
            sector: None,
            sector_identifier_uri: None,
            security_event_endpoint: None,
            replaced: Vec::new(),
        };
        let mut registration = serde_json::to_value(&registration).expect("json");
        if let Value::Object(overrides) = overrides {
            for (name, value) in overrides {
                registration[name] = value;
            }
        }
        let (id, text) = (client_id.clone(), registration.to_string());
        network
            .server
            .scheme
            .store
            .write(move |tx| partner::insert(tx, &parsed(&id), &text, 0))
            .await
            .expect("registered");
        Self {
            client_id,
            key,
            redirect_uri,
            scope: "openid profile".to_owned(),
            issuer: network.issuer.clone(),
            at: network.issuer.clone(),
            clock: network.db.clock().clone(),
            http: network.http.clone(),
        }
    }

    /// A fresh client assertion.
    pub fn assertion(&self) -> String {
        self.assertion_with(json!({}))
    }

    /// A client assertion with members changed; `null` removes one.
    pub fn assertion_with(&self, changes: Value) -> String {
        let now = self.clock.unix_seconds();
        let mut claims = json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.issuer, "iat": now, "exp": now + 60,
            "jti": b64::encode(&ipse_protocol::Random::system().bytes::<16>()),
        });
        if let (Value::Object(changes), Some(claims)) = (changes, claims.as_object_mut()) {
            for (name, value) in changes {
                if value.is_null() {
                    claims.remove(&name);
                } else {
                    claims.insert(name, value);
                }
            }
        }
        jws::sign(&self.key, "JWT", claims.to_string().as_bytes()).expect("signs")
    }

    /// The parameters of an ordinary request.
    pub fn request(&self, login: &Login) -> Vec<(String, String)> {
        [
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("scope", &self.scope),
            ("redirect_uri", &self.redirect_uri),
            ("state", &login.state),
            ("nonce", &login.nonce),
            ("acr_values", "advanced"),
            (
                "code_challenge",
                &b64::encode(&sha256(login.verifier.as_bytes())),
            ),
            ("code_challenge_method", "S256"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .to_vec()
    }

    pub fn login(&self) -> Login {
        let random = || b64::encode(&ipse_protocol::Random::system().bytes::<32>());
        Login {
            action_page: String::new(),
            state: random(),
            nonce: random(),
            verifier: random(),
        }
    }

    /// Pushes parameters; the answer as it is.
    pub async fn push(&self, mut parameters: Vec<(String, String)>) -> (StatusCode, Value) {
        parameters.push(("client_assertion_type".into(), ASSERTION_TYPE.into()));
        parameters.push(("client_assertion".into(), self.assertion()));
        self.post("/par", &parameters).await
    }

    /// Posts a form to the issuer.
    pub async fn post(&self, path: &str, parameters: &[(String, String)]) -> (StatusCode, Value) {
        let response = self
            .http
            .post(format!("{}{path}", self.at))
            .form(parameters)
            .send()
            .await
            .expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// Where the browser goes with a pushed request.
    pub fn authorize_url(&self, request_uri: &str) -> String {
        url::Url::parse_with_params(
            &format!("{}/authorize", self.at),
            [
                ("client_id", self.client_id.as_str()),
                ("request_uri", request_uri),
            ],
        )
        .expect("a URL")
        .to_string()
    }

    /// Starts a login in a browser and stops at the sign-in page.
    pub async fn begin(&self, browser: &mut Browser) -> Login {
        self.begin_with(browser, &[]).await
    }

    /// As [`Partner::begin`], with parameters replaced.
    pub async fn begin_with(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> Login {
        let mut login = self.login();
        let mut request = self.request(&login);
        for (name, value) in changes {
            request.retain(|(k, _)| k != name);
            request.push(((*name).to_owned(), (*value).to_owned()));
        }
        let (status, pushed) = self.push(request).await;
        assert_eq!(status, StatusCode::CREATED, "{pushed}");
        let request_uri = pushed["request_uri"].as_str().expect("request_uri");
        let page = browser.get(&self.authorize_url(request_uri)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        login.action_page = page.action_page(&self.at);
        login
    }

    /// Redeems a code.
    pub async fn redeem(&self, code: &str, verifier: &str) -> Tokens {
        self.redeem_with(code, verifier, &[]).await
    }

    /// The form that redeems a code.
    pub fn redemption(&self, code: &str, verifier: &str) -> Vec<(String, String)> {
        let assertion = self.assertion();
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", verifier),
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .to_vec()
    }

    /// Redeems a code with parameters replaced.
    pub async fn redeem_with(
        &self,
        code: &str,
        verifier: &str,
        changes: &[(&str, &str)],
    ) -> Tokens {
        let mut parameters = self.redemption(code, verifier);
        for (name, value) in changes {
            parameters.retain(|(k, _)| k != name);
            parameters.push(((*name).to_owned(), (*value).to_owned()));
        }
        let (status, body) = self.post("/token", &parameters).await;
        Tokens { status, body }
    }

    /// Asks for userinfo.
    pub async fn userinfo(&self, token: &str) -> (StatusCode, Value) {
        let response = self
            .http
            .get(format!("{}/userinfo", self.at))
            .bearer_auth(token)
            .send()
            .await
            .expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }
}

impl Tokens {
    /// The claims of the ID token, not verified.
    pub fn claims(&self) -> Value {
        let token = self.body["id_token"].as_str().expect("id_token");
        let parsed = jws::decode_unverified(token, 8192).expect("a JWS");
        serde_json::from_slice(&parsed.payload).expect("claims")
    }

    pub fn access_token(&self) -> &str {
        self.body["access_token"].as_str().expect("access_token")
    }
}

/// A parameter of a redirect.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    url::Url::parse(url)
        .ok()?
        .query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
