use ipse_store::testing::TestDb;
use ipse_store::{StoreError, params};

use crate::{NOTE, SCHEMA};

#[test]
fn values_come_back_as_they_went_in() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        store
            .write_blocking(|tx| {
                tx.exec(
                    NOTE,
                    params!["é$1", i64::MIN, &[0_u8, 255], "", None::<&str>],
                )
            })
            .unwrap();
        let mut row = store
            .read_blocking(|tx| {
                // Parameters are positions, whatever their order and however often they stand there.
                tx.row(
                    "SELECT a, b, data, note, counter, COUNT(*) OVER () FROM ledger
                     WHERE b = $2 AND a = $1 AND a <> '$2' AND a = $1",
                    params!["é$1", i64::MIN],
                )
            })
            .unwrap()
            .unwrap();
        assert_eq!(row.len(), 6);
        assert!(!format!("{row:?}").contains('é'));
        assert_eq!(
            row.int(0),
            Err(StoreError::Corrupt(
                "column 0 is text, not integer".to_owned()
            ))
        );
        assert_eq!(row.array::<2>(2), Ok([0, 255]));
        assert!(matches!(row.array::<3>(2), Err(StoreError::Corrupt(_))));
        assert!(matches!(row.text(4), Err(StoreError::Corrupt(_))));
        assert!(matches!(row.int(6), Err(StoreError::Statement(_))));

        assert_eq!(row.text(0), Ok("é$1".to_owned()));
        assert_eq!(row.int(1), Ok(i64::MIN));
        assert_eq!(row.blob(2), Ok(vec![0, 255]));
        assert_eq!(row.opt_text(3), Ok(Some(String::new())));
        assert_eq!(row.opt_text(4), Ok(None));
        assert_eq!((row.opt_int(4), row.opt_blob(4)), (Ok(None), Ok(None)));
        assert_eq!(row.int(5), Ok(1));
        assert!(matches!(row.opt_blob(1), Err(StoreError::Corrupt(_))));
        // Moved out: the second reader of a column hears of it.
        assert!(row.text(0).is_err());
    }
}

#[test]
fn wrong_statements_are_told_apart_from_a_failing_database() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let refused = |sql: &'static str, n: usize| {
            let result = store.read_blocking(move |tx| tx.rows(sql, &params![1, 2][..n]));
            assert!(
                matches!(result, Err(StoreError::Statement(_))),
                "{result:?}"
            );
        };
        refused("SELECT nothing FROM nowhere", 0);
        refused("SELECT n FROM counter WHERE n = $1", 0);
        refused("SELECT n FROM counter WHERE n = $1", 2);
        refused("SELECT CAST(1.5 AS DOUBLE PRECISION)", 0);
        let nul = store.write_blocking(|tx| {
            tx.exec(
                NOTE,
                params!["a\0b", 1, None::<&[u8]>, None::<&str>, None::<&str>],
            )
        });
        assert!(matches!(nul, Err(StoreError::Statement(_))), "{nul:?}");
        let check = store.read_blocking(|tx| tx.check("SELECT a FROM ledger WHERE b = $1"));
        assert_eq!(check, Ok(()));
    }
}

#[test]
fn returning_gives_rows() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let n = store
            .write_blocking(|tx| {
                let upsert = "INSERT INTO counter (id, n) VALUES ($1, 1)
                    ON CONFLICT (id) DO UPDATE SET n = counter.n + 1 RETURNING n";
                tx.row(upsert, params!["u"])?;
                tx.row(upsert, params!["u"])?.unwrap().int(0)
            })
            .unwrap();
        assert_eq!(n, 2);
        assert_eq!(crate::value(&store, "u"), Some(2));
    }
}
