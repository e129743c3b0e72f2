//! Row 32: a log that was touched.

use ipse_protocol::merkle;
use ipse_store::Param;
use serde_json::{Value, json};

use crate::support::World;

/// A leaf and the hash that is stored of it.
type Entry = (Vec<u8>, Vec<u8>);

async fn entries(world: &World) -> Vec<Entry> {
    const ALL: &str = "SELECT l.leaf, n.hash FROM log_leaf l JOIN log_node n ON n.position = l.position \
                       WHERE n.level = 0 ORDER BY l.position";
    let rows = world
        .server
        .scheme
        .store
        .read(|tx| tx.rows(ALL, &[]))
        .await
        .expect("store");
    let entry = |mut row: ipse_store::Row| (row.blob(0).expect("leaf"), row.blob(1).expect("hash"));
    rows.into_iter().map(entry).collect()
}

/// Puts these entries in the place of all, as somebody with the database's password could. `None` leaves a gap.
async fn put(world: &World, all: Vec<Option<Entry>>) {
    const LEAVES: &str = "DELETE FROM log_leaf";
    const NODES: &str = "DELETE FROM log_node WHERE level = 0";
    const LEAF: &str = "INSERT INTO log_leaf (position, leaf) VALUES ($1, $2)";
    const NODE: &str = "INSERT INTO log_node (level, position, hash) VALUES (0, $1, $2)";
    let done = world.server.scheme.store.write(move |tx| {
        tx.exec(LEAVES, &[])?;
        tx.exec(NODES, &[])?;
        for (at, entry) in all.iter().enumerate() {
            let Some((leaf, hash)) = entry else { continue };
            tx.exec(LEAF, &[Param::from(at as i64), Param::from(leaf)])?;
            tx.exec(NODE, &[Param::from(at as i64), Param::from(hash)])?;
        }
        Ok(())
    });
    done.await.expect("store");
}

async fn verified(world: &World) -> (u64, Option<String>) {
    let scheme = &world.server.scheme;
    let key =
        ipse_jose::VerifyingKey::from_jwk(&scheme.log_key(), ipse_jose::Alg::Es256).expect("key");
    let report = ipse_scheme::log::verify(&scheme.store, &key, &world.issuer)
        .await
        .expect("verified");
    (report.entries, report.wrong)
}

#[tokio::test]
async fn t32_a_log_that_was_touched_names_the_entry() {
    for world in World::both().await {
        let mut phone = world.enrolled(0).await;
        let partner = world.partner().await;
        for n in 0..5 {
            let offer = world.offer_basic(&partner, &mut phone).await;
            if n % 2 == 0 {
                phone.approve_offer(&offer).await;
            } else {
                phone.refuse(&offer).await;
            }
            world.server.scheme.sequence_log().await.expect("sequenced");
        }
        let good = entries(&world).await;
        let size = good.len();
        assert!(size >= 6, "{size}");
        assert_eq!(verified(&world).await, (size as u64, None));
        let hashed = |leaf: Vec<u8>| {
            let hash = merkle::leaf_hash(&leaf).to_vec();
            Some((leaf, hash))
        };
        let whole = || good.iter().cloned().map(Some).collect::<Vec<_>>();
        let later = |leaf: &[u8]| {
            // Another time in the leaf: still a leaf.
            let mut leaf: Value = serde_json::from_slice(leaf).expect("a leaf");
            let time = leaf["time"].as_i64().expect("a time");
            leaf["time"] = json!(time + 1);
            let text = String::from_utf8(good[2].0.clone()).expect("text");
            text.replace(&time.to_string(), &(time + 1).to_string())
                .into_bytes()
        };
        let touched = |what: &'static str| {
            let mut all = whole();
            match what {
                "flipped" => {
                    let mut leaf = good[2].0.clone();
                    leaf[10] ^= 1;
                    all[2] = Some((leaf, good[2].1.clone()));
                }
                "changed" => all[2] = Some((later(&good[2].0), good[2].1.clone())),
                "changed with its hash" => all[2] = hashed(later(&good[2].0)),
                "deleted" => all[2] = None,
                "deleted and closed up" => drop(all.remove(2)),
                "swapped" => all.swap(2, 3),
                "inserted" => all.insert(2, hashed(later(&good[2].0))),
                "cut" => drop(all.pop()),
                "cut to one" => all.truncate(1),
                other => panic!("{other}"),
            }
            all
        };
        for (what, says) in [
            ("flipped", "entry 2 "),
            ("changed", "entry 2 was changed"),
            ("changed with its hash", "over 3 entries: has another root"),
            ("deleted", "entry 2 is missing"),
            ("deleted and closed up", "over 3 entries: has another root"),
            ("swapped", "over 3 entries: has another root"),
            ("inserted", "over 3 entries: has another root"),
            ("cut", "is missing: a signed head names"),
            ("cut to one", "entry 1 is missing: a signed head names"),
        ] {
            put(&world, touched(what)).await;
            let (held, wrong) = verified(&world).await;
            let wrong = wrong.unwrap_or_else(|| panic!("{what} was not noticed"));
            assert!(wrong.contains(says), "{what}: {wrong}");
            assert!(held <= 2 || what == "cut", "{what}: {held}");
        }
        put(&world, whole()).await;
        // A head over the true tree, but signed by somebody else.
        let forged = ipse_jose::jws::sign(&partner.key, "ipse-checkpoint+jwt", b"{}");
        const HEAD: &str = "UPDATE log_checkpoint SET jws = $1 WHERE size = 3";
        assert_eq!(world.change(HEAD, &forged).await, 1);
        let wrong = verified(&world).await.1.expect("noticed");
        assert!(
            wrong.contains("head over 3 entries: does not verify"),
            "{wrong}"
        );
        world.end().await;
    }
}
