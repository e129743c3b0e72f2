//! Replays the seeds of the fuzz targets through the same entry functions.

#[path = "../../../../fuzz/src/sim.rs"]
mod entry;
#[path = "../../../../fuzz/src/replay.rs"]
mod seeds;

#[test]
fn the_apdu_corpus_passes() {
    seeds::replay("apdu", entry::apdu);
}

#[test]
fn the_phone_number_corpus_passes() {
    seeds::replay("phone_number", entry::phone_number);
}

#[test]
fn the_sim_event_corpus_passes() {
    seeds::replay("sim_event", entry::sim_event);
}
