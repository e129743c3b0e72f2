//! The steps of an administrator: rows of before get their MACs, and the key of rows is replaced.

use ipse_keys::{FileKeyStore, KeyStore};
use ipse_protocol::Random;
use ipse_protocol::ids::{DeviceId, IdentityId};
use ipse_server::keystore;
use ipse_store::testing::{TestDb, row_key};
use ipse_store::{SCHEME, Store, device, identity, params};

use crate::support::parsed;
use crate::threats::t48_keystore::Home;

const PERSON: &str = "idn_AAAAAAAAAAAAAAAAAAAAAA";
const PHONE: &str = "dev_AAAAAAAAAAAAAAAAAAAAAA";

impl Home {
    fn store(&self) -> Store {
        Store::open(self.db.url(), &SCHEME, self.db.clock().clone()).expect("opens")
    }

    fn upgrade(&self) -> Result<u64, String> {
        let (config, clock) = (self.config(), self.db.clock());
        keystore::upgrade(self.folder.path(), &config, clock, &Random::system())
            .map_err(|error| format!("{error:#}"))
    }

    fn roll(&self) -> Result<u64, String> {
        let (config, clock) = (self.config(), self.db.clock());
        keystore::roll(self.folder.path(), &config, clock, &Random::system())
            .map_err(|error| format!("{error:#}"))
    }
}

/// A home whose database is from before rows had MACs: a person, and their phone with the MAC of then.
fn of_before(db: TestDb) -> Home {
    const IDENTITY: &str = "INSERT INTO identity (number, id, status, epoch, language, code_version, created) \
         VALUES ($1, $2, 'active', 1, 'nl', 1, 1)";
    const DEVICE: &str = "INSERT INTO device (number, id, identity, status, name, key_kind, public_key, code_version, mac, \
         last_sequence, recent, created, last_used) VALUES ($1, $2, $3, 'active', 'Phone', 'software', $4, 1, $5, 0, $4, 1, 1)";
    let home = Home::without_keys(db);
    let keys = crate::support::keystore_of_before(home.folder.path());
    let store = home.store();
    let person = store.write_blocking(|tx| tx.exec(IDENTITY, params![row_key(PERSON), PERSON]));
    assert_eq!(person, Ok(1));
    let point = [4_u8; 65];
    let mut fields = Vec::new();
    let mut field = |value: Option<&[u8]>| match value {
        Some(value) => {
            fields.extend_from_slice(&(value.len() as u32 + 1).to_be_bytes());
            fields.extend_from_slice(value);
        }
        None => fields.extend_from_slice(&[0; 4]),
    };
    for text in [PHONE, PERSON, "active", "software"] {
        field(Some(text.as_bytes()));
    }
    field(Some(&point));
    field(None);
    field(Some(&1_i64.to_be_bytes()));
    for _ in 0..3 {
        field(None);
    }
    let mac = keys.mac("device/row/1", &fields);
    let device = store.write_blocking(move |tx| {
        let values = params![row_key(PHONE), PHONE, PERSON, &point, &mac];
        tx.exec(DEVICE, values)
    });
    assert_eq!(device, Ok(1));
    drop(keys);
    home.init().expect("adopted");
    home
}

#[tokio::test]
async fn t44_rows_of_before_get_their_macs_once_and_when_an_administrator_says_so() {
    const ANOTHER: &str = "UPDATE identity SET mac = NULL";
    for db in TestDb::both() {
        let home = of_before(db);
        let refused = home.start().err().expect("a start is refused");
        assert!(refused.contains("ipse keys upgrade"), "{refused}");
        assert_eq!(home.upgrade(), Ok(2));
        let scheme = home.start().expect("starts");
        let found = scheme.store.read_blocking(|tx| {
            let person = identity::by_id(tx, &parsed::<IdentityId>(PERSON))?;
            Ok(person.zip(device::by_id(tx, &parsed::<DeviceId>(PHONE))?))
        });
        assert!(found.expect("authentic").is_some());
        // From now on, nobody gets a row adopted by deleting its MAC.
        let cleared = scheme.store.write_blocking(|tx| tx.exec(ANOTHER, &[]));
        assert_eq!(cleared, Ok(1));
        drop(scheme);
        let again = home.upgrade().expect_err("refused");
        assert!(again.contains("already"), "{again}");
        let scheme = home.start().expect("starts");
        let person = parsed::<IdentityId>(PERSON);
        let found = scheme
            .store
            .read_blocking(move |tx| identity::by_id(tx, &person));
        assert!(found.is_err());
    }
}

#[tokio::test]
async fn t44_a_phone_that_was_changed_before_the_upgrade_is_not_adopted() {
    const CHANGE: &str = "UPDATE device SET sim_handle = 'of a thief'";
    for db in TestDb::both() {
        let home = of_before(db);
        let changed = home.store().write_blocking(|tx| tx.exec(CHANGE, &[]));
        assert_eq!(changed, Ok(1));
        let refused = home.upgrade().expect_err("refused");
        assert!(
            refused.contains("device") && refused.contains(PHONE),
            "{refused}"
        );
        assert!(home.start().is_err());
    }
}

#[tokio::test]
async fn t44_a_row_of_a_retired_key_is_refused() {
    const SAVE: &str = "CREATE TABLE saved AS SELECT * FROM identity";
    const PUT_BACK: &str = "UPDATE identity SET mac = (SELECT mac FROM saved)";
    for db in TestDb::both() {
        let home = of_before(db);
        home.upgrade().expect("upgraded");
        let person = || parsed::<IdentityId>(PERSON);
        let scheme = home.start().expect("starts");
        let in_use = home.roll().expect_err("the scheme runs");
        assert!(in_use.contains("stop"), "{in_use}");
        drop(scheme);
        let saved = home.store().write_blocking(|tx| tx.exec(SAVE, &[]));
        saved.expect("saved");
        let rows = home.roll().expect("a new key");
        assert!(rows >= 2, "{rows}");
        let scheme = home.start().expect("starts");
        let who = person();
        let found = scheme
            .store
            .read_blocking(move |tx| identity::by_id(tx, &who));
        assert!(found.expect("authentic").is_some());
        let put_back = scheme.store.write_blocking(|tx| tx.exec(PUT_BACK, &[]));
        assert_eq!(put_back, Ok(1));
        let who = person();
        let found = scheme
            .store
            .read_blocking(move |tx| identity::by_id(tx, &who));
        assert!(found.is_err());
    }
}

/// A row that something else wrote keeps both keys, so that nothing is lost, and the command can be run again.
#[tokio::test]
async fn t44_a_roll_stops_at_a_row_that_was_changed() {
    const CHANGE: &str = "UPDATE identity SET epoch = epoch + 1";
    const UNDO: &str = "UPDATE identity SET epoch = epoch - 1";
    for db in TestDb::both() {
        let home = of_before(db);
        home.upgrade().expect("upgraded");
        let change = |sql: &'static str| home.store().write_blocking(move |tx| tx.exec(sql, &[]));
        assert_eq!(change(CHANGE), Ok(1));
        let stopped = home.roll().expect_err("refused");
        assert!(stopped.contains(PERSON), "{stopped}");
        assert_eq!(change(UNDO), Ok(1));
        home.roll().expect("a new key");
        let keys = FileKeyStore::open(&home.keys()).expect("a keystore");
        let known = keys.row_keys().expect("keys of rows");
        assert_eq!((known.current, known.keys.len()), (2, 1));
    }
}
