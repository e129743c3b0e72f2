//! `operator.toml` in the operator's home folder. Unknown members are refused.

use std::path::{Path, PathBuf};

use ipse_jose::JwkSet;
use ipse_sim::statement::Readiness;
use serde::{Deserialize, Serialize};

/// Name of the file.
pub const FILE: &str = "operator.toml";

/// Demo or production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Simulated cards and handset.
    Demo,
    /// Real cards only.
    Production,
}

/// How the operator misbehaves, for tests of the scheme; demo only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// Accepts requests and never answers.
    Silent,
    /// Answers after five seconds.
    Slow,
    /// Signs statements about another SIM.
    Lying,
    /// Answers with something that is not JSON.
    Garbage,
    /// Answers 503.
    Error,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 5] = [
        Self::Silent,
        Self::Slow,
        Self::Lying,
        Self::Garbage,
        Self::Error,
    ];

    /// The spelling in the file and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Slow => "slow",
            Self::Lying => "lying",
            Self::Garbage => "garbage",
            Self::Error => "error",
        }
    }
}

/// A fault, or none: what `ipse operator fault` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultSetting(pub Option<Fault>);

impl FaultSetting {
    /// The stored spelling.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.0.map_or("none", Fault::as_str)
    }

    /// Reads the stored spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Fault::ALL
            .into_iter()
            .map(|fault| Self(Some(fault)))
            .chain([Self(None)])
            .find(|setting| setting.as_str() == text)
    }
}

impl std::str::FromStr for FaultSetting {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        Self::parse(text).ok_or(UnknownFault)
    }
}

/// The text names no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the faults are silent, slow, lying, garbage, error and none")]
pub struct UnknownFault;

/// The scheme: the only client, and where events go.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its issuer: audience of statements.
    pub issuer: String,
    /// Its name as a client.
    pub client_id: String,
    /// Its pinned keys.
    pub jwks: JwkSet,
    /// Where events go.
    pub events_url: String,
}

/// A SIM of the demo.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sim {
    /// Phone number.
    pub number: String,
    /// `ready`, `upgradable` or `incompatible`.
    pub readiness: Readiness,
}

/// SIMs with consecutive numbers, for load tests.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimRange {
    /// First number.
    pub first: String,
    /// How many.
    pub count: u32,
}

/// The whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Demo or production.
    pub profile: Profile,
    /// Name that people see.
    pub name: String,
    /// Issuer: origin of this server.
    pub issuer: String,
    /// Where to listen, for example `127.0.0.1:4002`.
    pub listen: String,
    /// `sqlite:PATH` (relative to the home folder) or `postgres://…`.
    #[serde(default = "default_database")]
    pub database: String,
    /// Origin of the phone app, which may read the simulated handset.
    pub app_origin: String,
    /// Seconds between heartbeats; 10 in the demo, 30 otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat_seconds: Option<u32>,
    /// Misbehave from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The scheme.
    pub scheme: Scheme,
    /// SIMs to start with.
    #[serde(default, rename = "sim", skip_serializing_if = "Vec::is_empty")]
    pub sims: Vec<Sim>,
    /// Ranges of SIMs to start with.
    #[serde(default, rename = "sim_range", skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<SimRange>,
}

fn default_database() -> String {
    "sqlite:operator.db".to_owned()
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read {path}; `ipse operator --home DIR init` writes a first one")]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It cannot be written.
    #[error("cannot write {path}")]
    Unwritable {
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It does not parse, or a member has a bad value.
    #[error("{path} is not an operator's configuration")]
    Invalid {
        /// Where it is.
        path: PathBuf,
        /// What is wrong.
        source: InvalidConfig,
    },
}

/// What is wrong with the text of the file.
#[derive(Debug, thiserror::Error)]
pub enum InvalidConfig {
    /// It is not TOML, or a member is unknown or missing. Holds what is wrong and not the parser's error, which holds the
    /// whole text: the database's URL may have a password.
    #[error("{0}")]
    Syntax(String),
    /// It cannot be written as TOML.
    #[error("the configuration cannot be written as TOML")]
    Unserialisable(#[from] toml::ser::Error),
    /// An address without TLS.
    #[error("{0} must be an https address")]
    NotHttps(&'static str),
    /// A SIM that starts in another state.
    #[error("a SIM starts as ready, upgradable or incompatible")]
    SimReadiness,
    /// A fault in production.
    #[error("fault is for the demo profile only")]
    FaultInProduction,
}

impl Config {
    /// Reads `operator.toml` in `home`.
    ///
    /// # Errors
    /// [`ConfigError`] names the file and what is wrong.
    pub fn read(home: &Path) -> Result<Self, ConfigError> {
        let path = home.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map_err(|source| ConfigError::Invalid { path, source }),
            Err(source) => Err(ConfigError::Unreadable { path, source }),
        }
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// [`InvalidConfig`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidConfig> {
        let config: Self = toml::from_str(text)
            .map_err(|error| InvalidConfig::Syntax(error.message().to_owned()))?;
        config.check()?;
        Ok(config)
    }

    /// Writes `operator.toml` into `home`.
    ///
    /// # Errors
    /// [`ConfigError`] names the file and what is wrong.
    pub fn write(&self, home: &Path) -> Result<(), ConfigError> {
        let path = home.join(FILE);
        let text = match self.to_toml() {
            Ok(text) => text,
            Err(source) => return Err(ConfigError::Invalid { path, source }),
        };
        std::fs::create_dir_all(home)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|source| ConfigError::Unwritable { path, source })
    }

    fn to_toml(&self) -> Result<String, InvalidConfig> {
        self.check()?;
        Ok(toml::to_string(self)?)
    }

    fn check(&self) -> Result<(), InvalidConfig> {
        for (member, url) in [
            ("issuer", &self.issuer),
            ("app_origin", &self.app_origin),
            ("scheme.issuer", &self.scheme.issuer),
            ("scheme.events_url", &self.scheme.events_url),
        ] {
            let local = self.profile == Profile::Demo && url.starts_with("http://");
            if !url.starts_with("https://") && !local {
                return Err(InvalidConfig::NotHttps(member));
            }
        }
        let first_states = [
            Readiness::Ready,
            Readiness::Upgradable,
            Readiness::Incompatible,
        ];
        if self
            .sims
            .iter()
            .any(|sim| !first_states.contains(&sim.readiness))
        {
            return Err(InvalidConfig::SimReadiness);
        }
        if self.profile == Profile::Production && self.fault.is_some() {
            return Err(InvalidConfig::FaultInProduction);
        }
        Ok(())
    }

    /// The database's URL; a relative SQLite path counts from `home`.
    #[must_use]
    pub fn database_url(&self, home: &Path) -> String {
        match self.database.strip_prefix("sqlite:") {
            Some(path) if !Path::new(path).is_absolute() => {
                format!("sqlite:{}", home.join(path).display())
            }
            _ => self.database.clone(),
        }
    }

    /// The time between two heartbeats.
    #[must_use]
    pub fn heartbeat(&self) -> std::time::Duration {
        let default = match self.profile {
            Profile::Demo => 10,
            Profile::Production => 30,
        };
        std::time::Duration::from_secs(self.heartbeat_seconds.unwrap_or(default).max(1).into())
    }

    /// Sixteen bytes that name the scheme to the cards.
    #[must_use]
    pub fn scheme_id(&self) -> [u8; 16] {
        let hash = ipse_jose::sha256(self.scheme.issuer.as_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        id
    }
}
