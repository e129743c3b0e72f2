//! Scheme, operator and bank in one process, each with its own database, keys and origin.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipse_demo::bank::{self, Bank, TRUST_FRAMEWORK};
use ipse_demo::mailbox::{self, Mailbox};
use ipse_jose::JwkSet;
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_listener::Limits;
use ipse_operator::cards::Channel;
use ipse_operator::keys::OperatorKeys;
use ipse_operator::store::MIGRATIONS;
use ipse_operator::{Operator, Parts};
use ipse_protocol::Random;
use ipse_scheme::Scheme;
use ipse_server::Server;
use ipse_server::config::ServerConfig;
use ipse_store::testing::TestDb;
use ipse_store::{Clock, Store};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use super::{Browser, Partner, Phone};

/// Names, as people see them.
pub const OPERATOR: &str = "Leie Mobiel";
pub const RIVAL: &str = "Schelde Mobiel";
pub const BANK: &str = "Bank Anker";
const CLIENT: &str = "ipse";

/// What a test may choose.
#[derive(Default)]
pub struct Options {
    /// Overrides members of `scheme.toml`; `null` removes one.
    pub scheme: Option<Value>,
    /// A second operator, and its place in the configuration. It has no SIMs.
    pub rival: Option<Rival>,
}

/// The place of the second operator in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rival {
    /// Before the other.
    First,
    /// After the other.
    Second,
}

/// Everything that a test talks to.
pub struct TestNetwork {
    pub db: TestDb,
    pub server: Arc<Server>,
    pub operator: Arc<Operator>,
    pub issuer: String,
    pub app: String,
    pub operator_url: String,
    pub bank_url: String,
    /// Every mail that the scheme sent.
    pub mailbox: Arc<Mailbox>,
    pub http: reqwest::Client,
    pub home: tempfile::TempDir,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    scheme: AbortHandle,
    running_operator: Option<ipse_operator::server::Running>,
    rival: Option<RunningOperator>,
}

/// An operator that runs.
pub struct RunningOperator {
    pub operator: Arc<Operator>,
    pub url: String,
    settings: Value,
    running: ipse_operator::server::Running,
}

impl RunningOperator {
    /// The operator says from now on that a number is its own.
    pub async fn claim(&self, number: &str) {
        use ipse_operator::ids::PhoneNumber;
        let context = self.operator.context();
        let number = PhoneNumber::normalise(number).expect("a mobile number");
        self.operator
            .store
            .write_rule(move |tx| {
                let wanted = [(number.clone(), ipse_sim::statement::Readiness::Ready)];
                ipse_operator::registry::seed(tx, &context, &wanted)
            })
            .await
            .expect("a new SIM");
    }
}

impl TestNetwork {
    /// A network on each database.
    pub async fn both() -> Vec<TestNetwork> {
        let mut networks = Vec::new();
        for db in TestDb::both() {
            networks.push(Self::on(db, Options::default()).await);
        }
        networks
    }

    /// A network on SQLite.
    pub async fn new() -> TestNetwork {
        Self::on(TestDb::sqlite(), Options::default()).await
    }

