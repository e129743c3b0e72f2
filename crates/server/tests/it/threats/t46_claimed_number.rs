//! Threat 46: an operator that claims the number of another one's customer, by mistake or not. In both orders of the configuration.

use ipse_operator::config::Fault;
use ipse_operator::ids::PhoneNumber;
use ipse_operator::store::sim;
use ipse_protocol::wire::Offer;
use ipse_sim::statement::Line;
use ipse_store::testing::TestDb;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::sims::{block_reasons, wait_for_block};
use crate::support::{Options, Phone, Reply, Rival, TestNetwork, number};

/// Networks with a second operator: both orders, on both databases.
async fn rivals() -> Vec<TestNetwork> {
    let mut networks = Vec::new();
    for rival in [Rival::First, Rival::Second] {
        for db in TestDb::both() {
            let options = Options {
                rival: Some(rival),
                ..Options::default()
            };
            networks.push(TestNetwork::on(db, options).await);
        }
    }
    networks
}

/// The texts that an operator sent to a number, newest last.
async fn texts(network: &TestNetwork, operator: &str, number: &str) -> Vec<String> {
    let url = format!("{operator}/handset/messages");
    let url = url::Url::parse_with_params(&url, [("number", number)]).expect("a URL");
    let answer = network.http.get(url).send().await.expect("an answer");
    let body: Value = answer.json().await.expect("json");
    let mut messages = body["messages"].as_array().cloned().unwrap_or_default();
    messages.sort_by_key(|message| message["time"].to_string());
    let text = |message: &Value| message["text"].as_str().expect("a text").to_owned();
    messages.iter().map(text).collect()
}

async fn secret(network: &TestNetwork, operator: &str, number: &str) -> String {
    let texts = texts(network, operator, number).await;
    ipse_phone::secret_in(texts.last().expect("a message")).expect("six digits")
}

