//! t48: a keystore that is missing, swapped, copied or older, and a database of another home.

use std::fs;
use std::path::{Path, PathBuf};

use ipse_keys::FileKeyStore;
use ipse_protocol::Random;
use ipse_scheme::Scheme;
use ipse_server::config::ServerConfig;
use ipse_server::keystore;
use ipse_store::testing::TestDb;
use ipse_store::{PERSONS, Param, SCHEME, Store};
use serde_json::json;

/// A home that was set up, with databases of its own.
pub struct Home {
    pub folder: tempfile::TempDir,
    pub db: TestDb,
}

impl Home {
    pub fn new(db: TestDb) -> Self {
        let home = Self::without_keys(db);
        home.init().expect("set up");
        home.start().expect("starts");
        home
    }

    pub fn without_keys(db: TestDb) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = json!({
            "profile": "demo", "issuer": "http://localhost:1", "app": "http://localhost:2",
            "listen_issuer": "127.0.0.1:0", "listen_app": "127.0.0.1:0", "database": db.url(),
            "person_keys": "sqlite:persons.db",
        });
        let text = toml::to_string(&config).expect("toml");
        fs::write(folder.path().join("scheme.toml"), text).expect("written");
        Self { folder, db }
    }

    pub fn config(&self) -> ServerConfig {
        ServerConfig::load(self.folder.path()).expect("a configuration")
    }

    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// `ipse keys init`, or its refusal.
    pub fn init(&self) -> Result<(), String> {
        let (config, clock) = (self.config(), self.db.clock());
        let done = keystore::init(self.folder.path(), &config, clock, &Random::system());
        done.map(drop).map_err(|error| format!("{error:#}"))
    }

    /// What `ipse serve` opens, or its refusal.
    pub fn start(&self) -> Result<Scheme, String> {
        let (config, clock) = (self.config(), self.db.clock().clone());
        let home = self.folder.path();
        ipse_server::server::open_scheme(home, &config, clock, &Random::system())
            .map_err(|error| format!("{error:#}"))
    }

    /// Neither a start nor another init goes on.
    fn is_refused(&self, why: &str) {
        let start = self.start().err().expect("a start is refused");
        assert!(start.contains(why), "{start}");
        let init = self.init().expect_err("an init is refused");
        assert!(init.contains(why), "{init}");
    }

    fn sql(&self, store: &Store, sql: &'static str) {
        let changed = store.write_blocking(move |tx| tx.exec(sql, &[]));
        assert_eq!(changed.expect("executed"), 1, "{sql}");
    }

    fn persons(&self) -> Store {
        let file = self.folder.path().join("persons.db");
        let url = format!("sqlite:{}", file.display());
        Store::open(&url, &PERSONS, self.db.clock().clone()).expect("opens")
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
    }
}

#[tokio::test]
async fn t48_a_server_does_not_start_without_one_of_its_key_files() {
    let home = Home::new(TestDb::sqlite());
    let (keys, copied) = (home.keys(), home.folder.path().join("copy"));
    copy(&keys, &copied);
    let files = fs::read_dir(&copied).expect("readable");
    let mut tried = 0;
    for file in files.map(|file| file.expect("an entry").file_name()) {
        if file == "lock" {
            continue;
        }
        let name = file.to_str().expect("a name");
        fs::remove_file(keys.join(name)).expect("removed");
        home.is_refused(match name {
            "inventory" => "inventory",
            name => name,
        });
        assert!(!keys.join(name).exists(), "{name} was made again");
        copy(&copied, &keys);
        tried += 1;
    }
    assert_eq!(tried, 13);
    home.start().expect("starts again");
}

