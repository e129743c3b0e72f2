//! Runs the corpus of a target, with the inputs that a fuzzer found, in the tests of a crate.

use std::fs;
use std::path::Path;

pub fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut count = 0;
    for seed in fs::read_dir(&corpus).expect("a corpus") {
        let path = seed.expect("a seed").path();
        run(&fs::read(path).expect("a readable seed"));
        count += 1;
    }
    assert!(count > 0, "{} contains no seed", corpus.display());
}
