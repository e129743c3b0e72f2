//! Threat 44: somebody who can write the database, but has no key, makes or changes rows.

mod columns;
mod enrolment;
mod keys;
mod login;
mod queues;

use crate::support::TestNetwork;

/// Runs SQL as the attacker. Without this, each statement of a test would name one text.
async fn write(network: &TestNetwork, sql: &'static str) -> u64 {
    let store = &network.server.scheme.store;
    let written = store.write(move |tx| tx.exec(sql, &[]));
    written.await.expect("store")
}

/// What `ipse log verify` says.
async fn verified(network: &TestNetwork) -> Option<String> {
    let scheme = &network.server.scheme;
    let key = ipse_jose::VerifyingKey::from_jwk(&scheme.log_key(), ipse_jose::Alg::Es256);
    let key = key.expect("key");
    let report = ipse_scheme::log::verify(&scheme.store, &key, &network.issuer, true);
    report.await.expect("verified").wrong
}

/// What it says to an auditor, who has no keys but the log's public one.
async fn audited(network: &TestNetwork) -> Option<String> {
    let scheme = &network.server.scheme;
    let key = ipse_jose::VerifyingKey::from_jwk(&scheme.log_key(), ipse_jose::Alg::Es256);
    let key = key.expect("key");
    let report = ipse_scheme::log::verify(&scheme.store, &key, &network.issuer, false);
    report.await.expect("verified").wrong
}
