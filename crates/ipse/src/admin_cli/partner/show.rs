//! `ipse admin partner show` and `list`.

use ipse_openid::metadata;
use ipse_store::{Store, audit, partner, partner_keys, withdrawal};
use serde_json::{Map, Value, json};

use super::{Found, find};

/// Shows a partner, with the history of its registration.
pub async fn one(store: &Store, client_id: &str, as_json: bool) -> anyhow::Result<()> {
    let found = find(store, client_id).await?;
    let id = found.id.clone();
    let (history, keys, undelivered) = store
        .read(move |tx| {
            Ok((
                audit::of_subject(tx, id.as_str())?,
                partner_keys::find(tx, &id)?,
                withdrawal::undelivered(tx, &id)?,
            ))
        })
        .await?;
    let mut out = shown(&found);
    if let Some(keys) = keys.filter(|keys| Some(&keys.uri) == found.registration.jwks_uri.as_ref())
    {
        let jwks: Value = serde_json::from_str(&keys.jwks).unwrap_or_default();
        let (fetched, attempted) = (keys.fetched / 1000, keys.attempted / 1000);
        out.insert(
            "published_keys".to_owned(),
            json!({"jwks": jwks, "fetched": fetched, "attempted": attempted}),
        );
    }
    if !undelivered.is_empty() {
        let events = undelivered.iter().map(|event| {
            json!({"time": event.time / 1000, "jti": event.id, "result": event.told.as_str(), "err": event.answer})
        });
        out.insert("events_not_taken".to_owned(), events.collect());
    }
    let history = history.iter().map(
        |entry| json!({"time": entry.time / 1000, "actor": entry.actor, "event": entry.event}),
    );
    out.insert("history".to_owned(), history.collect());
    if as_json {
        println!("{}", Value::from(out));
        return Ok(());
    }
    for (member, value) in &out {
        match value {
            Value::Array(list) if list.iter().any(Value::is_object) => {
                println!("{member}:");
                for one in list {
                    println!("  {one}");
                }
            }
            Value::String(text) => println!("{member}: {text}"),
            other => println!("{member}: {other}"),
        }
    }
    Ok(())
}

fn shown(found: &Found) -> Map<String, Value> {
    let mut out = metadata::show(&found.registration);
    out.insert("status".to_owned(), json!(found.row.status.as_str()));
    out
}

/// Lists all partners.
pub async fn list(store: &Store, as_json: bool) -> anyhow::Result<()> {
    let rows = store.read(partner::all).await?;
    let mut out = Vec::new();
    for row in rows {
        let registration = serde_json::from_str(&row.registration)?;
        let mut shown = metadata::show(&registration);
        shown.insert("status".to_owned(), json!(row.status.as_str()));
        shown.insert("name".to_owned(), json!(registration.name));
        out.push(Value::from(shown));
    }
    if as_json {
        println!("{}", Value::Array(out));
        return Ok(());
    }
    for row in out {
        let text = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
        println!(
            "{}  {:<9}  {}",
            text("client_id"),
            text("status"),
            text("name")
        );
    }
    Ok(())
}
