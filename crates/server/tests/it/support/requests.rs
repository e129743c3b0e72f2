//! Signed requests that are sent as they are, and rows that are counted.

use ipse_store::{Param, Store};
use reqwest::RequestBuilder;

use super::{Sealed, TestNetwork};

pub fn post_signed(network: &TestNetwork, sealed: &Sealed) -> RequestBuilder {
    network
        .http
        .post(format!("{}{}", network.app, sealed.path))
        .header("content-type", "application/json")
        .header("ipse-device", &sealed.signature)
        .body(sealed.body.clone())
}

pub async fn count_rows(store: &Store, sql: &'static str, text: &str) -> i64 {
    let text = text.to_owned();
    let row = store
        .read(move |tx| tx.row(sql, &[Param::from(&text)]))
        .await;
    row.expect("store")
        .expect("a row")
        .only()
        .expect("a number")
}
