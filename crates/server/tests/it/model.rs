//! Attempts, crashes, swaps, blocks and recoveries in random order, against a small model of design §5 and §6.

use std::collections::BTreeSet;

use ipse_protocol::opaque::{ClientLogin, ClientRegistration, Identity as NoStretching};
use ipse_protocol::wire::{Attempt, Offer};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Opened, Partner, Phone, Reply, World};

const WRONG: &str = "96172";
/// People in the world; each case takes a new one.
const PEOPLE: usize = 16;

/// Something that somebody does.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The person opens a link of one of two partners.
    Claim(usize),
    /// Types a code for one of the requests that they know of.
    Attempt {
        action: usize,
        right: bool,
    },
    /// The phone sends what came of its attempt.
    Finish,
    /// The phone forgets everything but its keys.
    Crash,
    Refuse(usize),
    /// Everything that is open runs out of time.
    Expire,
    Swap,
    Block,
    Unblock,
    /// To the bank, for a new code.
    Recover,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..2usize).prop_map(Step::Claim),
        8 => (0..3usize, any::<bool>()).prop_map(|(action, right)| Step::Attempt { action, right }),
        6 => Just(Step::Finish),
        1 => Just(Step::Crash),
        1 => (0..3usize).prop_map(Step::Refuse),
        1 => Just(Step::Expire),
        1 => Just(Step::Block),
        2 => Just(Step::Unblock),
        2 => Just(Step::Recover),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // A swap ends most of what can happen, so it comes once and late.
    (
        prop::collection::vec(step(), 10..24),
        prop::collection::vec(step(), 0..6),
        any::<bool>(),
    )
        .prop_map(|(mut all, after, swap)| {
            if swap {
                all.push(Step::Swap);
            }
            all.extend(after);
            all
        })
}

/// A request as the model knows it.
struct Request {
    offer: Offer,
    partner: usize,
    status: &'static str,
    epoch: u64,
}

/// What the phone holds between its two messages.
struct Pending {
    request: usize,
    attempt: Attempt,
    /// The state that the right code gave.
    opened: Option<Opened>,
}

/// What the scheme must know.
#[derive(Default)]
struct Model {
    reasons: BTreeSet<&'static str>,
    wrong: i64,
    recent: i64,
    /// Id of the attempt that is spent and not judged, with its request.
    open: Option<(String, usize)>,
    requests: Vec<Request>,
    epoch: u64,
    code_version: i64,
    approvals: usize,
}

impl Model {
    fn active(&self) -> bool {
        self.reasons.is_empty()
    }

    fn suspend(&mut self, reason: &'static str) {
        if self.reasons.insert(reason) {
            self.epoch += 1;
            for request in &mut self.requests {
                if request.status == "linked" {
                    request.status = "cancelled";
                }
            }
        }
    }

    /// Closes the open attempt as wrong; says whether that blocked.
    fn judge_wrong(&mut self) -> bool {
        self.open = None;
        self.wrong += 1;
        self.recent += 1;
        let exhausted = self.wrong >= 3 || self.recent >= 10;
        if exhausted {
            self.suspend("code_exhausted");
        }
        exhausted
    }

    /// What an attempt or approval of a request must be told before anything else is looked at.
    fn closed(&self, request: usize) -> Option<&'static str> {
        let request = &self.requests[request];
        match request.status {
            "linked" if !self.active() => Some("identity_blocked"),
            "linked" if request.epoch != self.epoch => Some("epoch_changed"),
            "linked" => None,
            "expired" => Some("action_expired"),
            _ => Some("action_closed"),
        }
    }
}

/// One person's case.
struct Case<'a> {
    world: &'a World,
    partners: &'a [Partner; 2],
    phone: Phone,
    model: Model,
    pending: Option<Pending>,
}

