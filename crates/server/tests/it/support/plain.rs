//! A client as the conformance suite registers it for Basic OP and Form Post Basic OP: a secret, plain requests, neither PKCE nor
//! a nonce.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use ipse_jose::{b64, jws};
use ipse_openid::client::{Authentication, SecretHash};
use ipse_openid::metadata::Metadata;
use ipse_protocol::Random;
use ipse_protocol::ids::PartnerId;
use serde_json::{Value, json};

use super::Page;
use super::oidc::{Answer, ISSUER, PERSON, REDIRECT, TestServer, action_of, plain_url};

const SECRET: &str = "secret";

/// The client, in place of the pushing partner of a [`TestServer`].
pub struct Plain {
    pub server: TestServer,
    /// `response_mode` of its requests; none leaves it out.
    mode: Option<&'static str>,
}

/// A response, as the client's callback gets it.
pub type Response = BTreeMap<String, String>;

/// One request, and the browser in which it was made.
pub struct Begun {
    pub sent: Response,
    pub answer: Answer,
    cookie: Option<String>,
}

impl Plain {
    /// A client whose requests have this response mode.
    pub async fn registered(mode: Option<&'static str>) -> Self {
        let mut server = TestServer::new().await;
        let now = server.server.scheme.clock.unix_seconds();
        let mut members = json!({
            "client_name": "Winkel Zee", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "client_secret_basic",
            "pkce": "waived", "pkce_until": now + 90 * 86_400, "reasons": {"pkce": "the suite"},
        });
        if mode.is_some() {
            members["response_modes"] = json!(["query", "form_post"]);
            members["reasons"]["response_modes"] = "the suite".into();
        }
        let read = Metadata::read(members.as_object().unwrap()).unwrap();
        let id = String::from(PartnerId::new(&Random::system()));
        let secret = SecretHash::of(SECRET);
        let authentication = Authentication::ClientSecretBasic { secret };
        let registration = read.register(id.clone(), authentication, None, now);
        assert!(registration.without_reason(None).is_empty());
        server.keep(&registration).await;
        server.partner = id;
        Self { server, mode }
    }

