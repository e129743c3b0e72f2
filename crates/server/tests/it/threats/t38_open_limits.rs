//! Threat 38: what anybody can begin is bounded while it is open, and is cleaned up as fast as it comes.

use ipse_protocol::Random;
use ipse_protocol::ids::{ActionId, DeviceId, EnrolmentId, IdentityId};
use ipse_protocol::terms::{ActionStatus, KeyKind, Level};
use ipse_scheme::enrolment::VISITS;
use ipse_store::Kind;
use ipse_store::action::{self, Action};
use ipse_store::device::{self, Device, DeviceStatus};
use ipse_store::enrolment::{self, Enrolment, EnrolmentSim, EnrolmentStatus};
use ipse_store::testing::TestDb;
use ipse_texts::Language;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::requests::count_rows;
use crate::support::{BANK, Options, Partner, TestNetwork, parsed};

const HOUR_MS: i64 = 3_600_000;

/// A network with these limits, on each database.
async fn limited(limits: Value) -> Vec<TestNetwork> {
    let mut networks = Vec::new();
    for db in TestDb::both() {
        let options = Options {
            scheme: Some(json!({"limits": limits.clone()})),
            ..Options::default()
        };
        networks.push(TestNetwork::on(db, options).await);
    }
    networks
}

async fn plain_partner(network: &TestNetwork) -> Partner {
    Partner::register(
        network,
        json!({"require_pushed_authorization_requests": false}),
    )
    .await
}

/// A browser at `from`, as our proxy says, begins a plain request of the partner: the status.
async fn begin_plain(network: &TestNetwork, partner: &Partner, from: &str) -> StatusCode {
    let request = partner.request(&partner.login());
    let url = url::Url::parse_with_params(&format!("{}/authorize", network.issuer), request);
    let answer = network.http.get(url.expect("a URL"));
    let answer = answer.header("x-forwarded-for", from).send().await;
    answer.expect("an answer").status()
}

const BEGUN: StatusCode = StatusCode::SEE_OTHER;
const BUSY: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

