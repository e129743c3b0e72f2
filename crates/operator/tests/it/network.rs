//! An operator on a free port, a scheme that calls it, and an inbox for its events.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ipse_jose::{JwkSet, SigningKey, b64, jws};
use ipse_keys::FileKeyStore;
use ipse_listener::Limits;
use ipse_operator::cards::Channel;
use ipse_operator::config::{Config, Profile, Scheme, Sim};
use ipse_operator::context::Context;
use ipse_operator::error::RuleError;
use ipse_operator::ids::{PhoneNumber, random_id};
use ipse_operator::keys::{OperatorKeys, make_keys};
use ipse_operator::registry::{self, CardIdentity, Refusal, RegistryError};
use ipse_operator::server::{self, Running};
use ipse_operator::store::MIGRATIONS;
use ipse_operator::store::sim;
use ipse_operator::{Operator, Parts};
use ipse_protocol::Random;
use ipse_sim::Keys;
use ipse_sim::event::{self, Event, Kind};
use ipse_sim::statement::{self, Claims, Expect, Method, Readiness};
use ipse_store::testing::TestDb;
use ipse_store::{Store, Tx};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::log;
use crate::production::{Hardware, NoCards};

pub const READY: &str = "+32470000001";
pub const OTHER: &str = "+32470000002";
pub const UPGRADABLE: &str = "+32470000003";
pub const INCOMPATIBLE: &str = "+32470000004";
pub const CLIENT: &str = "ipse";
pub const SCHEME: &str = "https://ipse.example";
pub const APP: &str = "http://localhost:4001";

pub struct TestNetwork {
    pub db: TestDb,
    pub running: Running,
    pub url: String,
    pub http: reqwest::Client,
    pub scheme: SigningKey,
    pub inbox: Inbox,
    pub token: String,
    _home: tempfile::TempDir,
}

/// The scheme's event endpoint: keeps what arrives, and answers with the status that the test chose.
#[derive(Clone)]
pub struct Inbox {
    pub answer: Arc<AtomicU16>,
    seen: watch::Sender<Vec<String>>,
}

impl Inbox {
    async fn start() -> (Self, String) {
        let inbox = Self {
            answer: Arc::new(AtomicU16::new(204)),
            seen: watch::Sender::default(),
        };
        let router = Router::new()
            .route("/operators/events", post(Self::receive))
            .with_state(inbox.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        // It serves as long as the process lives.
        let (stop, stopped) = watch::channel(false);
        let limits = Limits::shared_by(1);
        tokio::spawn(async move {
            let _running = stop;
            ipse_listener::serve_router(listener, limits, router, stopped).await;
        });
        (inbox, format!("http://{address}/operators/events"))
    }

    async fn receive(State(inbox): State<Self>, body: String) -> StatusCode {
        let answer = inbox.answer.load(Ordering::SeqCst);
        let answer = StatusCode::from_u16(answer).expect("a status");
        inbox.seen.send_modify(|seen| {
            // A refused event is kept too, with a mark.
            let mark = if answer.is_success() { "" } else { "!" };
            seen.push(format!("{mark}{body}"));
        });
        answer
    }

    /// Waits until `enough` holds of what has arrived.
    pub async fn wait(&self, enough: impl FnMut(&Vec<String>) -> bool) -> Vec<String> {
        let mut seen = self.seen.subscribe();
        let arrived =
            tokio::time::timeout(std::time::Duration::from_secs(20), seen.wait_for(enough));
        arrived.await.expect("in time").expect("open").clone()
    }
}

impl TestNetwork {
    pub async fn new(db: TestDb) -> Self {
        Self::with(db, Channel::Simulated, |_| {}).await
    }

    pub async fn with(db: TestDb, channel: Channel, change: impl FnOnce(&mut Config)) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        drop(OperatorKeys::init(home.path()).expect("new keys"));
        let keys = OperatorKeys::open(home.path()).expect("keys");
        Self::with_keys(db, home, keys, channel, change).await
    }

