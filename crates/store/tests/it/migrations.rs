use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::terms::ActionStatus;
use ipse_store::testing::{TestDb, authenticate_rows, row_key};
use ipse_store::{Migration, Migrations, Param, SCHEME, StoreError, identity, params};

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

/// A home of before version 5 goes on: what people consented to is in the grant now.
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
                .map(|row| row.only::<String>())
                .collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(read.expect("grants"), ["[\"given_name\"]", "[]"]);
    }
}

const OLD_GRANT: &str = "INSERT INTO access_grant (action, partner, identity, epoch, sub, released, status, code_hash, \
     code_expires, auth_time) VALUES ($1, 'par_a', 'idn_a', 1, 's', $2, 'redeemed', $2, 1, 1)";
const OLD_CONSENT: &str = "INSERT INTO consent (action, identity, partner, attributes, time) \
     VALUES ('act_a', 'idn_a', 'par_a', '[\"given_name\"]', 1)";

/// A claim that was decided before the upgrade has no version of a code, and is still shown to the person.
#[test]
fn an_action_decided_before_the_upgrade_can_be_read() {
    let before: &Migrations = Box::leak(Box::new(Migrations::new(&SCHEME.steps()[..5])));
    let parsed = |id: &str| ActionId::parse(id).expect("an id");
    for db in TestDb::both() {
        let store = db.open(before);
        let hash = [7_u8; 32];
        store
            .write_blocking(move |tx| tx.exec(OLD_DECIDED, &[Param::Blob(&hash)]))
            .expect("a row of before");
        store.close();
        let id = parsed("act_AAAAAAAAAAAAAAAAAAAAAA");
        let store = db.open(&SCHEME);
        let read = store.write_blocking(move |tx| {
            authenticate_rows(tx, "action")?;
            ipse_store::action::by_id(tx, &id)
        });
        let action = read.expect("store").expect("an action");
        let claim = action.claim.expect("a claim");
        assert_eq!(claim.code_version, None);
        assert!(claim.code_version().is_err());
        assert_eq!(action.status, ActionStatus::Approved);
    }
}

const OLD_DECIDED: &str = "INSERT INTO action (id, kind, status, level, request, browser_name, language, identity, \
     device, flow, epoch, match_code, nonce, view, view_hash, attributes_hash, sim, transcript, proof_hash, receipt, decided, \
     created, expires) VALUES ('act_AAAAAAAAAAAAAAAAAAAAAA', 'login', 'approved', 'basic', '{}', '', 'nl', \
     'idn_AAAAAAAAAAAAAAAAAAAAAA', 'dev_AAAAAAAAAAAAAAAAAAAAAA', 'qr', 1, 'K7P', $1, $1, $1, $1, 'none', $1, $1, \
     'rec_AAAAAAAAAAAAAAAAAAAAAA', 2, 1, 3)";

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
                .map(|row| row.only::<Option<i64>>())
                .collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(read.expect("actions"), [Some(3), None]);
    }
}

const OLD_IDENTITY: &str = "INSERT INTO identity (id, status, epoch, language, code_version, created) \
     VALUES ('idn_a', 'active', 1, 'nl', 3, 1)";
const OLD_ACTION: &str = "INSERT INTO action (id, kind, status, level, request, browser_name, language, identity, sim, created, \
     expires) VALUES ($1, 'unblock', $2, 'basic', '{}', '', 'nl', 'idn_a', 'none', 1, 2)";

