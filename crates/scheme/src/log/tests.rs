use ipse_protocol::merkle::{self, Hash};
use ipse_store::SCHEME;
use ipse_store::testing::TestDb;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{add, consistency, inclusion};

/// The proofs that are made of the stored hashes are those of RFC 9162, and phones verify them; with any changed byte they do not.
#[test]
fn t32_the_proofs_of_a_log_of_any_size_verify_and_no_changed_one_does() {
    let sizes = (
        1u64..300,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    );
    for db in TestDb::both() {
        let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
        let ran = runner.run(&sizes, |(size, old, flip)| {
            let old = old.index(size as usize) as u64 + 1;
            let leaves: Vec<Hash> = (0..size)
                .map(|n| merkle::leaf_hash(&[n.to_be_bytes(), old.to_be_bytes()].concat()))
                .collect();
            let written = leaves.clone();
            const CLEAR: &str = "DELETE FROM log_node WHERE position >= 0";
            let store = db.open(&SCHEME);
            let (grows, path) = store
                .write_blocking(move |tx| {
                    tx.exec(CLEAR, &[])?;
                    for (at, leaf) in written.iter().enumerate() {
                        add(tx, at as u64, *leaf)?;
                    }
                    Ok((consistency(tx, old, size)?, inclusion(tx, old - 1, size)?))
                })
                .expect("proofs");
            store.close();
            let at = old as usize;
            prop_assert_eq!(Some(grows.clone()), merkle::consistency_proof(&leaves, at));
            prop_assert_eq!(Some(path), merkle::inclusion_proof(&leaves, at - 1));
            let (before, after) = (merkle::root(&leaves[..at]), merkle::root(&leaves));
            let grown = |before: &Hash, after: &Hash, proof: &[Hash]| {
                merkle::verify_consistency(old, size, before, after, proof)
            };
            prop_assert!(grown(&before, &after, &grows));
            let flipped = |hash: &Hash, byte: usize| {
                let mut hash = *hash;
                hash[byte] ^= 1 << flip.index(8);
                hash
            };
            for byte in 0..32 {
                prop_assert!(!grown(&flipped(&before, byte), &after, &grows));
                prop_assert!(!grown(&before, &flipped(&after, byte), &grows));
                for node in 0..grows.len() {
                    let mut changed = grows.clone();
                    changed[node] = flipped(&changed[node], byte);
                    prop_assert!(!grown(&before, &after, &changed));
                }
            }
            prop_assert!(!grown(&before, &after, &[&grows[..], &[after]].concat()));
            prop_assert!(grows.is_empty() || !grown(&before, &after, &grows[1..]));
            Ok(())
        });
        ran.expect("every proof holds");
    }
}