#[tokio::test]
async fn t48_a_server_does_not_start_with_a_key_file_of_another_home() {
    let home = Home::new(TestDb::sqlite());
    let other = Home::new(TestDb::sqlite());
    let (keys, copied) = (home.keys(), home.folder.path().join("copy"));
    copy(&keys, &copied);
    for file in fs::read_dir(&copied).expect("readable") {
        let file = file.expect("an entry").file_name();
        let name = file.to_str().expect("a name");
        if name == "lock" {
            continue;
        }
        fs::copy(other.keys().join(name), keys.join(name)).expect("copied");
        home.is_refused(match name {
            "master.key" | "inventory" => "the inventory of the keystore is damaged",
            name => name,
        });
        copy(&copied, &keys);
    }
    home.start().expect("starts again");
}

#[tokio::test]
async fn t48_a_server_does_not_start_with_the_keystore_of_another_home() {
    for db in TestDb::both() {
        let home = Home::new(db);
        let other = Home::new(TestDb::sqlite());
        copy(&other.keys(), &home.keys());
        home.is_refused("the scheme database belongs to another keystore");
    }
}

#[tokio::test]
async fn t48_a_keystore_that_is_gone_is_not_made_again() {
    for db in TestDb::both() {
        let home = Home::new(db);
        fs::remove_dir_all(home.keys()).expect("removed");
        let start = home.start().err().expect("refused");
        assert!(start.contains("there is no keystore in"), "{start}");
        let init = home.init().expect_err("refused");
        assert!(
            init.contains("the scheme database belongs to a keystore"),
            "{init}"
        );
        assert!(!home.keys().join("master.key").exists());
    }
}

#[tokio::test]
async fn t48_a_keystore_without_its_inventory_is_not_taken_for_an_older_one() {
    for db in TestDb::both() {
        let home = Home::new(db);
        fs::remove_file(home.keys().join("inventory")).expect("removed");
        home.is_refused("inventory");
        // Not with a new master key either.
        fs::write(home.keys().join("master.key"), [7; 32]).expect("written");
        home.is_refused("inventory");
    }
}

#[tokio::test]
async fn t48_a_server_does_not_start_with_an_older_copy_of_the_keystore() {
    for db in TestDb::both() {
        let home = Home::new(db);
        let old = home.folder.path().join("old");
        copy(&home.keys(), &old);
        let keys = FileKeyStore::open_alone(&home.keys()).expect("opens");
        keys.begin_roll().expect("a new row key");
        drop(keys);
        let start = home.start().err().expect("refused");
        assert!(start.contains("run `ipse keys init`"), "{start}");
        home.init().expect("tells the databases");
        home.start().expect("starts");
        copy(&old, &home.keys());
        home.is_refused("the keystore is older than the one");
    }
}

#[tokio::test]
async fn t48_a_server_does_not_start_with_another_database() {
    let home = Home::new(TestDb::sqlite());
    let mut empty = Home::without_keys(TestDb::sqlite());
    copy(&home.keys(), &empty.keys());
    empty.is_refused("the keystore belongs to another scheme database");
    // The scheme's database is the right one, and the store of person keys is new.
    empty.db = home.db;
    let scheme = empty.config();
    fs::write(
        empty.folder.path().join("scheme.toml"),
        toml::to_string(&json!({
            "profile": "demo", "issuer": scheme.issuer, "app": scheme.app, "listen_issuer": "127.0.0.1:0",
            "listen_app": "127.0.0.1:0", "database": empty.db.url(), "person_keys": "sqlite:persons.db",
        }))
        .expect("toml"),
    )
    .expect("written");
    empty.is_refused("the keystore belongs to another persons database");
}

#[tokio::test]
async fn t48_a_server_does_not_start_with_a_database_that_the_inventory_does_not_name() {
    for db in TestDb::both() {
        let home = Home::new(db);
        let keys = FileKeyStore::open_alone(&home.keys()).expect("opens");
        let mut databases = keys.inventory().databases.clone();
        databases.insert("scheme".into(), "another".into());
        keys.set_databases(databases).expect("written");
        drop(keys);
        home.is_refused("the keystore belongs to another scheme database");
    }
}