impl Case<'_> {
    async fn take(&mut self, step: Step) {
        match step {
            Step::Claim(partner) => self.claim(partner).await,
            Step::Attempt { action, right } => self.attempt(action, right).await,
            Step::Finish => self.finish().await,
            Step::Crash => self.pending = None,
            Step::Refuse(action) => self.refuse(action).await,
            Step::Expire => self.expire().await,
            Step::Swap => {
                self.world.sim("swap", self.phone.n).await;
                self.world.operator_heard().await;
                self.model.suspend("sim_changed");
            }
            Step::Block => {
                let reply = self
                    .phone
                    .post("/block", &json!({"reason": "person"}))
                    .await;
                assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
                self.model.suspend("person");
            }
            Step::Unblock => self.unblock().await,
            Step::Recover => self.recover().await,
        }
    }

    async fn claim(&mut self, partner: usize) {
        let started = self.world.start_basic(&self.partners[partner]).await;
        let reply = self.phone.claim(&started.link).await;
        if !self.model.active() {
            reply.refused("identity_blocked");
            return;
        }
        let offer: Offer = reply.json();
        assert_eq!(offer.epoch, self.model.epoch);
        assert_eq!(
            i64::from(offer.wrong_codes_left),
            (3 - self.model.wrong).max(0)
        );
        for older in &mut self.model.requests {
            if older.partner == partner && older.status == "linked" {
                older.status = "cancelled";
            }
        }
        self.model.requests.push(Request {
            epoch: offer.epoch,
            offer,
            partner,
            status: "linked",
        });
    }

    /// One of the last three requests.
    fn known(&self, back: usize) -> Option<usize> {
        self.model.requests.len().checked_sub(1 + back)
    }

    async fn attempt(&mut self, back: usize, right: bool) {
        let Some(at) = self.known(back) else { return };
        let offer = self.model.requests[at].offer.clone();
        let code = if right {
            self.phone.code.clone()
        } else {
            WRONG.to_owned()
        };
        let told = self.phone.attempt(&offer, &code).await;
        if let Some(refusal) = self.model.closed(at) {
            told.map(drop).expect_err("closed").refused(refusal);
            return;
        }
        if self.model.open.is_some() && self.model.judge_wrong() {
            told.map(drop)
                .expect_err("the third was wrong")
                .refused("identity_blocked");
            return;
        }
        let (attempt, client) = told.unwrap_or_else(|r| panic!("{} {}", r.status, r.body));
        self.model.open = Some((attempt.attempt.clone(), at));
        let opened = opened(&attempt, client);
        assert_eq!(opened.is_some(), right);
        self.pending = Some(Pending {
            request: at,
            attempt,
            opened,
        });
    }

    async fn finish(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let at = pending.request;
        let offer = self.model.requests[at].offer.clone();
        let current = self
            .model
            .open
            .as_ref()
            .is_some_and(|(id, _)| *id == pending.attempt.attempt);
        let Some(opened) = pending.opened else {
            let path = format!("/actions/{}/wrong", offer.action);
            let reply = self
                .phone
                .post(&path, &json!({"attempt": pending.attempt.attempt}))
                .await;
            if current {
                let blocked = self.model.judge_wrong();
                reply.refused("code_wrong");
                assert_eq!(reply.body["blocked"], blocked, "{}", reply.body);
            }
            return;
        };
        let transcript = self.phone.transcript(&offer, &opened);
        let reply = self.phone.send_approval(&offer, &opened, &transcript).await;
        let refusal = self
            .model
            .closed(at)
            .or((!current).then_some("attempt_unknown"));
        match refusal {
            None => {
                assert_eq!(reply.body["status"], "approved", "{}", reply.body);
                self.model.requests[at].status = "approved";
                self.model.approvals += 1;
            }
            Some(refusal) => reply.refused(refusal),
        }
        if current {
            // Right is right, whatever became of the request.
            self.model.open = None;
            self.model.wrong = 0;
        }
    }

    async fn refuse(&mut self, back: usize) {
        let Some(at) = self.known(back) else { return };
        let offer = self.model.requests[at].offer.clone();
        let reply = self.phone.refuse(&offer).await;
        match self.model.requests[at].status {
            "linked" => {
                assert_eq!(reply.body["status"], "refused", "{}", reply.body);
                self.model.requests[at].status = "refused";
                if self.model.open.as_ref().is_some_and(|(_, of)| *of == at) {
                    self.model.judge_wrong();
                }
            }
            "expired" => reply.refused("action_expired"),
            _ => reply.refused("action_closed"),
        }
    }

    async fn expire(&mut self) {
        self.world.pass(181_000);
        self.world.server.scheme.sweep().await.expect("swept");
        let open_on = self.model.open.as_ref().map(|(_, of)| *of);
        let mut ran_out = false;
        for (at, request) in self.model.requests.iter_mut().enumerate() {
            if request.status == "linked" {
                request.status = "expired";
                ran_out |= open_on == Some(at);
            }
        }
        if ran_out {
            self.model.judge_wrong();
        }
    }

    async fn unblock(&mut self) {
        let begun = self.phone.post("/unblock", &json!({})).await;
        if !self.model.reasons.contains("person") {
            begun.refused("not_found");
            return;
        }
        let id = begun.body["action"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", begun.body))
            .to_owned();
        let shown = self.phone.get(&format!("/actions/{id}")).await;
        let offer: Offer = serde_json::from_value(shown.body["offer"].clone()).expect("an offer");
        let reply = self.phone.approve_offer(&offer).await;
        if self.model.reasons.contains("code_exhausted") {
            return refused_as_blocked(&reply);
        }
        if self.model.open.is_some() && self.model.judge_wrong() {
            return refused_as_blocked(&reply);
        }
        assert_eq!(reply.body["status"], "approved", "{}", reply.body);
        self.pending = None;
        self.model.wrong = 0;
        self.model.reasons.remove("person");
        self.model.epoch += 1;
        self.model.approvals += 1;
    }

    async fn recover(&mut self) {
        let begun = self
            .phone
            .post("/recoveries", &json!({"bank": "Bank Anker"}))
            .await;
        if !self.model.reasons.contains("code_exhausted") {
            begun.refused("not_found");
            return;
        }
        let text = |name: &str| begun.body[name].as_str().map(str::to_owned);
        let url = text("authorization_url").unwrap_or_else(|| panic!("{}", begun.body));
        let recovery = text("recovery").expect("a recovery");
        let callback = self
            .phone
            .sign_in_at_bank(&url, &format!("customer{}", self.phone.n))
            .await;
        self.phone.browser.get(&callback).await;
        let code = format!("40{}19", (self.model.code_version + 5) % 10);
        let (registration, request) =
            ClientRegistration::<NoStretching>::start(&code).expect("opaque");
        let path = format!("/recoveries/{recovery}");
        let body = json!({"registration_request": ipse_jose::b64::encode(&request)});
        let answer = self.phone.post(&format!("{path}/code"), &body).await;
        let response = answer.body["registration_response"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", answer.body));
        let record = registration
            .finish(&ipse_jose::b64::decode(response).expect("b64"))
            .expect("opaque");
        let body = json!({"registration_record": ipse_jose::b64::encode(&record)});
        let done = self.phone.post(&format!("{path}/complete"), &body).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        self.phone.code = code;
        self.model.code_version += 1;
        assert_eq!(done.body["code_version"], self.model.code_version);
        (self.model.wrong, self.model.recent, self.model.open) = (0, 0, None);
        self.model.reasons.remove("code_exhausted");
        // One for the new code, one for the lifted reason: in between nothing could run.
        self.model.epoch += 2;
    }

    /// The database says what the model says.
    async fn check(&self) {
        let identity = self.world.identity(&self.phone.identity).await;
        let model = &self.model;
        assert_eq!(
            identity.status == "active",
            model.active(),
            "{:?}",
            model.reasons
        );
        assert_eq!(identity.wrong_codes, model.wrong, "wrong codes");
        assert_eq!(identity.epoch.unsigned_abs(), model.epoch, "epoch");
        assert_eq!(identity.code_version, model.code_version);
        assert_eq!(
            identity.open_attempt.as_ref(),
            model.open.as_ref().map(|(id, _)| id)
        );
        let who = self.phone.identity.clone();
        let store = &self.world.server.scheme.store;
        let (reasons, rows) = store
            .read(move |tx| {
                let reasons = ipse_store::identity::reasons(tx, &who)?;
                Ok((reasons, ipse_store::action::of_identity(tx, &who, 200)?))
            })
            .await
            .expect("store");
        let reasons: BTreeSet<&str> = reasons.iter().map(|r| r.reason.as_str()).collect();
        assert_eq!(reasons, model.reasons);
        // Never accepted without its own approval, and never lost.
        for request in &model.requests {
            let row = rows
                .iter()
                .find(|row| row.id == request.offer.action)
                .expect("a row");
            assert_eq!(row.status, request.status, "{}", row.id);
        }
        assert_eq!(
            rows.iter().filter(|row| row.status == "approved").count(),
            model.approvals
        );
        const RECEIPTS: &str =
            "SELECT COUNT(*) FROM receipt WHERE kind = 'approval' AND identity = $1";
        let receipts = self.world.count(RECEIPTS, &self.phone.identity).await;
        assert_eq!(receipts, model.approvals as i64);
    }
}

fn refused_as_blocked(reply: &Reply) {
    // Blocked by this very attempt, the person's own request is closed or of an older epoch.
    let codes = ["identity_blocked", "epoch_changed", "action_closed"];
    assert!(
        codes.contains(&reply.code()),
        "{} {}",
        reply.status,
        reply.body
    );
}

fn opened(attempt: &Attempt, client: ClientLogin<NoStretching>) -> Option<Opened> {
    let done = client
        .finish(attempt.ke2.as_ref().expect("KE2").as_ref())
        .ok()?;
    Some(Opened {
        attempt: attempt.clone(),
        session_key: done.session_key.to_vec(),
        ke3: done.ke3.to_vec(),
    })
}

/// Says which steps a panic came from.
struct Told(Vec<Step>, usize);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("after {:#?}", &self.0[..=self.1.min(self.0.len() - 1)]);
        }
    }
}

