//! Every column of every row of a table with a MAC is covered by it.

use ipse_scheme::rows;
use ipse_store::outbox::{self, EffectKind};
use ipse_store::rows::Pass;
use ipse_store::tables::TABLES;
use ipse_store::testing::authenticate_rows;
use ipse_store::{Store, StoreError, Table, Tx};
use serde_json::json;

use crate::support::TestNetwork;
use crate::support::recoveries::start_recovery;

/// A network whose database has a row in each table.
async fn with_rows(network: &TestNetwork) {
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let offer = network.offer(&partner, &mut phone).await;
    phone.approve_offer(&offer).await;
    partner.push(partner.request(&partner.login())).await;
    let finger = phone.post("/fingerprint/add", &json!({})).await;
    assert!(finger.status.is_success(), "{}", finger.body);
    phone.set_email(network, "an@mail.example").await;
    phone.begin_email(network, "an@mail.example").await;
    let begun = phone.post("/sim", &json!({})).await;
    assert!(begun.status.is_success(), "{}", begun.body);
    network
        .server
        .scheme
        .sequence_log()
        .await
        .expect("sequenced");
    phone.post("/block", &json!({"reason": "person"})).await;
    start_recovery(&mut phone).await;
    let added = network.server.scheme.store.write(|tx| {
        ipse_store::sim::note_event(tx, "of a test", 1, 1)?;
        ipse_store::sim::note_event(tx, "of a test", 9, 1)?;
        ipse_store::clock::keep(tx)?;
        let partner = ipse_protocol::ids::PartnerId::of(&[1; 16]);
        ipse_store::partner_keys::attempt(tx, &partner, "https://shop.example/jwks", 1)?;
        let remembered = ipse_store::remembered::Remembered {
            action: ipse_protocol::ids::ActionId::of(&[1; 16]),
            identity: ipse_protocol::ids::IdentityId::of(&[1; 16]),
            browser: [1; 32],
            returns: 0,
            expires: 4_000_000_000_000,
            ended: None,
        };
        ipse_store::remembered::insert(tx, &remembered)?;
        let withdrawal = ipse_store::withdrawal::Withdrawal {
            id: "wdr_of_a_test".to_owned(),
            identity: ipse_protocol::ids::IdentityId::of(&[1; 16]),
            partner: ipse_protocol::ids::PartnerId::of(&[1; 16]),
            sub: "sub".to_owned(),
            receipt: ipse_protocol::ids::ReceiptId::of(&[1; 16]),
            services: "[]".to_owned(),
            claims: "[]".to_owned(),
            time: 1,
            told: ipse_store::withdrawal::Told::Refused,
            answer: Some("invalid_key".to_owned()),
        };
        ipse_store::withdrawal::insert(tx, &withdrawal)?;
        // Due in the distant future, so that nobody carries it out.
        outbox::add(
            tx,
            "of a test",
            EffectKind::Receipt,
            "{}",
            4_000_000_000_000,
        )
    });
    added.await.expect("store");
}

/// Name and type of the columns of a table.
fn columns(store: &Store, postgres: bool, table: &'static str) -> Vec<(String, String)> {
    let sql = if postgres {
        "SELECT column_name::TEXT AS name, data_type::TEXT AS type FROM information_schema.columns \
         WHERE table_name = $1 AND table_schema = current_schema()"
    } else {
        "SELECT name, type FROM pragma_table_info($1)"
    };
    let rows = store.read_blocking(move |tx| tx.rows(sql, ipse_store::params![table]));
    let rows = rows.expect("the schema").into_iter();
    rows.map(|mut row| {
        (
            row.get("name").expect("name"),
            row.get("type").expect("type"),
        )
    })
    .collect()
}

/// An expression for another value than the one that a column has.
fn another(postgres: bool, column: &str, kind: &str) -> String {
    match (kind, postgres) {
        ("INTEGER" | "BIGINT" | "bigint", _) => format!("COALESCE({column}, 0) + 1"),
        ("TEXT" | "text", _) => format!("COALESCE({column}, '') || 'x'"),
        ("BLOB", false) => format!("CAST(COALESCE({column}, x'') || x'00' AS BLOB)"),
        ("bytea", true) => format!("COALESCE({column}, ''::bytea) || '\\x00'::bytea"),
        other => panic!("a column of type {other:?}"),
    }
}

/// Writes as each text says, and returns those after which a check finds no wrong row in the table. Nothing stays.
fn unnoticed(store: &Store, table: &'static Table, changes: Vec<String>) -> String {
    let changes: Vec<&'static str> = changes
        .into_iter()
        .map(|sql| &*Box::leak(sql.into_boxed_str()))
        .collect();
    // The server empties its queue at any moment, so a leaf is put there for the time of the test.
    const WAITING: &str = "INSERT INTO log_queue (receipt, leaf, queued) SELECT 'rec_AAAAAAAAAAAAAAAAAAAAAA', leaf, 1 \
         FROM log_leaf LIMIT 1";
    let tried = store.write_blocking(move |tx: &mut Tx| {
        if table.name() == "log_queue" {
            tx.exec(WAITING, &[])?;
            authenticate_rows(tx, "log_queue")?;
        }
        let rows = ipse_store::rows::step(tx, table, None, &Pass::Check)?;
        assert!(rows.rows > 0, "{}", table.name());
        assert_eq!(rows.wrong, None, "{}", table.name());
        let mut unnoticed = Vec::new();
        for sql in &changes {
            let tried = tx.savepoint(|tx| {
                tx.exec(sql, &[])?;
                let step = ipse_store::rows::step(tx, table, None, &Pass::Check)?;
                Err::<(), _>(StoreError::Abort(step.wrong.is_some().to_string()))
            });
            match tried {
                Err(StoreError::Abort(found)) if found == "true" => {}
                // The database itself refuses some, such as a row that is about nobody.
                Err(StoreError::Constraint(_) | StoreError::Unique(_)) => {}
                Err(StoreError::Abort(_)) => unnoticed.push(*sql),
                other => other?,
            }
        }
        Err::<(), _>(StoreError::Abort(unnoticed.join("; ")))
    });
    match tried {
        Err(StoreError::Abort(unnoticed)) => unnoticed,
        other => panic!("{}: {other:?}", table.name()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t44_no_column_of_any_row_can_be_changed() {
    for network in TestNetwork::both().await {
        with_rows(&network).await;
        let (store, postgres) = (&network.server.scheme.store, network.db.is_postgres());
        assert_eq!(rows::check(store).expect("checked").wrong, None);
        for table in TABLES {
            let name = table.name();
            let all = columns(store, postgres, name);
            assert!(all.iter().any(|(column, _)| column == "mac"), "{name}");
            let mut changes: Vec<_> = all
                .iter()
                .map(|(column, kind)| {
                    let to = another(postgres, column, kind);
                    format!("UPDATE {name} SET {column} = {to}")
                })
                .collect();
            changes.push(match (name, postgres) {
                ("device", true) => format!("UPDATE {name} SET mac = ''::bytea"),
                ("device", false) => format!("UPDATE {name} SET mac = x''"),
                _ => format!("UPDATE {name} SET mac = NULL"),
            });
            assert_eq!(unnoticed(store, table, changes), "");
        }
        network.end().await;
    }
}
