//! Logins as far as a test wants them, and looks behind the doors.

use ipse_jose::SigningKey;
use ipse_protocol::bytes::B64u;
use ipse_protocol::code::{code_proof, no_proof_hash, proof_hash};
use ipse_protocol::sha256;
use ipse_protocol::terms::{Decision, Factor, RefusalReason};
use ipse_protocol::wire::{ApproveRequest, Assertion, AttemptRequest, Offer, RefuseRequest};
use ipse_scheme::Error;
use ipse_scheme::action::ActionRequest;
use ipse_scheme::device::Incoming;
use ipse_store::Param;
use ipse_store::identity::Identity;
use serde::Serialize;
use serde_json::json;

use super::partner::Login;
use super::phone::Opened;
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

/// A request as it would leave the phone.
pub struct Sealed {
    pub path: String,
    pub signature: String,
    pub body: Vec<u8>,
}

impl Sealed {
    /// What a node verifies.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            method: "POST",
            target: &self.path,
            signature: Some(&self.signature),
            body: &self.body,
        }
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
        let row = store.read(move |tx| ipse_store::action::by_id(tx, &offer.action));
        row.await.expect("store").expect("a row").request
    }

    /// Begins the same again, in the browser [`RACER`], and gives it to a phone.
    pub async fn offer_again(&self, partner: &Partner, asked: &str, phone: &mut Phone) -> Offer {
        let starting = ipse_scheme::login::Browser {
            binding: RACER,
            name: "Firefox".into(),
            language: "en".into(),
        };
        let scheme = &self.server.scheme;
        let asked: ActionRequest<'_> = serde_json::from_str(asked).expect("asked");
        let begun = scheme.begin_plain(&partner.client_id, &asked, starting);
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
            .read(move |tx| ipse_store::identity::by_id(tx, &id))
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
            .read(move |tx| ipse_store::action::open_attempt(tx, &id))
            .await
            .expect("store")
            .map(|open| open.id)
    }

    /// An action's status, as the database has it.
    pub async fn status(&self, action: &str) -> String {
        let id = action.to_owned();
        let store = &self.server.scheme.store;
        let row = store.read(move |tx| ipse_store::action::by_id(tx, &id));
        row.await.expect("store").expect("a row").status
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
        let (id, keys) = (phone.kid.clone(), self.server.scheme.keys.clone());
        self.server
            .scheme
            .store
            .write(move |tx| {
                let mut device = ipse_store::device::by_id(tx, &id)?.expect("a device");
                change(&mut device);
                ipse_scheme::device::update(tx, &*keys, &mut device).map(drop)
            })
            .await
            .expect("store");
    }

    /// Gives a phone a fingerprint key, as its enrolment would have.
    pub async fn give_biometric(&self, phone: &Phone) -> SigningKey {
        let key = SigningKey::generate_es256();
        let point = ipse_protocol::wire::DeviceKey::of(&key)
            .expect("key")
            .to_sec1();
        self.change_device(phone, move |device| {
            device.biometric_credential = Some(vec![7; 32]);
            device.biometric_key = Some(point.to_vec());
        })
        .await;
        key
    }
}

impl Phone {
    /// Signs the approval without sending it.
    pub fn seal_approval(&mut self, offer: &Offer, opened: &Opened) -> (Sealed, ApproveRequest) {
        let t = self.transcript(offer, opened).hash();
        let proof = code_proof(&opened.session_key, &t);
        let body = ApproveRequest {
            attempt: opened.attempt.attempt.clone(),
            t: t.into(),
            ke3: Some(<[u8; 64]>::try_from(&*opened.ke3).expect("KE3").into()),
            code_proof: Some(proof.into()),
            assertion: None,
        };
        let path = format!("/phone/v1/actions/{}/approve", offer.action);
        (
            self.seal_decision(path, &body, t, proof_hash(&opened.ke3, &proof)),
            body,
        )
    }

    /// Signs a refusal without sending it.
    pub fn seal_refusal(
        &mut self,
        offer: &Offer,
        reason: RefusalReason,
    ) -> (Sealed, RefuseRequest) {
        let sequence = self.sequence + 1;
        let view = offer.open().expect("a view");
        let t = offer
            .transcript(
                &view,
                &self.issuer,
                &self.kid,
                sequence,
                None,
                Factor::None,
                Decision::Refuse,
            )
            .hash();
        let body = RefuseRequest {
            t: t.into(),
            sequence,
            reason,
        };
        let path = format!("/phone/v1/actions/{}/refuse", offer.action);
        (self.seal_decision(path, &body, t, no_proof_hash()), body)
    }