#[tokio::test]
async fn t38_requests_of_one_address_are_bounded() {
    let limits = json!({"open_requests_per_address": 2, "proxies": ["127.0.0.1"]});
    for network in limited(limits).await {
        let partner = plain_partner(&network).await;
        for _ in 0..2 {
            assert_eq!(begin_plain(&network, &partner, "192.0.2.1").await, BEGUN);
        }
        assert_eq!(begin_plain(&network, &partner, "192.0.2.1").await, BUSY);
        assert_eq!(
            begin_plain(&network, &partner, "198.51.100.1, 192.0.2.1").await,
            BUSY
        );
        assert_eq!(begin_plain(&network, &partner, "192.0.2.2").await, BEGUN);
        // Once their time is over, there is room again.
        network.pass(181_000);
        assert_eq!(begin_plain(&network, &partner, "192.0.2.1").await, BEGUN);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_a_header_of_a_client_that_is_no_proxy_is_not_believed() {
    for network in limited(json!({"open_requests_per_address": 1})).await {
        let partner = plain_partner(&network).await;
        assert_eq!(begin_plain(&network, &partner, "192.0.2.1").await, BEGUN);
        assert_eq!(begin_plain(&network, &partner, "192.0.2.2").await, BUSY);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_a_claimed_or_cancelled_request_makes_room() {
    for network in limited(json!({"open_requests_per_address": 1})).await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        for _ in 0..3 {
            network.offer(&partner, &mut phone).await;
        }
        for _ in 0..3 {
            let mut started = network.start(&partner).await;
            let cancelled = started.cancel(&network.issuer).await;
            assert_eq!(cancelled.status, StatusCode::OK, "{}", cancelled.text);
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t38_requests_of_one_partner_are_bounded() {
    for network in limited(json!({"open_requests_per_partner": 2})).await {
        let (partner, other) = (network.partner().await, network.partner().await);
        let mut browser = network.browser();
        // A request that a browser has begun, and one that waits for its browser.
        partner.begin(&mut browser).await;
        let (status, pushed) = partner.push(partner.request(&partner.login())).await;
        assert_eq!(status, StatusCode::CREATED, "{pushed}");
        let (status, told) = partner.push(partner.request(&partner.login())).await;
        assert_eq!(status, BUSY, "{told}");
        assert_eq!(told["error"], "temporarily_unavailable", "{told}");
        // The one that waits has its place, and other partners have theirs.
        let waiting = pushed["request_uri"].as_str().expect("a request_uri");
        let page = browser.get(&partner.authorize_url(waiting)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        other.begin(&mut browser).await;
        network.end().await;
    }
}

#[tokio::test]
async fn t38_a_flood_of_plain_requests_leaves_pushed_ones_their_share() {
    for network in limited(json!({"open_requests": 3})).await {
        let (plain, pushing) = (plain_partner(&network).await, network.partner().await);
        for n in 0..5 {
            let expected = if n < 3 { BEGUN } else { BUSY };
            assert_eq!(begin_plain(&network, &plain, "").await, expected, "{n}");
        }
        let mut phone = network.enrolled(0).await;
        let offer = network.offer(&pushing, &mut phone).await;
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_enrolments_of_one_address_are_bounded() {
    for network in limited(json!({"open_enrolments_per_address": 2})).await {
        let mut first = network.phone(0);
        // A phone that begins again is counted once, and one that has completed no more.
        for _ in 0..3 {
            let begun = first.begin_enrolment(&network).await;
            assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        }
        network.enrolled(1).await;
        let mut second = network.phone(2);
        second.begin_enrolment(&network).await;
        let mut third = network.phone(3);
        let refused = third.begin_enrolment(&network).await;
        refused.refused("too_many_requests");
        network.pass(31 * 60_000);
        let begun = third.begin_enrolment(&network).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_one_enrolment_makes_a_bounded_number_of_bank_visits() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let path = format!("/enrolments/{}/bank", phone.enrolment);
        for _ in 0..VISITS {
            let begun = phone.post(&path, &json!({"bank": BANK})).await;
            assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
        }
        let more = phone.post(&path, &json!({"bank": BANK})).await;
        more.refused("too_many_requests");
        let visits = "SELECT COUNT(*) FROM registrar_session WHERE subject = $1";
        assert_eq!(network.count(visits, &phone.enrolment).await, VISITS);
        network.end().await;
    }
}

/// A request that nobody decided, as a browser began it.
fn request(random: &Random, created: i64, identity: Option<&IdentityId>) -> Action {
    Action {
        id: ActionId::dated_by(created, &random.bytes()),
        kind: Kind::Login,
        status: ActionStatus::Created,
        level: Level::Basic,
        partner: None,
        request: "{}".into(),
        browser: Some([0; 32]),
        browser_name: "Firefox".into(),
        language: Language::En,
        identity: identity.cloned(),
        claim: None,
        decision: None,
        created,
        expires: created + 180_000,
    }
}

#[tokio::test]
async fn t38_one_sweep_cleans_up_all_requests() {
    const MANY: usize = 3_000;
    for network in TestNetwork::both().await {
        let phone = network.enrolled(0).await;
        let scheme = &network.server.scheme;
        let (random, identity) = (Random::system(), parsed::<IdentityId>(&phone.identity));
        scheme
            .store
            .write(move |tx| {
                let old = tx.now()? - 2 * HOUR_MS;
                for n in 0..MANY {
                    action::insert(tx, &request(&random, old, None))?;
                    if n % 3 == 0 {
                        // The browser can cancel what no phone has claimed.
                        let cancelled = request(&random, old, None);
                        let (from, to) = (ActionStatus::Created, ActionStatus::Cancelled);
                        action::insert(tx, &cancelled)?;
                        action::end(tx, &cancelled.id, from, to, Some("browser"), old)?;
                        action::insert(tx, &request(&random, old, Some(&identity)))?;
                    }
                }
                Ok(())
            })
            .await
            .expect("store");
        scheme.sweep().await.expect("swept");
        let left = "SELECT COUNT(*) FROM action WHERE identity IS NULL AND browser_name = $1";
        assert_eq!(network.count(left, "Firefox").await, 0);
        let open = "SELECT COUNT(*) FROM action WHERE status = $1";
        assert_eq!(network.count(open, "created").await, 0);
        assert_eq!(network.count(open, "expired").await, 1_000);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_one_sweep_forgets_all_abandoned_enrolments() {
    // A hundred more than one sweep took before, on the faster database.
    const MANY: u32 = 20_100;
    let mut network = TestNetwork::new().await;
    // Nothing else sweeps.
    network.stop_scheme().await;
    let scheme = network.another_scheme();
    let random = Random::system();
    scheme
        .store
        .write(move |tx| {
            for n in 0..MANY {
                let (device, enrolment) = abandoned(&random, n);
                device::insert(tx, &device)?;
                enrolment::insert(tx, &enrolment)?;
            }
            Ok(())
        })
        .await
        .expect("store");
    let swept = scheme.sweep_enrolments().await.expect("swept");
    assert_eq!(swept, 20_100);
    // Nobody was sent a message, so no operator has to be told anything.
    for (left, status) in [
        ("SELECT COUNT(*) FROM enrolment WHERE status = $1", "open"),
        ("SELECT COUNT(*) FROM device WHERE status = $1", "pending"),
        ("SELECT COUNT(*) FROM outbox WHERE kind = $1", "unbind"),
    ] {
        assert_eq!(count_rows(&scheme.store, left, status).await, 0, "{left}");
    }
    network.end().await;
}

fn abandoned(random: &Random, n: u32) -> (Device, Enrolment) {
    let mut public_key = [0; 65];
    public_key[..4].copy_from_slice(&n.to_be_bytes());
    let device = Device {
        id: DeviceId::new(random),
        identity: IdentityId::new(random),
        status: DeviceStatus::Pending,
        name: "Phone".into(),
        key_kind: KeyKind::Software,
        public_key,
        opaque_record: None,
        code_version: 1,
        biometric_credential: None,
        biometric_key: None,
        biometric_backup: None,
        sim_handle: None,
        contest_until: None,
        contested: false,
        basic_until: 0,
        mac: Vec::new(),
        last_sequence: 1,
        recent: vec![0; 8],
        created: 1,
        last_used: 1,
    };
    let enrolment = Enrolment {
        id: EnrolmentId::new(random),
        device: device.id.clone(),
        identity: device.identity.clone(),
        status: EnrolmentStatus::Open,
        language: Language::En,
        number: vec![0],
        vouched: None,
        proofing_began: None,
        replaces: None,
        code_version: 1,
        operator: Some("Leie Mobiel".into()),
        sim_state: EnrolmentSim::Ready,
        handle: Some(format!("handle{n}")),
        sim_challenge: None,
        sim_nonce_hash: None,
        sim_statement: None,
        sim_changed_at: None,
        biometric_challenge: None,
        receipt: None,
        created: 1,
        expires: 2,
    };
    (device, enrolment)
}
