//! Logins as far as a test wants them, and looks behind the doors.

use super::parsed;
use ipse_jose::SigningKey;
use ipse_phone::{Approval, Biometric, requests};
use ipse_protocol::code::code_proof;
use ipse_protocol::terms::{Factor, RefusalReason};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{ApproveRequest, AttemptRequest, AttemptResponse, Offer, RefuseRequest};
use ipse_scheme::Error;
use ipse_scheme::request::ActionRequest;
use ipse_store::Param;
use ipse_store::identity::Identity;
use ipse_texts::Language;

use super::partner::Login;
use super::phone::{Opened, Sealed};
use super::{Browser, Page, Partner, Phone, Reply, TestNetwork};

/// The browser that begins what races begin.
pub const RACER: [u8; 32] = [1; 32];

/// A login whose page waits for a phone.
pub struct Started {
    pub browser: Browser,
    pub login: Login,
    /// `act_…`
    pub action: String,
    /// Same-device link.
    pub link: String,
    /// QR text of the moment.
    pub qr: String,
}

impl Started {
    /// Turns back at the page, at this node.
    pub async fn cancel(&mut self, issuer: &str) -> Page {
        let page = self.browser.get(&self.login.action_page).await;
        page.cancel(&mut self.browser, issuer).await
    }
}

impl Page {
    /// Presses the button that turns back.
    pub async fn cancel(&self, browser: &mut Browser, issuer: &str) -> Page {
        let (to, form) = self
            .form("cancel")
            .unwrap_or_else(|| panic!("no form: {}", self.text));
        let pairs: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        browser.post(&format!("{issuer}{to}"), &pairs).await
    }
}

/// The stable code of a refusal.
pub fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => error.into_problem().code.as_str().to_owned(),
    }
}

impl TestNetwork {
    /// Starts a login and looks at the page.
    pub async fn start(&self, partner: &Partner) -> Started {
        self.start_with(partner, &[]).await
    }

    /// As [`TestNetwork::start`], for the level that needs no SIM.
    pub async fn start_basic(&self, partner: &Partner) -> Started {
        self.start_with(partner, &[("acr_values", "basic")]).await
    }

    /// As [`TestNetwork::start`], with parameters replaced.
    pub async fn start_with(&self, partner: &Partner, changes: &[(&str, &str)]) -> Started {
        let mut browser = self.browser();
        let login = partner.begin_with(&mut browser, changes).await;
        let page = browser.get(&login.action_page).await;
        let attribute = |id: &str, name: &str| {
            page.attribute(&format!("id=\"{id}\""), name)
                .unwrap_or_else(|| panic!("no {id}: {}", page.text))
        };
        Started {
            action: super::partner_parameter(&login.action_page, "action").expect("an action"),
            link: attribute("open-app", "href"),
            qr: attribute("qr", "data-text"),
            browser,
            login,
        }
    }

    /// A login that this phone holds on the same device.
    pub async fn offer(&self, partner: &Partner, phone: &mut Phone) -> Offer {
        let started = self.start(partner).await;
        phone.claim(&started.link).await.json()
    }

    /// As [`TestNetwork::offer`], for the level that needs no SIM.
    pub async fn offer_basic(&self, partner: &Partner, phone: &mut Phone) -> Offer {
        let started = self.start_basic(partner).await;
        phone.claim(&started.link).await.json()
    }

    /// What an ordinary request of this partner asks, as the scheme keeps it ([`ActionRequest`]): for races, whose rounds begin without HTTP.
    pub async fn asked(&self, partner: &Partner, phone: &mut Phone) -> String {
        let offer = self.offer_basic(partner, phone).await;
        let store = &self.server.scheme.store;
        let row = store.read(move |tx| ipse_store::action::by_id(tx, &parsed(&offer.action)));
        row.await.expect("store").expect("a row").request
    }

