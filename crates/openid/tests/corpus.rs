//! Replays the seeds of the fuzz targets through the same entry functions.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

#[path = "../../../fuzz/src/openid.rs"]
mod entry;
#[path = "../../../fuzz/src/replay.rs"]
mod seeds;

#[test]
fn the_claims_corpus_passes() {
    seeds::replay("claims", entry::claims);
}

#[test]
fn the_dpop_corpus_passes() {
    seeds::replay("dpop", entry::dpop);
}

#[test]
fn the_metadata_corpus_passes() {
    seeds::replay("metadata", entry::metadata);
}

#[test]
fn the_params_corpus_passes() {
    seeds::replay("params", entry::params);
}
