//! `ipse admin partner add`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use ipse_jose::JwkSet;
use ipse_openid::client::{AssertionAudience, Authentication, Registration};
use ipse_openid::metadata::{self, Metadata, Method};
use ipse_protocol::ids::PartnerId;
use ipse_protocol::{Clock, Random};
use ipse_scheme::config::Profile;
use ipse_scheme::error::RuleError;
use ipse_scheme::partner as partners;
use ipse_server::config::ServerConfig;
use ipse_store::Store;
use serde_json::{Map, Value, json};

use super::options::{self, Options};
use super::{Secrets, actor, check_published_keys, check_sector, find, presets, refused};

#[derive(clap::Args)]
#[command(after_help = "Examples:
  ipse admin partner add --home /var/lib/ipse --name 'My shop' \\
      --redirect-uri https://shop.example/callback --service SHOP_LOGIN:login --json
  ipse admin partner add --home /var/lib/ipse --preset django --name 'My shop' --site https://shop.example
  ipse admin partner add --home /var/lib/ipse --from shop.json")]
pub struct Add {
    /// Settings for a partner's software: see `ipse admin partner presets`. File and options win
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Origin of the partner's site; the preset knows the path to return to
    #[arg(
        long,
        value_name = "URL",
        requires = "preset",
        conflicts_with = "redirect_uris"
    )]
    site: Option<String>,
    #[command(flatten)]
    options: Options,
    /// File with the partner's public keys (JWK set) [default: a new key, which is printed]. With a secret: keys for encryption only
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Where the partner publishes its keys, instead of --jwks
    #[arg(long, value_name = "URL", conflicts_with = "jwks")]
    jwks_uri: Option<String>,
    /// Join the sector of another partner of the same organisation: both know a person under the same `sub`, for ever
    #[arg(long, value_name = "CLIENT_ID")]
    sector_of: Option<String>,
    /// Document of the organisation that lists all redirect URIs; its host is the sector
    #[arg(long, value_name = "URL", conflicts_with = "sector_of")]
    sector_identifier_uri: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Registers a partner.
pub async fn run(config: &ServerConfig, store: &Store, add: Add) -> anyhow::Result<()> {
    let (clock, random) = (Clock::system(), Random::system());
    let as_json = add.json;
    let members = members(add)?;
    let mut wanted = Metadata::read(&members).map_err(|problems| refused(&problems))?;
    let missing = wanted.missing();
    if !missing.is_empty() {
        return Err(refused(&missing));
    }
    let mut secrets = Secrets::default();
    let authentication = match wanted.method.unwrap_or(Method::PrivateKeyJwt) {
        Method::PrivateKeyJwt => Authentication::PrivateKeyJwt {
            jwks: match (wanted.jwks.take(), &wanted.jwks_uri) {
                (Some(jwks), _) => jwks,
                (None, Some(_)) => JwkSet::default(),
                (None, None) => secrets.new_key()?,
            }
            .into(),
            audience: AssertionAudience::Issuer,
        },
        Method::ClientSecretBasic => Authentication::ClientSecretBasic {
            secret: secrets.new_client_secret(&random),
        },
        Method::ClientSecretPost => Authentication::ClientSecretPost {
            secret: secrets.new_client_secret(&random),
        },
    };
    let sector = match (&wanted.sector_of, &wanted.sector_identifier_uri) {
        (Some(other), _) => Some(find(store, other).await?.registration.sector().to_owned()),
        (None, Some(uri)) => metadata::sector_of_document(uri),
        (None, None) => None,
    };
    let id = PartnerId::new(&random);
    let now = clock.unix_seconds();
    let registration = wanted.register(id.clone().into(), authentication, sector, now);
    let unexplained = metadata::without_reason(&registration, None);
    if !unexplained.is_empty() {
        return Err(refused(&unexplained));
    }
    registration.validate(config.profile == Profile::Production, now)?;
    check_sector(config, &registration).await?;
    check_published_keys(config, &registration).await?;
    let text = serde_json::to_string(&registration)?;
    let reserved = config.scheme().reserved_names;
    let registered = store
        .write_rule(move |tx| partners::register(tx, &actor(), &id, &text, &reserved))
        .await;
    match registered {
        Ok(()) => {}
        Err(RuleError::Refused(problem)) => return Err(problem.into()),
        Err(RuleError::Store(error)) => return Err(error.into()),
    }
    print(config, &registration, secrets, as_json);
    Ok(())
}

/// The members of the preset, the file and the options, of which the later ones win.
fn members(add: Add) -> anyhow::Result<Map<String, Value>> {
    let mut out = Map::new();
    if let Some(name) = &add.preset {
        let preset = presets::find(name)?;
        out = preset.members()?;
        if let Some(site) = &add.site {
            let Some(callback) = preset.callback else {
                bail!("--site: {name} has no fixed path to return to: use --redirect-uri");
            };
            let site = site.trim_end_matches('/');
            out.insert(
                "redirect_uris".to_owned(),
                json!([format!("{site}{callback}")]),
            );
        }
    }
    options::add(&mut out, add.options.members()?);
    if let Some(name) = &add.preset {
        presets::find(name)?.ask_email(&mut out);
    }
    if let Some(path) = &add.jwks {
        let jwks = JwkSet::parse(&std::fs::read(path)?)
            .with_context(|| format!("{} is not a JWK set", path.display()))?;
        out.insert("jwks".to_owned(), serde_json::to_value(jwks)?);
    }
    for (member, given) in [
        ("jwks_uri", add.jwks_uri),
        ("sector_of", add.sector_of),
        ("sector_identifier_uri", add.sector_identifier_uri),
    ] {
        if let Some(given) = given {
            out.insert(member.to_owned(), given.into());
        }
    }
    Ok(out)
}

fn print(config: &ServerConfig, registration: &Registration, secrets: Secrets, as_json: bool) {
    if as_json {
        let mut out = metadata::show(registration);
        out.insert("name".to_owned(), json!(registration.name));
        out.insert("issuer".to_owned(), json!(config.issuer));
        secrets.put_into(&mut out);
        println!("{}", Value::from(out));
    } else {
        println!("Registered {}.", registration.name);
        println!("client_id: {}", registration.client_id);
        secrets.print_text();
        println!("The issuer is {}.", config.issuer);
    }
}