/// People of before version 8 are found again, whatever their ids are like, and nobody's open attempt is lost or invented.
#[test]
fn people_of_before_are_found_by_their_numbers() {
    let before: &Migrations = Box::leak(Box::new(Migrations::new(&SCHEME.steps()[..7])));
    for db in TestDb::both() {
        let store = db.open(before);
        // Every letter of base64url in the part that is read, and ids of other forms.
        let mut tails: Vec<String> = (0..64)
            .map(|i| ipse_protocol::ids::of("idn", &[i * 4 + 3; 16])[4..].to_owned())
            .collect();
        tails.extend(["x", "AAAAAAAAA", "-_-_-_-_-_"].map(Into::into));
        let rows = tails.clone();
        let written = store.write_blocking(move |tx| {
            for tail in &rows {
                for sql in OLD_PERSON {
                    let params = [Param::Text(tail), Param::Blob(tail.as_bytes())];
                    tx.exec(sql, &params[..1 + usize::from(sql.contains("$2"))])?;
                }
            }
            tx.exec(OLD_OPEN, &[])
        });
        written.expect("rows of before");
        store.close();
        let store = db.open(&SCHEME);
        let rows = tails.clone();
        let read = store.read_blocking(move |tx| {
            for tail in &rows {
                let (who, phone) = (format!("idn_{tail}"), format!("dev_{tail}"));
                let by_key = |id: &str| (row_key(id), id.to_owned());
                let mut found = |sql, (number, id): (i64, String)| {
                    let row = tx.row(sql, params![number, &id])?;
                    Ok::<_, StoreError>(row.unwrap_or_else(|| panic!("{id} was not found: {sql}")))
                };
                let mut row = found(IDENTITY, by_key(&who))?;
                assert_eq!((row.get("epoch"), row.get("wrong_codes")), (Ok(7), Ok(2)));
                assert_eq!(found(DEVICE, by_key(&phone))?.only(), Ok(who.clone()));
                assert_eq!(found(BINDING, by_key(&who))?.only(), Ok(tail.clone()));
                assert_eq!(
                    found(ATTRIBUTES, by_key(&who))?.only(),
                    Ok(tail.clone().into_bytes())
                );
                assert_eq!(
                    found(GRANT, by_key(&who))?.only(),
                    Ok(format!("act_{tail}"))
                );
                let open = tx.row(OPEN_ATTEMPT, params![&who])?;
                let open = open.map(|mut row| row.only::<String>()).transpose()?;
                assert_eq!(open, (tail == "x").then(|| "att_x".to_owned()));
                assert_eq!(tx.value(REASONS, params![&who]), Ok(1));
            }
            Ok(())
        });
        read.expect("people");
        // One open attempt a person, whoever writes it.
        let second = store.write_blocking(|tx| tx.exec(ANOTHER_OPEN, &[Param::Blob(b"")]));
        assert!(matches!(second, Err(StoreError::Unique(_))), "{second:?}");
    }
}

const IDENTITY: &str = "SELECT epoch, wrong_codes FROM identity WHERE number = $1 AND id = $2";
const DEVICE: &str = "SELECT identity FROM device WHERE number = $1 AND id = $2";
const BINDING: &str = "SELECT handle FROM sim_binding WHERE number = $1 AND identity = $2";
const ATTRIBUTES: &str = "SELECT sealed FROM attributes WHERE number = $1 AND identity = $2";
const GRANT: &str = "SELECT action FROM access_grant WHERE number = $1 AND identity = $2";
const OPEN_ATTEMPT: &str =
    "SELECT id FROM attempt WHERE identity = $1 AND status = 'open' AND factor = 'code'";
const REASONS: &str = "SELECT COUNT(*) FROM suspension WHERE identity = $1";

/// A person and the rows that belong to them; `$1` is the tail of every id, `$2` the same as bytes.
const OLD_PERSON: [&str; 8] = [
    "INSERT INTO identity (id, status, epoch, language, code_version, wrong_codes, created) \
     VALUES ('idn_' || $1, 'active', 7, 'nl', 3, 2, 1)",
    "INSERT INTO device (id, identity, status, name, key_kind, public_key, code_version, mac, last_sequence, recent, created, \
     last_used) VALUES ('dev_' || $1, 'idn_' || $1, 'active', '', 'software', $2, 1, $2, 1, $2, 1, 1)",
    "INSERT INTO sim_binding (identity, operator, handle, status, changed_at, bound) \
     VALUES ('idn_' || $1, 'Taiga', $1, 'bound', 1, 1)",
    "INSERT INTO attributes (identity, version, sealed, source, proofing, time) \
     VALUES ('idn_' || $1, 1, $2, '', '', 1)",
    "INSERT INTO suspension (identity, reason, since, cause) VALUES ('idn_' || $1, 'person', 1, '')",
    "INSERT INTO action (id, kind, status, level, request, browser_name, language, identity, sim, created, expires) \
     VALUES ('act_' || $1, 'login', 'approved', 'basic', '{}', '', 'nl', 'idn_' || $1, 'none', 1, 2)",
    "INSERT INTO access_grant (action, partner, identity, epoch, sub, released, status, code_hash, code_expires, auth_time) \
     VALUES ('act_' || $1, 'par_a', 'idn_' || $1, 7, 's', $2, 'redeemed', $2, 1, 1)",
    "INSERT INTO attempt (id, action, identity, device, factor, status, sequence, first_hash, state_day, created) \
     VALUES ('att_' || $1, 'act_' || $1, 'idn_' || $1, 'dev_' || $1, 'code', 'open', 1, $2, 1, 1)",
];
/// Of all these attempts only one is still open for its person.
const OLD_OPEN: &str = "UPDATE identity SET open_attempt = 'att_x' WHERE id = 'idn_x'";
const ANOTHER_OPEN: &str = "INSERT INTO attempt (id, action, identity, device, factor, status, sequence, first_hash, state_day, \
     created) VALUES ('att_y', 'act_x', 'idn_x', 'dev_x', 'code', 'open', 2, $1, 1, 1)";

