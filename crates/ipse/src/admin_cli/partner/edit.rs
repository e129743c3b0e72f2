//! `ipse admin partner edit`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use ipse_jose::JwkSet;
use ipse_openid::client::{AssertionAudience, Authentication, Registration, Replaced};
use ipse_openid::metadata::{self, Metadata, Method};
use ipse_protocol::{Clock, Random};
use ipse_server::config::ServerConfig;
use ipse_store::Store;
use serde_json::{Value, json};

use super::options::Options;
use super::rotate::Overlap;
use super::{Secrets, change, check_sector, find, refused};

#[derive(clap::Args)]
#[command(
    after_help = "A member that is not given stays as it is; a list that is given replaces the old one.
With another kind of --auth, the partner gets a secret instead of its keys, or keys instead of its secret, and the old ones end
as with rotate-key. Servers notice within two seconds.

Examples:
  ipse admin partner edit CLIENT_ID --home /var/lib/ipse --add-redirect-uri https://shop.example/other
  ipse admin partner edit CLIENT_ID --home /var/lib/ipse --auth client_secret_basic"
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
    /// With --auth private_key_jwt for a partner that has a secret: file with its public keys (JWK set) [default: a new key, which is
    /// printed]. For a partner that keeps its secret: its keys for encryption
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The same: where the partner publishes its keys
    #[arg(long, value_name = "URL", conflicts_with = "jwks")]
    jwks_uri: Option<String>,
    #[command(flatten)]
    overlap: Overlap,
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
    if let Some(path) = &edit.jwks {
        let jwks = JwkSet::parse(&std::fs::read(path)?)
            .with_context(|| format!("{} is not a JWK set", path.display()))?;
        members.insert("jwks".to_owned(), serde_json::to_value(jwks)?);
    }
    if let Some(uri) = edit.jwks_uri {
        members.insert("jwks_uri".to_owned(), uri.into());
    }
    // What is shown may be given back.
    let before = metadata::show(&found.registration);
    members.retain(|member, value| before.get(member) != Some(value));
    let mut wanted = Metadata::read(&members).map_err(|problems| refused(&problems))?;
    let mut registration = found.registration.clone();
    let mut secrets = Secrets::default();
    if wanted.switches(&registration) {
        switch(&mut wanted, &mut registration, &edit.overlap, &mut secrets)?;
    }
    let now = Clock::system().unix_seconds();
    let edited = wanted.edit(&mut registration, now);
    edited.map_err(|problems| refused(&problems))?;
    let unexplained = metadata::without_reason(&registration, Some(&found.registration));
    if !unexplained.is_empty() {
        return Err(refused(&unexplained));
    }
    let mut after = metadata::show(&registration);
    let changed: Vec<String> = after
        .iter()
        .filter(|(member, value)| before.get(*member) != Some(value))
        .map(|(member, _)| member.clone())
        .collect();
    if !changed.is_empty() {
        if registration.redirect_uris != found.registration.redirect_uris {
            check_sector(config, &registration).await?;
        }
        let event = |member: &String| format!("partner.{member}.changed");
        let events = changed.iter().map(event).collect();
        change(config, store, &found, &registration, events).await?;
    }
    if edit.json {
        secrets.put_into(&mut after);
        println!("{}", Value::from(after));
    } else if changed.is_empty() {
        println!("Nothing changed.");
    } else {
        for member in changed {
            println!("{member}: {}", after[&member]);
        }
        secrets.print_text();
    }
    Ok(())
}

/// Gives a partner a secret instead of its keys, or keys instead of its secret. The old ones end later.
fn switch(
    wanted: &mut Metadata,
    registration: &mut Registration,
    overlap: &Overlap,
    secrets: &mut Secrets,
) -> anyhow::Result<()> {
    let random = Random::system();
    let jwks_uri = wanted.jwks_uri.take();
    let new = match wanted.method.unwrap_or(Method::PrivateKeyJwt) {
        Method::ClientSecretBasic => Authentication::ClientSecretBasic {
            secret: secrets.new_client_secret(&random),
        },
        Method::ClientSecretPost => Authentication::ClientSecretPost {
            secret: secrets.new_client_secret(&random),
        },
        Method::PrivateKeyJwt => Authentication::PrivateKeyJwt {
            jwks: match (wanted.jwks.take(), &jwks_uri) {
                (Some(jwks), _) => jwks,
                (None, Some(_)) => JwkSet::default(),
                (None, None) => secrets.new_key()?,
            }
            .into(),
            audience: AssertionAudience::Issuer,
        },
    };
    let old = std::mem::replace(&mut registration.authentication, new);
    registration.jwks_uri = jwks_uri;
    registration.encryption_keys = JwkSet::default();
    overlap.keep(registration, |until| match old {
        // Published keys are not kept: the partner has them at its own address.
        Authentication::PrivateKeyJwt { jwks, .. } if jwks.is_empty() => None,
        Authentication::PrivateKeyJwt { jwks, audience } => Some(Replaced::Keys {
            jwks,
            audience,
            until,
        }),
        Authentication::ClientSecretBasic { secret }
        | Authentication::ClientSecretPost { secret } => Some(Replaced::Secret { secret, until }),
    })
}