    /// A network on a database.
    pub async fn on(db: TestDb, options: Options) -> TestNetwork {
        super::log::install();
        let home = tempfile::tempdir().expect("a folder");
        let [issuer_at, app_at, operator_at, bank_at] =
            [bind().await, bind().await, bind().await, bind().await];
        let url = |listener: &TcpListener| {
            format!(
                "http://localhost:{}",
                listener.local_addr().expect("address").port()
            )
        };
        let (issuer, app) = (url(&issuer_at), url(&app_at));
        let bank_url = url(&bank_at);
        let scheme_home = home.path().join("scheme");
        let scheme_keys = keys(&scheme_home, &|keys| {
            ipse_server::keystore::make_keys(keys, &Random::system())
        });
        let bank_keys = keys(&home.path().join("bank"), &bank::make_keys);
        let bank_jwks = JwkSet {
            keys: vec![
                bank_keys
                    .signing(bank::SIGNING_KEY)
                    .expect("key")
                    .public_jwk(),
            ],
        };

        let client_key = scheme_keys
            .signing(ipse_server::config::OPERATOR_CLIENT_KEY)
            .expect("key")
            .public_jwk();
        let scheme = json!({"issuer": issuer, "client_id": CLIENT, "events_url": format!("{issuer}/operators/events"),
            "jwks": {"keys": [client_key]}});
        let all = (0..20).map(|n| json!({"number": number(n), "readiness": readiness(n)}));
        let place = (home.path().join("operator"), db.clock());
        let main = start_operator(
            place,
            (OPERATOR, operator_at),
            (&app, &scheme),
            all.collect(),
        )
        .await;
        let rival = match options.rival {
            None => None,
            Some(_) => {
                let place = (home.path().join("rival"), db.clock());
                let at = (RIVAL, bind().await);
                Some(start_operator(place, at, (&app, &scheme), Vec::new()).await)
            }
        };

        let bank_config: bank::Config = toml::from_str(
            &toml::to_string(&json!({
                "name": BANK, "issuer": bank_url, "listen": "127.0.0.1:0", "look": "anker",
                "trust_framework": TRUST_FRAMEWORK, "assurance_level": "high",
                "client": {"client_id": CLIENT, "issuer": issuer, "name": "Ipse",
                    "redirect_uris": [format!("{app}/registrars/callback")],
                    "jwks": {"keys": [
                        scheme_keys.signing(ipse_server::config::BANK_CLIENT_KEY).expect("key").public_jwk(),
                        scheme_keys.decryption(ipse_server::config::BANK_USERINFO_KEY).expect("key").public_jwk(),
                        scheme_keys.signing(ipse_server::config::BANK_EVENT_KEY).expect("key").public_jwk(),
                    ]}},
                "customer": customers(),
            }))
            .expect("toml"),
        )
        .expect("bank configuration");
        let bank = Arc::new(
            Bank::new(
                bank_config,
                Box::new(bank_keys),
                db.clock().clone(),
                Random::system(),
            )
            .expect("bank"),
        );
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let (limits, router) = (Limits::shared_by(1), bank::router(bank));
        // The bank goes on when the scheme stops; its task is aborted at the end.
        let (bank_stop, bank_stopped) = watch::channel(false);
        tasks.spawn(async move {
            let _keeps = bank_stop;
            ipse_listener::serve_router(bank_at, limits, router, bank_stopped).await;
        });

        let mailbox = Mailbox::new(String::new(), db.clock().clone()).expect("a mailbox");
        let smtp_at = bind().await;
        let smtp_port = smtp_at.local_addr().expect("address").port();
        // As the bank.
        let (smtp_stop, smtp_stopped) = watch::channel(false);
        let mails = mailbox.clone();
        tasks.spawn(async move {
            let _keeps = smtp_stop;
            mailbox::serve(smtp_at, mails, smtp_stopped).await;
        });

        let mut operators = vec![main.settings.clone()];
        match (&rival, options.rival) {
            (Some(rival), Some(Rival::First)) => operators.insert(0, rival.settings.clone()),
            (Some(rival), _) => operators.push(rival.settings.clone()),
            (None, _) => {}
        }
        let mut settings = json!({
            "profile": "demo", "issuer": issuer, "app": app,
            "listen_issuer": "127.0.0.1:0", "listen_app": "127.0.0.1:0",
            "database": db.url(), "person_keys": format!("sqlite:{}", home.path().join("persons.db").display()),
            "mail": {"host": "127.0.0.1", "port": smtp_port, "tls": "none", "sender": "no-reply@ipse.example"},
            "operator": operators,
            "bank": [{"name": BANK, "issuer": bank_url, "client_id": CLIENT, "jwks": bank_jwks,
                "trust_frameworks": [TRUST_FRAMEWORK], "levels": ["substantial", "high"], "acr_values": [bank::ACR], "events": format!("{bank_url}/events")}],
        });
        if let Some(Value::Object(overrides)) = options.scheme {
            for (key, value) in overrides {
                match value {
                    Value::Null => drop(settings.as_object_mut().and_then(|all| all.remove(&key))),
                    value => settings[key] = value,
                }
            }
        }
        std::fs::write(
            scheme_home.join("scheme.toml"),
            toml::to_string(&settings).expect("toml"),
        )
        .expect("written");
        drop(scheme_keys);
        let config = ServerConfig::load(&scheme_home).expect("scheme configuration");
        super::set_up(&scheme_home, &config, db.clock());
        let server = Arc::new(
            Server::open_with(&scheme_home, config, db.clock().clone(), Random::system())
                .expect("scheme opens"),
        );
        let scheme = serve(&mut tasks, &server, [issuer_at, app_at], stopped);
        TestNetwork {
            db,
            server,
            operator: main.operator,
            issuer,
            app,
            operator_url: main.url,
            bank_url,
            mailbox,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                // A kept connection may be one that a restarted scheme has just let go of.
                .pool_max_idle_per_host(0)
                .build()
                .expect("client"),
            home,
            stop,
            tasks,
            scheme,
            running_operator: Some(main.running),
            rival,
        }
    }

