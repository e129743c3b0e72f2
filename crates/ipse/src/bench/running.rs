//! Starts operator and scheme of a home for a measurement.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipse_jose::VerifyingKey;
use ipse_keys::FileKeyStore;
use ipse_openid::client::IdTokenAlg;
use ipse_protocol::{Clock, Random};
use ipse_server::config::ServerConfig;
use ipse_server::openid::id_token_keys::IdTokenKeys;

use super::client::Client;
use super::login::Target;
use super::parties::Party;
use super::{SeedArgs, partners, seed};

/// The running parties of a home, and what a load generator must know about them.
pub struct Running {
    /// `ipse operator`.
    pub operator: Party,
    /// `ipse serve`.
    pub scheme: Party,
    issuer: String,
    app: String,
    token_key: VerifyingKey,
    /// What the seed wrote to `bench.json`.
    pub manifest: seed::Manifest,
    /// `sqlite` or `postgres`.
    pub database: String,
}

/// The home to measure in, and whether to remove it afterwards. Without `given`, a new one with 500 identities.
pub async fn home(
    given: Option<&Path>,
    database: Option<String>,
) -> anyhow::Result<(PathBuf, bool)> {
    if let Some(home) = given {
        return Ok((home.to_owned(), false));
    }
    let home = std::env::temp_dir().join(format!("ipse-bench-{}", std::process::id()));
    seed::seed(&SeedArgs {
        home: home.clone(),
        identities: 500,
        active: 500,
        database,
    })
    .await?;
    Ok((home, true))
}

impl Running {
    /// Starts both and waits until they listen.
    pub async fn start(home: &Path) -> anyhow::Result<Self> {
        let manifest: seed::Manifest =
            serde_json::from_slice(&std::fs::read(home.join("bench.json"))?)?;
        let (scheme_home, operator_home) = (home.join("scheme"), home.join("operator"));
        let config = ServerConfig::load(&scheme_home)?;
        let [_, app_at, operator_at] = manifest.ports.map(|port| format!("127.0.0.1:{port}"));
        let arguments = |command, home: &Path| {
            [command, "--home", &seed::text(home), "--stdin-watch"].map(str::to_owned)
        };
        let operator = arguments("operator", &operator_home);
        let operator = Party::start(&operator, &operator_home, &operator_at).await?;
        let scheme = arguments("serve", &scheme_home);
        let scheme = Party::start(&scheme, &scheme_home, &app_at).await?;
        let keys = FileKeyStore::open(&scheme_home.join("keys"))?;
        let token_key = IdTokenKeys::open(&keys)?
            .signing(IdTokenAlg::ES256)
            .verifying_key();
        let database = config.database.split(':').next().unwrap_or("").to_owned();
        Ok(Self {
            operator,
            scheme,
            issuer: config.issuer,
            app: config.app,
            token_key,
            manifest,
            database,
        })
    }

    /// What the requests of a partner need to know.
    pub fn target(&self, client: Client) -> Arc<Target> {
        Arc::new(Target {
            issuer: self.issuer.clone(),
            app: self.app.clone(),
            client,
            token_key: self.token_key.clone(),
            redirect_uri: partners::REDIRECT_URI.into(),
            clock: Clock::system(),
            random: Random::system(),
        })
    }
}
