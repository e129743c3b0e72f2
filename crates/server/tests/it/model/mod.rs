//! Logins, crashes, swaps, blocks and recoveries in random order, against the rules of design §5 and §6.
//!
//! Every step is answered as `rules` says, and afterwards the database holds what `rules` says. `IPSE_MODEL_CASES` says
//! how many orders are tried on each database. One that fails is made as short as it can be, and kept in
//! `tests/it/model/regressions.txt`, whose orders are tried first.

mod acts;
mod rules;

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipse_store::testing::TestDb;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

use self::acts::Case;
use self::rules::Step;
use crate::support::{Options, Partner, World};

/// People in a world: each order takes one.
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
        7 => Just(Step::Finish),
        2 => Just(Step::Again),
        1 => Just(Step::Resend),
        1 => Just(Step::Forget),
        2 => Just(Step::Restart),
        1 => (0..3usize).prop_map(|back| Step::Refuse { back }),
        1 => Just(Step::Expire),
        1 => Just(Step::Swap),
        1 => Just(Step::Lose),
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
        Step::Finish,
    ];
    const WRONG: Step = Step::Type {
        back: 0,
        right: false,
    };
    let (redeem, info) = (Step::Redeem { back: 0 }, Step::UserInfo { back: 0 });
    let [open, finish] = NEWEST;
    let some = prop_oneof![
        10 => single().prop_map(|step| vec![step]),
        3 => claim().prop_map(move |claim| vec![claim, open, finish, redeem, info]),
        1 => claim().prop_map(move |claim| vec![claim, WRONG, WRONG, WRONG, finish]),
        2 => Just(vec![Step::Connect, open, finish]),
        2 => Just(vec![Step::Unblock, open, finish]),
        1 => Just(vec![Step::Swap, Step::Connect, open, finish]),
    ];
    prop::collection::vec(some, 6..24).prop_map(|all| all.concat())
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
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..Config::default()
    };
    // A world serves several orders, one after the other; the one in which something went wrong serves no more.
    let stage: RefCell<Option<Stage>> = RefCell::new(None);
    let done = AtomicUsize::new(0);
    let ended = TestRunner::new(config).run(&steps(), |all| {
        let mut own = stage.take();
        runtime.block_on(async {
            if own.as_ref().is_none_or(|stage| stage.next >= PEOPLE) {
                if let Some(old) = own.take() {
                    old.world.end().await;
                }
                own = Some(Stage::new(database()).await);
            }
            let stage = own.as_mut().expect("a stage");
            stage.play(&all).await;
        });
        done.fetch_add(all.len(), Ordering::Relaxed);
        stage.replace(own);
        Ok(())
    });
    eprintln!("{} steps", done.load(Ordering::Relaxed));
    if let Some(stage) = stage.take() {
        runtime.block_on(stage.world.end());
    }
    if let Err(error) = ended {
        panic!("{error}");
    }
}

struct Stage {
    world: World,
    partners: [Partner; 2],
    next: usize,
}

impl Stage {
    async fn new(db: TestDb) -> Self {
        let world = World::on(db, Options::default()).await;
        let partners = [world.partner().await, world.partner().await];
        Self {
            world,
            partners,
            next: 0,
        }
    }

    async fn play(&mut self, steps: &[Step]) {
        let phone = self.world.enrolled(self.next).await;
        self.next += 1;
        let mut case = Case::new(&mut self.world, &self.partners, phone);
        for step in steps {
            case.take(*step).await;
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
