//! `ipse admin partner rotate-key` and `rotate-secret`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use ipse_jose::JwkSet;
use ipse_openid::client::{Authentication, Registration, Replaced};
use ipse_openid::metadata;
use ipse_protocol::{Clock, Random};
use ipse_server::config::ServerConfig;
use ipse_store::Store;
use serde_json::Value;

use super::{Found, Secrets, change, find};

/// How long old and new credentials overlap.
#[derive(clap::Args)]
pub struct Overlap {
    /// For how many hours the old ones are still accepted
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=720))]
    overlap_hours: u16,
    /// End the old ones at once, also those that were replaced before
    #[arg(long, conflicts_with = "overlap_hours")]
    now: bool,
}

/// The most replaced credentials that are accepted at the same time.
const MOST: usize = 5;

impl Overlap {
    /// When the old ones end, in seconds since 1970 UTC; none for now.
    fn until(&self, now: i64) -> Option<i64> {
        (!self.now).then(|| now + i64::from(self.overlap_hours) * 3600)
    }

    /// Keeps the old credentials until their end, and removes those that have ended.
    pub fn keep(
        &self,
        registration: &mut Registration,
        old: impl FnOnce(i64) -> Option<Replaced>,
    ) -> anyhow::Result<()> {
        let now = Clock::system().unix_seconds();
        let Some(until) = self.until(now) else {
            registration.replaced.clear();
            return Ok(());
        };
        registration.replaced.retain(|old| now < old.until());
        registration.replaced.extend(old(until));
        if registration.replaced.len() > MOST {
            bail!("{MOST} replaced ones are still accepted: use --now to end them");
        }
        Ok(())
    }
}

#[derive(clap::Args)]
#[command(after_help = "Servers notice within two seconds.

Example:
  ipse admin partner rotate-key CLIENT_ID --home /var/lib/ipse --jwks new.json")]
pub struct Key {
    /// The client_id
    partner: String,
    /// File with the new public keys (JWK set) [default: a new key, which is printed]
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    jwks: Option<PathBuf>,
    /// Where the partner publishes its keys from now on
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    #[command(flatten)]
    overlap: Overlap,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[command(after_help = "Servers notice within two seconds.

Example, after a secret became known:
  ipse admin partner rotate-secret CLIENT_ID --home /var/lib/ipse --now")]
pub struct Secret {
    /// The client_id
    partner: String,
    #[command(flatten)]
    overlap: Overlap,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Replaces the keys.
pub async fn key(config: &ServerConfig, store: &Store, rotate: Key) -> anyhow::Result<()> {
    let found = find(store, &rotate.partner).await?;
    let mut registration = found.registration.clone();
    let mut secrets = Secrets::default();
    let Authentication::PrivateKeyJwt { jwks, audience } = &mut registration.authentication else {
        bail!("this partner has a secret: use rotate-secret, or edit --auth private_key_jwt");
    };
    let new = match (&rotate.jwks, &rotate.jwks_uri, &registration.jwks_uri) {
        (Some(path), ..) => JwkSet::parse(&std::fs::read(path)?)
            .with_context(|| format!("{} is not a JWK set", path.display()))?,
        (None, Some(_), _) => JwkSet::default(),
        (None, None, Some(uri)) => {
            bail!("this partner publishes its keys at {uri}: it changes them there")
        }
        (None, None, None) => secrets.new_key()?,
    };
    let (old, audience) = (std::mem::replace(jwks, new.into()), *audience);
    registration.jwks_uri = rotate.jwks_uri;
    rotate.overlap.keep(&mut registration, |until| {
        (!old.is_empty()).then_some(Replaced::Keys {
            jwks: old,
            audience,
            until,
        })
    })?;
    let event = vec!["partner.key.rotated".to_owned()];
    change(config, store, &found, &registration, event).await?;
    print(&found, &registration, secrets, rotate.json);
    Ok(())
}

/// Replaces the secret.
pub async fn secret(config: &ServerConfig, store: &Store, rotate: Secret) -> anyhow::Result<()> {
    let found = find(store, &rotate.partner).await?;
    let mut registration = found.registration.clone();
    let mut secrets = Secrets::default();
    let (Authentication::ClientSecretBasic { secret }
    | Authentication::ClientSecretPost { secret }) = &mut registration.authentication
    else {
        bail!("this partner has keys: use rotate-key, or edit --auth client_secret_basic");
    };
    let new = secrets.new_client_secret(&Random::system());
    let old = std::mem::replace(secret, new);
    rotate.overlap.keep(&mut registration, |until| {
        Some(Replaced::Secret { secret: old, until })
    })?;
    let event = vec!["partner.secret.rotated".to_owned()];
    change(config, store, &found, &registration, event).await?;
    print(&found, &registration, secrets, rotate.json);
    Ok(())
}

fn print(found: &Found, registration: &Registration, secrets: Secrets, as_json: bool) {
    if as_json {
        let mut out = metadata::show(registration);
        secrets.put_into(&mut out);
        println!("{}", Value::from(out));
    } else {
        println!("client_id: {}", found.id);
        secrets.print_text();
        for old in &registration.replaced {
            println!(
                "One that was replaced ends at {} (seconds since 1970).",
                old.until()
            );
        }
    }
}
