//! Replays the seeds of the fuzz targets through the same entry functions.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

#[path = "../../../fuzz/src/protocol.rs"]
mod entry;
#[path = "../../../fuzz/src/replay.rs"]
mod seeds;

#[test]
fn the_view_corpus_passes() {
    seeds::replay("view", entry::view);
}

#[test]
fn the_device_request_corpus_passes() {
    seeds::replay("device_request", entry::device_request);
}

#[test]
fn the_link_corpus_passes() {
    seeds::replay("link", entry::link);
}
