//! `ipse admin`: partners and sandbox people, on the scheme's own database; the public keys that others register.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Subcommand, ValueEnum};
use ipse_jose::{JwkSet, SigningKey};
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_openid::client::{
    AssertionAudience, Authentication, IdTokenAlg, PROFILE, Registration, SecretHash, Service,
    ServiceType, secret_text,
};
use ipse_protocol::Random;
use ipse_protocol::ids::PartnerId;
use ipse_scheme::actor::Actor;
use ipse_scheme::config::Profile;
use ipse_scheme::partner as partners;
use ipse_scheme::person::lookup_hash;
use ipse_server::config::{BANK_CLIENT_KEY, BANK_USERINFO_KEY, OPERATOR_CLIENT_KEY, ServerConfig};
use ipse_store::partner::{self, PartnerStatus};
use ipse_store::person::{self, LookupField};
use ipse_store::{Clock, SCHEME, Store};
use serde_json::json;

/// Register partners and look after the scheme.
#[derive(clap::Args)]
pub struct Args {
    /// Folder of the scheme
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    home: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sites that people log in to
    Partner {
        #[command(subcommand)]
        command: Partner,
    },
    /// People whose phone answers by itself (demo profile only)
    Sandbox {
        #[command(subcommand)]
        command: Sandbox,
    },
    /// Print the scheme's public keys (JWK set), for those who must know them
    Keys {
        /// Who is to know them
        #[arg(value_enum)]
        reader: Reader,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Reader {
    /// A bank: authenticates the scheme, and encrypts what it tells of its customers
    Banks,
    /// An operator: authenticates the scheme
    Operators,
}

#[derive(Subcommand)]
enum Partner {
    /// Register a partner and print its credentials, once
    Add(Box<Add>),
    /// List partners
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse a partner's requests from now on
    Suspend {
        /// The client_id
        partner: String,
    },
    /// Take a partner's requests again
    Resume {
        /// The client_id
        partner: String,
    },
}

#[derive(Subcommand)]
enum Sandbox {
    /// Let `login_hint=NAME` of a test partner reach an enrolled person
    Add {
        /// What partners put in `login_hint`
        name: String,
        /// The person's phone number
        phone_number: String,
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
      --redirect-uri https://shop.example/callback --service SHOP_LOGIN:login --json")]
struct Add {
    /// Name that people are shown
    #[arg(long)]
    name: String,
    /// Verified domain that people are shown [default: host of the first redirect URI]
    #[arg(long)]
    domain: Option<String>,
    /// Where browsers return to; compared exactly. May be repeated
    #[arg(long = "redirect-uri", value_name = "URI", required = true)]
    redirect_uris: Vec<String>,
    /// CODE:TYPE, type `login`. May be repeated
    #[arg(long = "service", value_name = "CODE:TYPE", required = true)]
    services: Vec<String>,
    /// How the partner authenticates
    #[arg(long, value_enum, default_value = "private_key_jwt")]
    auth: Auth,
    /// File with the partner's public keys (JWK set); without it a key is made and printed
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// What the partner puts in `aud` of its client assertions; `endpoint` is for older clients, for two years
    #[arg(long, value_enum, default_value = "issuer")]
    assertion_audience: Audience,
    /// Take authorization requests without PAR, from older clients
    #[arg(long)]
    plain_requests: bool,
    /// Signature of ID tokens
    #[arg(long, default_value = "ES256")]
    id_token_alg: String,
    /// May name sandbox people in `login_hint`
    #[arg(long)]
    sandbox_people: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const TWO_YEARS: i64 = 2 * 365 * 24 * 3600;

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let home = ipse_server::config::home(&args.home);
    let config = ServerConfig::load(&home)?;
    if let Command::Keys { reader } = args.command {
        return print_keys(&FileKeyStore::open(&home.join("keys"))?, reader);
    }
    let store = Store::open(&config.database, &SCHEME, Clock::system())
        .context("cannot open the database")?;
    match args.command {
        Command::Partner { command } => match command {
            Partner::Add(add) => add_partner(&config, &store, *add).await,
            Partner::List { json } => list(&store, json).await,
            Partner::Suspend { partner } => {
                set_status(&store, &partner, PartnerStatus::Suspended).await
            }
            Partner::Resume { partner } => {
                set_status(&store, &partner, PartnerStatus::Active).await
            }
        },
        Command::Sandbox {
            command: Sandbox::Add { name, phone_number },
        } => {
            if config.profile == Profile::Production {
                bail!("there are no sandbox people in production");
            }
            let keys = FileKeyStore::open(&home.join("keys"))?;
            let number = lookup_hash(&keys, LookupField::PhoneNumber, &phone_number);
            let hint = lookup_hash(&keys, LookupField::Sandbox, &name);
            let found = store
                .write(move |tx| {
                    let field = LookupField::PhoneNumber;
                    let Some(identity) = person::by_lookup(tx, field, &number)? else {
                        return Ok(false);
                    };
                    person::replace_lookup(tx, LookupField::Sandbox, &hint, 1, &identity)?;
                    Ok(true)
                })
                .await?;
            if !found {
                bail!("nobody is enrolled with that number");
            }
            Ok(())
        }
        // Answered above: it needs no database.
        Command::Keys { .. } => Ok(()),
    }
}

fn print_keys(keys: &dyn KeyStore, reader: Reader) -> anyhow::Result<()> {
    let keys = match reader {
        Reader::Banks => vec![
            keys.signing(BANK_CLIENT_KEY)?.public_jwk(),
            keys.decryption(BANK_USERINFO_KEY)?.public_jwk(),
        ],
        Reader::Operators => vec![keys.signing(OPERATOR_CLIENT_KEY)?.public_jwk()],
    };
    println!("{}", serde_json::to_string(&JwkSet { keys })?);
    Ok(())
}

async fn add_partner(config: &ServerConfig, store: &Store, add: Add) -> anyhow::Result<()> {
    let mut told = json!({});
    let authentication = match add.auth {
        Auth::PrivateKeyJwt => {
            let audience = match add.assertion_audience {
                Audience::Issuer => AssertionAudience::Issuer,
                Audience::Endpoint => AssertionAudience::Endpoint {
                    until: ipse_protocol::Clock::system().unix_seconds() + TWO_YEARS,
                },
            };
            let jwks = match &add.jwks {
                Some(path) => JwkSet::parse(&std::fs::read(path)?)
                    .with_context(|| format!("{} is not a JWK set", path.display()))?,
                None => {
                    let key = SigningKey::generate_es256();
                    told["private_jwks"] = json!({"keys": [key.to_private_jwk()?]});
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
        Auth::ClientSecretBasic | Auth::ClientSecretPost => {
            let secret = secret_text(&ipse_protocol::Random::system().bytes::<32>());
            told["client_secret"] = json!(*secret);
            let secret = SecretHash::of(&secret);
            match add.auth {
                Auth::ClientSecretBasic => Authentication::ClientSecretBasic { secret },
                _ => Authentication::ClientSecretPost { secret },
            }
        }
    };
    let registration = Registration {
        client_id: PartnerId::new(&Random::system()).into(),
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
    };
    registration.validate(config.profile == Profile::Production)?;
    let id = PartnerId::parse(&registration.client_id).context("partner id")?;
    let text = serde_json::to_string(&registration)?;
    store
        .write(move |tx| partners::register(tx, &actor(), &id, &text))
        .await?;
    told["name"] = json!(registration.name);
    told["client_id"] = json!(registration.client_id);
    told["issuer"] = json!(config.issuer);
    told["redirect_uris"] = json!(registration.redirect_uris);
    told["services"] = json!(registration.services);
    if add.json {
        println!("{told}");
        return Ok(());
    }
    println!("Registered {}.", registration.name);
    println!("client_id: {}", registration.client_id);
    if let Some(secret) = told["client_secret"].as_str() {
        println!("client_secret: {secret}");
    }
    if !told["private_jwks"].is_null() {
        println!("private_jwks: {}", told["private_jwks"]);
    }
    println!(
        "Keep these safe: they are shown only now. The issuer is {}.",
        config.issuer
    );
    Ok(())
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
            let word = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
            println!(
                "{}  {:<9}  {}",
                word("client_id"),
                word("status"),
                word("name")
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

/// Who acts, for the audit trail: the user of this machine.
fn actor() -> Actor {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
    Actor::Staff(user.unwrap_or_else(|_| "command line".to_owned()))
}