/// As many cases as the environment says, 12 by default.
fn cases() -> usize {
    let set = std::env::var("IPSE_MODEL_CASES").ok();
    set.and_then(|n| n.parse().ok()).unwrap_or(12)
}

async fn run(world: World, cases: usize) {
    let partners = [world.partner().await, world.partner().await];
    // Before any time passes: the operator's and the bank's clocks stay where they are.
    let mut phones = Vec::new();
    for n in 0..cases {
        phones.push(world.enrolled(n).await);
    }
    let mut runner = TestRunner::default();
    for phone in phones {
        let all = steps().new_tree(&mut runner).expect("steps").current();
        let mut told = Told(all.clone(), 0);
        let model = Model {
            epoch: 1,
            code_version: 1,
            ..Model::default()
        };
        let mut case = Case {
            world: &world,
            partners: &partners,
            phone,
            model,
            pending: None,
        };
        for (at, step) in all.into_iter().enumerate() {
            told.1 = at;
            case.take(step).await;
            case.check().await;
        }
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_orders_agree_with_the_model() {
    let mut left = cases();
    while left > 0 {
        let now = left.min(PEOPLE);
        run(World::new().await, now).await;
        left -= now;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_orders_agree_with_the_model_on_postgres() {
    let db = ipse_store::testing::TestDb::postgres();
    run(
        World::on(db, crate::support::Options::default()).await,
        cases().min(4),
    )
    .await;
}
