//! Replays the seeds of the fuzz targets through the same entry functions.

#[path = "../../../../fuzz/src/jose.rs"]
mod entry;
#[path = "../../../../fuzz/src/replay.rs"]
mod seeds;

#[test]
fn the_jws_corpus_passes() {
    seeds::replay("jws", entry::jws);
}

#[test]
fn the_jwe_corpus_passes() {
    seeds::replay("jwe", entry::jwe);
}

#[test]
fn the_jwk_corpus_passes() {
    seeds::replay("jwk", entry::jwk);
}