    /// An operator of the production profile. Its cards do not answer.
    pub async fn production(db: TestDb) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let keys = Hardware(FileKeyStore::init(home.path(), &make_keys).expect("keys"));
        let keys = OperatorKeys::new(Arc::new(keys)).expect("keys");
        let change = |config: &mut Config| config.profile = Profile::Production;
        Self::with_keys(db, home, keys, Channel::Remote(Arc::new(NoCards)), change).await
    }

    async fn with_keys(
        db: TestDb,
        home: tempfile::TempDir,
        keys: OperatorKeys,
        channel: Channel,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        log::install();
        let scheme = SigningKey::generate_es256();
        let (inbox, events_url) = Inbox::start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut config = config(&url, &scheme, events_url);
        change(&mut config);
        let parts = Parts {
            store: db.open(&MIGRATIONS),
            keys: Arc::new(keys),
            channel,
            clock: db.clock().clone(),
            random: Random::system(),
        };
        let operator = Operator::new(config, parts).expect("an operator");
        let running = server::start_on(operator, listener)
            .await
            .expect("a server");
        let http = ipse_operator::feed::client("http://").expect("a client");
        let mut network = Self {
            db,
            running,
            url,
            http,
            scheme,
            inbox,
            token: String::new(),
            _home: home,
        };
        network.renew_token().await;
        network
    }

    /// Runs a scenario on both engines.
    pub async fn on_both<F: Future<Output = ()>>(scenario: impl Fn(Self) -> F) {
        for db in TestDb::both() {
            scenario(Self::new(db).await).await;
        }
    }

    pub fn operator(&self) -> &Operator {
        &self.running.operator
    }

    pub fn assertion(&self) -> String {
        self.assertion_of(&self.scheme, |_| {})
    }

    pub fn assertion_of(&self, key: &SigningKey, change: impl FnOnce(&mut Value)) -> String {
        let now = self.now();
        let mut claims = json!({
            "iss": CLIENT, "sub": CLIENT, "aud": self.url, "jti": random_id(&Random::system()),
            "iat": now, "exp": now + 60,
        });
        change(&mut claims);
        jws::sign(key, "JWT", claims.to_string().as_bytes()).expect("signs")
    }

    pub async fn ask_token(&self, assertion: &str) -> (u16, Value) {
        let form = [
            ("grant_type", "client_credentials"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
        ];
        let request = self.http.post(self.path("/token")).form(&form);
        answer(request).await
    }

    /// Gets a new access token, for a test that moved the time past the life of the first one.
    pub async fn renew_token(&mut self) {
        let (status, answer) = self.ask_token(&self.assertion()).await;
        assert_eq!(status, 200, "{answer}");
        self.token = text(&answer["access_token"]);
    }

    pub fn path(&self, path: &str) -> String {
        format!("{}/sim-controller/v1{path}", self.url)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.http.get(self.path(path)).bearer_auth(&self.token)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(self.path(path)).bearer_auth(&self.token);
        answer(request.json(&body)).await
    }

    /// Posts a body that need not be JSON.
    pub async fn post_text(&self, path: &str, content_type: &str, body: &str) -> (u16, Value) {
        let request = self.http.post(self.path(path)).bearer_auth(&self.token);
        let request = request.header("content-type", content_type);
        answer(request.body(body.to_owned())).await
    }

    pub async fn resolve(&self, number: &str) -> (u16, Value) {
        self.post("/resolve", json!({ "phoneNumber": number }))
            .await
    }

    pub async fn handle(&self, number: &str) -> String {
        let (status, answer) = self.resolve(number).await;
        assert_eq!(status, 200, "{answer}");
        text(&answer["handle"])
    }

    pub async fn silent(&self, handle: &str, nonce: [u8; 32]) -> (u16, Value) {
        let body =
            json!({ "nonceHash": b64::encode(&nonce), "method": "silent", "budgetMs": 10000 });
        self.post(&format!("/sims/{handle}/challenges"), body).await
    }

    pub async fn holder(&self, handle: &str, nonce: [u8; 32]) -> (u16, Value) {
        let body = json!({
            "nonceHash": b64::encode(&nonce), "method": "holder", "purpose": "bind_sim", "language": "nl",
        });
        self.post(&format!("/sims/{handle}/challenges"), body).await
    }

    pub async fn answer_holder(&self, challenge: &str, secret: &str) -> (u16, Value) {
        let path = format!("/challenges/{challenge}/answer");
        self.post(&path, json!({ "secret": secret })).await
    }

    /// The text messages on the handset of `number`, newest first.
    pub async fn messages(&self, number: &str) -> Vec<String> {
        let url = format!("{}/handset/messages?number={number}", self.url);
        let (status, answer) = answer(self.http.get(url)).await;
        assert_eq!(status, 200, "{answer}");
        let messages = answer["messages"].as_array().expect("messages");
        messages
            .iter()
            .map(|message| text(&message["text"]))
            .collect()
    }

    pub fn keys(&self) -> Keys {
        Keys::new(&JwkSet {
            keys: vec![self.operator().keys.signing.public_jwk()],
        })
        .expect("keys")
    }

    /// Verifies a statement as the scheme does.
    pub fn verify(
        &self,
        answer: &Value,
        handle: &str,
        nonce: &[u8; 32],
        method_min: Method,
    ) -> Result<Claims, statement::Refusal> {
        let expect = Expect {
            issuer: &self.url,
            audience: SCHEME,
            handle,
            nonce_hash: nonce,
            method_min,
            changed_at: None,
            now: self.now(),
        };
        statement::verify(&text(&answer["statement"]), &self.keys(), &expect)
    }

    /// The events that the scheme accepted, heartbeats included, verified.
    pub async fn events(&self, enough: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        let taken = |seen: &Vec<String>| -> Vec<Event> {
            let taken = seen.iter().filter(|text| !text.starts_with('!'));
            taken.map(|text| self.event(text)).collect()
        };
        taken(&self.inbox.wait(|seen| enough(&taken(seen))).await)
    }

    pub fn event(&self, text: &str) -> Event {
        event::verify(text, &self.keys(), &self.url, self.now()).expect("a good event")
    }

    /// A second connection to the database, as the command line has.
    pub fn second_store(&self) -> Store {
        self.db.open(&MIGRATIONS)
    }

    /// Changes the registry, as the command line does.
    async fn change(
        &self,
        mut rule: impl FnMut(&mut Tx, &Context) -> Result<sim::Sim, RegistryError> + Send + 'static,
    ) -> Result<sim::Sim, Refusal> {
        let context = self.operator().context();
        let changed = self
            .second_store()
            .write_rule(move |tx| rule(tx, &context))
            .await;
        changed.map_err(|error| match error {
            RuleError::Refused(refusal) => refusal,
            RuleError::Store(error) => panic!("{error}"),
        })
    }

    pub async fn lose(&self, text: &str) -> Result<sim::Sim, Refusal> {
        let number = number(text);
        self.change(move |tx, context| registry::lose(tx, &context.random, &number))
            .await
    }

    pub async fn restore(&self, text: &str) -> Result<sim::Sim, Refusal> {
        let number = number(text);
        self.change(move |tx, context| registry::restore(tx, &context.random, &number))
            .await
    }

    pub async fn port(&self, text: &str) -> Result<sim::Sim, Refusal> {
        let number = number(text);
        self.change(move |tx, context| registry::port(tx, &context.random, &number))
            .await
    }

    pub async fn port_pending(&self, text: &str) -> Result<sim::Sim, Refusal> {
        let number = number(text);
        self.change(move |tx, context| registry::port_pending(tx, &context.random, &number))
            .await
    }

    pub async fn swap(&self, text: &str, card: CardIdentity) -> Result<sim::Sim, Refusal> {
        let number = number(text);
        self.change(move |tx, context| registry::swap(tx, context, &number, &card))
            .await
    }

    pub async fn activate(&self, text: &str, card: CardIdentity) -> Result<sim::Sim, Refusal> {
        let number = number(text);
        self.change(move |tx, context| {
            registry::activate(tx, context, &number, &card, Readiness::Ready)
        })
        .await
    }

    /// The time of the operator, in seconds.
    pub fn now(&self) -> i64 {
        self.db.clock().unix_seconds()
    }

    /// Moves the time of the operator and of the scheme.
    pub fn shift(&self, ms: i64) {
        self.db.clock().shift(ms);
    }
}

