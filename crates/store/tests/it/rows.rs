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
                    "SELECT a, b, data, note, counter, COUNT(*) OVER () AS n FROM ledger
                     WHERE b = $2 AND a = $1 AND a <> '$2' AND a = $1",
                    params!["é$1", i64::MIN],
                )
            })
            .unwrap()
            .unwrap();
        assert_eq!(row.len(), 6);
        assert!(!format!("{row:?}").contains('é'));
        assert_eq!(
            row.clone().get::<i64>("a"),
            Err(StoreError::Corrupt(
                "column `a` is text, not integer".to_owned()
            ))
        );
        assert_eq!(row.clone().get("data"), Ok([0_u8, 255]));
        let mut corrupt = row.clone();
        let wrong = [
            corrupt.get::<[u8; 3]>("data").err(),
            corrupt.get::<String>("counter").err(),
            corrupt.get::<Option<Vec<u8>>>("b").err(),
        ];
        for error in wrong {
            assert!(matches!(error, Some(StoreError::Corrupt(_))), "{error:?}");
        }
        let unknown = row.clone().get::<i64>("c");
        assert!(matches!(unknown, Err(StoreError::Statement(_))));
        let many = row.clone().only::<String>();
        assert!(matches!(many, Err(StoreError::Statement(_))));

        assert_eq!(row.get("a"), Ok("é$1".to_owned()));
        assert_eq!(row.get("b"), Ok(i64::MIN));
        assert_eq!(row.get("data"), Ok(vec![0_u8, 255]));
        assert_eq!(row.get("note"), Ok(Some(String::new())));
        assert_eq!(row.get("counter"), Ok(None::<String>));
        assert_eq!(row.get("counter"), Ok(None::<i64>));
        assert_eq!(row.get("counter"), Ok(None::<Vec<u8>>));
        assert_eq!(row.get("n"), Ok(1_i64));
        // A value is moved out of the row, so a second read of it is an error.
        assert!(row.get::<String>("a").is_err());
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
                tx.row(upsert, params!["u"])?.unwrap().only::<i64>()
            })
            .unwrap();
        assert_eq!(n, 2);
        assert_eq!(crate::value(&store, "u"), Some(2));
    }
}
