//! `ipse admin partner edit`.

use anyhow::bail;
use ipse_openid::metadata::{self, Metadata};
use ipse_protocol::Clock;
use ipse_server::config::ServerConfig;
use ipse_store::Store;
use serde_json::{Value, json};

use super::options::Options;
use super::{change, check_sector, find, refused};

#[derive(clap::Args)]
#[command(
    after_help = "A member that is not given stays as it is; a list that is given replaces the old one.
Servers notice within two seconds.

Example:
  ipse admin partner edit CLIENT_ID --home /var/lib/ipse --add-redirect-uri https://shop.example/other"
)]
pub struct Edit {
    /// The client_id
    partner: String,
    #[command(flatten)]
    options: Options,
    /// One more redirect URI. May be repeated
    #[arg(
        long = "add-redirect-uri",
        value_name = "URI",
        conflicts_with = "redirect_uris"
    )]
    add: Vec<String>,
    /// A redirect URI to remove. May be repeated
    #[arg(
        long = "remove-redirect-uri",
        value_name = "URI",
        conflicts_with = "redirect_uris"
    )]
    remove: Vec<String>,
    /// Refuse sandbox people in `login_hint`
    #[arg(long, conflicts_with = "sandbox_people")]
    no_sandbox_people: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Changes a registration.
pub async fn run(config: &ServerConfig, store: &Store, edit: Edit) -> anyhow::Result<()> {
    let found = find(store, &edit.partner).await?;
    let mut members = edit.options.members()?;
    if edit.no_sandbox_people {
        members.insert("sandbox_people".to_owned(), json!(false));
    }
    if !edit.add.is_empty() || !edit.remove.is_empty() {
        let mut uris = found.registration.redirect_uris.clone();
        for uri in &edit.remove {
            let Some(at) = uris.iter().position(|old| old == uri) else {
                bail!("--remove-redirect-uri {uri}: it is not registered");
            };
            uris.remove(at);
        }
        for uri in edit.add {
            if !uris.contains(&uri) {
                uris.push(uri);
            }
        }
        members.insert("redirect_uris".to_owned(), json!(uris));
    }
    // What is shown may be given back.
    let before = metadata::show(&found.registration);
    members.retain(|member, value| before.get(member) != Some(value));
    let wanted = Metadata::read(&members).map_err(|problems| refused(&problems))?;
    let mut registration = found.registration.clone();
    let now = Clock::system().unix_seconds();
    let edited = wanted.edit(&mut registration, now);
    edited.map_err(|problems| refused(&problems))?;
    let after = metadata::show(&registration);
    let changed: Vec<&String> = after
        .iter()
        .filter(|(member, value)| before.get(*member) != Some(value))
        .map(|(member, _)| member)
        .collect();
    if !changed.is_empty() {
        if registration.redirect_uris != found.registration.redirect_uris {
            check_sector(config, &registration).await?;
        }
        let event = |member: &&String| format!("partner.{member}.changed");
        let events = changed.iter().map(event).collect();
        change(config, store, &found, &registration, events).await?;
    }
    if edit.json {
        println!("{}", Value::from(after));
    } else if changed.is_empty() {
        println!("Nothing changed.");
    } else {
        for member in changed {
            println!("{member}: {}", after[member]);
        }
    }
    Ok(())
}
