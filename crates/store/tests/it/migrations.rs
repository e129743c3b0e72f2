use ipse_store::testing::TestDb;
use ipse_store::{Migration, Migrations, StoreError};

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