    /// The second operator.
    pub fn rival(&self) -> &RunningOperator {
        self.rival.as_ref().expect("a second operator")
    }

    /// Ends everything.
    pub async fn end(mut self) {
        self.stop.send_replace(true);
        if let Some(operator) = self.running_operator.take() {
            operator.stop().await;
        }
        if let Some(rival) = self.rival.take() {
            rival.running.stop().await;
        }
        self.tasks.abort_all();
        while self.tasks.join_next().await.is_some() {}
    }

    /// Ends the scheme alone, so that another process can take its place. The bank goes on.
    pub async fn stop_scheme(&mut self) {
        self.stop.send_replace(true);
        self.tasks.join_next().await;
    }

    /// The scheme dies in the middle of whatever it does: connections break, and what was in memory only is gone.
    /// Another takes its place, on the same database and the same ports.
    pub async fn restart(&mut self) {
        self.scheme.abort();
        // The bank, the other task, goes on.
        self.tasks.join_next().await;
        self.server = Arc::new(self.another_node());
        let mut listeners = Vec::new();
        for url in [&self.issuer, &self.app] {
            let address = url.replace("http://localhost", "127.0.0.1");
            listeners.push(TcpListener::bind(address).await.expect("the same port"));
        }
        let listeners = listeners.try_into().expect("two");
        let stopped = self.stop.subscribe();
        self.scheme = serve(&mut self.tasks, &self.server, listeners, stopped);
    }

    /// Moves the clocks of the scheme, the operator, the bank and the partners.
    pub fn pass(&self, milliseconds: i64) {
        self.db.clock().shift(milliseconds);
    }

    /// A phone with the number of person `n`, not enrolled.
    pub fn phone(&self, n: usize) -> Phone {
        Phone::new(self, n)
    }

    /// The enrolled phone of person `n`.
    pub async fn enrolled(&self, n: usize) -> Phone {
        let mut phone = self.phone(n);
        phone.enrol(self).await;
        phone
    }

