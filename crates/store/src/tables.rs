//! The tables whose rows carry a MAC, all of them: for the step that gives older rows their MAC, for another key, and for the
//! check of a whole database.

use crate::engine::Table;
use crate::{
    action, answer, attempt, clock, device, email, enrolment, evidence_key, fingerprint, grant,
    identity, outbox, partner, partner_keys, person, pushed_request, receipt, recovery, registrar,
    remembered, sim, withdrawal,
};

/// The tables.
///
/// Not among them: person keys (sealed under a keystore key, with the identity), the tree of the log (made of its leaves, and checked
/// against its signed heads), spent client assertions and DPoP proofs, counts of text messages and mails, and the audit trail (only
/// their deletion would help anybody, and no MAC shows that).
pub static TABLES: [&Table; 33] = [
    &identity::TABLE,
    &identity::SUSPENSIONS,
    &device::TABLE,
    &sim::TABLE,
    &sim::CONNECTIONS,
    &sim::FEEDS,
    &sim::EVENTS,
    &person::ATTRIBUTES,
    &person::PHOTOS,
    &person::PROOFINGS,
    &person::LOOKUPS,
    &partner::TABLE,
    &partner_keys::TABLE,
    &grant::PAIRWISE,
    &action::TABLE,
    &attempt::TABLE,
    &grant::TABLE,
    &remembered::TABLE,
    &withdrawal::TABLE,
    &receipt::TABLE,
    &receipt::QUEUE,
    &receipt::LEAVES,
    &evidence_key::TABLE,
    &enrolment::TABLE,
    &recovery::TABLE,
    &registrar::TABLE,
    &fingerprint::TABLE,
    &email::ADDRESSES,
    &email::CHANGES,
    &pushed_request::TABLE,
    &answer::TABLE,
    &outbox::TABLE,
    &clock::TABLE,
];