    fn seal_decision(
        &mut self,
        path: String,
        body: &impl Serialize,
        t: [u8; 32],
        proof: [u8; 32],
    ) -> Sealed {
        let body = serde_json::to_vec(body).expect("json");
        let signature = self
            .claims("POST", &path, &body)
            .with_decision(t, proof)
            .sign(&self.key);
        Sealed {
            path,
            signature,
            body,
        }
    }

    /// Signs a request without sending it.
    pub fn seal(&mut self, path: &str, body: &impl Serialize) -> Sealed {
        let path = format!("/phone/v1{path}");
        let body = serde_json::to_vec(body).expect("json");
        let signature = self.claims("POST", &path, &body).sign(&self.key);
        Sealed {
            path,
            signature,
            body,
        }
    }

    /// Sends what was signed to a node beside the scheme.
    pub async fn send_to(&mut self, app: &str, sealed: &Sealed) -> Reply {
        let own = std::mem::replace(&mut self.app, app.to_owned());
        let reply = self.send(sealed).await;
        self.app = own;
        reply
    }

    /// Sends what was signed.
    pub async fn send(&mut self, sealed: &Sealed) -> Reply {
        self.raw("POST", &sealed.path, &sealed.signature, sealed.body.clone())
            .await
    }

    /// The body of an attempt with a first message of one's own making.
    pub fn attempt_body(offer: &Offer, ke1: [u8; 96]) -> AttemptRequest {
        AttemptRequest {
            factor: Factor::Code,
            nonce: offer.nonce,
            view_hash: offer.view_hash().into(),
            ke1: Some(ke1.into()),
        }
    }

    /// Approves with a fingerprint, as far as the scheme lets it.
    pub async fn approve_by_biometric(&mut self, offer: &Offer, key: &SigningKey) -> Reply {
        let body = AttemptRequest {
            factor: Factor::Biometric,
            nonce: offer.nonce,
            view_hash: offer.view_hash().into(),
            ke1: None,
        };
        let path = format!("/actions/{}/attempt", offer.action);
        let opened = self.post(&path, &body).await;
        let Some(attempt) = opened.body["attempt"].as_str().map(str::to_owned) else {
            return opened;
        };
        let t = offer
            .transcript(
                &offer.open().expect("a view"),
                &self.issuer,
                &self.kid,
                opened.body["sequence"].as_u64().expect("a sequence"),
                opened.body["sim_statement"].as_str(),
                Factor::Biometric,
                Decision::Approve,
            )
            .hash();
        let challenge = ipse_protocol::transcript::Transcript::biometric_challenge(&t);
        let assertion = assertion(key, &self.app, &challenge);
        let proof = ipse_protocol::code::biometric_proof_hash(
            &assertion.authenticator_data.0,
            &assertion.client_data.0,
            &assertion.signature.0,
        );
        let body = serde_json::to_vec(&json!({
            "attempt": attempt, "t": ipse_jose::b64::encode(&t), "ke3": null, "code_proof": null,
            "assertion": assertion,
        }))
        .expect("json");
        let path = format!("/phone/v1/actions/{}/approve", offer.action);
        let signature = self
            .claims("POST", &path, &body)
            .with_decision(t, proof)
            .sign(&self.key);
        self.raw("POST", &path, &signature, body).await
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

/// A WebAuthn assertion by a verified user (Level 3, §6.3.3).
fn assertion(key: &SigningKey, origin: &str, challenge: &[u8]) -> Assertion {
    let challenge = ipse_jose::b64::encode(challenge);
    let client_data =
        json!({"type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": false})
            .to_string()
            .into_bytes();
    let mut data = sha256(b"localhost").to_vec();
    data.extend_from_slice(&[0x05, 0, 0, 0, 0]);
    let mut signed = data.clone();
    signed.extend_from_slice(&sha256(&client_data));
    Assertion {
        signature: B64u(der(&key.sign(&signed))),
        authenticator_data: B64u(data),
        client_data: B64u(client_data),
    }
}

/// `r || s` as DER (SEC 1 §C.5).
fn der(raw: &[u8]) -> Vec<u8> {
    let integer = |n: &[u8]| {
        let zeros = n.iter().take_while(|b| **b == 0).count();
        let mut body = n[zeros..].to_vec();
        if body.first().is_none_or(|b| b & 0x80 != 0) {
            body.insert(0, 0);
        }
        [vec![0x02, body.len() as u8], body].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    [vec![0x30, body.len() as u8], body].concat()
}