    /// Begins the same again, in the browser [`RACER`], and gives it to a phone.
    pub async fn offer_again(&self, partner: &Partner, asked: &str, phone: &mut Phone) -> Offer {
        let starting = ipse_scheme::login::Browser {
            binding: RACER,
            name: "Firefox".into(),
            language: Language::En,
        };
        let scheme = &self.server.scheme;
        let asked: ActionRequest<'_> = serde_json::from_str(asked).expect("asked");
        let client = parsed(&partner.client_id);
        let begun = scheme.begin_plain(&client, &asked, starting);
        let action = begun.await.expect("begun");
        let page = scheme.sign_in(&action, &RACER).await;
        let page = page.expect("page").expect("ours");
        phone.claim(&page.app_link).await.json()
    }

    /// Takes back wrong codes and blocks, as nobody else can: for races, whose rounds would block after the first.
    pub async fn forgive(&self, identity: &str) {
        const TRIES: &str = "DELETE FROM wrong_code WHERE identity = $1";
        const REASONS: &str = "DELETE FROM suspension WHERE identity = $1";
        const COUNT: &str = "UPDATE identity SET status = 'active', wrong_codes = 0 WHERE id = $1";
        const OPEN: &str =
            "UPDATE attempt SET status = 'wrong' WHERE identity = $1 AND status = 'open'";
        for sql in [TRIES, REASONS, COUNT, OPEN] {
            self.change(sql, identity).await;
        }
    }

    /// A node that lets few transactions wait.
    pub fn node_with_queue(&self, waiting: usize) -> ipse_server::Server {
        let home = self.home.path().join("scheme");
        let mut config = ipse_server::config::ServerConfig::load(&home).expect("configuration");
        let option = match self.db.is_postgres() {
            // Its readers wait in the same queue, for one of so many connections.
            true => format!(
                "{}&queue={waiting}",
                config.database.replace("pool=4", "pool=1")
            ),
            false => format!("{}?queue={waiting}", config.database),
        };
        config.database = option;
        ipse_server::Server::open_with(
            &home,
            config,
            self.db.clock().clone(),
            ipse_protocol::Random::system(),
        )
        .expect("scheme opens")
    }

    /// The identity as the database has it.
    pub async fn identity(&self, id: &str) -> Identity {
        let id = id.to_owned();
        self.server
            .scheme
            .store
            .read(move |tx| ipse_store::identity::by_id(tx, &parsed(&id)))
            .await
            .expect("store")
            .expect("an identity")
    }

    /// The attempt that an identity has open, as the database has it.
    pub async fn open_attempt(&self, identity: &str) -> Option<String> {
        let id = identity.to_owned();
        self.server
            .scheme
            .store
            .read(move |tx| ipse_store::attempt::open(tx, &parsed(&id)))
            .await
            .expect("store")
            .map(|open| open.id.into())
    }

    /// An action's status, as the database has it.
    pub async fn status(&self, action: &str) -> String {
        let id = action.to_owned();
        let store = &self.server.scheme.store;
        let row = store.read(move |tx| ipse_store::action::by_id(tx, &parsed(&id)));
        row.await.expect("store").expect("a row").status.to_string()
    }

    /// A count, by one text.
    pub async fn count(&self, sql: &'static str, text: &str) -> i64 {
        let text = text.to_owned();
        self.server
            .scheme
            .store
            .read(move |tx| tx.row(sql, &[Param::from(&text)]))
            .await
            .expect("store")
            .expect("a row")
            .int(0)
            .expect("a number")
    }

    /// Everything that whoever copies the database has: SQLite's files, with what waits to be written into them, or
    /// every row of every table in PostgreSQL.
    pub async fn stolen(&self) -> Vec<u8> {
        let Some(path) = self.db.url().strip_prefix("sqlite:") else {
            return self.stolen_rows().await;
        };
        let mut loot = Vec::new();
        for tail in ["", "-wal"] {
            loot.extend(std::fs::read(format!("{path}{tail}")).expect("readable"));
        }
        loot
    }

