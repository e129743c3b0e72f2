//! Makes a home for the bench: scheme, operator, a partner, and many identities with the same rows as after an enrolment.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use ipse_jose::{JwkSet, SigningKey, b64};
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_operator::keys::OperatorKeys;
use ipse_phone::{CodeRegistration, KeyStretching};
use ipse_protocol::ids::{DeviceId, IdentityId};
use ipse_protocol::terms::KeyKind;
use ipse_protocol::{Clock, Random};
use ipse_scheme::code::credential_identifier;
use ipse_scheme::person::{Attributes, lookup_hash};
use ipse_server::Server;
use ipse_server::config::ServerConfig;
use ipse_store::device::{Device, DeviceStatus};
use ipse_store::person::LookupField;
use ipse_store::sim::{Binding, BindingStatus};
use ipse_store::{StoreError, Tx, device, identity, person, sim};
use ipse_texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::Registered;
use super::parties::Party;
use super::{SeedArgs, partners};

const OPERATOR: &str = "Bench Mobiel";
const CLIENT: &str = "ipse";
const CODE: &str = "58204";
const FIRST_NUMBER: u64 = 32_470_000_000;
const BATCH: usize = 500;
/// Active identities are registered at the operator, which must answer within 1.5 seconds.
const ACTIVE_BATCH: usize = 16;

/// `bench.json`: what the load generator needs.
#[derive(Serialize, Deserialize)]
pub struct Manifest {
    /// The partner of logins.
    #[serde(flatten)]
    pub client: Registered,
    /// The partners of `ipse bench share`.
    #[serde(default)]
    pub sharing: Vec<Registered>,
    /// How many identities the database holds.
    pub identities: usize,
    /// Those that log in.
    pub people: Vec<Person>,
    /// Ports: issuer, app, operator.
    pub ports: [u16; 3],
}

/// A person who logs in.
#[derive(Serialize, Deserialize)]
pub struct Person {
    /// `dev_…`.
    pub device: String,
    /// Device key, PKCS #8 in base64url.
    pub key: String,
    /// The code.
    pub code: String,
}

/// `ipse bench seed`.
pub async fn seed(args: &SeedArgs) -> anyhow::Result<()> {
    if args.active > args.identities {
        bail!("--active is more than --identities");
    }
    if args.home.join("bench.json").exists() {
        bail!("{} holds a bench already", args.home.display());
    }
    let random = Random::system();
    let ports = free_ports()?;
    configure(&args.home, ports, args.database.as_deref(), args.active)?;
    let operator_home = args.home.join("operator");
    let operator = Party::start(
        &["operator", "--home", &text(&operator_home), "--stdin-watch"].map(str::to_owned),
        &operator_home,
        &format!("127.0.0.1:{}", ports[2]),
    )
    .await?;
    let scheme_home = args.home.join("scheme");
    drop(ipse_server::keystore::init(
        &scheme_home,
        &ServerConfig::load(&scheme_home)?,
        &Clock::system(),
        &random,
    )?);
    let server = Arc::new(Server::open(
        &scheme_home,
        ServerConfig::load(&scheme_home)?,
    )?);
    let (client, sharing) = partners::register(&server, &random).await?;
    let mut people = Vec::with_capacity(args.active);
    let mut done = 0;
    while done < args.identities {
        let batch = if done < args.active {
            ACTIVE_BATCH
        } else {
            BATCH
        };
        let count = batch.min(args.identities - done);
        let people_now = (done..done + count).map(|n| one(&server, &random, n, n < args.active));
        for person in futures_util::future::try_join_all(people_now).await? {
            people.extend(person);
        }
        done += count;
        if (done / 20_000) != ((done - count) / 20_000) || done == args.identities {
            eprintln!("{done} of {} identities", args.identities);
        }
    }
    operator.end().await?;
    let manifest = Manifest {
        client,
        sharing,
        identities: args.identities,
        people,
        ports,
    };
    std::fs::write(args.home.join("bench.json"), serde_json::to_vec(&manifest)?)?;
    server.scheme.store.close();
    Ok(())
}

