//! A scheme with one partner, and a browser that keeps its cookie.

use ipse_protocol::Random;
use ipse_protocol::ids::{ActionId, IdentityId, PartnerId};
use ipse_protocol::terms::ActionStatus;
use ipse_scheme::actor::Actor;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use ipse_jose::{JwkSet, SigningKey, b64};
use ipse_openid::authn::{ASSERTION_TYPE, sign_assertion};
use ipse_openid::client::Service;
use ipse_openid::client::{
    AssertionAudience, Authentication, IdTokenAlg, Pkce, Registration, ResponseMode, SecretHash,
};
use ipse_protocol::{Clock, sha256};
use ipse_server::Server;
use ipse_server::config::ServerConfig;
use ipse_store::action::end;
use ipse_store::grant::{self, Grant, GrantStatus};
use ipse_store::testing::TestDb;
use ipse_store::{StoreError, identity};
use ipse_texts::Language;
use serde_json::Value;
use tower::ServiceExt;

pub const ISSUER: &str = "http://localhost:4000";
pub const REDIRECT: &str = "https://shop.example/cb";
/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn location(&self) -> &str {
        let location = self.headers.get(header::LOCATION);
        location
            .unwrap_or_else(|| panic!("no redirect: {} {}", self.status, self.text))
            .to_str()
            .unwrap()
    }

    /// Where this sign-in page is had again.
    pub fn action_page(&self) -> String {
        let action = between(&self.text, "data-action=\"", "\"");
        format!("/sign-in?action={action}")
    }

    /// The `error` of a JSON answer.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// The stable code of a page.
    pub fn page_code(&self) -> &str {
        assert!(
            self.headers[header::CONTENT_TYPE]
                .to_str()
                .unwrap()
                .starts_with("text/html"),
            "{}",
            self.text
        );
        between(&self.text, "data-code=\"", "\"")
    }

    pub fn cookie(&self) -> Option<String> {
        let cookie = self.headers.get(header::SET_COOKIE)?.to_str().unwrap();
        Some(cookie.split(';').next().unwrap().to_owned())
    }
}

/// The text between two marks.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text
        .split_once(start)
        .unwrap_or_else(|| panic!("{start} is not in {text}"))
        .1;
    rest.split_once(end).unwrap().0
}

