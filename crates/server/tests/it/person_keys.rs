//! Where the person keys are kept, beside a database that several installations share.

use crate::support::{keystore_of_before, set_up};
use ipse_protocol::Random;
use ipse_protocol::ids::IdentityId;
use ipse_scheme::Scheme;
use ipse_server::config::ServerConfig;
use ipse_server::keystore;
use ipse_store::testing::TestDb;
use ipse_store::{PERSONS, SCHEME, Store, person};

/// The configuration of a home, which says nothing of person keys.
fn configured(home: &std::path::Path, db: &TestDb) -> ServerConfig {
    std::fs::create_dir_all(home).expect("a folder");
    let config = serde_json::json!({
        "profile": "demo", "issuer": "http://localhost:1", "app": "http://localhost:2",
        "listen_issuer": "127.0.0.1:0", "listen_app": "127.0.0.1:0", "database": db.url(),
    });
    let text = toml::to_string(&config).expect("toml");
    std::fs::write(home.join("scheme.toml"), text).expect("written");
    ServerConfig::load(home).expect("a configuration")
}

/// The scheme of such a home.
fn scheme(home: &std::path::Path, db: &TestDb) -> Scheme {
    let config = configured(home, db);
    set_up(home, &config, db.clock());
    let (clock, random) = (db.clock().clone(), Random::system());
    ipse_server::server::open_scheme(home, &config, clock, &random).expect("opens")
}

/// The URL of another schema of the same server.
fn schema(db: &TestDb, name: &str) -> String {
    let (before, rest) = db.url().split_once("schema=").expect("a schema");
    let rest = rest.split_once('&').map_or("", |(_, rest)| rest);
    format!("{before}schema={name}&{rest}")
}

fn own(db: &TestDb) -> String {
    let (_, rest) = db.url().split_once("schema=").expect("a schema");
    format!("{}_ipse_persons", rest.split('&').next().expect("a name"))
}

fn has_key(url: &str, db: &TestDb, identity: &IdentityId) -> bool {
    let store = Store::open(url, &PERSONS, db.clock().clone()).expect("opens");
    let identity = identity.clone();
    let found = store.read_blocking(move |tx| person::key(tx, &identity));
    found.expect("readable").is_some()
}

#[tokio::test]
async fn installations_with_schemas_of_their_own_have_person_keys_of_their_own() {
    let home = tempfile::tempdir().expect("a folder");
    let (a, b) = (TestDb::postgres(), TestDb::postgres());
    // Somebody else uses the schema that all once shared.
    let shared = schema(&a, "ipse_persons");
    drop(Store::open(&shared, &PERSONS, a.clock().clone()).expect("opens"));
    for (name, db, other) in [("a", &a, &b), ("b", &b, &a)] {
        let scheme = scheme(&home.path().join(name), db);
        let identity = IdentityId::new(&Random::system());
        scheme.persons.create(&identity).await.expect("a key");
        assert!(has_key(&schema(db, &own(db)), db, &identity));
        assert!(!has_key(&shared, db, &identity));
        assert!(!has_key(&schema(other, &own(other)), other, &identity));
    }
}

#[tokio::test]
async fn an_installation_that_has_people_keeps_its_keys_in_the_shared_schema() {
    let home = tempfile::tempdir().expect("a folder");
    let db = TestDb::postgres();
    let identity = IdentityId::new(&Random::system());
    // As the version before left it.
    let store = db.open(&SCHEME);
    const PERSON: &str = "INSERT INTO identity (number, id, status, epoch, language, code_version, wrong_codes, created) \
         VALUES (1, $1, 'active', 1, 'nl', 1, 0, 0)";
    let id = identity.to_string();
    let added = store.write_blocking(move |tx| tx.exec(PERSON, &[ipse_store::Param::from(&id)]));
    added.expect("a person");
    let shared = schema(&db, "ipse_persons");
    drop(Store::open(&shared, &PERSONS, db.clock().clone()).expect("opens"));
    drop(keystore_of_before(home.path()));
    let config = configured(home.path(), &db);
    set_up(home.path(), &config, db.clock());
    keystore::upgrade(home.path(), &config, db.clock(), &Random::system()).expect("upgraded");
    for _ in 0..2 {
        let scheme = scheme(home.path(), &db);
        scheme.persons.create(&identity).await.expect("the key");
        assert!(has_key(&shared, &db, &identity));
        assert!(!store.has_schema(&own(&db)).expect("asked"));
    }
}
