//! `ipse admin partner`: registers partners. The rules are in [`ipse_scheme::partner`]; here are the arguments and the output.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use ipse_jose::{JwkSet, SigningKey};
use ipse_openid::client::{
    AssertionAudience, Authentication, IdTokenAlg, LONGEST_LEGACY, PROFILE, Registration,
    SecretHash, Service, ServiceType, secret_text,
};
use ipse_protocol::ids::PartnerId;
use ipse_protocol::{Clock, Random};
use ipse_scheme::config::Profile;
use ipse_scheme::error::RuleError;
use ipse_scheme::partner as partners;
use ipse_server::config::ServerConfig;
use ipse_store::Store;
use ipse_store::partner::{self, PartnerStatus};
use serde_json::{Value, json};

use super::actor;

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {
    /// Register a partner and print its credentials, once
    Add(Box<Add>),
    /// List partners
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse a partner's requests from now on
    Suspend {
        /// The client_id
        partner: String,
    },
    /// Accept a suspended partner's requests again
    Resume {
        /// The client_id
        partner: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Auth {
    PrivateKeyJwt,
    ClientSecretBasic,
    ClientSecretPost,
}

#[derive(Clone, Copy, ValueEnum)]
enum Audience {
    Issuer,
    Endpoint,
}

#[derive(clap::Args)]
#[command(after_help = "Example:
  ipse admin partner add --home /var/lib/ipse --name 'My shop' \\
      --redirect-uri https://shop.example/callback --service SHOP_LOGIN:login --json

Example with a client secret:
  ipse admin partner add --home /var/lib/ipse --name 'My shop' --auth client_secret_basic \\
      --redirect-uri https://shop.example/callback --service SHOP_LOGIN:login")]
pub struct Add {
    /// Name that people are shown
    #[arg(long)]
    name: String,
    /// Verified domain that people are shown [default: host of the first redirect URI]
    #[arg(long)]
    domain: Option<String>,
    /// Where browsers return to; compared exactly. May be repeated
    #[arg(long = "redirect-uri", value_name = "URI", required = true)]
    redirect_uris: Vec<String>,
    /// A service as CODE:TYPE, for example SHOP_LOGIN:login. May be repeated
    #[arg(long = "service", value_name = "CODE:TYPE", required = true)]
    services: Vec<String>,
    /// How the partner authenticates
    #[arg(long, value_enum, default_value = "private_key_jwt")]
    auth: Auth,
    /// File with the partner's public keys (JWK set) [default: a new key, which is printed]
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// `aud` of the partner's client assertions; `endpoint` is for older clients and ends after two years
    #[arg(long, value_enum, default_value = "issuer")]
    assertion_audience: Audience,
    /// Accept authorization requests without PAR, for older clients
    #[arg(long)]
    plain_requests: bool,
    /// Signature of ID tokens: ES256 or RS256
    #[arg(long, default_value = "ES256")]
    id_token_alg: String,
    /// Allow sandbox people in `login_hint`
    #[arg(long)]
    sandbox_people: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs a subcommand.
pub async fn run(config: &ServerConfig, store: &Store, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => register(config, store, *add).await,
        Command::List { json } => list(store, json).await,
        Command::Suspend { partner } => set_status(store, &partner, PartnerStatus::Suspended).await,
        Command::Resume { partner } => set_status(store, &partner, PartnerStatus::Active).await,
    }
}

/// The secrets of a new partner, which are printed once and never stored.
#[derive(Default)]
struct Secrets {
    private_jwks: Option<Value>,
    client_secret: Option<String>,
}

async fn register(config: &ServerConfig, store: &Store, add: Add) -> anyhow::Result<()> {
    let (clock, random) = (Clock::system(), Random::system());
    let (authentication, secrets) = credentials(&add, &clock, &random)?;
    let id = PartnerId::new(&random);
    let registration = Registration {
        client_id: id.clone().into(),
        name: add.name,
        domain: match add.domain {
            Some(domain) => domain,
            None => host(&add.redirect_uris[0])?,
        },
        redirect_uris: add.redirect_uris,
        authentication,
        require_par: !add.plain_requests,
        id_token_alg: match add.id_token_alg.as_str() {
            "ES256" => IdTokenAlg::ES256,
            "RS256" => IdTokenAlg::RS256,
            other => bail!("--id-token-alg {other}: choose ES256 or RS256"),
        },
        services: add
            .services
            .iter()
            .map(|text| service(text))
            .collect::<anyhow::Result<_>>()?,
        sandbox_people: add.sandbox_people,
        jwks_uri: None,
        sector: None,
        sector_identifier_uri: None,
        replaced: Vec::new(),
    };
    let now = clock.unix_seconds();
    registration.validate(config.profile == Profile::Production, now)?;
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
    if add.json {
        print_json(config, &registration, &secrets);
    } else {
        print_text(config, &registration, &secrets);
    }
    Ok(())
}

/// The partner's way to authenticate, with the secrets that are made for it.
fn credentials(
    add: &Add,
    clock: &Clock,
    random: &Random,
) -> anyhow::Result<(Authentication, Secrets)> {
    let mut secrets = Secrets::default();
    let authentication = match add.auth {
        Auth::PrivateKeyJwt => {
            let audience = match add.assertion_audience {
                Audience::Issuer => AssertionAudience::Issuer,
                Audience::Endpoint => AssertionAudience::Endpoint {
                    until: clock.unix_seconds() + LONGEST_LEGACY,
                },
            };
            let jwks = match &add.jwks {
                Some(path) => JwkSet::parse(&std::fs::read(path)?)
                    .with_context(|| format!("{} is not a JWK set", path.display()))?,
                None => {
                    let key = SigningKey::generate_es256();
                    secrets.private_jwks = Some(json!({"keys": [key.to_private_jwk()?]}));
                    JwkSet {
                        keys: vec![key.public_jwk()],
                    }
                }
            };
            Authentication::PrivateKeyJwt {
                jwks: jwks.into(),
                audience,
            }
        }
        Auth::ClientSecretBasic => Authentication::ClientSecretBasic {
            secret: secrets.new_client_secret(random),
        },
        Auth::ClientSecretPost => Authentication::ClientSecretPost {
            secret: secrets.new_client_secret(random),
        },
    };
    Ok((authentication, secrets))
}

impl Secrets {
    fn new_client_secret(&mut self, random: &Random) -> SecretHash {
        let secret = secret_text(&random.bytes::<32>());
        let hash = SecretHash::of(&secret);
        self.client_secret = Some((*secret).clone());
        hash
    }
}

fn print_json(config: &ServerConfig, registration: &Registration, secrets: &Secrets) {
    let mut out = json!({
        "name": registration.name,
        "client_id": registration.client_id,
        "issuer": config.issuer,
        "redirect_uris": registration.redirect_uris,
        "services": registration.services,
    });
    if let Some(jwks) = &secrets.private_jwks {
        out["private_jwks"] = jwks.clone();
    }
    if let Some(secret) = &secrets.client_secret {
        out["client_secret"] = json!(secret);
    }
    println!("{out}");
}

fn print_text(config: &ServerConfig, registration: &Registration, secrets: &Secrets) {
    println!("Registered {}.", registration.name);
    println!("client_id: {}", registration.client_id);
    if let Some(secret) = &secrets.client_secret {
        println!("client_secret: {secret}");
    }
    if let Some(jwks) = &secrets.private_jwks {
        println!("private_jwks: {jwks}");
    }
    println!(
        "Keep these safe: they are shown only now. The issuer is {}.",
        config.issuer
    );
}

fn service(text: &str) -> anyhow::Result<Service> {
    let (code, kind) = text.split_once(':').with_context(|| {
        format!("--service {text}: write CODE:TYPE, for example SHOP_LOGIN:login")
    })?;
    Ok(Service {
        code: code.to_owned(),
        kind: ServiceType::parse(kind)
            .with_context(|| format!("--service {text}: type is login, share, confirm or sign"))?,
        scopes: vec![PROFILE.to_owned()],
    })
}

fn host(uri: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(uri).with_context(|| format!("--redirect-uri {uri} is not a URL"))?;
    Ok(url
        .host_str()
        .with_context(|| format!("--redirect-uri {uri} has no host"))?
        .to_owned())
}

async fn list(store: &Store, as_json: bool) -> anyhow::Result<()> {
    let rows = store.read(partner::all).await?;
    let mut out = Vec::new();
    for row in rows {
        let registration: Registration = serde_json::from_str(&row.registration)?;
        out.push(json!({
            "client_id": row.id, "status": row.status.as_str(), "name": registration.name, "domain": registration.domain,
            "redirect_uris": registration.redirect_uris, "services": registration.services,
        }));
    }
    if as_json {
        println!("{}", serde_json::Value::Array(out));
    } else {
        for row in out {
            let text = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
            println!(
                "{}  {:<9}  {}",
                text("client_id"),
                text("status"),
                text("name")
            );
        }
    }
    Ok(())
}

async fn set_status(store: &Store, partner: &str, status: PartnerStatus) -> anyhow::Result<()> {
    let unknown = || anyhow::anyhow!("there is no partner {partner}");
    let id = PartnerId::parse(partner).ok_or_else(unknown)?;
    let found = store
        .write(move |tx| partners::set_status(tx, &actor(), &id, status))
        .await?;
    if found { Ok(()) } else { Err(unknown()) }
}
