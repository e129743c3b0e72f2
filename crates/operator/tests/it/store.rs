//! The schema and its statements on both engines.

use ipse_operator::store::{MIGRATIONS, statements};
use ipse_store::testing::TestDb;

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_fits_both_schemas() {
    for db in TestDb::both() {
        let store = db.open(&MIGRATIONS);
        for sql in statements() {
            let checked = store.read(move |tx| tx.check(sql)).await;
            assert_eq!(checked, Ok(()), "{sql}");
        }
    }
}