#[tokio::test]
async fn t48_what_a_database_says_of_its_keystore_is_authentic() {
    for db in TestDb::both() {
        let home = Home::new(db);
        let store = home.db.open(&SCHEME);
        let before: (String, i64, Vec<u8>) = store
            .read_blocking(|tx| {
                let mut row = tx
                    .row("SELECT database, generation, mac FROM home", &[])?
                    .expect("a row");
                Ok((
                    row.get("database")?,
                    row.get("generation")?,
                    row.get("mac")?,
                ))
            })
            .expect("read");
        home.sql(&store, "UPDATE home SET generation = generation + 1");
        home.is_refused("what the scheme database says of its keystore was changed");
        home.sql(&store, "UPDATE home SET generation = generation - 1");
        home.start().expect("starts");
        home.sql(&store, "UPDATE home SET database = 'another'");
        home.is_refused("what the scheme database says of its keystore was changed");
        home.sql(&store, "UPDATE home SET keystore = 'another'");
        home.is_refused("the scheme database belongs to another keystore");
        home.sql(&store, "DELETE FROM home");
        home.is_refused("the keystore belongs to another scheme database");

        // The row of one database says nothing of the other.
        let keys = FileKeyStore::open(&home.keys()).expect("opens");
        let id = keys.inventory().id.clone();
        drop(keys);
        const ADD: &str =
            "INSERT INTO home (keystore, database, generation, mac) VALUES ($1, $2, $3, $4)";
        let row = before.clone();
        let keystore = id.clone();
        store
            .write_blocking(move |tx| {
                let (database, generation, mac) = &row;
                let row = [
                    Param::from(&keystore),
                    Param::from(database),
                    Param::from(*generation),
                    Param::from(&mac[..]),
                ];
                tx.exec(ADD, &row)
            })
            .expect("put back");
        home.start().expect("starts");
        let persons = home.persons();
        home.sql(&persons, "DELETE FROM home");
        persons
            .write_blocking(move |tx| {
                let (database, generation, mac) = &before;
                let row = [
                    Param::from(&id),
                    Param::from(database),
                    Param::from(*generation),
                    Param::from(&mac[..]),
                ];
                tx.exec(ADD, &row)
            })
            .expect("copied");
        home.is_refused("what the persons database says of its keystore was changed");
    }
}

#[tokio::test]
async fn an_init_that_was_stopped_between_databases_and_inventory_is_finished_by_the_next() {
    for db in TestDb::both() {
        let home = Home::new(db);
        let keys = FileKeyStore::open_alone(&home.keys()).expect("opens");
        keys.set_databases([].into())
            .expect("as before the inventory was written");
        drop(keys);
        let start = home.start().err().expect("refused");
        assert!(start.contains("are not connected"), "{start}");
        home.init().expect("goes on");
        home.start().expect("starts");
    }
}

#[tokio::test]
async fn init_adopts_the_home_of_a_version_before_inventories() {
    for db in TestDb::both() {
        let home = Home::new(db);
        let scheme = home.start().expect("starts");
        let (log, setup) = (
            scheme.log_key(),
            home.keys().join("bytes.opaque+setup+1.key"),
        );
        drop(scheme);
        let before = fs::read(&setup).expect("read");
        for name in ["inventory", "lock", "secret.rows+1.key"] {
            fs::remove_file(home.keys().join(name)).expect("removed");
        }
        for store in [home.db.open(&SCHEME), home.persons()] {
            home.sql(&store, "DELETE FROM home");
        }
        let start = home.start().err().expect("refused");
        assert!(start.contains("`ipse keys init`"), "{start}");
        home.init().expect("adopts");
        assert_eq!(home.start().expect("starts").log_key(), log);
        assert_eq!(fs::read(&setup).expect("read"), before);
        home.init().expect("nothing to do");
    }
}

#[tokio::test]
async fn init_beside_a_running_server_changes_nothing() {
    let home = Home::new(TestDb::sqlite());
    let server = home.start().expect("starts");
    home.init().expect("nothing to do");
    let roll = FileKeyStore::open_alone(&home.keys()).expect_err("refused");
    assert_eq!(roll.code(), "keystore_in_use");
    drop(server);
    FileKeyStore::open_alone(&home.keys()).expect("alone");
}
