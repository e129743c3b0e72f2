use ipse_store::testing::TestDb;
use ipse_store::{Notice, StoreError};

use crate::SCHEMA;

fn notice(channel: &'static str, id: &str) -> Notice {
    Notice {
        channel: channel.into(),
        id: id.to_owned(),
    }
}

#[tokio::test]
async fn subscribers_hear_what_was_committed() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let mut heard = store.subscribe();
        let failed: Result<(), _> = store
            .write(|tx| {
                tx.notify("action", "undone");
                Err(StoreError::Abort("no".to_owned()))
            })
            .await;
        assert!(failed.is_err());
        store
            .write(|tx| {
                tx.notify("action", "a 1");
                tx.notify("block", "b");
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(heard.recv().await.unwrap(), notice("action", "a 1"));
        assert_eq!(heard.recv().await.unwrap(), notice("block", "b"));
    }
}

#[tokio::test]
async fn other_nodes_hear_it_too_and_each_once() {
    let db = TestDb::postgres();
    let (here, there) = (db.open(&SCHEMA), db.open(&SCHEMA));
    let (mut heard_here, mut heard_there) = (here.subscribe(), there.subscribe());
    for id in ["1", "2"] {
        here.write(move |tx| {
            tx.notify("action", id);
            Ok(())
        })
        .await
        .unwrap();
    }
    there
        .write(|tx| {
            tx.notify("action", "3");
            Ok(())
        })
        .await
        .unwrap();
    for id in ["1", "2", "3"] {
        assert_eq!(heard_here.recv().await.unwrap(), notice("action", id));
    }
    // From two nodes, in any order.
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(heard_there.recv().await.unwrap().id);
    }
    ids.sort();
    assert_eq!(ids, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_schema_hears_only_its_own() {
    let (one, two) = (TestDb::postgres(), TestDb::postgres());
    let (one, two) = (one.open(&SCHEMA), two.open(&SCHEMA));
    let mut heard = two.subscribe();
    for (store, id) in [(&one, "one"), (&two, "two")] {
        store
            .write(move |tx| {
                tx.notify("action", id);
                Ok(())
            })
            .await
            .unwrap();
    }
    assert_eq!(heard.recv().await.unwrap().id, "two");
}
