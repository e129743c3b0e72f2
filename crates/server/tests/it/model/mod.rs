//! Logins, crashes, swaps, blocks and recoveries in random order, against the rules of design §5 and §6.
//!
//! Every step is answered as `rules` says, and afterwards the database holds what `rules` says. `IPSE_MODEL_CASES` says
//! how many orders are tried on each database. One that fails is made as short as it can be, and kept in
//! `tests/it/model/regressions.txt`, whose orders are tried first.

mod acts;
mod rules;

use std::cell::RefCell;
use std::collections::BTreeMap;

use ipse_store::testing::TestDb;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

use self::acts::Case;
use self::rules::Step;
use crate::support::{Options, Partner, TestNetwork};

/// People in a network: each order takes one.
const PEOPLE: usize = 16;
const REGRESSIONS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/model/regressions.txt"
);

fn claim() -> impl Strategy<Value = Step> + Clone {
    (0..2usize, any::<bool>()).prop_map(|(partner, advanced)| Step::Claim { partner, advanced })
}

fn single() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => claim(),
        8 => (0..3usize, any::<bool>()).prop_map(|(back, right)| Step::Type { back, right }),
        7 => (0..2usize).prop_map(|back| Step::Finish { back }),
        2 => (0..2usize).prop_map(|back| Step::Again { back }),
        1 => Just(Step::Resend),
        1 => Just(Step::Forget),
        3 => Just(Step::Restart),
        3 => (0..3usize).prop_map(|back| Step::Refuse { back }),
        2 => Just(Step::Expire),
        1 => Just(Step::Swap),
        2 => Just(Step::Lose),
        2 => Just(Step::Restore),
        2 => Just(Step::Connect),
        1 => Just(Step::Block),
        2 => Just(Step::Unblock),
        2 => Just(Step::Recover),
        3 => (0..2usize).prop_map(|back| Step::Redeem { back }),
        3 => (0..2usize).prop_map(|back| Step::UserInfo { back }),
    ]
}

/// Single steps, and some that belong together: by chance alone hardly anybody would get to the end of anything.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    const NEWEST: [Step; 2] = [
        Step::Type {
            back: 0,
            right: true,
        },
        Step::Finish { back: 0 },
    ];
    const WRONG: Step = Step::Type {
        back: 0,
        right: false,
    };
    let (redeem, info) = (Step::Redeem { back: 0 }, Step::UserInfo { back: 0 });
    let [open, finish] = NEWEST;
    let again = |back| Step::Again { back };
    let after = |steps: &[Step]| {
        let steps = steps.to_vec();
        claim().prop_map(move |claim| [&[claim][..], &steps].concat())
    };
    let between = prop::sample::select(vec![Step::Swap, Step::Lose, Step::Block, Step::Expire]);
    let some = prop_oneof![
        24 => single().prop_map(|step| vec![step]),
        3 => after(&[open, finish, redeem, info]),
        2 => after(&[open, Step::Restart, finish, Step::Restart, redeem, Step::Restart, info]),
        2 => after(&[WRONG, WRONG, WRONG, finish, Step::Recover]),
        1 => after(&[open, again(0), Step::Restart, again(0), finish]),
        1 => after(&[WRONG, open, again(1), Step::Finish { back: 1 }, finish]),
        1 => after(&[open, WRONG, again(1), Step::Finish { back: 1 }, finish]),
        1 => Just(vec![Step::Swap, Step::Connect, open, Step::Swap, finish]),
        2 => (claim(), between).prop_map(move |(claim, event)| vec![claim, open, event, finish]),
        1 => Just(vec![Step::Connect, open, finish]),
        2 => Just(vec![Step::Swap, Step::Connect, open, finish]),
        1 => Just(vec![Step::Restore, Step::Connect, open, finish]),
        2 => Just(vec![Step::Block, Step::Unblock, open, finish]),
    ];
    prop::collection::vec(some, 1..32).prop_map(|all| all.concat())
}

