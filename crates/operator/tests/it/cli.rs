//! `ipse operator`.

use clap::Parser;
use ipse_operator::cli::{self, Args};
use ipse_operator::keys::OperatorKeys;

use crate::config::sample;

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_change_the_registry() {
    let home = tempfile::tempdir().expect("a folder");
    sample().write(home.path()).expect("written");
    drop(OperatorKeys::init(home.path()).expect("new keys"));
    let home_text = home.path().to_str().expect("utf-8").to_owned();
    let run = async |words: &[&str]| {
        let words = std::iter::once("operator").chain(words.iter().copied());
        cli::run(Args::try_parse_from(words).expect("words")).await
    };
    // `--home` may come first or last, and the number may have any usual spelling.
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

/// A keystore that is away, such as a hardware module, must not keep the staff from barring a lost line.
#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_a_line_changes_without_the_keystore() {
    let home = tempfile::tempdir().expect("a folder");
    sample().write(home.path()).expect("written");
    drop(OperatorKeys::init(home.path()).expect("new keys"));
    let home_text = home.path().to_str().expect("utf-8").to_owned();
    let run = async |words: &[&str]| {
        let words = ["operator", "--home", &home_text, "sim"]
            .into_iter()
            .chain(words.iter().copied());
        cli::run(Args::try_parse_from(words).expect("words")).await
    };
    run(&["add", "+32470000100"]).await.expect("added");
    let keys = home.path().join("keys");
    std::fs::remove_dir_all(&keys).expect("removed");
    // A file in place of the folder: no keystore can be opened or made.
    std::fs::write(&keys, "").expect("written");
    assert!(run(&["swap", "+32470000100"]).await.is_err(), "needs keys");
    for words in [
        &["lose", "+32470000100"][..],
        &["restore", "+32470000100"],
        &["port", "+32470000100", "--pending"],
        &["port", "+32470000100"],
    ] {
        run(words).await.expect("changed");
    }
    assert!(keys.is_file());
}
