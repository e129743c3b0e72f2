//! Replays the seeds of the fuzz targets through the same entry functions.

#[path = "../../../../fuzz/src/sim.rs"]
mod entry;
#[path = "../../../../fuzz/src/replay.rs"]
mod seeds;

#[test]
fn apdu_corpus() {
    seeds::replay("apdu", entry::apdu);
}

#[test]
fn number_corpus() {
    seeds::replay("phone_number", entry::phone_number);
}

#[test]
fn sim_event_corpus() {
    seeds::replay("sim_event", entry::sim_event);
}
