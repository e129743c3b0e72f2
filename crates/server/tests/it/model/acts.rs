//! The steps, done to a scheme, an operator and a bank that run.

use crate::support::parsed;
use ipse_store::grant;
use std::collections::BTreeSet;

use ipse_phone::requests;
use ipse_protocol::wire::{Attempt, AttemptResponse, DecisionResponse, Offer};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::rules::{Kind, Model, NOTHING, Step};
use crate::support::{
    Opened, Partner, Phone, Reply, Started, TestNetwork, partner_parameter, start_login,
};

const WRONG: &str = "96172";

/// A request as phone and browser know it. The person's own have no browser.
struct Held {
    offer: Offer,
    started: Option<(Started, usize)>,
    return_url: Option<String>,
}

/// What the phone holds between its two messages.
struct Pending {
    request: usize,
    attempt: Attempt,
    first: [u8; 96],
    /// What the right code gave.
    opened: Option<Opened>,
}

/// What a partner got.
#[derive(Default)]
struct Given {
    request: usize,
    code: Option<String>,
    token: Option<String>,
}

/// One person's case: what the network says, step by step, and that it is what the rules say.
pub struct Case<'a> {
    network: &'a mut TestNetwork,
    partners: &'a [Partner; 2],
    phone: Phone,
    model: Model,
    held: Vec<Held>,
    /// Ids, by the model's numbers.
    attempts: Vec<String>,
    given: Vec<Given>,
    pending: Vec<Pending>,
    approved: Option<(usize, Opened, DecisionResponse)>,
}

impl<'a> Case<'a> {
    pub fn new(network: &'a mut TestNetwork, partners: &'a [Partner; 2], phone: Phone) -> Self {
        Self {
            network,
            partners,
            phone,
            model: Model::new(),
            held: Vec::new(),
            attempts: Vec::new(),
            given: Vec::new(),
            pending: Vec::new(),
            approved: None,
        }
    }