    async fn stolen_rows(&self) -> Vec<u8> {
        const HEX: &str = "SET LOCAL xmlbinary = 'hex'";
        const ALL: &str = "SELECT table_to_xml(c.oid, true, false, '')::text FROM pg_class c \
             WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
        let rows = self.server.scheme.store.read(|tx| {
            tx.exec(HEX, &[])?;
            tx.rows(ALL, &[])
        });
        let mut loot = Vec::new();
        for mut row in rows.await.expect("store") {
            let text = row.text(0).expect("text");
            for value in text.split(['<', '>']) {
                loot.extend_from_slice(value.as_bytes());
                loot.extend(unhex(value).unwrap_or_default());
            }
        }
        loot
    }

    /// Runs SQL with one text.
    pub async fn change(&self, sql: &'static str, text: &str) -> u64 {
        let text = text.to_owned();
        self.server
            .scheme
            .store
            .write(move |tx| tx.exec(sql, &[Param::from(&text)]))
            .await
            .expect("store")
    }

    /// Changes a device's row as the scheme itself would.
    pub async fn change_device(
        &self,
        phone: &Phone,
        change: impl Fn(&mut ipse_store::device::Device) + Send + 'static,
    ) {
        let (id, keys) = (
            phone.device_id().to_owned(),
            self.server.scheme.keys.clone(),
        );
        self.server
            .scheme
            .store
            .write(move |tx| {
                let mut device = ipse_store::device::by_id(tx, &parsed(&id))?.expect("a device");
                change(&mut device);
                ipse_scheme::device::update(tx, &*keys, &mut device).map(drop)
            })
            .await
            .expect("store");
    }

    /// Gives a phone a fingerprint key, as its enrolment would have.
    pub async fn give_biometric(&self, phone: &Phone) -> Biometric {
        const ID: [u8; 32] = [7; 32];
        let key = SigningKey::generate_es256();
        let point = ipse_protocol::wire::DeviceKey::of(&key)
            .expect("key")
            .to_sec1();
        self.change_device(phone, move |device| {
            device.biometric_credential = Some(ID.to_vec());
            device.biometric_key = Some(point.to_vec());
        })
        .await;
        Biometric::new(key, ID.to_vec())
    }
}

impl Phone {
    /// Signs the approval without sending it.
    pub fn seal_approval(&mut self, offer: &Offer, opened: &Opened) -> (Sealed, ApproveRequest) {
        let t = self.transcript(offer, opened).hash();
        let approval = opened.approval(t, code_proof(&opened.session_key, &t));
        let sealed = self.seal_message(requests::approve(&offer.action, &approval));
        (sealed, approval.request)
    }

    /// Signs a refusal without sending it.
    pub fn seal_refusal(
        &mut self,
        offer: &Offer,
        reason: RefusalReason,
    ) -> (Sealed, RefuseRequest) {
        let opened = ipse_phone::Opened::new(offer.clone()).expect("a view");
        let signed = self.phone().sign_with(&(), |state, sequence| {
            requests::refuse(&opened.refusal(state, sequence), reason)
        });
        let sealed = Sealed(signed.expect("a signed request"));
        let body = serde_json::from_slice(&sealed.body).expect("a refusal");
        (sealed, body)
    }

    /// The body of an attempt with a first message that the test made.
    pub fn attempt_body(offer: &Offer, ke1: [u8; 96]) -> AttemptRequest {
        AttemptRequest {
            factor: Factor::Code,
            nonce: offer.nonce,
            view_hash: offer.view_hash().into(),
            ke1: Some(ke1.into()),
        }
    }

    /// Approves with a fingerprint, as far as the scheme lets it.
    pub async fn approve_by_biometric(&mut self, offer: &Offer, finger: &Biometric) -> Reply {
        let message = requests::attempt(offer, Factor::Biometric, None);
        let reply = self.exchange(message).await;
        let Ok(AttemptResponse::Attempt(attempt)) = serde_json::from_value(reply.body.clone())
        else {
            return reply;
        };
        let transcript = self.transcript_of(offer, &attempt, Factor::Biometric);
        let challenge = Transcript::biometric_challenge(&transcript.hash());
        let assertion = finger.assert(&self.state.rp_id, &self.state.app, &challenge);
        let approval = Approval::with_biometric(&attempt.attempt, &transcript, assertion);
        self.exchange(requests::approve(&offer.action, &approval))
            .await
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(
        digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect(),
    )
}
