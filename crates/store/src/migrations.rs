//! The schemas of the scheme. A released step never changes: a correction is a new step.

use crate::engine::{Migration, Migrations};

/// The scheme's database.
pub static SCHEME: Migrations = Migrations::new(&[
    Migration {
        version: 1,
        name: "house",
        sqlite: include_str!("../migrations/scheme/sqlite/0001_initial.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0001_initial.sql"),
    },
    Migration {
        version: 2,
        name: "text messages of enrolments",
        sqlite: include_str!("../migrations/scheme/sqlite/0002_sim_text.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0002_sim_text.sql"),
    },
    Migration {
        version: 3,
        name: "answers that are given again",
        sqlite: include_str!("../migrations/scheme/sqlite/0003_answer.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0003_answer.sql"),
    },
    Migration {
        version: 4,
        name: "whom effects wait for",
        sqlite: include_str!("../migrations/scheme/sqlite/0004_outbox_party.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0004_outbox_party.sql"),
    },
    Migration {
        version: 5,
        name: "fewer rows a login",
        sqlite: include_str!("../migrations/scheme/sqlite/0005_fewer_rows.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0005_fewer_rows.sql"),
    },
    Migration {
        version: 6,
        name: "the code that was offered",
        sqlite: include_str!("../migrations/scheme/sqlite/0006_offered_code.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0006_offered_code.sql"),
    },
    Migration {
        version: 7,
        name: "what a person has open",
        sqlite: include_str!("../migrations/scheme/sqlite/0007_action_linked.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0007_action_linked.sql"),
    },
    Migration {
        version: 8,
        name: "numbers that rows are found by",
        sqlite: include_str!("../migrations/scheme/sqlite/0008_row_keys.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0008_row_keys.sql"),
    },
    Migration {
        version: 9,
        name: "audit",
        sqlite: include_str!("../migrations/scheme/sqlite/0009_audit.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0009_audit.sql"),
    },
    Migration {
        version: 10,
        name: "limits of what is open",
        sqlite: include_str!("../migrations/scheme/sqlite/0010_open_limits.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0010_open_limits.sql"),
    },
    Migration {
        version: 11,
        name: "text messages wherever they are asked for",
        sqlite: include_str!("../migrations/scheme/sqlite/0011_sim_text.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0011_sim_text.sql"),
    },
    Migration {
        version: 12,
        name: "a new phone",
        sqlite: include_str!("../migrations/scheme/sqlite/0012_new_phone.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0012_new_phone.sql"),
    },
    Migration {
        version: 13,
        name: "with which link a phone claimed",
        sqlite: include_str!("../migrations/scheme/sqlite/0013_claim_link.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0013_claim_link.sql"),
    },
    Migration {
        version: 14,
        name: "change the code",
        sqlite: include_str!("../migrations/scheme/sqlite/0014_change_code.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0014_change_code.sql"),
    },
    Migration {
        version: 15,
        name: "clock",
        sqlite: include_str!("../migrations/scheme/sqlite/0015_clock.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0015_clock.sql"),
    },
    Migration {
        version: 16,
        name: "backup of WebAuthn credentials",
        sqlite: include_str!("../migrations/scheme/sqlite/0016_unlock_backup.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0016_unlock_backup.sql"),
    },
    Migration {
        version: 17,
        name: "numbers of SIMs that are being connected",
        sqlite: include_str!("../migrations/scheme/sqlite/0017_sim_number.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0017_sim_number.sql"),
    },
    Migration {
        version: 18,
        name: "version 2 of view, transcript and leaf",
        sqlite: include_str!("../migrations/scheme/sqlite/0018_view_2.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0018_view_2.sql"),
    },
    Migration {
        version: 19,
        name: "fingerprints added and removed",
        sqlite: include_str!("../migrations/scheme/sqlite/0019_fingerprint.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0019_fingerprint.sql"),
    },
    Migration {
        version: 20,
        name: "the keystore to which the database belongs",
        sqlite: include_str!("../migrations/scheme/sqlite/0020_home.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0020_home.sql"),
    },
    Migration {
        version: 21,
        name: "rows carry a MAC",
        sqlite: include_str!("../migrations/scheme/sqlite/0021_row_macs.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0021_row_macs.sql"),
    },
    Migration {
        version: 22,
        name: "keys that partners publish",
        sqlite: include_str!("../migrations/scheme/sqlite/0022_partner_keys.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0022_partner_keys.sql"),
    },
    Migration {
        version: 23,
        name: "browsers that may come back",
        sqlite: include_str!("../migrations/scheme/sqlite/0023_remembered_browser.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0023_remembered_browser.sql"),
    },
    Migration {
        version: 24,
        name: "verified e-mail addresses",
        sqlite: include_str!("../migrations/scheme/sqlite/0024_email.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0024_email.sql"),
    },
    Migration {
        version: 25,
        name: "what the rows of a view give",
        sqlite: include_str!("../migrations/scheme/sqlite/0025_given.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0025_given.sql"),
    },
    Migration {
        version: 26,
        name: "photos, and visits that add attributes",
        sqlite: include_str!("../migrations/scheme/sqlite/0026_photo.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0026_photo.sql"),
    },
    Migration {
        version: 27,
        name: "consents that were withdrawn",
        sqlite: include_str!("../migrations/scheme/sqlite/0027_withdrawal.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0027_withdrawal.sql"),
    },
    Migration {
        version: 28,
        name: "for how long published keys are used for encryption",
        sqlite: include_str!("../migrations/scheme/sqlite/0028_partner_keys_max_age.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0028_partner_keys_max_age.sql"),
    },
    Migration {
        version: 29,
        name: "the history of a person",
        sqlite: include_str!("../migrations/scheme/sqlite/0029_history.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0029_history.sql"),
    },
    Migration {
        version: 30,
        name: "what partners may show of confirmations",
        sqlite: include_str!("../migrations/scheme/sqlite/0030_confirmation.sql"),
        postgres: include_str!("../migrations/scheme/postgres/0030_confirmation.sql"),
    },
]);

/// The store of person keys.
pub static PERSONS: Migrations = Migrations::new(&[
    Migration {
        version: 1,
        name: "person keys",
        sqlite: include_str!("../migrations/persons/sqlite/0001_person_keys.sql"),
        postgres: include_str!("../migrations/persons/postgres/0001_person_keys.sql"),
    },
    Migration {
        version: 2,
        name: "the keystore to which the database belongs",
        sqlite: include_str!("../migrations/persons/sqlite/0002_home.sql"),
        postgres: include_str!("../migrations/persons/postgres/0002_home.sql"),
    },
]);
