use ipse_store::testing::TestDb;
use ipse_store::{Migration, Migrations, Param, SCHEME, StoreError};

const fn step(version: i64, text: &'static str) -> Migration {
    Migration {
        version,
        name: "a step",
        sqlite: text,
        postgres: text,
    }
}

const ONE: Migration = step(1, "CREATE TABLE one (id TEXT NOT NULL PRIMARY KEY)");
const TWO: Migration = step(
    2,
    "CREATE TABLE two (id TEXT NOT NULL PRIMARY KEY); INSERT INTO one (id) VALUES ('x')",
);

static FIRST: Migrations = Migrations::new(&[ONE]);
static BOTH: Migrations = Migrations::new(&[ONE, TWO]);
static CHANGED: Migrations = Migrations::new(&[step(1, "CREATE TABLE one (id BIGINT)"), TWO]);
static BROKEN: Migrations = Migrations::new(&[
    ONE,
    TWO,
    step(
        3,
        "CREATE TABLE three (id TEXT); INSERT INTO nowhere VALUES (1)",
    ),
]);
static UNSORTED: Migrations = Migrations::new(&[TWO, ONE]);

fn refusal(db: &TestDb, migrations: &'static Migrations) -> String {
    match db.try_open(migrations) {
        Err(StoreError::Migration(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn steps_are_applied_once_and_history_is_kept() {
    for db in TestDb::both() {
        drop(db.open(&FIRST));
        for _ in 0..2 {
            let rows = db
                .open(&BOTH)
                .read_blocking(|tx| tx.rows("SELECT id FROM one", &[]));
            assert_eq!(rows.unwrap().len(), 1);
        }
        assert!(refusal(&db, &FIRST).contains("newer program"));
        assert!(refusal(&db, &CHANGED).contains("another text"));
        assert!(refusal(&db, &UNSORTED).contains("rise"));
        // A step that fails leaves nothing of itself.
        assert!(refusal(&db, &BROKEN).contains("version 3"));
        let three = db
            .open(&BOTH)
            .read_blocking(|tx| tx.rows("SELECT id FROM three", &[]));
        assert!(matches!(three, Err(StoreError::Statement(_))));
    }
}

#[test]
fn nodes_that_start_together_take_turns() {
    for db in TestDb::both() {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| drop(db.open(&BOTH)));
            }
        });
        let rows = db
            .open(&BOTH)
            .read_blocking(|tx| tx.rows("SELECT id FROM one", &[]));
        assert_eq!(rows.unwrap().len(), 1);
    }
}

/// A home of before version 5 goes on: what people consented to stands in the grant now.
#[test]
fn consents_move_into_their_grants() {
    let before: &Migrations = Box::leak(Box::new(Migrations::new(&SCHEME.steps()[..4])));
    for db in TestDb::both() {
        let store = db.open(before);
        let rows = store.write_blocking(|tx| {
            for action in ["act_a", "act_b"] {
                let id = action.as_bytes();
                tx.exec(OLD_GRANT, &[Param::Text(action), Param::Blob(id)])?;
            }
            tx.exec(OLD_CONSENT, &[])
        });
        rows.expect("rows of before");
        store.close();
        let read = db.open(&SCHEME).read_blocking(|tx| {
            tx.rows("SELECT attributes FROM access_grant ORDER BY action", &[])?
                .iter_mut()
                .map(|row| row.text(0))
                .collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(read.expect("grants"), ["[\"given_name\"]", "[]"]);
    }
}

const OLD_GRANT: &str = "INSERT INTO access_grant (action, partner, identity, epoch, sub, released, status, code_hash, \
     code_expires, auth_time) VALUES ($1, 'par_a', 'idn_a', 1, 's', $2, 'redeemed', $2, 1, 1)";
const OLD_CONSENT: &str = "INSERT INTO consent (action, identity, partner, attributes, time) \
     VALUES ('act_a', 'idn_a', 'par_a', '[\"given_name\"]', 1)";

/// What a phone was offered before the upgrade names the code of its identity, and can still be answered.
#[test]
fn an_offer_of_before_names_its_code() {
    let before: &Migrations = Box::leak(Box::new(Migrations::new(&SCHEME.steps()[..5])));
    for db in TestDb::both() {
        let store = db.open(before);
        let rows = store.write_blocking(|tx| {
            tx.exec(OLD_IDENTITY, &[])?;
            for (id, status) in [("act_a", "linked"), ("act_b", "refused")] {
                tx.exec(OLD_ACTION, &[Param::Text(id), Param::Text(status)])?;
            }
            Ok(())
        });
        rows.expect("rows of before");
        store.close();
        let read = db.open(&SCHEME).read_blocking(|tx| {
            tx.rows("SELECT code_version FROM action ORDER BY id", &[])?
                .iter_mut()
                .map(|row| row.opt_int(0))
                .collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(read.expect("actions"), [Some(3), None]);
    }
}

const OLD_IDENTITY: &str = "INSERT INTO identity (id, status, epoch, language, code_version, created) \
     VALUES ('idn_a', 'active', 1, 'nl', 3, 1)";
const OLD_ACTION: &str = "INSERT INTO action (id, kind, status, level, request, browser_name, language, identity, sim, created, \
     expires) VALUES ($1, 'unblock', $2, 'basic', '{}', '', 'nl', 'idn_a', 'none', 1, 2)";