/// A query parameter of a URL.
pub fn query(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

pub struct TestServer {
    pub server: Arc<Server>,
    pub key: SigningKey,
    pub partner: String,
    pub plain: String,
    router: Router,
    _home: tempfile::TempDir,
    _db: TestDb,
}

impl TestServer {
    /// Two partners: one that pushes, with a key; and one with a secret that sends plain requests.
    pub async fn new() -> Self {
        Self::on(TestDb::sqlite()).await
    }

    /// As [`TestServer::new`], on a database.
    pub async fn on(db: TestDb) -> Self {
        super::log::install();
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            "profile = \"demo\"\nissuer = \"{ISSUER}\"\napp = \"http://localhost:4001\"\n\
             listen_issuer = \"127.0.0.1:0\"\nlisten_app = \"127.0.0.1:0\"\ndatabase = \"{}\"\n\
             person_keys = \"sqlite:{}\"\n",
            db.url(),
            home.path().join("persons.db").display()
        );
        std::fs::write(home.path().join("scheme.toml"), config).unwrap();
        let config = ServerConfig::load(home.path()).unwrap();
        super::set_up(home.path(), &config, db.clock());
        let server = Arc::new(
            Server::open_with(home.path(), config, db.clock().clone(), Random::system()).unwrap(),
        );
        let router = server.issuer_router();
        let key = SigningKey::generate_es256();
        let new_partner = || String::from(PartnerId::new(&Random::system()));
        let (partner, plain) = (new_partner(), new_partner());
        let server = Self {
            server,
            key,
            partner,
            plain,
            router,
            _home: home,
            _db: db,
        };
        let jwks = JwkSet {
            keys: vec![server.key.public_jwk()],
        };
        let pushing = Authentication::PrivateKeyJwt {
            jwks: jwks.into(),
            audience: AssertionAudience::Issuer,
        };
        let secret = Authentication::ClientSecretBasic {
            secret: SecretHash::of("secret"),
        };
        server.register(&server.partner, pushing, true).await;
        server.register(&server.plain, secret, false).await;
        server
    }

    async fn register(&self, id: &str, authentication: Authentication, require_par: bool) {
        let registration = Registration {
            client_id: id.to_owned(),
            name: "Winkel Hoek".to_owned(),
            domain: "shop.example".to_owned(),
            redirect_uris: vec![REDIRECT.to_owned()],
            authentication,
            require_par,
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
            id_token_alg: if require_par {
                IdTokenAlg::ES256
            } else {
                IdTokenAlg::RS256
            },
            services: vec![Service::login("HOEK_LOGIN")],
            sandbox_people: false,
            jwks_uri: None,
            sector: None,
            sector_identifier_uri: None,
            security_event_endpoint: None,
            replaced: Vec::new(),
        };
        self.keep(&registration).await;
    }

    /// Registers a partner.
    pub async fn keep(&self, registration: &Registration) {
        let now = self.server.scheme.clock.unix_seconds();
        registration.validate(false, now).unwrap();
        let (id, json) = (
            PartnerId::parse(&registration.client_id).unwrap(),
            serde_json::to_string(registration).unwrap(),
        );
        let actor = Actor::Staff("test".into());
        let scheme = &self.server.scheme;
        scheme.register_partner(actor, id, json).await.unwrap();
    }

    /// Lets time pass.
    pub fn pass(&self, milliseconds: i64) {
        self._db.clock().shift(milliseconds);
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        Self::send_to(&self.router, request).await
    }

    /// Sends a request to a node.
    pub async fn send_to(router: &Router, request: Request<Body>) -> Answer {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path.strip_prefix(ISSUER).unwrap_or(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A fresh client assertion of the pushing partner.
    pub fn assertion(&self) -> String {
        sign_assertion(
            &self.key,
            &self.partner,
            ISSUER,
            &Random::system().bytes(),
            self.server.scheme.clock.unix_seconds(),
        )
        .expect("signs")
    }

    /// Posts as the pushing partner.
    pub async fn as_partner(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.with_assertion(path, form, &self.assertion()).await
    }

    pub async fn with_assertion(
        &self,
        path: &str,
        form: &[(&str, &str)],
        assertion: &str,
    ) -> Answer {
        self.with_headers(path, form, assertion, &[]).await
    }

    /// As [`TestServer::with_assertion`], with headers.
    pub async fn with_headers(
        &self,
        path: &str,
        form: &[(&str, &str)],
        assertion: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut form = form.to_vec();
        form.extend([
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        ]);
        self.post(path, &form, headers).await
    }

    /// The same scheme after it was stopped and started again, with what was done meanwhile.
    pub async fn restarted(self, meanwhile: impl FnOnce(&Path, &ServerConfig, &Clock)) -> Self {
        let Self {
            server,
            router,
            key,
            partner,
            plain,
            _home,
            _db,
        } = self;
        drop((server, router));
        let config = ServerConfig::load(_home.path()).unwrap();
        meanwhile(_home.path(), &config, _db.clock());
        let (clock, random) = (_db.clock().clone(), Random::system());
        let server = Server::open_with(_home.path(), config, clock, random).unwrap();
        let server = Arc::new(server);
        Self {
            router: server.issuer_router(),
            server,
            key,
            partner,
            plain,
            _home,
            _db,
        }
    }

    /// The router of another node with the same keystore and database.
    pub fn another_node(&self) -> Router {
        let home = self._home.path();
        let config = ServerConfig::load(home).unwrap();
        let (clock, random) = (self._db.clock().clone(), Random::system());
        let server = Server::open_with(home, config, clock, random).unwrap();
        Arc::new(server).issuer_router()
    }

    /// The parameters of a good request.
    pub fn request(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("state", "s1"),
            ("nonce", "n1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
    }

    /// Pushes a request and arrives with a browser: the cookie and the address of the sign-in page.
    pub async fn start(&self) -> (String, String) {
        let pushed = self.as_partner("/par", &self.request()).await;
        assert_eq!(pushed.status, StatusCode::CREATED, "{}", pushed.text);
        let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let begun = self.get(&authorize_url(&self.partner, &uri), &[]).await;
        assert_eq!(begun.status, StatusCode::OK, "{}", begun.text);
        (begun.cookie().unwrap(), begun.action_page())
    }

    /// Decides an action in the database, as a phone's approval does.
    pub async fn decide(&self, action: &str, status: ActionStatus, reason: Option<&'static str>) {
        let action = ActionId::parse(action).unwrap();
        let rule = move |tx: &mut ipse_store::Tx| {
            let now = tx.now()?;
            let from = ActionStatus::Created;
            assert!(end(tx, &action, from, status, reason, now)?);
            Ok::<_, StoreError>(())
        };
        self.server.scheme.store.write(rule).await.unwrap();
    }

    /// Approves an action for a new person; what was shown is `released`.
    pub async fn approve(&self, action: &str, released: &[(&str, &str)]) -> IdentityId {
        self.approve_at(action, released, 120_000).await
    }

    pub async fn approve_at(
        &self,
        action: &str,
        released: &[(&str, &str)],
        life: i64,
    ) -> IdentityId {
        let person = IdentityId::new(&Random::system());
        let key = self.server.scheme.persons.create(&person).await.unwrap();
        let released_as = format!("grant/released/2|{action}|{}|{person}", self.partner);
        let released = key
            .seal(&released_as, &serde_json::to_vec(released).unwrap())
            .unwrap();
        self.decide(action, ActionStatus::Approved, None).await;
        let code = between_mac(&self.server, action);
        let (action, partner, sub) = (
            ActionId::parse(action).unwrap(),
            PartnerId::parse(&self.partner).unwrap(),
            b64::encode(&Random::system().bytes::<16>()),
        );
        let (who, hash) = (person.clone(), sha256(code.as_bytes()));
        let rule = move |tx: &mut ipse_store::Tx| {
            let now = tx.now()?;
            identity::insert(tx, &who, Language::Nl, now)?;
            let row = Grant {
                action: action.clone(),
                partner: partner.clone(),
                identity: who.clone(),
                epoch: 1,
                sub: sub.clone(),
                attributes: "[]".to_owned(),
                released: released.clone(),
                status: GrantStatus::Issued,
                code_hash: hash,
                code_expires: now + life,
                token_hash: None,
                token_expires: None,
                auth_time: now,
                methods: None,
            };
            grant::insert(tx, &row)
        };
        self.server.scheme.store.write(rule).await.unwrap();
        person
    }

    /// From a pushed request to the code that the browser brings back.
    pub async fn code(&self, released: &[(&str, &str)]) -> String {
        let (cookie, page) = self.start().await;
        self.approve(
            &query(&format!("{ISSUER}{page}"), "action").unwrap(),
            released,
        )
        .await;
        let back = self.get(&page, &[("cookie", &cookie)]).await;
        query(back.location(), "code").unwrap()
    }
}

/// The code that the scheme derives for an action.
fn between_mac(server: &Server, action: &str) -> String {
    let secret = server.scheme.keys.mac("grant/code/1", action.as_bytes());
    format!("{action}.{}", b64::encode(&secret))
}

pub fn authorize_url(client: &str, request_uri: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", client), ("request_uri", request_uri)])
        .finish();
    format!("/authorize?{query}")
}

pub fn plain_url(client: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client).extend_pairs(pairs);
    format!("/authorize?{}", query.finish())
}

pub async fn open_page(server: &TestServer, page: &str, cookie: &str) -> Answer {
    server.get(page, &[("cookie", cookie)]).await
}

pub fn action_of(page: &str) -> String {
    query(&format!("{ISSUER}{page}"), "action").unwrap()
}

pub const PERSON: [(&str, &str); 4] = [
    ("name", "An Peeters"),
    ("given_name", "An"),
    ("family_name", "Peeters"),
    ("locale", "nl"),
];

pub fn redemption(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]
}

pub async fn fetch_userinfo(server: &TestServer, token: &str) -> Answer {
    server
        .get(
            "/userinfo",
            &[("authorization", &format!("Bearer {token}"))],
        )
        .await
}
