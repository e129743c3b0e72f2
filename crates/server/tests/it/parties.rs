//! Parties that do not answer: what waits for one of them holds up nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipse_operator::config::Fault;
use ipse_protocol::wire::DeviceKey;
use ipse_server::config::ServerConfig;
use ipse_server::limits::SLOTS_PER_PARTY;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{Phone, TestNetwork, number};

const OPERATOR: &str = "Leie Mobiel";

#[tokio::test]
async fn t13_a_silent_operator_holds_up_no_receipt() {
    const RECEIPTS: &str = "SELECT COUNT(*) FROM receipt WHERE kind = 'block' AND identity = $1";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.operator.set_fault(Some(Fault::Silent));
        network
            .server
            .scheme
            .store
            .write(|tx| {
                for n in 0..50 {
                    ipse_scheme::sim::release(tx, OPERATOR, &format!("nobody{n}"))?;
                }
                Ok(())
            })
            .await
            .expect("store");
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        network
            .soon("the receipt", || async {
                network.count(RECEIPTS, &phone.identity).await == 1
            })
            .await;
        network.end().await;
    }
}

/// A bank that takes connections and says nothing, until it is told to hang up.
struct Mute {
    url: String,
    taken: Arc<AtomicUsize>,
    hang_up: watch::Sender<bool>,
}

impl Mute {
    async fn new(tasks: &mut JoinSet<()>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let taken = Arc::new(AtomicUsize::new(0));
        let (hang_up, mut over) = watch::channel(false);
        let count = taken.clone();
        tasks.spawn(async move {
            let mut held = Vec::new();
            loop {
                tokio::select! {
                    Ok((stream, _)) = listener.accept() => {
                        count.fetch_add(1, Ordering::SeqCst);
                        held.push(stream);
                    }
                    _ = over.wait_for(|over| *over) => break,
                }
            }
            drop(held);
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self {
            url,
            taken,
            hang_up,
        }
    }
}

/// A request of a phone to a node other than its own.
fn ask(
    network: &TestNetwork,
    node: &str,
    phone: &mut Phone,
    path: &str,
    body: &Value,
) -> impl Future<Output = (StatusCode, Value)> + Send + use<> {
    let sealed = phone.seal(path, body);
    let request = network
        .http
        .post(format!("{node}{}", sealed.path))
        .header("content-type", "application/json")
        .header("ipse-device", &sealed.signature)
        .body(sealed.0.body);
    async move {
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.json().await.expect("json"))
    }
}

#[tokio::test]
async fn t38_a_bank_that_hangs_takes_no_other_bank_along() {
    let network = TestNetwork::new().await;
    let mut tasks = JoinSet::new();
    let mute = Mute::new(&mut tasks).await;
    let home = network.home.path().join("scheme");
    let mut config = ServerConfig::load(&home).expect("configuration");
    let mut silent = config.banks[0].clone();
    (silent.name, silent.issuer) = ("Bank Stil".into(), mute.url.clone());
    config.banks.push(silent);
    let server = ipse_server::Server::open_with(
        &home,
        config,
        network.db.clock().clone(),
        ipse_protocol::Random::system(),
    );
    let server = Arc::new(server.expect("scheme opens"));
    let [issuer, app] = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0"));
    let [issuer, app] = [issuer, app].map(|listener| {
        let listener = listener.expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        TcpListener::from_std(listener).expect("a listener")
    });
    let node = format!("http://{}", app.local_addr().expect("an address"));
    tasks.spawn(async move {
        let never = std::future::pending();
        let _ = ipse_server::serve_on(server, issuer, app, never).await;
    });

    let bank = |name: &str| json!({"bank": name});
    let mut hanging = JoinSet::new();
    for _ in 0..SLOTS_PER_PARTY {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let path = format!("/enrolments/{}/bank", phone.enrolment);
        hanging.spawn(ask(&network, &node, &mut phone, &path, &bank("Bank Stil")));
    }
    let asking = i64::try_from(SLOTS_PER_PARTY).expect("a number");
    network
        .soon("64 calls", || async {
            let asked = "SELECT COUNT(*) FROM device WHERE last_sequence = 2 AND status = $1";
            network.count(asked, "pending").await == asking
        })
        .await;
    let mut phone = network.phone(1);
    phone.begin_enrolment(&network).await;
    let path = format!("/enrolments/{}/bank", phone.enrolment);
    let (_, told) = ask(&network, &node, &mut phone, &path, &bank("Bank Stil")).await;
    assert_eq!(told["code"], "too_many_requests", "{told}");
    let (status, told) = ask(&network, &node, &mut phone, &path, &bank("Bank Anker")).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let mut newcomer = network.phone(2);
    let body = json!({
        "phone_number": number(2), "device_key": DeviceKey::of(&newcomer.key).expect("key"),
        "device_name": "Test phone", "key_kind": "software", "language": "en",
    });
    let (status, told) = ask(&network, &node, &mut newcomer, "/enrolments", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");

    // All who wait hear of the one failure, and nobody tries in turn.
    mute.hang_up.send_replace(true);
    while let Some(answer) = hanging.join_next().await {
        let (_, told) = answer.expect("a call");
        assert_eq!(told["reason"], "unavailable", "{told}");
    }
    assert_eq!(mute.taken.load(Ordering::SeqCst), 1);
    tasks.shutdown().await;
    network.end().await;
}