/// A phone number of a test.
pub fn number(text: &str) -> PhoneNumber {
    PhoneNumber::normalise(text).expect("a mobile number")
}

/// A card that no other test has.
pub fn new_card() -> CardIdentity {
    CardIdentity::new(&Random::system())
}

pub fn is_about_a_sim(event: &Event) -> bool {
    event.kind != Kind::Heartbeat
}

pub fn config(url: &str, scheme: &SigningKey, events_url: String) -> Config {
    let sim = |number: &str, readiness| Sim {
        number: number.to_owned(),
        readiness,
    };
    Config {
        profile: Profile::Demo,
        name: "Leie Mobiel".into(),
        issuer: url.to_owned(),
        listen: "127.0.0.1:0".into(),
        database: "sqlite:operator.db".into(),
        app_origin: APP.into(),
        heartbeat_seconds: None,
        fault: None,
        scheme: Scheme {
            issuer: SCHEME.into(),
            client_id: CLIENT.into(),
            jwks: JwkSet {
                keys: vec![scheme.public_jwk()],
            },
            events_url,
        },
        sims: vec![
            sim(READY, Readiness::Ready),
            sim(OTHER, Readiness::Ready),
            sim(UPGRADABLE, Readiness::Upgradable),
            sim(INCOMPATIBLE, Readiness::Incompatible),
        ],
        ranges: Vec::new(),
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let bytes = response.bytes().await.expect("a body");
    (
        status,
        serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    )
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// The six digits that a message begins with.
pub fn secret(message: &str) -> String {
    message.chars().take(6).collect()
}

/// Six digits that are not `secret`.
pub fn wrong(secret: &str) -> String {
    let number: u32 = secret.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}
