//! Threat 4: searching for the code in a stolen database.

use crate::support::parsed;
use std::collections::HashSet;

use ipse_protocol::opaque::ServerSuite;
use ipse_protocol::{hmac_sha256, sha256};
use opaque_ke::{
    CredentialRequest, ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};

use crate::support::{CODE, TestNetwork, start_login};

/// Whether a server with this setup and record takes the code.
fn fits(setup: &ServerSetup<ServerSuite>, record: &[u8], identifier: &str, code: &str) -> bool {
    let (client, ke1) = start_login(code);
    let started = ServerLogin::<ServerSuite>::start(
        &mut ipse_protocol::Random::system(),
        setup,
        Some(ServerRegistration::deserialize(&record[..192]).expect("a record")),
        CredentialRequest::deserialize(&ke1).expect("a first message"),
        identifier.as_bytes(),
        ServerLoginParameters::default(),
    )
    .expect("a second message");
    client.finish(&started.message.serialize()).is_ok()
}

/// Which of the codes a server with this setup and record takes. On all cores.
fn fitting(
    setup: &ServerSetup<ServerSuite>,
    record: &[u8],
    identifier: &str,
    codes: Vec<String>,
) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = codes.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let thieves: Vec<_> = codes
            .chunks(share)
            .map(|own| {
                scope.spawn(move || {
                    let fit = |code: &&String| fits(setup, record, identifier, code);
                    own.iter().filter(fit).cloned().collect::<Vec<_>>()
                })
            })
            .collect();
        thieves
            .into_iter()
            .flat_map(|thief| thief.join().expect("no panic"))
            .collect()
    })
}

/// The codes that a thief tries on a record: all 100,000 of them in `./test long`, which takes about a minute a
/// database; else every hundredth and the right one, since a record that tells codes apart tells the right one from any.
fn codes() -> Vec<String> {
    let step = if ipse_store::testing::long() { 1 } else { 100 };
    let mut codes: Vec<String> = (0..100_000)
        .step_by(step)
        .map(|n| format!("{n:05}"))
        .collect();
    codes.push(CODE.to_owned());
    codes
}

/// A thief has the database, what waits to be written into it, and everything that went over the wire; not `keys/`.
#[tokio::test]
async fn t04_a_stolen_database_cannot_test_a_code() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let opened = phone
            .open(&offer)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        // One attempt is still open, with its state, while the thief comes by.
        let mut loot = network.stolen().await;
        let id = phone.device_id().to_owned();
        let store = &network.server.scheme.store;
        let device = store.read(move |tx| ipse_store::device::by_id(tx, &parsed(&id)));
        let device = device.await.expect("store").expect("a device");
        let record = device.opaque_record.expect("a record");
        assert!(
            loot.windows(record.len()).any(|window| window == record),
            "the thief has less than the database"
        );
        let transcript = phone.transcript(&offer, &opened);
        let (approval, _) = phone.seal_approval(&offer, &opened);
        for sent in [
            &approval.body[..],
            approval.signature.as_bytes(),
            &opened.ke3,
            &transcript.to_bytes(),
        ] {
            loot.extend_from_slice(sent);
        }
        loot.extend(&opened.attempt.ke2.as_ref().expect("KE2").0);

        // Anything that is a function of the code and of what is known: under every key that the thief can name.
        let windows: HashSet<&[u8]> = loot.windows(32).collect();
        let identifier = format!("{}|{}|1", phone.identity, phone.device_id());
        let keys: [&[u8]; 6] = [
            b"",
            phone.identity.as_bytes(),
            phone.device_id().as_bytes(),
            identifier.as_bytes(),
            &offer.nonce.0,
            &opened.ke3,
        ];
        for n in 0..100_000 {
            let code = format!("{n:05}");
            assert!(!windows.contains(&sha256(code.as_bytes())[..]), "{code}");
            for key in keys {
                let hash = hmac_sha256(key, &[code.as_bytes()]);
                assert!(!windows.contains(&hash[..]), "{code}");
            }
        }
        // The record itself: with any server's setup that the loot may hold, or one of the thief's own.
        let mut setups = vec![ServerSetup::<ServerSuite>::new(
            &mut ipse_protocol::Random::system(),
        )];
        setups.extend(
            record
                .get(192..)
                .and_then(|rest| ServerSetup::deserialize(rest).ok()),
        );
        for setup in &setups {
            let found = fitting(setup, &record, &identifier, codes());
            assert_eq!(found, [""; 0], "the record gives a code away");
        }
        network.end().await;
    }
}
