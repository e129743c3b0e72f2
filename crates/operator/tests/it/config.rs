//! operator.toml and the command line.

use clap::Parser;
use ipse_jose::SigningKey;
use ipse_operator::cards::Channel;
use ipse_operator::cli::{self, Args};
use ipse_operator::config::{Config, Fault, Profile};
use ipse_operator::keys::OperatorKeys;
use ipse_operator::store::MIGRATIONS;
use ipse_operator::{Operator, StartError};
use ipse_store::testing::TestDb;

use crate::network::config;

fn sample() -> Config {
    let key = SigningKey::generate_es256();
    config(
        "http://localhost:4002",
        &key,
        "http://localhost:4000/operators/events".into(),
    )
}

#[test]
fn the_file_says_everything_and_nothing_else() {
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
fn simulated_cards_refuse_production() {
    let home = tempfile::tempdir().expect("a folder");
    let db = TestDb::sqlite();
    let mut config = sample();
    config.profile = Profile::Production;
    let keys = OperatorKeys::open(home.path()).expect("keys");
    let operator = Operator::new(config, db.open(&MIGRATIONS), keys, Channel::Resident);
    assert!(matches!(operator, Err(StartError::SimulatedCards)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_changes_the_registry() {
    let home = tempfile::tempdir().expect("a folder");
    sample().write(home.path()).expect("written");
    let home_text = home.path().to_str().expect("utf-8").to_owned();
    let run = async |words: &[&str]| {
        let words = std::iter::once("operator").chain(words.iter().copied());
        cli::run(Args::try_parse_from(words).expect("words")).await
    };
    // `--home` before or after, and the number in any spelling.
    assert!(
        run(&["--home", &home_text, "sim", "add", "0470 00 01 00"])
            .await
            .is_ok()
    );
    assert!(
        run(&["sim", "swap", "+32470000100", "--home", &home_text])
            .await
            .is_ok()
    );
    assert!(
        run(&[
            "sim",
            "lose",
            "+32470000100",
            "--json",
            "--home",
            &home_text
        ])
        .await
        .is_ok()
    );
    let error = run(&["--home", &home_text, "sim", "lose", "+32470000100"])
        .await
        .expect_err("refused");
    assert!(error.to_string().starts_with("wrong_line: "), "{error}");
    assert!(
        run(&["--home", &home_text, "sim", "restore", "+32470000100"])
            .await
            .is_ok()
    );
    assert!(
        run(&["--home", &home_text, "sim", "list", "--json"])
            .await
            .is_ok()
    );
    assert!(
        run(&["--home", &home_text, "sim", "port", "+32470000100"])
            .await
            .is_ok()
    );
    let error = run(&["--home", &home_text, "sim", "swap", "+32470000100"])
        .await
        .expect_err("refused");
    assert!(error.to_string().starts_with("unknown_number: "), "{error}");
    assert!(
        run(&["--home", &home_text, "sim", "swap", "02 555 12 12"])
            .await
            .is_err()
    );
    assert!(run(&["sim", "list"]).await.is_err(), "no home");
    let keys = ipse_operator::public_jwks(home.path()).expect("keys");
    assert_eq!(keys, ipse_operator::public_jwks(home.path()).expect("keys"));
}