/// Person `n` enrols with the number of person 0, whose SIM the second operator has, up to the end.
async fn enrol_at_rival(network: &TestNetwork, n: usize) -> (Phone, Reply) {
    let mut phone = network.phone(n);
    let begun = phone.begin_with(&number(0)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
    let sim = format!("/enrolments/{}/sim", phone.enrolment);
    let sent = phone.post(&sim, &json!({})).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let secret = secret(network, &network.rival().url, &number(0)).await;
    let answer = phone
        .post(&format!("{sim}/answer"), &json!({"secret": secret}))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    phone.visit_bank(&format!("customer{n}")).await;
    let done = phone.finish_enrolment().await;
    if done.status == StatusCode::CREATED {
        phone.identity = done.body["identity"].as_str().expect("identity").to_owned();
    }
    (phone, done)
}

/// An enrolled person connects the SIM of a number: the shown action, and the decision.
async fn connect(network: &TestNetwork, phone: &mut Phone, operator: &str, number: &str) -> Reply {
    let secret = secret(network, operator, number).await;
    let answer = phone.post("/sim/answer", &json!({"secret": secret})).await;
    let Some(action) = answer.body["action"].as_str() else {
        return answer;
    };
    let shown = phone.get(&format!("/actions/{action}")).await;
    let offer: Offer = serde_json::from_value(shown.body["offer"].clone())
        .unwrap_or_else(|error| panic!("{error}: {}", shown.body));
    let view: Value = serde_json::from_slice(&offer.view.0).expect("a view");
    assert_eq!(view["fields"][0]["value"], number, "{view}");
    phone.approve_offer(&offer).await
}

/// The number of person 0 leaves the first operator, which tells nobody.
async fn leave(network: &TestNetwork) {
    let number = PhoneNumber::normalise(&number(0)).expect("a number");
    let left = network.operator.store.write(move |tx| {
        let now = tx.now()?;
        let row = sim::by_number(tx, &number)?.expect("a SIM");
        sim::retire(tx, &row.handle, Line::Ported, now)
    });
    left.await.expect("operator store");
}

async fn alarms(network: &TestNetwork) -> i64 {
    const ALARMS: &str = "SELECT COUNT(*) FROM audit WHERE event = $1";
    network.count(ALARMS, ipse_scheme::sim::CLAIMED).await
}

async fn sim_state(phone: &mut Phone) -> String {
    let me = phone.get("/me").await;
    let state = me.body["sim"]["state"].as_str();
    state.unwrap_or_else(|| panic!("{}", me.body)).to_owned()
}

#[tokio::test]
async fn t46_a_number_that_two_operators_claim_is_refused_and_raises_an_alarm() {
    for network in rivals().await {
        let mut holder = network.enrolled(0).await;
        network.rival().claim(&number(0)).await;
        network.rival().claim(&number(1)).await;
        assert_eq!(alarms(&network).await, 0);
        for n in [0, 1] {
            let mut stranger = network.phone(2);
            let refused = stranger.begin_with(&number(n)).await;
            refused.refused("number_disputed");
        }
        let refused = holder.post("/sim", &json!({})).await;
        refused.refused("number_disputed");
        let other = json!({"phone_number": number(1)});
        holder.post("/sim", &other).await.refused("number_disputed");
        // One for each number and its mark, however often it is claimed.
        assert_eq!(alarms(&network).await, 4);
        for n in [0, 1] {
            assert!(
                texts(&network, &network.rival().url, &number(n))
                    .await
                    .is_empty()
            );
        }
        assert!(block_reasons(&mut holder).await.is_empty());
        network.end().await;
    }
}

#[tokio::test]
async fn t46_a_living_number_needs_the_word_of_its_operator() {
    for network in rivals().await {
        let mut holder = network.enrolled(0).await;
        // While its operator is silent, the number is only the rival's.
        network.operator.set_fault(Some(Fault::Error));
        network.rival().claim(&number(0)).await;
        let (mut thief, refused) = enrol_at_rival(&network, 1).await;
        refused.refused("sim_unavailable");
        network.operator.set_fault(None);
        thief.finish_enrolment().await.refused("number_disputed");
        assert!(alarms(&network).await > 0);
        // An operator that knows nothing has not said that the number left.
        let forget = "UPDATE sim SET number = '+32470009999' WHERE number = $1";
        let gone = number(0);
        let write = network
            .operator
            .store
            .write(move |tx| tx.exec(forget, &[(&gone).into()]));
        write.await.expect("operator store");
        thief.finish_enrolment().await.refused("number_disputed");
        assert!(block_reasons(&mut holder).await.is_empty());
        assert_eq!(sim_state(&mut holder).await, "connected");
        network.end().await;
    }
}

#[tokio::test]
async fn t46_a_number_that_left_goes_to_the_other_operator_after_sim_proof() {
    for network in rivals().await {
        let mut former = network.enrolled(0).await;
        leave(&network).await;
        network.rival().claim(&number(0)).await;
        let (mut new, done) = enrol_at_rival(&network, 1).await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(sim_state(&mut new).await, "connected");
        // The former holder keeps the identity, and is told.
        assert_eq!(block_reasons(&mut former).await, ["sim_changed"]);
        assert_eq!(sim_state(&mut former).await, "moved");
        network.end().await;
    }
}

#[tokio::test]
async fn t46_a_person_who_moves_with_their_number_needs_the_word_too() {
    for network in rivals().await {
        let mut phone = network.enrolled(0).await;
        network.operator.set_fault(Some(Fault::Error));
        network.rival().claim(&number(0)).await;
        let rival = network.rival().url.clone();
        let refused = phone.post("/sim", &json!({})).await;
        refused.refused("sim_unavailable");
        assert!(texts(&network, &rival, &number(0)).await.is_empty());
        network.operator.set_fault(None);
        leave(&network).await;
        let sent = phone.post("/sim", &json!({})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let decided = connect(&network, &mut phone, &rival, &number(0)).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        assert!(block_reasons(&mut phone).await.is_empty());
        assert_eq!(sim_state(&mut phone).await, "connected");
        network.end().await;
    }
}

#[tokio::test]
async fn t46_another_number_needs_nobodys_word() {
    for network in rivals().await {
        let mut phone = network.enrolled(0).await;
        let (rival, own) = (network.rival().url.clone(), number(30));
        network.rival().claim(&own).await;
        let sent = phone.post("/sim", &json!({"phone_number": own})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let decided = connect(&network, &mut phone, &rival, &own).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        let me = phone.get("/me").await.body;
        assert_eq!(me["phone_number"], own, "{me}");
        assert_eq!(
            me["sim"],
            json!({"state": "connected", "operator": "Schelde Mobiel"})
        );
        // The number that they had is free.
        let next = network.phone(0);
        let mut next = next;
        next.begin_enrolment(&network).await;
        next.connect_sim(&network).await;
        next.visit_bank("customer1").await;
        let done = next.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(sim_state(&mut phone).await, "connected");
        network.end().await;
    }
}

#[tokio::test]
async fn t46_a_new_phone_with_a_new_number_needs_nobodys_word() {
    for network in rivals().await {
        let old = network.enrolled(0).await;
        network.operator.set_fault(Some(Fault::Error));
        let (rival, own) = (network.rival().url.clone(), number(30));
        network.rival().claim(&own).await;
        let mut new = network.phone(0);
        let begun = new.begin_with(&own).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        let sim = format!("/enrolments/{}/sim", new.enrolment);
        let sent = new.post(&sim, &json!({})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let secret = secret(&network, &rival, &own).await;
        let answer = new
            .post(&format!("{sim}/answer"), &json!({"secret": secret}))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        new.visit_bank("customer0").await;
        let done = new.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(done.body["identity"], old.identity, "{}", done.body);
        let me = new.get("/me").await.body;
        assert_eq!(me["phone_number"], own, "{me}");
        assert_eq!(
            me["sim"],
            json!({"state": "connected", "operator": "Schelde Mobiel"})
        );
        network.end().await;
    }
}

#[tokio::test]
async fn t46_the_next_holder_at_the_same_operator_gets_the_number() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut former = network.enrolled(0).await;
        network.sim("swap", 0).await;
        wait_for_block(&network, &former, "sim_changed").await;
        let mut next = network.phone(0);
        next.begin_enrolment(&network).await;
        next.connect_sim(&network).await;
        next.visit_bank("customer1").await;
        let done = next.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(sim_state(&mut next).await, "connected");
        // The former holder keeps the identity, is told, and causes no message to the next one.
        assert_eq!(sim_state(&mut former).await, "moved");
        let before = texts(&network, &network.operator_url, &number(0))
            .await
            .len();
        former
            .post("/sim", &json!({}))
            .await
            .refused("sim_mismatch");
        let after = texts(&network, &network.operator_url, &number(0))
            .await
            .len();
        assert_eq!(before, after);
        // They connect another number, and everything works again.
        let own = number(5);
        let sent = former.post("/sim", &json!({"phone_number": own})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let operator = network.operator_url.clone();
        let decided = connect(&network, &mut former, &operator, &own).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        for phone in [&mut former, &mut next] {
            assert!(block_reasons(phone).await.is_empty());
            let offer = network.offer(&partner, phone).await;
            assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        }
        let me = former.get("/me").await.body;
        assert_eq!(me["phone_number"], own, "{me}");
        network.end().await;
    }
}

#[tokio::test]
async fn t46_another_persons_number_is_not_taken_without_its_sim() {
    for network in TestNetwork::both().await {
        let holder = network.enrolled(0).await;
        let mut other = network.enrolled(1).await;
        for malformed in ["", "+3223456789", "0470"] {
            let sent = other
                .post("/sim", &json!({"phone_number": malformed}))
                .await;
            sent.refused("malformed_request");
        }
        let sent = other
            .post("/sim", &json!({"phone_number": number(0)}))
            .await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        // A person who reads the message has the SIM, which is bound to its holder.
        let secret = secret(&network, &network.operator_url, &number(0)).await;
        let answer = other.post("/sim/answer", &json!({"secret": secret})).await;
        answer.refused("sim_mismatch");
        let mut holder = holder;
        assert_eq!(sim_state(&mut holder).await, "connected");
        assert!(block_reasons(&mut holder).await.is_empty());
        network.end().await;
    }
}
