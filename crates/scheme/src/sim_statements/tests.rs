use std::sync::atomic::{AtomicUsize, Ordering};

use ipse_jose::{JwkSet, SigningKey};
use ipse_protocol::ids::IdentityId;
use ipse_sim::statement::PinnedKeys;
use ipse_texts::Language;

use super::*;
use crate::sim_controller::{Answer, Resolved};

/// An operator that answers as it is told.
struct Fake {
    keys: PinnedKeys,
    asked: AtomicUsize,
    answer: Mutex<Result<String, SimError>>,
    gate: tokio::sync::Semaphore,
}

impl Fake {
    fn new(answer: Result<String, SimError>, open: bool) -> Arc<Self> {
        let key = SigningKey::generate_es256();
        let set = JwkSet {
            keys: vec![key.public_jwk()],
        };
        Arc::new(Self {
            keys: PinnedKeys::new(&set).unwrap_or_else(|e| panic!("{e}")),
            asked: AtomicUsize::new(0),
            answer: Mutex::new(answer),
            gate: tokio::sync::Semaphore::new(if open { 1_000 } else { 0 }),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn sim(handle: &str) -> Binding {
    Binding {
        identity: IdentityId::of(&[1; 16]),
        operator: "Fake".into(),
        handle: handle.into(),
        status: BindingStatus::Bound,
        changed_at: 0,
        bound: 0,
        stated: None,
    }
}

impl SimController for Fake {
    fn name(&self) -> &str {
        "Fake"
    }

    fn issuer(&self) -> &str {
        "https://operator.example"
    }

    fn keys(&self) -> &PinnedKeys {
        &self.keys
    }

    fn state<'a>(&'a self, _: &'a str) -> Answer<'a, Resolved> {
        Box::pin(async { Err(SimError::NotFound) })
    }

    fn resolve<'a>(&'a self, _: &'a str) -> Answer<'a, Resolved> {
        Box::pin(async { Err(SimError::NotFound) })
    }

    fn silent<'a>(&'a self, _: &'a str, _: &'a [u8; 32]) -> Answer<'a, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            let permit = self.gate.acquire().await;
            permit.unwrap_or_else(|e| panic!("{e}")).forget();
            self.answer
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        })
    }

    fn holder_begin<'a>(
        &'a self,
        _: &'a str,
        _: &'a [u8; 32],
        _: &'a str,
        _: Language,
    ) -> Answer<'a, (String, u32)> {
        Box::pin(async { Err(SimError::Unavailable) })
    }

    fn holder_answer<'a>(&'a self, _: &'a str, _: &'a str) -> Answer<'a, String> {
        Box::pin(async { Err(SimError::Unavailable) })
    }

    fn notify_new_phone<'a>(&'a self, _: &'a str, _: Language) -> Answer<'a, ()> {
        Box::pin(async { Err(SimError::Unavailable) })
    }

    fn unbind<'a>(&'a self, _: &'a str) -> Answer<'a, ()> {
        Box::pin(async { Err(SimError::Unavailable) })
    }

    fn events_after(&self, _: i64) -> Answer<'_, Vec<String>> {
        Box::pin(async { Err(SimError::Unavailable) })
    }
}

const HASH: [u8; 32] = [1; 32];
const NOW: i64 = 1_790_000_000_000;

fn told() -> Waited {
    Waited::Statement {
        jws: "jws".into(),
        arrived: NOW,
    }
}

impl Waited {
    /// The time that the test itself took does not matter.
    fn rounded(self) -> Self {
        match self {
            Waited::Statement { jws, arrived } => Waited::Statement {
                jws,
                arrived: arrived - (arrived - NOW).clamp(0, 60_000),
            },
            other => other,
        }
    }
}

#[tokio::test]
async fn an_operator_is_asked_once_for_an_action() {
    let statements = Statements::new(Clock::system());
    let fake = Fake::new(Ok("jws".into()), true);
    statements.ask(fake.clone(), "act", &sim("sim"), HASH, NOW);
    for _ in 0..3 {
        assert_eq!(
            statements
                .wait(fake.clone(), "act", &sim("sim"), HASH, NOW)
                .await
                .rounded(),
            told()
        );
    }
    assert_eq!(fake.asked(), 1);
    // What was said of another view, or of another SIM, is no answer.
    assert_eq!(
        statements
            .wait(fake.clone(), "act", &sim("sim"), [2; 32], NOW)
            .await
            .rounded(),
        told()
    );
    assert_eq!(
        statements
            .wait(fake.clone(), "act", &sim("new"), [2; 32], NOW)
            .await
            .rounded(),
        told()
    );
    assert_eq!(fake.asked(), 3);
    // Another node asks for itself.
    let elsewhere = Statements::new(Clock::system());
    assert_eq!(
        elsewhere
            .wait(fake.clone(), "act", &sim("new"), [2; 32], NOW)
            .await
            .rounded(),
        told()
    );
    assert_eq!(fake.asked(), 4);
}

#[tokio::test]
async fn an_operator_that_failed_is_asked_again() {
    let statements = Statements::new(Clock::system());
    let fake = Fake::new(Err(SimError::Unavailable), true);
    for asked in 1..=3 {
        assert_eq!(
            statements
                .wait(fake.clone(), "act", &sim("sim"), HASH, NOW)
                .await
                .rounded(),
            Waited::Unavailable
        );
        assert_eq!(fake.asked(), asked);
    }
    *fake.answer.lock().unwrap_or_else(PoisonError::into_inner) = Ok("jws".into());
    let answer = statements
        .wait(fake.clone(), "act", &sim("sim"), HASH, NOW)
        .await
        .rounded();
    assert_eq!(answer, told());
}

#[tokio::test]
async fn a_sim_that_cannot_answer_is_told_from_an_operator_that_does_not() {
    let statements = Statements::new(Clock::system());
    for error in [SimError::NotFound, SimError::NotReady("retired".into())] {
        let fake = Fake::new(Err(error), true);
        assert_eq!(
            statements
                .wait(fake, "act", &sim("sim"), HASH, NOW)
                .await
                .rounded(),
            Waited::Refused(SimRefusal::Mismatch)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_sim_is_contacted_the_answer_is_wait() {
    let statements = Statements::new(Clock::system());
    let fake = Fake::new(Ok("jws".into()), false);
    assert!(matches!(
        statements
            .wait(fake.clone(), "act", &sim("sim"), HASH, NOW)
            .await
            .rounded(),
        Waited::Pending { .. }
    ));
    fake.gate.add_permits(1);
    assert_eq!(
        statements
            .wait(fake.clone(), "act", &sim("sim"), HASH, NOW)
            .await
            .rounded(),
        told()
    );
    assert_eq!(fake.asked(), 1);
}

#[tokio::test]
async fn entries_are_forgotten() {
    let statements = Statements::new(Clock::system());
    let fake = Fake::new(Ok("jws".into()), true);
    statements.ask(fake.clone(), "act", &sim("sim"), HASH, NOW);
    statements.forget("act");
    assert!(statements.entries().is_empty());
}