    /// A registered partner.
    pub async fn partner(&self) -> Partner {
        Partner::register(self, json!({})).await
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.http)
    }

    /// Runs `ipse operator sim …` on the operator's own database.
    pub async fn sim(&self, command: &str, n: usize) {
        super::network::change_sim(&self.operator, command, &number(n)).await;
    }

    /// A second node on the same database and keys, which runs nothing by itself.
    pub fn another_node(&self) -> Server {
        let home = self.home.path().join("scheme");
        let config = ServerConfig::load(&home).expect("scheme configuration");
        Server::open_with(&home, config, self.db.clock().clone(), Random::system())
            .expect("scheme opens")
    }

    /// The rules of a second node, on the same database and keys.
    pub fn another_scheme(&self) -> Scheme {
        let home = self.home.path().join("scheme");
        let config = ServerConfig::load(&home).expect("scheme configuration");
        let clock = self.db.clock().clone();
        ipse_server::server::open_scheme(&home, &config, clock, &Random::system())
            .expect("scheme opens")
    }

    /// As [`TestNetwork::another_node`], with a clock of its own that is ahead.
    pub fn node_ahead(&self, milliseconds: i64) -> Server {
        let home = self.home.path().join("scheme");
        let config = ServerConfig::load(&home).expect("scheme configuration");
        let clock = Clock::system();
        clock.shift(milliseconds);
        Server::open_with(&home, config, clock, Random::system()).expect("scheme opens")
    }

    /// Waits until the scheme has applied every event of the operator.
    pub async fn operator_heard(&self) {
        self.soon("hearing the operator", || async {
            let feed = self
                .server
                .scheme
                .store
                .read(|tx| ipse_store::sim::feed(tx, OPERATOR))
                .await
                .expect("store");
            let Some(feed) = feed else { return false };
            let after = u64::try_from(feed.contiguous).expect("a sequence");
            let missing = self
                .operator
                .events_after(after)
                .await
                .expect("operator store");
            missing.is_empty()
        })
        .await;
    }

    /// Waits until `holds`, for things that happen soon.
    pub async fn soon<F: Future<Output = bool>>(&self, what: &str, mut holds: impl FnMut() -> F) {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !holds().await {
            assert!(std::time::Instant::now() < until, "{what} did not happen");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// Starts an operator with these SIMs.
async fn start_operator(
    (home, clock): (std::path::PathBuf, &Clock),
    (name, at): (&str, TcpListener),
    (app, scheme): (&str, &Value),
    sims: Vec<Value>,
) -> RunningOperator {
    drop(OperatorKeys::init(&home).expect("new operator keys"));
    let keys = OperatorKeys::open(&home).expect("operator keys");
    let jwks = ipse_operator::public_jwks(&home).expect("operator keys");
    let address = at.local_addr().expect("address");
    let url = format!("http://localhost:{}", address.port());
    let config = json!({
        "profile": "demo", "name": name, "issuer": url, "listen": address.to_string(), "app_origin": app,
        "heartbeat_seconds": 1, "scheme": scheme, "sim": sims,
    });
    let config = ipse_operator::Config::parse(&toml::to_string(&config).expect("toml"));
    let database = format!("sqlite:{}", home.join("operator.db").display());
    let operator = Operator::new(
        config.expect("operator configuration"),
        Parts {
            store: Store::open(&database, &MIGRATIONS, clock.clone()).expect("operator store"),
            keys: Arc::new(keys),
            channel: Channel::Simulated,
            clock: clock.clone(),
            random: Random::system(),
        },
    )
    .expect("operator");
    let running = ipse_operator::server::start_on(operator.clone(), at)
        .await
        .expect("operator starts");
    let settings = json!({"name": name, "issuer": url, "url": url, "client_id": CLIENT, "jwks": jwks, "handset_url": url});
    RunningOperator {
        operator,
        url,
        settings,
        running,
    }
}

/// Serves partners and phones until `stopped` becomes true.
fn serve(
    tasks: &mut JoinSet<()>,
    server: &Arc<Server>,
    [issuer, app]: [TcpListener; 2],
    mut stopped: watch::Receiver<bool>,
) -> AbortHandle {
    let server = server.clone();
    tasks.spawn(async move {
        let stop = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        ipse_server::serve_on(server, issuer, app, stop)
            .await
            .expect("scheme serves");
    })
}

async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a port")
}

fn keys(home: &Path, make: &dyn Fn(&dyn KeyStore) -> Result<(), ipse_keys::Error>) -> FileKeyStore {
    std::fs::create_dir_all(home).expect("a folder");
    let dir = home.join("keys");
    drop(FileKeyStore::init(&dir, make).expect("a new keystore"));
    FileKeyStore::open(&dir).expect("a keystore")
}

/// A keystore of before there were inventories. It is open until it is dropped.
pub fn keystore_of_before(home: &Path) -> FileKeyStore {
    let make = |keys: &dyn KeyStore| ipse_server::keystore::make_keys(keys, &Random::system());
    let keys = keys(home, &make);
    std::fs::remove_file(home.join("keys/inventory")).expect("an inventory");
    keys
}

/// Runs `ipse keys init`.
pub fn set_up(home: &Path, config: &ServerConfig, clock: &Clock) {
    let keys = ipse_server::keystore::init(home, config, clock, &Random::system());
    drop(keys.expect("keystore and databases"));
}

/// Phone number of person `n`.
pub fn number(n: usize) -> String {
    format!("+324700001{n:02}")
}

/// 18 is upgradable, 19 incompatible, all others are ready.
fn readiness(n: usize) -> &'static str {
    match n {
        18 => "upgradable",
        19 => "incompatible",
        _ => "ready",
    }
}

