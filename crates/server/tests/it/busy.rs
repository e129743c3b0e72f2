//! A database that has no free slot: each route answers `busy`, nothing is half done, and the same request works later.

use std::sync::Arc;
use std::sync::mpsc;

use ipse_listener::Limits;
use ipse_protocol::wire::Offer;
use ipse_server::Server;
use ipse_store::{Store, StoreError};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::support::{
    ASSERTION_TYPE, CODE, Page, Phone, TestNetwork, partner_parameter, refusal, start_login,
};

/// One transaction holds the database, one waits, and the queue is full.
struct Jam {
    held: mpsc::Sender<()>,
    written: [JoinHandle<Result<(), StoreError>>; 2],
}

impl Jam {
    async fn of(network: &TestNetwork, store: &Store) -> Self {
        let (held, release) = mpsc::channel::<()>();
        let release = std::sync::Mutex::new(release);
        let (begun, running) = tokio::sync::oneshot::channel();
        let mut begun = Some(begun);
        let own = store.clone();
        let holder = tokio::spawn(async move {
            own.write(move |_| {
                if let Some(begun) = begun.take() {
                    let _ = begun.send(());
                }
                let _ = release.lock().map(|r| r.recv());
                Ok(())
            })
            .await
        });
        running.await.expect("running");
        let own = store.clone();
        let waiting = tokio::spawn(async move { own.write(|_| Ok(())).await });
        network
            .soon("the queue", || async { store.stats().queued > 0 })
            .await;
        Self {
            held,
            written: [holder, waiting],
        }
    }

    async fn end(self) {
        self.held.send(()).expect("held");
        for written in self.written {
            written.await.expect("no panic").expect("written");
        }
    }
}

/// Another node with a queue of one, served on two ports. It runs no jobs.
struct Node {
    server: Arc<Server>,
    issuer: String,
    app: String,
    tasks: JoinSet<()>,
    _stop: watch::Sender<bool>,
}

impl Node {
    async fn beside(network: &TestNetwork) -> Self {
        let server = Arc::new(network.node_with_queue(1));
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let mut urls = Vec::new();
        for router in [server.issuer_router(), server.app_router()] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port");
            let port = listener.local_addr().expect("address").port();
            urls.push(format!("http://localhost:{port}"));
            let limits = Limits::shared_by(2);
            tasks.spawn(ipse_listener::serve_router(
                listener,
                limits,
                router,
                stopped.clone(),
            ));
        }
        let [issuer, app] = urls.try_into().expect("two");
        Self {
            server,
            issuer,
            app,
            tasks,
            _stop: stop,
        }
    }

    async fn jam(&self, network: &TestNetwork) -> Jam {
        Jam::of(network, &self.server.scheme.store).await
    }

    async fn end(mut self, network: TestNetwork) {
        self.tasks.shutdown().await;
        network.end().await;
    }
}

#[track_caller]
fn says_busy(page: &Page) {
    assert_eq!(
        page.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        page.text
    );
    assert!(page.text.contains("data-code=\"busy\""), "{}", page.text);
    assert_eq!(page.location, None);
}

#[track_caller]
fn is_busy((status, body): &(StatusCode, Value)) {
    assert_eq!(*status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(body["error"], "temporarily_unavailable", "{body}");
}

#[tokio::test]
async fn an_attempt_during_a_busy_database_spends_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let busy = network.node_with_queue(1);
        let jam = Jam::of(&network, &busy.scheme.store).await;
        let (_, first) = start_login(CODE);
        let body = Phone::attempt_body(&offer, first);
        let request = phone.seal(&format!("/actions/{}/attempt", offer.action), &body);
        let ask = async || {
            let asked = busy
                .scheme
                .attempt(request.incoming(), &offer.action, &body);
            refusal(asked.await)
        };
        assert_eq!(ask().await, "busy");
        jam.end().await;
        assert_eq!(network.open_attempt(&phone.identity).await, None);
        assert_eq!(ask().await, "ok");
        network.end().await;
    }
}

