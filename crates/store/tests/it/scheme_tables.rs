//! Tables of the scheme with rows that only another version of this program writes.

use ipse_protocol::ids::IdentityId;
use ipse_protocol::terms::BlockReason;
use ipse_store::outbox::{self, EffectKind};
use ipse_store::testing::{TestDb, authenticate_rows};
use ipse_store::{Param, SCHEME, clock, identity};

#[test]
fn an_effect_of_an_unknown_kind_does_not_stop_the_others() {
    for db in TestDb::both() {
        let store = db.open(&SCHEME);
        let lanes = store.write_blocking(|tx| {
            tx.exec(
                "INSERT INTO outbox (id, kind, party, payload, due, attempts) VALUES ('a', 'of.tomorrow', '', '{}', 1, 0)",
                &[],
            )?;
            outbox::add(tx, "b", EffectKind::Receipt, "{}", 1)?;
            outbox::lanes(tx, 2)
        });
        let kinds: Vec<_> = lanes.expect("store").iter().map(|lane| lane.kind).collect();
        assert_eq!(kinds, [EffectKind::Receipt]);
    }
}

#[test]
fn a_reason_to_suspend_a_closed_identity_is_kept_and_it_stays_closed() {
    const CLOSED: &str = "INSERT INTO identity (id, number, status, epoch, language, code_version, created) \
                          VALUES ($1, $2, 'closed', 1, 'nl', 1, 1)";
    let id = IdentityId::parse("idn_AAAAAAAAAAAAAAAAAAAAAA").expect("an id");
    for db in TestDb::both() {
        let store = db.open(&SCHEME);
        let id = id.clone();
        let ends = store.write_blocking(move |tx| {
            let number = ipse_store::testing::row_key(id.as_str());
            tx.exec(CLOSED, &[Param::from(&id), Param::Int(number)])?;
            authenticate_rows(tx, "identity")?;
            let added = identity::suspend(tx, &id, BlockReason::SimChanged, "scheme", 2)?;
            let active = identity::lift(tx, &id, BlockReason::SimChanged)?;
            let status = tx.row("SELECT status FROM identity", &[])?;
            Ok((added, active, status.map(|mut row| row.only::<String>())))
        });
        let (added, _, status) = ends.expect("store");
        assert!(added);
        assert_eq!(status, Some(Ok("closed".to_owned())));
    }
}

#[test]
fn t45_agreement_is_counted_up_to_a_day_and_a_gap_counts_as_a_minute() {
    const MINUTE: i64 = 60_000;
    for db in TestDb::both() {
        let store = db.open(&SCHEME);
        let keep = |ms: i64| {
            db.clock().shift(ms);
            store.write_blocking(clock::keep).unwrap()
        };
        assert_eq!(store.read_blocking(clock::record), Ok(None));
        assert!(keep(0).is_settled(), "they have never disagreed");
        store.write_blocking(clock::disagreed).unwrap();
        let agreed = keep(10_000).agreed;
        assert!((10_000..=MINUTE).contains(&agreed), "{agreed}");
        let later = keep(3 * clock::DAY_MS).agreed;
        assert_eq!(later, agreed + MINUTE);
        const NEARLY: &str = "UPDATE clock SET agreed = 86400000 - 60001";
        let nearly = store.write_blocking(|tx| {
            tx.exec(NEARLY, &[])?;
            authenticate_rows(tx, "clock")
        });
        nearly.unwrap();
        assert!(!keep(MINUTE).is_settled());
        assert_eq!(keep(MINUTE).agreed, clock::DAY_MS);
    }
}