/// Tries as many orders as the environment says.
fn agree(database: fn() -> TestDb, cases: usize) {
    let set = std::env::var("IPSE_MODEL_CASES").ok();
    let cases = set.and_then(|n| n.parse().ok()).unwrap_or(cases);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let config = Config {
        cases: u32::try_from(cases).expect("a number"),
        max_shrink_iters: 400,
        max_shrink_time: 300_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..Config::default()
    };
    // A network serves several orders, one after the other; the one in which something went wrong serves no more.
    let stage: RefCell<Option<Stage>> = RefCell::new(None);
    let seen = RefCell::new(Seen::new());
    let ended = TestRunner::new(config).run(&steps(), |all| {
        let mut own = stage.take();
        let mut now_seen = seen.take();
        runtime.block_on(async {
            if own.as_ref().is_none_or(|stage| stage.next >= PEOPLE) {
                if let Some(old) = own.take() {
                    old.network.end().await;
                }
                own = Some(Stage::new(database()).await);
            }
            let stage = own.as_mut().expect("a stage");
            stage.play(&all, &mut now_seen).await;
        });
        stage.replace(own);
        seen.replace(now_seen);
        Ok(())
    });
    let seen = seen.into_inner();
    for ((step, told), times) in &seen {
        eprintln!("{times:>6}  {step} → {told}");
    }
    if let Some(stage) = stage.take() {
        runtime.block_on(stage.network.end());
    }
    if let Err(error) = ended {
        panic!("{error}");
    }
    if cases >= MANY {
        for (step, told) in MUST_BE_SEEN {
            assert!(
                seen.contains_key(&(step.to_owned(), told)),
                "{step} was never told {told}"
            );
        }
    }
}

/// How often a step was answered so.
type Seen = BTreeMap<(String, &'static str), usize>;

/// So many orders say something of everything below: a model that never gets there would prove nothing.
const MANY: usize = 200;
const MUST_BE_SEEN: [(&str, &str); 31] = [
    ("Again", "attempt"),
    ("Again", "attempt_unknown"),
    ("Again", "action_closed"),
    ("Claim", "identity_blocked"),
    ("Claim", "linked"),
    ("Connect", "linked"),
    ("Connect", "sim_not_ready"),
    ("Finish", "action_closed"),
    ("Finish", "action_expired"),
    ("Finish", "approved"),
    ("Finish", "attempt_unknown"),
    ("Finish", "code_wrong"),
    ("Finish", "epoch_changed"),
    ("Finish", "sim_mismatch"),
    ("Recover", "recovered"),
    ("Redeem", "invalid_grant"),
    ("Redeem", "tokens"),
    ("Refuse", "action_closed"),
    ("Refuse", "action_expired"),
    ("Refuse", "refused"),
    ("Resend", "approved"),
    ("Type", "action_closed"),
    ("Type", "action_expired"),
    ("Type", "attempt"),
    ("Type", "epoch_changed"),
    ("Type", "identity_blocked"),
    ("Unblock", "linked"),
    ("Unblock", "not_found"),
    ("UserInfo", "info"),
    ("UserInfo", "invalid_token"),
    ("UserInfo", "nothing"),
];

struct Stage {
    network: TestNetwork,
    partners: [Partner; 2],
    next: usize,
}

impl Stage {
    async fn new(db: TestDb) -> Self {
        let network = TestNetwork::on(db, Options::default()).await;
        let partners = [network.partner().await, network.partner().await];
        Self {
            network,
            partners,
            next: 0,
        }
    }

    async fn play(&mut self, steps: &[Step], seen: &mut Seen) {
        let phone = self.network.enrolled(self.next).await;
        self.next += 1;
        let mut case = Case::new(&mut self.network, &self.partners, phone);
        for step in steps {
            let told = case.take(*step).await;
            let name = format!("{step:?}");
            let name = name.split(' ').next().unwrap_or_default();
            *seen.entry((name.to_owned(), told)).or_default() += 1;
        }
    }
}

#[test]
fn random_orders_agree_with_the_rules() {
    agree(TestDb::sqlite, 10);
}

#[test]
fn random_orders_agree_with_the_rules_on_postgres() {
    agree(TestDb::postgres, 6);
}