/// A national number on the impossible 51st of the 71st month.
pub fn national_number(n: usize) -> String {
    let nine = 717_151_000 + n as u64;
    format!("{nine}{:02}", 97 - nine % 97)
}

/// The person who enrolled before the bank gave more than it must.
pub const ENROLLED_BEFORE: usize = 17;

/// The photo that the bank has of a person.
pub fn photo(n: usize) -> Vec<u8> {
    ipse_demo::portrait::png(n as u16).expect("a picture")
}

fn picture(n: usize) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(photo(n)))
}

fn customers() -> Vec<Value> {
    let customer = |id: String, n: usize, fault: Option<&str>| {
        let mut customer = json!({
            "id": id, "given_name": format!("An{}", letters(n)), "family_name": "Peeters",
            "birthdate": "1971-01-01", "nationalities": ["BE"], "national_number": national_number(n),
            "document_number": "592000000182", "document_expiry": "2033-05-01", "verified_at": "2025-05-02T09:12:00Z",
            "gender": "female", "place_of_birth": {"locality": "Gent", "country": "BE"},
            "address": {"street_address": "Veldstraat 12", "postal_code": "9000", "locality": "Gent", "country": "BE"},
            "picture": picture(n),
        });
        if let Some(fault) = fault {
            customer["fault"] = json!(fault);
        }
        customer
    };
    let mut all: Vec<Value> = (0..20)
        .map(|n| {
            customer(
                format!("customer{n}"),
                n,
                (n == ENROLLED_BEFORE).then_some("bare_at_first"),
            )
        })
        .collect();
    for fault in [
        "other_person",
        "low_level",
        "missing_claims",
        "missing_evidence",
        "bad_signature",
        "wrong_iss",
        "wrong_userinfo_iss",
        "wrong_audience",
        "other_sub",
        "wrong_nonce",
        "stale_auth_time",
        "unencrypted",
        "unavailable",
    ] {
        all.push(customer(fault.to_owned(), 0, Some(fault)));
    }
    all
}

fn letters(n: usize) -> String {
    char::from(b'a' + n as u8).to_string()
}

async fn change_sim(operator: &Operator, command: &str, number: &str) {
    use ipse_operator::ids::PhoneNumber;
    use ipse_operator::registry::{self, CardIdentity};
    let (context, command) = (operator.context(), command.to_owned());
    let number = PhoneNumber::normalise(number).expect("a mobile number");
    let card = CardIdentity::new(&context.random);
    operator
        .store
        .write_rule(move |tx| match command.as_str() {
            "swap" => registry::swap(tx, &context, &number, &card),
            "lose" => registry::lose(tx, &context.random, &number),
            "port" => registry::port(tx, &context.random, &number),
            "port_pending" => registry::port_pending(tx, &context.random, &number),
            "restore" => registry::restore(tx, &context.random, &number),
            other => panic!("unknown change {other}"),
        })
        .await
        .expect("change of the SIM");
}
