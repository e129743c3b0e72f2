//! Threat 34: files and logs are stolen, or the database is written to.

use std::path::PathBuf;

use ipse_scheme::device::Incoming;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{
    CODE, Child, TestNetwork, national_number, number, parsed, partner_parameter as parameter,
};

/// The scheme's databases, with what waits to be written into them.
fn database_files(network: &TestNetwork) -> Vec<std::path::PathBuf> {
    let main = network.db.url().trim_start_matches("sqlite:").to_owned();
    let persons = network.home.path().join("persons.db").display().to_string();
    let mut files = Vec::new();
    for base in [main, persons] {
        for tail in ["", "-wal"] {
            let path = std::path::PathBuf::from(format!("{base}{tail}"));
            if path.exists() {
                files.push(path);
            }
        }
    }
    assert!(files.len() >= 2, "{files:?}");
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t34_files_and_logs_contain_no_personal_data() {
    let mut network = TestNetwork::new().await;
    let partner = network.partner().await;
    let child = Child::replace(&mut network).await;
    let mut phone = network.enrolled(3).await;
    let mut started = network.start(&partner).await;
    let back = phone
        .approve(&started.link)
        .await
        .return_url
        .expect("return_url");
    let location = started
        .browser
        .get(&back)
        .await
        .location
        .expect("to the partner");
    let code = parameter(&location, "code").expect("code");
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    let (_, info) = partner.userinfo(tokens.access_token()).await;
    assert_eq!(info["name"], "And Peeters");
    let offer = network.offer(&partner, &mut phone).await;
    phone
        .wrong_code(&offer, "31415")
        .await
        .refused("code_wrong");
    phone.get("/me").await;
    phone.post("/block", &json!({"reason": "person"})).await;
    let log = Child::log(&child.home);
    assert!(std::fs::metadata(&log).expect("a log").len() > 1_000);
    let database = PathBuf::from(network.db.url().trim_start_matches("sqlite:"));
    let mut files = vec![log];
    for folder in [
        database.parent().expect("a folder"),
        network.home.path(),
        &network.home.path().join("scheme"),
    ] {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let operators = path
                .file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with("operator"));
            if path.is_file() && !operators {
                files.push(path);
            }
        }
    }
    assert!(files.len() >= 5, "{files:?}");
    let plus = number(3);
    let canaries = [
        "And Peeters",
        "Peeters",
        "1971-01-01",
        "592000000182",
        &national_number(3),
        &plus[1..],
        CODE,
        "31415",
        tokens.access_token(),
        &code,
    ];
    for file in files {
        let bytes = std::fs::read(&file).expect("readable");
        for canary in canaries {
            // Any time or port may contain five digits. So a code is searched for as JSON and forms write it.
            let canary = if canary.len() == 5 {
                format!("\"{canary}\"")
            } else {
                canary.to_owned()
            };
            let found = bytes
                .windows(canary.len())
                .position(|w| w == canary.as_bytes());
            let near = found
                .map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(60)..at]).into_owned());
            assert_eq!(near, None, "{canary} in {}", file.display());
        }
    }
    drop(child);
    network.end().await;
}

#[tokio::test]
async fn t34_a_stolen_database_contains_no_personal_data_in_clear() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(3);
        phone.enrol_to_code(&network).await;
        let canaries = [
            crate::support::national_number(3),
            crate::support::number(3),
            "592000000182".to_owned(),
            "Peeters".to_owned(),
        ];
        for stage in ["while it runs", "completed"] {
            if stage == "completed" {
                let done = phone.finish_enrolment().await;
                assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
                ipse_server::outbox::drain(&network.server.scheme)
                    .await
                    .expect("drained");
            }
            for file in database_files(&network) {
                let bytes = std::fs::read(&file).expect("readable");
                for canary in &canaries {
                    let found = bytes.windows(canary.len()).any(|w| w == canary.as_bytes());
                    assert!(!found, "{canary} {stage} in {}", file.display());
                }
            }
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t34_a_forged_device_row_signs_for_nobody() {
    for network in TestNetwork::both().await {
        let phone = network.enrolled(0).await;
        let mut thief = phone.copy();
        thief.key = ipse_jose::SigningKey::generate_es256().into();
        let point = ipse_protocol::wire::DeviceKey::of(&thief.key)
            .expect("key")
            .to_sec1();
        let id = phone.device_id().to_owned();
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                tx.exec(
                    "UPDATE device SET public_key = $2 WHERE id = $1",
                    ipse_store::params![&id, &point[..]],
                )
            })
            .await
            .expect("store");
        // Already here, not only in the deciding transaction, by which time the row may have been put back.
        let signature = thief
            .seal_bytes("GET", "/phone/v1/me", b"")
            .signature
            .clone();
        let verified = network
            .server
            .scheme
            .verify_request(Incoming {
                method: "GET",
                target: "/phone/v1/me",
                signature: Some(&signature),
                body: b"",
            })
            .await;
        assert!(verified.is_err());
        network.end().await;
    }
}

/// The credential of an action that the person refused is not added by another action.
#[tokio::test]
async fn t34_a_change_of_a_fingerprint_fits_its_action_only() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (_, refused) = phone.begin_adding().await;
        let store = &network.server.scheme.store;
        let id = phone.device_id().to_owned();
        let kept = store.read(move |tx| ipse_store::fingerprint::of_device(tx, &parsed(&id)));
        let kept = kept.await.expect("store").expect("a change").change;
        phone.refuse(&refused).await;

        let (_, offer) = phone.begin_adding().await;
        let (id, kept) = (phone.device_id().to_owned(), kept.expect("a change"));
        let write = store.write(move |tx| {
            tx.exec(
                "UPDATE fingerprint_change SET change = $2 WHERE device = $1",
                ipse_store::params![&id, &kept[..]],
            )
        });
        write.await.expect("store");
        phone.approve_offer(&offer).await.refused("internal");
        assert!(!phone.has_fingerprint().await);
        network.end().await;
    }
}
