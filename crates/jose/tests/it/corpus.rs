//! Replays the seeds of the fuzz targets through the same entry functions.

#[path = "../../../../fuzz/src/jose.rs"]
mod entry;
#[path = "../../../../fuzz/src/replay.rs"]
mod seeds;

#[test]
fn jws_corpus() {
    seeds::replay("jws", entry::jws);
}

#[test]
fn jwe_corpus() {
    seeds::replay("jwe", entry::jwe);
}

#[test]
fn jwk_corpus() {
    seeds::replay("jwk", entry::jwk);
}