/// A phone signs no view of version 1 any more. What was open when the scheme was upgraded starts again, and nothing else changes.
#[test]
fn what_a_phone_was_offered_before_the_views_of_version_2_starts_again() {
    let before: &Migrations = Box::leak(Box::new(Migrations::new(&SCHEME.steps()[..17])));
    for db in TestDb::both() {
        let store = db.open(before);
        let rows = store.write_blocking(|tx| {
            for (id, status) in [
                ("act_a", "linked"),
                ("act_b", "created"),
                ("act_c", "approved"),
            ] {
                tx.exec(OPEN, &[Param::Text(id), Param::Text(status)])?;
            }
            Ok(())
        });
        rows.expect("rows of before");
        store.close();
        let read = db.open(&SCHEME).read_blocking(|tx| {
            tx.rows("SELECT expires FROM action ORDER BY id", &[])?
                .iter_mut()
                .map(|row| row.only::<i64>())
                .collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(read.expect("actions"), [1, 9, 9]);
    }
}

const OPEN: &str = "INSERT INTO action (id, kind, status, level, request, browser_name, language, sim, created, expires) \
     VALUES ($1, 'login', $2, 'basic', '{}', '', 'nl', 'none', 1, 9)";

/// Suspensions and wrong codes of before version 19 are known to the identity.
#[test]
fn suspensions_and_wrong_codes_of_before_count() {
    const WRONG: &str = "INSERT INTO wrong_code (attempt, identity, time) VALUES ($1, $2, $3)";
    const REASON: &str =
        "INSERT INTO suspension (identity, reason, since, cause) VALUES ($1, 'person', 5, 'phone')";
    const PERSON: &str = "INSERT INTO identity (number, id, status, epoch, language, code_version, created) \
         VALUES ($1, $2, 'suspended', 1, 'nl', 3, 1)";
    let before: &Migrations = Box::leak(Box::new(Migrations::new(&SCHEME.steps()[..19])));
    let id = IdentityId::parse("idn_AAAAAAAAAAAAAAAAAAAAAA").expect("an id");
    for db in TestDb::both() {
        let (store, who) = (db.open(before), id.clone());
        let rows = store.write_blocking(move |tx| {
            tx.exec(PERSON, &[Param::Int(0), Param::from(&who)])?;
            tx.exec(REASON, &[Param::from(&who)])?;
            for n in 0..12_i64 {
                let attempt = format!("att_{n}");
                tx.exec(
                    WRONG,
                    &[
                        Param::from(&attempt),
                        Param::from(&who),
                        Param::Int(100 - n),
                    ],
                )?;
            }
            Ok(())
        });
        rows.expect("rows of before");
        store.close();
        let (store, who) = (db.open(&SCHEME), id.clone());
        let found = store.write_blocking(move |tx| {
            authenticate_rows(tx, "identity")?;
            authenticate_rows(tx, "suspension")?;
            let all = identity::wrong_since(tx, &who, 0)?;
            let late = identity::wrong_since(tx, &who, 97)?;
            Ok((all, late, identity::reasons(tx, &who)?.len()))
        });
        assert_eq!(found, Ok((10, 3, 1)));
    }
}
