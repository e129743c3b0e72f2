//! `operator.toml`.

use std::sync::Arc;

use ipse_jose::SigningKey;
use ipse_operator::cards::Channel;
use ipse_operator::config::{Config, FILE, Fault, Profile};
use ipse_operator::error::with_causes;
use ipse_operator::keys::OperatorKeys;
use ipse_operator::store::MIGRATIONS;
use ipse_operator::{Operator, Parts, StartError};
use ipse_protocol::Random;
use ipse_store::testing::TestDb;

use crate::network::config;

pub fn sample() -> Config {
    let key = SigningKey::generate_es256();
    config(
        "http://localhost:4002",
        &key,
        "http://localhost:4000/operators/events".into(),
    )
}

#[test]
fn a_file_with_an_unknown_or_wrong_member_is_refused() {
    let written = toml::to_string(&sample()).expect("toml");
    let read = Config::parse(&written).expect("reads");
    assert_eq!((read.sims.len(), read.name.as_str()), (4, "Leie Mobiel"));
    assert!(Config::parse(&format!("colour = \"red\"\n{written}")).is_err());
    assert!(Config::parse(&written.replace("listen", "listens")).is_err());
    assert!(
        Config::parse(&written.replace("\"demo\"", "\"production\"")).is_err(),
        "http in production"
    );
    assert!(Config::parse(&written.replace("\"upgradable\"", "\"retired\"")).is_err());
    let faulty = Config::parse(&format!("fault = \"silent\"\n{written}")).expect("reads");
    assert_eq!(faulty.fault, Some(Fault::Silent));
}

#[test]
fn t34_the_error_of_a_file_holds_no_password() {
    let home = tempfile::tempdir().expect("a folder");
    let mut config = sample();
    config.database = "postgres://operator:hunter2@db/operator".into();
    let written = toml::to_string(&config).expect("toml");
    for wrong in [
        written.replace("listen", "listens"),
        written.replace("\"demo\"", "7"),
        format!("{written}]"),
    ] {
        std::fs::write(home.path().join(FILE), wrong).expect("written");
        let error = Config::read(home.path()).expect_err("refused");
        let shown = format!("{error:?} {}", with_causes(&error));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn simulated_cards_do_not_start_in_production() {
    let home = tempfile::tempdir().expect("a folder");
    let db = TestDb::sqlite();
    let mut config = sample();
    config.profile = Profile::Production;
    drop(OperatorKeys::init(home.path()).expect("new keys"));
    let parts = Parts {
        store: db.open(&MIGRATIONS),
        keys: Arc::new(OperatorKeys::open(home.path()).expect("keys")),
        channel: Channel::Simulated,
        clock: db.clock().clone(),
        random: Random::system(),
    };
    let operator = Operator::new(config, parts);
    assert!(matches!(operator, Err(StartError::SimulatedCards)));
}