    /// Does a step; what it was answered.
    pub async fn take(&mut self, step: Step) -> &'static str {
        let before = self.model.clone();
        let wanted = self.model.take(step);
        let told = self.act(step, &before).await;
        assert_eq!(told, wanted, "{step:?} after {before:?}");
        self.check().await;
        wanted
    }

    async fn act(&mut self, step: Step, before: &Model) -> String {
        match step {
            Step::Claim { partner, advanced } => self.claim(partner, advanced).await,
            Step::Type { back, right } => match before.request(back) {
                Some(request) => self.attempt(request, right).await,
                None => NOTHING.into(),
            },
            Step::Again { back } => match before.attempted(back) {
                Some(attempt) => self.again(attempt).await,
                None => NOTHING.into(),
            },
            Step::Finish { back } => match before.attempted(back) {
                Some(attempt) => self.finish(attempt).await,
                None => NOTHING.into(),
            },
            Step::Resend => self.resend().await,
            Step::Forget => {
                self.pending.clear();
                NOTHING.into()
            }
            Step::Restart => {
                self.network.restart().await;
                NOTHING.into()
            }
            Step::Refuse { back } => match before.request(back) {
                Some(request) => {
                    let offer = self.held[request].offer.clone();
                    said(&self.phone.refuse(&offer).await)
                }
                None => NOTHING.into(),
            },
            Step::Expire => self.expire().await,
            Step::Swap => self.sim("swap").await,
            Step::Lose if !before.barred() => self.sim("lose").await,
            Step::Restore if before.barred() => self.sim("restore").await,
            Step::Lose | Step::Restore => NOTHING.into(),
            Step::Connect if before.texted_enough() => NOTHING.into(),
            Step::Connect => self.connect().await,
            Step::Block => said(
                &self
                    .phone
                    .post("/block", &json!({"reason": "person"}))
                    .await,
            ),
            Step::Unblock => {
                let begun = self.phone.post("/unblock", &json!({})).await;
                self.own(begun).await
            }
            Step::Recover => self.recover().await,
            Step::Redeem { back } => match before.grant(back) {
                Some(grant) => self.redeem(grant).await,
                None => NOTHING.into(),
            },
            Step::UserInfo { back } => match before.grant(back) {
                Some(grant) => self.user_info(grant).await,
                None => NOTHING.into(),
            },
        }
    }

    // --- Requests ---

    async fn claim(&mut self, partner: usize, advanced: bool) -> String {
        let level = if advanced { "advanced" } else { "basic" };
        let asking = &self.partners[partner];
        let started = self
            .network
            .start_with(asking, &[("acr_values", level)])
            .await;
        let reply = self.phone.claim(&started.link).await;
        if reply.status != StatusCode::OK {
            return said(&reply);
        }
        let offer: Offer = reply.json();
        assert_eq!(offer.epoch, self.model.epoch);
        let left = (3 - self.model.wrong).max(0);
        assert_eq!(i64::from(offer.wrong_codes_left), left);
        self.held.push(Held {
            offer,
            started: Some((started, partner)),
            return_url: None,
        });
        "linked".into()
    }

    /// A request of the person's own, once it is begun.
    async fn own(&mut self, begun: Reply) -> String {
        let Some(id) = begun.body["action"].as_str() else {
            return said(&begun);
        };
        let shown = self.phone.get(&format!("/actions/{id}")).await;
        let offer: Offer =
            serde_json::from_value(shown.body["offer"].clone()).expect("an offer of one's own");
        self.held.push(Held {
            offer,
            started: None,
            return_url: None,
        });
        "linked".into()
    }

    /// Sends a first message until the SIM has answered.
    async fn ask(&mut self, request: usize, first: [u8; 96]) -> Result<Attempt, Reply> {
        let offer = self.held[request].offer.clone();
        let path = format!("/actions/{}/attempt", offer.action);
        for _ in 0..10 {
            let body = Phone::attempt_body(&offer, first);
            let reply = self.phone.post(&path, &body).await;
            match serde_json::from_value(reply.body.clone()) {
                Ok(AttemptResponse::Attempt(attempt)) => return Ok(attempt),
                Ok(AttemptResponse::Wait { .. }) => {}
                Err(_) => return Err(reply),
            }
        }
        panic!("the SIM never answered");
    }

    async fn attempt(&mut self, request: usize, right: bool) -> String {
        let code = if right { &*self.phone.code } else { WRONG };
        let (client, first) = start_login(code);
        let attempt = match self.ask(request, first).await {
            Ok(attempt) => attempt,
            Err(reply) => return said(&reply),
        };
        let second = attempt.ke2.clone().expect("KE2");
        let done = client.finish(second.as_ref()).ok();
        let view = self.held[request].offer.open().expect("a view");
        assert_eq!(done.is_some(), right, "what the second message tells");
        self.attempts.push(attempt.attempt.clone());
        self.pending.push(Pending {
            request,
            first,
            opened: done.map(|done| Opened {
                attempt: attempt.clone(),
                session_key: done.session_key.to_vec(),
                ke3: done.ke3.to_vec(),
                chosen: view.defaults(),
            }),
            attempt,
        });
        "attempt".into()
    }

    async fn again(&mut self, attempt: usize) -> String {
        let pending = self.pending.remove(attempt);
        let told = match self.ask(pending.request, pending.first).await {
            Ok(attempt) => {
                assert_eq!(attempt.attempt, pending.attempt.attempt);
                assert_eq!(attempt.ke2, pending.attempt.ke2);
                assert_eq!(attempt.sim_statement, pending.attempt.sim_statement);
                "attempt".into()
            }
            Err(reply) => said(&reply),
        };
        self.pending.insert(attempt, pending);
        told
    }

    async fn finish(&mut self, attempt: usize) -> String {
        let pending = self.pending.remove(attempt);
        let offer = self.held[pending.request].offer.clone();
        let Some(opened) = pending.opened else {
            let path = format!("/actions/{}/wrong", offer.action);
            let body = json!({"attempt": pending.attempt.attempt});
            let reply = self.phone.post(&path, &body).await;
            let left = (3 - self.model.wrong).max(0);
            assert!(
                reply.body["wrong_codes_left"] == left || reply.body["blocked"] == true,
                "{}",
                reply.body
            );
            return said(&reply);
        };
        let transcript = self.phone.transcript(&offer, &opened);
        let reply = self.phone.send_approval(&offer, &opened, &transcript).await;
        if reply.status == StatusCode::OK {
            let decided: DecisionResponse = reply.json();
            let held = &mut self.held[pending.request];
            held.return_url.clone_from(&decided.return_url);
            if held.started.is_some() {
                self.given.push(Given {
                    request: pending.request,
                    ..Given::default()
                });
            }
            self.approved = Some((pending.request, opened, decided));
        }
        said(&reply)
    }

    async fn resend(&mut self) -> String {
        let Some((request, opened, decided)) = self.approved.take() else {
            return NOTHING.into();
        };
        let offer = self.held[request].offer.clone();
        let transcript = self.phone.transcript(&offer, &opened);
        let reply = self.phone.send_approval(&offer, &opened, &transcript).await;
        assert_eq!(reply.body, json!(decided), "another answer");
        self.approved = Some((request, opened, decided));
        said(&reply)
    }

    /// For one node it is three minutes later. For all others it is not: operator and bank, whose clocks stay, would not
    /// believe them.
    async fn expire(&mut self) -> String {
        let late = self.network.node_ahead(181_000);
        late.scheme.sweep().await.expect("swept");
        NOTHING.into()
    }

    // --- SIM and bank ---

    async fn sim(&mut self, command: &str) -> String {
        self.network.sim(command, self.phone.n).await;
        self.network.operator_heard().await;
        NOTHING.into()
    }

    async fn connect(&mut self) -> String {
        let sent = self.phone.post("/sim", &json!({})).await;
        if sent.status != StatusCode::OK {
            return said(&sent);
        }
        let secret = self.phone.last_secret(self.network).await;
        let answer = json!({"secret": secret});
        let begun = self.phone.post("/sim/answer", &answer).await;
        self.own(begun).await
    }

    async fn recover(&mut self) -> String {
        let begun = self
            .phone
            .post("/recoveries", &json!({"bank": "Bank Anker"}))
            .await;
        let Some(recovery) = begun.body["recovery"].as_str() else {
            return said(&begun);
        };
        let url = begun.body["authorization_url"].as_str().expect("an URL");
        let customer = format!("customer{}", self.phone.n);
        let callback = self.phone.sign_in_at_bank(url, &customer).await;
        self.phone.browser.get(&callback).await;
        let code = format!("40{}19", (self.model.code_version + 5) % 10);
        let at = format!("/recoveries/{recovery}");
        let record = match self.phone.register_code(&at, &code).await {
            Ok(record) => record,
            Err(refused) => return said(&refused),
        };
        let message = requests::complete_recovery(recovery, record);
        let done = self.phone.exchange(message).await;
        if done.status != StatusCode::OK {
            return said(&done);
        }
        assert_eq!(done.body["code_version"], self.model.code_version);
        self.phone.code = code;
        "recovered".into()
    }

    // --- Partner ---

    async fn redeem(&mut self, grant: usize) -> String {
        let given = &mut self.given[grant];
        let held = &mut self.held[given.request];
        let (started, partner) = held.started.as_mut().expect("a browser");
        if given.code.is_none() {
            let back = held.return_url.as_deref().expect("return_url");
            let page = started.browser.get(back).await;
            let location = page.location.expect("to the partner");
            given.code = partner_parameter(&location, "code");
        }
        let code = given.code.as_deref().expect("a code");
        let asking = &self.partners[*partner];
        let tokens = asking.redeem(code, &started.login.verifier).await;
        if tokens.status != StatusCode::OK {
            return tokens.body["error"].as_str().unwrap_or_default().into();
        }
        given.token = Some(tokens.access_token().to_owned());
        "tokens".into()
    }

    async fn user_info(&mut self, grant: usize) -> String {
        let given = &self.given[grant];
        let Some(token) = &given.token else {
            return NOTHING.into();
        };
        let (_, partner) = self.held[given.request].started.as_ref().expect("started");
        let (status, info) = self.partners[*partner].userinfo(token).await;
        if status == StatusCode::OK {
            assert!(info["given_name"].is_string(), "{info}");
            return "info".into();
        }
        info["error"].as_str().unwrap_or_default().into()
    }

    // --- What holds ---

    /// The database, and what the phone is told of it, say what the model says.
    async fn check(&mut self) {
        let me = self.phone.get("/me").await;
        let (model, who) = (&self.model, self.phone.identity.clone());
        let reasons = |of: &Value| -> BTreeSet<String> {
            let all = of.as_array().expect("reasons").iter();
            all.filter_map(|r| r["reason"].as_str().map(str::to_owned))
                .collect()
        };
        let wanted: BTreeSet<String> = model.reasons.iter().map(|r| (*r).to_owned()).collect();
        assert_eq!(reasons(&me.body["reasons"]), wanted, "{}", me.body);
        assert_eq!(me.body["epoch"], model.epoch, "{}", me.body);
        let identity = self.network.identity(&who).await;
        let status = if model.active() {
            "active"
        } else {
            "suspended"
        };
        assert_eq!(identity.status.as_str(), status, "{:?}", model.reasons);
        assert_eq!(identity.wrong_codes, model.wrong, "wrong codes");
        assert_eq!(identity.epoch.unsigned_abs(), model.epoch, "epoch");
        assert_eq!(identity.code_version, model.code_version, "code version");
        let open = model.open.map(|(attempt, _)| &self.attempts[attempt]);
        let found = self.network.open_attempt(&who).await;
        assert_eq!(found.as_ref(), open, "open attempt");

        let given: Vec<String> = self
            .given
            .iter()
            .map(|given| self.held[given.request].offer.action.clone())
            .collect();
        let store = &self.network.server.scheme.store;
        let (rows, binding, grants) = store
            .read(move |tx| {
                let rows = ipse_store::action::of_identity(tx, &parsed(&who), None, 400)?;
                let binding = ipse_store::sim::binding(tx, &parsed(&who))?;
                let mut grants = Vec::new();
                for action in &given {
                    grants.push(grant::state(tx, &parsed(action))?.map(|found| found.grant));
                }
                Ok((rows, binding, grants))
            })
            .await
            .expect("store");
        assert_eq!(
            binding.expect("a SIM").status.as_str() == "bound",
            model.bound()
        );
        // Never accepted without its own approval, and never lost.
        for (request, held) in model.requests.iter().zip(&self.held) {
            let row = rows.iter().find(|row| *row.id == *held.offer.action);
            let row = row.expect("a row");
            assert_eq!(row.status.as_str(), request.status, "{:?}", request.kind);
            let own = !matches!(request.kind, Kind::Login { .. });
            assert_eq!(held.started.is_none(), own);
        }
        assert_eq!(model.requests.len(), self.held.len());
        let decided = |row: &&ipse_store::action::Action| {
            matches!(row.status.as_str(), "approved" | "delivered")
        };
        assert_eq!(rows.iter().filter(decided).count(), model.approvals);
        for (grant, row) in model.grants.iter().zip(&grants) {
            assert_eq!(row.as_ref().expect("a grant").status.as_str(), grant.status);
        }
        const RECEIPTS: &str =
            "SELECT COUNT(*) FROM receipt WHERE kind = 'approval' AND identity = $1";
        const GRANTS: &str = "SELECT COUNT(*) FROM access_grant WHERE identity = $1";
        let who = &self.phone.identity;
        let receipts = self.network.count(RECEIPTS, who).await;
        assert_eq!(receipts, self.model.approvals as i64);
        assert_eq!(self.network.count(GRANTS, who).await, grants.len() as i64);
    }
}

/// The word of an answer: what was decided, or the stable code of a refusal.
fn said(reply: &Reply) -> String {
    match reply.body["status"].as_str() {
        Some(status) => status.to_owned(),
        None => reply.code().to_owned(),
    }
}
