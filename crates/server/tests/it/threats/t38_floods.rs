//! Threat 38: floods, and parties that do not answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipse_protocol::wire::DeviceKey;
use ipse_server::config::ServerConfig;
use ipse_server::limits::SLOTS_PER_PARTY;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::logins::claim_login;
use crate::support::sims::{count_messages, sim_path};
use crate::support::{Phone, TestNetwork, number};

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

#[tokio::test]
async fn t38_a_hanging_bank_delays_no_other_bank() {
    let network = TestNetwork::new().await;
    let mut tasks = JoinSet::new();
    let mute = Mute::new(&mut tasks).await;
    let home = network.home.path().join("scheme");
    let mut config = ServerConfig::load(&home).expect("configuration");
    let mut silent = config.banks[0].clone();
    (silent.name, silent.issuer) = ("Bank Stil".into(), mute.url.clone());
    silent.events = None;
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

#[tokio::test]
async fn t38_an_unfinished_enrolment_gets_no_event_stream() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        assert_eq!(
            phone.begin_enrolment(&network).await.status,
            StatusCode::CREATED
        );
        phone.get("/events").await.refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn t38_a_flood_of_enrolments_delays_no_login() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        // As if so many were waiting for a slow operator.
        let all = u32::try_from(ipse_server::limits::SLOTS_PER_PARTY).expect("a number");
        let numbers = &network.server.limits.enrolments;
        let taken = numbers.acquire_many(all).await.expect("open");
        let mut newcomer = network.phone(1);
        newcomer
            .begin_enrolment(&network)
            .await
            .refused("too_many_requests");
        let offer = claim_login(&network, &partner, &mut phone).await;
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        drop(taken);
        let begun = newcomer.begin_enrolment(&network).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_strangers_cannot_use_up_a_numbers_messages() {
    for network in TestNetwork::both().await {
        let mut holder = network.enrolled(0).await;
        let mut stranger = network.phone(0);
        for n in 0..8 {
            // A new enrolment, a new key, the same number.
            if n % 3 == 0 {
                stranger = network.phone(0);
                stranger.begin_enrolment(&network).await;
            }
            let asked = stranger.post(&sim_path(&stranger), &json!({})).await;
            if n < ipse_scheme::sim::TEXTS {
                assert_eq!(asked.status, StatusCode::OK, "{n}: {}", asked.body);
                continue;
            }
            asked.refused("too_many_requests");
            let pause = asked.body["retry_after_ms"].as_i64().expect("a pause");
            assert_eq!(pause, 24 * 3_600_000);
        }
        // One for the enrolment of the holder, who proved to have the SIM: it counts no more.
        assert_eq!(count_messages(&network, 0).await, 6);
        // The way back of who has the number stays open.
        let sent = holder.post("/sim", &json!({})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_a_verified_person_has_a_separate_message_limit() {
    for network in TestNetwork::both().await {
        let limit = ipse_scheme::sim::TEXTS_VOUCHED;
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone.visit_bank("customer0").await;
        for n in 0..limit {
            let asked = phone.post(&sim_path(&phone), &json!({})).await;
            assert_eq!(asked.status, StatusCode::OK, "{n}: {}", asked.body);
        }
        // The same person again, with another number.
        let mut again = network.phone(1);
        again.begin_enrolment(&network).await;
        again.visit_bank("customer0").await;
        for phone in [&mut phone, &mut again] {
            let path = sim_path(phone);
            phone
                .post(&path, &json!({}))
                .await
                .refused("too_many_requests");
        }
        // Nobody else's count is touched.
        let mut other = network.phone(0);
        other.begin_enrolment(&network).await;
        let asked = other.post(&sim_path(&other), &json!({})).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        network.end().await;
    }
}