/// Three ports that are free now.
fn free_ports() -> anyhow::Result<[u16; 3]> {
    let mut held = Vec::new();
    let mut ports = [0; 3];
    for port in &mut ports {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

fn configure(
    home: &Path,
    [issuer, app, operator]: [u16; 3],
    database: Option<&str>,
    active: usize,
) -> anyhow::Result<()> {
    let (scheme_home, operator_home) = (home.join("scheme"), home.join("operator"));
    std::fs::create_dir_all(&scheme_home)?;
    std::fs::create_dir_all(&operator_home)?;
    let scheme_keys = FileKeyStore::init(&scheme_home.join("keys"), &|keys| {
        ipse_server::keystore::make_keys(keys, &Random::system())
    })?;
    drop(OperatorKeys::init(&operator_home)?);
    let client = JwkSet {
        keys: vec![
            scheme_keys
                .signing(ipse_server::config::OPERATOR_CLIENT_KEY)?
                .public_jwk(),
        ],
    };
    let url = |port: u16| format!("http://localhost:{port}");
    let operator_settings = json!({
        "profile": "demo", "name": OPERATOR, "issuer": url(operator), "listen": format!("127.0.0.1:{operator}"),
        "app_origin": url(app),
        "scheme": {"issuer": url(issuer), "client_id": CLIENT, "jwks": client,
                   "events_url": format!("{}/operators/events", url(issuer))},
        // The second half is of people who have no identity.
        "sim_range": [{"first": format!("+{FIRST_NUMBER}"), "count": 2 * active}],
    });
    std::fs::write(
        operator_home.join("operator.toml"),
        toml::to_string(&operator_settings)?,
    )?;
    let database = database.map_or_else(
        || format!("sqlite:{}", scheme_home.join("ipse.db").display()),
        str::to_owned,
    );
    let scheme_settings = json!({
        "profile": "demo", "issuer": url(issuer), "app": url(app),
        "listen_issuer": format!("127.0.0.1:{issuer}"), "listen_app": format!("127.0.0.1:{app}"),
        "database": database,
        "operator": [{"name": OPERATOR, "issuer": url(operator), "url": url(operator), "client_id": CLIENT,
                      "jwks": ipse_operator::cli::public_jwks(&operator_home)?}],
    });
    std::fs::write(
        scheme_home.join("scheme.toml"),
        toml::to_string(&scheme_settings)?,
    )?;
    Ok(())
}

/// Phone number of the n-th person. The operator knows twice as many numbers as people log in; the second half has no identity,
/// unless the database holds more identities than log in.
pub fn phone_number(n: usize) -> String {
    format!("+{}", FIRST_NUMBER + n as u64)
}

/// Writes one identity. An active one has a code and a SIM that its operator knows.
async fn one(
    server: &Server,
    random: &Random,
    n: usize,
    active: bool,
) -> anyhow::Result<Option<Person>> {
    let scheme = &server.scheme;
    let id = IdentityId::new(random);
    let key = SigningKey::generate_es256();
    let phone_number = phone_number(n);
    let point = ipse_protocol::wire::DeviceKey::of(&key)
        .context("device key")?
        .to_sec1();
    let mut row = Device {
        id: DeviceId::new(random),
        identity: id.clone(),
        status: DeviceStatus::Active,
        name: "Bench".into(),
        key_kind: KeyKind::Software,
        public_key: point,
        opaque_record: Some(vec![0; 192]),
        code_version: 1,
        biometric_credential: None,
        biometric_key: None,
        biometric_backup: None,
        sim_handle: Some(format!("background-{n}")),
        contest_until: None,
        contested: false,
        basic_until: 0,
        mac: Vec::new(),
        last_sequence: 0,
        recent: Vec::new(),
        created: 0,
        last_used: 0,
    };
    let mut changed_at = 0;
    if active {
        let (registration, request) = CodeRegistration::start(KeyStretching::None, CODE, random)?;
        let identifier = credential_identifier(&id, &row.id, 1);
        let response = scheme.code().register(&identifier, &request)?;
        let upload = registration.finish(&response)?;
        row.opaque_record = Some(scheme.code().accept(&upload)?);
        let operator = scheme.operator(OPERATOR).context("operator")?;
        let found = operator.resolve(&phone_number).await?;
        changed_at = found.changed_at;
        row.sim_handle = Some(found.handle);
    }
    let attributes = Attributes {
        given_name: "An".into(),
        family_name: format!("Proef {n}"),
        birthdate: "1971-01-01".into(),
        nationality: "BE".into(),
        national_number: format!("717151{n:07}"),
        document_number: "592000000182".into(),
        phone_number: phone_number.clone(),
        gender: None,
        place_of_birth: None,
        address: None,
        photo: None,
        document_type: None,
        document_valid_until: None,
        document_issuer_country: None,
        verification: None,
    };
    let sealed = attributes.seal(&scheme.persons.create(&id).await?)?;
    let phone = lookup_hash(&*scheme.keys, LookupField::PhoneNumber, &phone_number);
    let national = lookup_hash(
        &*scheme.keys,
        LookupField::NationalNumber,
        &attributes.national_number,
    );
    let pkcs8 = key.to_pkcs8()?;
    let person = active.then(|| Person {
        device: row.id.to_string(),
        key: b64::encode(&pkcs8),
        code: CODE.into(),
    });
    let rows = Rows {
        id,
        row,
        sealed,
        phone,
        national,
        changed_at,
    };
    scheme.store.write(move |tx| rows.insert(tx)).await?;
    Ok(person)
}

struct Rows {
    id: IdentityId,
    row: Device,
    sealed: Vec<u8>,
    phone: Vec<u8>,
    national: Vec<u8>,
    changed_at: i64,
}

impl Rows {
    fn insert(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let now = tx.now()?;
        identity::insert(tx, &self.id, Language::En, now)?;
        device::insert(tx, &self.row)?;
        person::add_attributes(tx, &self.id, &self.sealed, "bench", "none", now)?;
        person::add_lookup(tx, LookupField::PhoneNumber, &self.phone, 1, &self.id)?;
        person::add_lookup(tx, LookupField::NationalNumber, &self.national, 1, &self.id)?;
        sim::bind(
            tx,
            &Binding {
                identity: self.id.clone(),
                operator: OPERATOR.into(),
                handle: self.row.sim_handle.clone().unwrap_or_default(),
                status: BindingStatus::Bound,
                changed_at: self.changed_at,
                bound: now,
                stated: None,
            },
        )
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
