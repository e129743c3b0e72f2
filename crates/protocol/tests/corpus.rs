//! Replays the seeds of the fuzz targets through the same entry functions.

#[path = "../../../fuzz/src/protocol.rs"]
mod entry;
#[path = "../../../fuzz/src/replay.rs"]
mod seeds;

#[test]
fn view_corpus() {
    seeds::replay("view", entry::view);
}

#[test]
fn device_request_corpus() {
    seeds::replay("device_request", entry::device_request);
}

#[test]
fn link_corpus() {
    seeds::replay("link", entry::link);
}