#[tokio::test]
async fn every_phone_route_answers_busy() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let node = Node::beside(&network).await;
        let started = network.start_basic(&partner).await;
        let busy = |reply: crate::support::Reply| {
            reply.refused("busy");
            assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        };
        let claim = phone.seal(
            "/actions/claim",
            &json!({"link": started.link, "obtained": "navigation"}),
        );
        let jam = node.jam(&network).await;
        busy(phone.send_to(&node.app, &claim).await);
        jam.end().await;
        let offer: Offer = phone.send_to(&node.app, &claim).await.json();
        let opened = phone
            .open(&offer)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        let (approval, _) = phone.seal_approval(&offer, &opened);
        let jam = node.jam(&network).await;
        busy(phone.send_to(&node.app, &approval).await);
        jam.end().await;
        let open = network.open_attempt(&phone.identity).await;
        assert_eq!(open, Some(opened.attempt.attempt));
        let decided = phone.send_to(&node.app, &approval).await;
        assert_eq!(decided.body["status"], "approved", "{}", decided.body);
        let block = phone.seal("/block", &json!({"reason": "person"}));
        let jam = node.jam(&network).await;
        busy(phone.send_to(&node.app, &block).await);
        jam.end().await;
        assert_eq!(
            network.identity(&phone.identity).await.status.as_str(),
            "active"
        );
        assert_eq!(
            phone.send_to(&node.app, &block).await.body["status"],
            "suspended"
        );
        node.end(network).await;
    }
}

#[tokio::test]
async fn every_login_route_answers_busy() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut partner = network.partner().await;
        let node = Node::beside(&network).await;
        partner.at.clone_from(&node.issuer);

        // The request is not kept, and the assertion not spent: both serve again.
        let login = partner.login();
        let mut request = partner.request(&login);
        request.push(("client_assertion_type".into(), ASSERTION_TYPE.into()));
        request.push(("client_assertion".into(), partner.assertion()));
        let jam = node.jam(&network).await;
        is_busy(&partner.post("/par", &request).await);
        jam.end().await;
        const PUSHED: &str = "SELECT COUNT(*) FROM pushed_request WHERE partner = $1";
        assert_eq!(network.count(PUSHED, &partner.client_id).await, 0);
        let (status, pushed) = partner.post("/par", &request).await;
        assert_eq!(status, StatusCode::CREATED, "{pushed}");

        // The browser gets a page, and its request is still there.
        let mut browser = network.browser();
        let url = partner.authorize_url(pushed["request_uri"].as_str().expect("request_uri"));
        let jam = node.jam(&network).await;
        says_busy(&browser.get(&url).await);
        jam.end().await;
        const BEGUN: &str = "SELECT COUNT(*) FROM action WHERE partner = $1";
        assert_eq!(network.count(BEGUN, &partner.client_id).await, 0);
        let page = browser.get(&url).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let action_page = page.action_page(&partner.at);
        assert_eq!(network.count(BEGUN, &partner.client_id).await, 1);

        // SQLite reads beside a writer; PostgreSQL's only connection is taken here.
        let jam = node.jam(&network).await;
        let page = browser.get(&action_page).await;
        let state = action_page.replace("/sign-in?", "/sign-in/state?");
        let waits = browser.get(&state).await;
        jam.end().await;
        if network.db.is_postgres() {
            says_busy(&page);
            assert_eq!(waits.status, StatusCode::SERVICE_UNAVAILABLE);
        } else {
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            assert_eq!(waits.status, StatusCode::OK, "{}", waits.text);
        }
        let page = browser.get(&action_page).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);

        // Turning back takes a write: until it is written, the login waits on.
        let action = partner_parameter(&action_page, "action").expect("an action");
        let jam = node.jam(&network).await;
        says_busy(&page.cancel(&mut browser, &node.issuer).await);
        jam.end().await;
        assert_eq!(network.status(&action).await, "created");

        let link = page.attribute("id=\"open-app\"", "href").expect("open-app");
        let back = phone.approve(&link).await.return_url.expect("return_url");
        let back = back.replace(&network.issuer, &node.issuer);
        let location = browser.get(&back).await.location.expect("to the partner");
        let code = partner_parameter(&location, "code").expect("code");

        // Neither code nor assertion is spent.
        let form = partner.redemption(&code, &login.verifier);
        let jam = node.jam(&network).await;
        is_busy(&partner.post("/token", &form).await);
        jam.end().await;
        const ISSUED: &str =
            "SELECT COUNT(*) FROM access_grant WHERE status = 'issued' AND action = $1";
        assert_eq!(network.count(ISSUED, &action).await, 1);
        let (status, tokens) = partner.post("/token", &form).await;
        assert_eq!(status, StatusCode::OK, "{tokens}");
        let token = tokens["access_token"].as_str().expect("a token");

        // A token that cannot be looked up is not called invalid.
        let jam = node.jam(&network).await;
        let told = partner.userinfo(token).await;
        jam.end().await;
        if network.db.is_postgres() {
            assert_eq!(told.0, StatusCode::SERVICE_UNAVAILABLE, "{}", told.1);
        } else {
            assert_eq!(told.0, StatusCode::OK, "{}", told.1);
        }
        assert_eq!(partner.userinfo(token).await.0, StatusCode::OK);
        node.end(network).await;
    }
}