    /// The parameters of a request, in which an empty value leaves one out.
    fn parameters(&self, changes: &[(&str, &str)]) -> Response {
        let random = || b64::encode(&Random::system().bytes::<12>());
        let mut all: Response = [
            ("client_id", self.server.partner.clone()),
            ("redirect_uri", REDIRECT.to_owned()),
            ("scope", "openid".to_owned()),
            ("state", random()),
            ("nonce", random()),
            ("response_type", "code".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if let Some(mode) = self.mode {
            all.insert("response_mode".to_owned(), mode.to_owned());
        }
        for (name, value) in changes {
            all.insert((*name).to_owned(), (*value).to_owned());
        }
        all.retain(|_, value| !value.is_empty());
        all
    }

    /// Sends a new browser with a request.
    pub async fn ask(&self, changes: &[(&str, &str)]) -> Begun {
        self.ask_again(None, changes).await
    }

    /// Sends a browser with a request; the one of an earlier request, if there is one.
    pub async fn ask_again(&self, earlier: Option<&Begun>, changes: &[(&str, &str)]) -> Begun {
        let sent = self.parameters(changes);
        let pairs: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let pairs: Vec<_> = pairs
            .into_iter()
            .filter(|(n, _)| *n != "client_id")
            .collect();
        let known = earlier.and_then(|earlier| earlier.cookie.clone());
        let cookies: Vec<_> = known.iter().map(|cookie| ("cookie", &**cookie)).collect();
        let url = plain_url(&self.server.partner, &pairs);
        let answer = self.server.get(&url, &cookies).await;
        let cookie = answer.cookie().or(known);
        Begun {
            sent,
            answer,
            cookie,
        }
    }

    /// The same request by `POST`.
    pub async fn ask_by_post(&self) -> Begun {
        let sent = self.parameters(&[]);
        let pairs: Vec<_> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = self.server.post("/authorize", &pairs, &[]).await;
        let cookie = answer.cookie();
        Begun {
            sent,
            answer,
            cookie,
        }
    }

    /// A person approves. The response goes to the callback.
    pub async fn approved(&self, asked: &Begun) -> Response {
        let page = asked.answer.location().to_owned();
        assert!(page.starts_with("/sign-in?action="), "no login but {page}");
        self.server.approve(&action_of(&page), &PERSON).await;
        let cookie = asked.cookie.as_deref().unwrap();
        let back = self.server.get(&page, &[("cookie", cookie)]).await;
        let response = self.response(&back);
        assert_eq!(response.get("state"), asked.sent.get("state"));
        assert_eq!(response["iss"], ISSUER);
        response
    }

    /// What an answer takes to the callback, in the mode of the request.
    pub fn response(&self, answer: &Answer) -> Response {
        if self.mode.is_some() {
            let page = Page {
                status: answer.status,
                location: None,
                text: answer.text.clone(),
            };
            let (action, inputs) = page.form("answer").expect("a form");
            assert_eq!(action, REDIRECT);
            return inputs.into_iter().collect();
        }
        let (callback, query) = answer.location().split_once('?').unwrap();
        assert_eq!(callback, REDIRECT);
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// Redeems a code with the secret in the header.
    pub async fn redeem(&self, code: &str) -> Answer {
        let pair = format!("{}:{SECRET}", self.server.partner);
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        let header = format!("Basic {pair}");
        let form = redemption(code);
        let headers = [("authorization", &*header)];
        self.server.post("/token", &form, &headers).await
    }

    /// Redeems a code with the secret in the form.
    pub async fn redeem_by_form(&self, code: &str) -> Answer {
        let mut form = redemption(code).to_vec();
        form.extend([
            ("client_id", &*self.server.partner),
            ("client_secret", SECRET),
        ]);
        self.server.post("/token", &form, &[]).await
    }

    /// A whole login: request, approval, tokens. Returns the claims of the ID token, the access token and the code.
    pub async fn log_in(&self, changes: &[(&str, &str)]) -> (Value, String, String) {
        self.finish(&self.ask(changes).await).await
    }

    /// The rest of a login.
    pub async fn finish(&self, asked: &Begun) -> (Value, String, String) {
        let code = self.approved(asked).await["code"].clone();
        let tokens = self.redeem(&code).await;
        let claims = self.checked(asked, &tokens).await;
        let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
        (claims, token, code)
    }

    /// The claims of the ID token of an answer, after the checks that each module makes.
    pub async fn checked(&self, asked: &Begun, tokens: &Answer) -> Value {
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
        assert_eq!(tokens.headers[header::CACHE_CONTROL], "no-store");
        let answer = tokens.json();
        assert_eq!(answer["token_type"], "Bearer");
        let parsed = jws::decode_unverified(answer["id_token"].as_str().unwrap(), 8192).unwrap();
        assert_eq!(parsed.header.alg.name(), "RS256");
        let keys = self.server.get("/jwks", &[]).await.json();
        let kid = parsed.header.kid.as_deref().unwrap();
        let keys = keys["keys"].as_array().unwrap();
        assert!(keys.iter().any(|key| key["kid"] == kid));
        let claims: Value = serde_json::from_slice(&parsed.payload).unwrap();
        assert_eq!(claims["iss"], ISSUER);
        assert_eq!(claims["aud"], *self.server.partner);
        let nonce = asked.sent.get("nonce");
        assert_eq!(
            claims.get("nonce").and_then(Value::as_str),
            nonce.map(String::as_str)
        );
        assert_eq!(claims["acr"], "basic");
        claims
    }

    /// Userinfo by `GET`.
    pub async fn userinfo(&self, token: &str) -> Answer {
        super::oidc::fetch_userinfo(&self.server, token).await
    }

    /// Userinfo by `POST`, with the token in the header or in the form.
    pub async fn userinfo_by_post(&self, token: &str, in_form: bool) -> Answer {
        if in_form {
            return self
                .server
                .post("/userinfo", &[("access_token", token)], &[])
                .await;
        }
        let request = Request::post("/userinfo").header("authorization", format!("Bearer {token}"));
        self.server.send(request.body(Body::empty()).unwrap()).await
    }
}

fn redemption(code: &str) -> [(&str, &str); 3] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
    ]
}
