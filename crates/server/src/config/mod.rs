//! `scheme.toml`: the scheme's names and addresses, and the operators and banks it works with. Unknown members are refused.

mod bank;
mod mail;
mod operator;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ipse_scheme::config::{Config, Lifetimes, OpenLimits, Profile};
use ipse_scheme::partner_name::Reserved;
use ipse_scheme::person::SIMULATED;
use serde::Deserialize;

pub use bank::{BANK_CLIENT_KEY, BANK_USERINFO_KEY, BankConfig};
pub use ipse_scheme::notice::EVENT_KEY as BANK_EVENT_KEY;
pub use mail::{MailConfig, MailTls};
pub use operator::{OPERATOR_CLIENT_KEY, OperatorConfig};

const MONTH_SECONDS: i64 = 30 * DAY_SECONDS;
const DAY_SECONDS: i64 = 24 * 3600;
/// FAPI 2.0 Security Profile §5.3.2.1 allows a code no longer life.
const MINUTE_SECONDS: i64 = 60;
const HOUR_SECONDS: i64 = 3600;
const TEXTS_PER_HOUR: u32 = 10_000;
const MAILS_PER_HOUR: u32 = 10_000;

/// The schema of the person keys of an installation that names no schema. Once, all installations of a database shared it.
pub const SHARED: &str = "ipse_persons";
/// The longest name of a schema that the store accepts.
const LONGEST_SCHEMA: usize = 60;

/// Where an installation with a schema of its own may keep its person keys, beside [`SHARED`].
pub struct KeySchemas {
    /// The schema that only this installation has.
    pub own: String,
}

/// Version of the terms that a person accepts.
pub const TERMS_VERSION: &str = "2026-11";

/// `scheme.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// `demo` or `production`.
    pub profile: Profile,
    /// Issuer URL, without a trailing slash.
    pub issuer: String,
    /// Origin of the app and of `/phone/v1`.
    pub app: String,
    /// Address of the issuer's listener: for partners, operators and monitors.
    pub listen_issuer: SocketAddr,
    /// Address of the app's listener: for the app, phones and browsers that come back from banks.
    pub listen_app: SocketAddr,
    /// Folder of the built app. A relative path starts at the home.
    #[serde(default)]
    pub app_dir: Option<PathBuf>,
    /// `sqlite:PATH` (a relative path starts at the home) or `postgres://…`.
    pub database: String,
    /// Database of person keys; by default beside `database`.
    #[serde(default)]
    pub person_keys: Option<String>,
    /// Lifetimes of actions, codes, tokens, enrolments and SIM statements.
    #[serde(default)]
    pub lifetimes: LifetimesConfig,
    /// How much clients may have open at a time, and which proxies are believed.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// The mail server; without it, people cannot add an e-mail address.
    #[serde(default)]
    pub mail: Option<MailConfig>,
    /// Operators.
    #[serde(default, rename = "operator")]
    pub operators: Vec<OperatorConfig>,
    /// Banks.
    #[serde(default, rename = "bank")]
    pub banks: Vec<BankConfig>,
}

/// `[lifetimes]`, in seconds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifetimesConfig {
    action_seconds: Option<i64>,
    code_seconds: Option<i64>,
    token_seconds: Option<i64>,
    enrolment_seconds: Option<i64>,
    sim_statement_login_seconds: Option<i64>,
    new_phone_seconds: Option<i64>,
}

/// `[limits]`, for each node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Addresses of the reverse proxies, whose `x-forwarded-for` names the client.
    #[serde(default)]
    pub proxies: Vec<IpAddr>,
    open_requests: Option<usize>,
    open_requests_per_partner: Option<usize>,
    open_requests_per_address: Option<usize>,
    open_enrolments: Option<usize>,
    open_enrolments_per_address: Option<usize>,
    texts_per_hour: Option<u32>,
    mails_per_hour: Option<u32>,
}

impl LimitsConfig {
    fn open(&self) -> OpenLimits {
        let or = OpenLimits::default();
        OpenLimits {
            requests: self.open_requests.unwrap_or(or.requests),
            requests_per_partner: self
                .open_requests_per_partner
                .unwrap_or(or.requests_per_partner),
            requests_per_address: self
                .open_requests_per_address
                .unwrap_or(or.requests_per_address),
            enrolments: self.open_enrolments.unwrap_or(or.enrolments),
            enrolments_per_address: self
                .open_enrolments_per_address
                .unwrap_or(or.enrolments_per_address),
        }
    }
}

impl LifetimesConfig {
    /// Refuses what is no time, and what would live so long that a stolen link, code or token stays useful.
    fn check(&self) -> anyhow::Result<()> {
        for (name, seconds, allowed) in [
            ("action_seconds", self.action_seconds, 1..=HOUR_SECONDS),
            ("code_seconds", self.code_seconds, 1..=MINUTE_SECONDS),
            ("token_seconds", self.token_seconds, 1..=DAY_SECONDS),
            (
                "enrolment_seconds",
                self.enrolment_seconds,
                60..=DAY_SECONDS,
            ),
            (
                "sim_statement_login_seconds",
                self.sim_statement_login_seconds,
                0..=DAY_SECONDS,
            ),
        ] {
            let (least, most) = (allowed.start(), allowed.end());
            if let Some(seconds) = seconds
                && !allowed.contains(&seconds)
            {
                bail!("`lifetimes.{name}` is {seconds}: write {least} to {most} seconds");
            }
        }
        Ok(())
    }
}

/// The scheme's folder: `home` itself, or `scheme/` inside the home of a demo.
pub fn home(home: &Path) -> PathBuf {
    let inside = home.join("scheme");
    if !home.join("scheme.toml").exists() && inside.join("scheme.toml").exists() {
        return inside;
    }
    home.to_owned()
}

impl ServerConfig {
    /// Reads `scheme.toml` of a home.
    ///
    /// # Errors
    /// When it is missing, malformed, or not safe for its profile; the text says what to do.
    pub fn load(home: &Path) -> anyhow::Result<Self> {
        let path = home.join("scheme.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| {
                format!(
                    "cannot read {}: --home is the folder of a scheme or of a demo; docs/running.md describes the file",
                    path.display()
                )
            })?;
        let mut config: Self =
            toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?;
        config.check()?;
        config.database = at_home(home, config.database);
        config.person_keys = config.person_keys.map(|url| at_home(home, url));
        config.app_dir = config.app_dir.map(|dir| home.join(dir));
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        for origin in [&self.issuer, &self.app] {
            let url =
                url::Url::parse(origin).with_context(|| format!("`{origin}` is not a URL"))?;
            if origin.ends_with('/') {
                bail!("`{origin}` must not end with a slash");
            }
            if self.profile == Profile::Production && url.scheme() != "https" {
                bail!("`{origin}` must be https in production");
            }
        }
        if self.issuer == self.app {
            bail!("`issuer` and `app` must be different origins");
        }
        self.lifetimes.check()?;
        if let Some(mail) = &self.mail {
            mail.check(self.profile)?;
        }
        let new_phone = self.lifetimes.new_phone_seconds;
        if new_phone.is_some_and(|seconds| !(0..=MONTH_SECONDS).contains(&seconds)) {
            bail!("`lifetimes.new_phone_seconds` is at most 30 days ({MONTH_SECONDS})");
        }
        if self.profile == Profile::Production && new_phone.is_some_and(|s| s < DAY_SECONDS) {
            bail!("`lifetimes.new_phone_seconds` is at least a day in production ({DAY_SECONDS})");
        }
        Ok(())
    }

    /// Database of person keys. `is_kept` says of a schema of PostgreSQL whether this installation keeps its keys there.
    ///
    /// # Errors
    /// When no name of a schema can be made, or as `is_kept`.
    pub fn person_keys(
        &self,
        is_kept: impl FnOnce(&KeySchemas) -> anyhow::Result<bool>,
    ) -> anyhow::Result<String> {
        if let Some(url) = &self.person_keys {
            return Ok(url.clone());
        }
        if let Some(path) = self.database.strip_prefix("sqlite:") {
            let path = path.split('?').next().unwrap_or(path);
            return Ok(format!("sqlite:{path}.persons"));
        }
        let (url, schema) = without_schema(&self.database);
        let schema = match schema {
            None => SHARED.to_owned(),
            Some(schema) => {
                let own = format!("{schema}_{SHARED}");
                if own.len() > LONGEST_SCHEMA {
                    bail!(
                        "`person_keys` is required: the name of the schema is too long to derive another from"
                    );
                }
                let schemas = KeySchemas { own };
                match is_kept(&schemas)? {
                    true => SHARED.to_owned(),
                    false => schemas.own,
                }
            }
        };
        let joint = if url.contains('?') { '&' } else { '?' };
        Ok(format!("{url}{joint}schema={schema}&pool=4"))
    }

    /// The rules by which people were verified, as partners are told. In the demo profile nobody was.
    pub fn trust_frameworks(&self) -> Vec<String> {
        if self.banks.is_empty() {
            return Vec::new();
        }
        match self.profile {
            Profile::Demo => vec![SIMULATED.to_owned()],
            Profile::Production => {
                let all = self.banks.iter().flat_map(|bank| &bank.trust_frameworks);
                all.collect::<BTreeSet<_>>().into_iter().cloned().collect()
            }
        }
    }

    /// The part that the rules need.
    pub fn scheme(&self) -> Config {
        let default = Lifetimes::default();
        let or = |seconds: Option<i64>, ms: i64| seconds.map_or(ms, |s| s * 1000);
        Config {
            issuer: self.issuer.clone(),
            app: self.app.clone(),
            profile: self.profile,
            lifetimes: Lifetimes {
                action: or(self.lifetimes.action_seconds, default.action),
                code: or(self.lifetimes.code_seconds, default.code),
                token: or(self.lifetimes.token_seconds, default.token),
                enrolment: or(self.lifetimes.enrolment_seconds, default.enrolment),
                sim_statement_login: or(
                    self.lifetimes.sim_statement_login_seconds,
                    default.sim_statement_login,
                ),
                new_phone: or(self.lifetimes.new_phone_seconds, default.new_phone),
                ..default
            },
            open: self.limits.open(),
            texts_per_hour: self.limits.texts_per_hour.unwrap_or(TEXTS_PER_HOUR).into(),
            mails_per_hour: self.limits.mails_per_hour.unwrap_or(MAILS_PER_HOUR).into(),
            terms_version: TERMS_VERSION.to_owned(),
            reserved_names: self.reserved_names(),
        }
    }
}

impl ServerConfig {
    /// The names of the banks and operators, with the hosts of their issuers.
    fn reserved_names(&self) -> Vec<Reserved> {
        let banks = self.banks.iter().map(|bank| (&bank.name, &bank.issuer));
        let operators = self.operators.iter().map(|one| (&one.name, &one.issuer));
        banks
            .chain(operators)
            .map(|(name, issuer)| Reserved {
                name: name.clone(),
                host: url::Url::parse(issuer)
                    .ok()
                    .and_then(|url| url.host_str().map(str::to_owned))
                    .unwrap_or_default(),
            })
            .collect()
    }
}

/// Resolves a relative SQLite path against the home.
fn at_home(home: &Path, url: String) -> String {
    match url.strip_prefix("sqlite:") {
        Some(path) if !Path::new(path).is_absolute() => {
            format!("sqlite:{}", home.join(path).display())
        }
        _ => url,
    }
}

/// The URL without the options that name a schema or a pool, and the schema.
fn without_schema(url: &str) -> (String, Option<&str>) {
    let Some((base, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let schema = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("schema="));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("schema=") && !pair.starts_with("pool="))
        .collect();
    let url = match kept.is_empty() {
        true => base.to_owned(),
        false => format!("{base}?{}", kept.join("&")),
    };
    (url, schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEME: &str = r#"
        profile = "demo"
        issuer = "https://ipse.example"
        app = "https://app.ipse.example"
        listen_issuer = "127.0.0.1:0"
        listen_app = "127.0.0.1:0"
        database = "sqlite:ipse.db"
        app_dir = "app"
    "#;

    fn load(text: &str) -> (tempfile::TempDir, anyhow::Result<ServerConfig>) {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("scheme.toml"), text).unwrap();
        let config = ServerConfig::load(home.path());
        (home, config)
    }

    #[test]
    fn relative_paths_start_at_the_home() {
        let (home, config) = load(SCHEME);
        let config = config.unwrap();
        let file = home.path().join("ipse.db");
        assert_eq!(config.database, format!("sqlite:{}", file.display()));
        assert_eq!(config.app_dir, Some(home.path().join("app")));
        assert_eq!(
            config.person_keys(|_| Ok(false)).unwrap(),
            format!("sqlite:{}.persons", file.display())
        );
    }

    #[test]
    fn person_keys_follow_the_schema_of_the_scheme() {
        let (_home, config) = load(SCHEME);
        let mut config = config.unwrap();
        let mut url = |database: &str, kept: bool| {
            config.database = database.to_owned();
            config.person_keys(|_| Ok(kept)).map_err(|e| e.to_string())
        };
        for (database, kept, expected) in [
            (
                "postgres://h/d",
                true,
                "postgres://h/d?schema=ipse_persons&pool=4",
            ),
            (
                "postgres://h/d?pool=9&schema=a&connect_timeout=1",
                false,
                "postgres://h/d?connect_timeout=1&schema=a_ipse_persons&pool=4",
            ),
            (
                "postgres://h/d?schema=ipse",
                false,
                "postgres://h/d?schema=ipse_ipse_persons&pool=4",
            ),
            (
                "postgres://h/d?schema=a",
                true,
                "postgres://h/d?schema=ipse_persons&pool=4",
            ),
        ] {
            assert_eq!(url(database, kept).as_deref(), Ok(expected));
        }
        let long = format!("postgres://h/d?schema={}", "a".repeat(50));
        assert!(url(&long, false).unwrap_err().contains("person_keys"));
    }

    #[test]
    fn a_lifetime_is_bounded_and_the_error_names_the_bounds() {
        const YEARS_31: i64 = 31 * 365 * 24 * 3600;
        for (name, least, most) in [
            ("action_seconds", 1, 3_600),
            ("code_seconds", 1, 60),
            ("token_seconds", 1, 86_400),
            ("enrolment_seconds", 60, 86_400),
            ("sim_statement_login_seconds", 0, 86_400),
        ] {
            let load = |seconds: i64| load(&format!("{SCHEME}\n[lifetimes]\n{name} = {seconds}"));
            for seconds in [least, most] {
                assert!(load(seconds).1.is_ok(), "{name} {seconds}");
            }
            for seconds in [i64::MIN, -1, least - 1, most + 1, YEARS_31, i64::MAX] {
                let error = load(seconds).1.expect_err("refused").to_string();
                let bounds = format!("`lifetimes.{name}` is {seconds}: write {least} to {most}");
                assert!(error.starts_with(&bounds), "{error}");
            }
        }
    }

    #[test]
    fn an_earlier_sim_statement_is_accepted_only_if_configured() {
        let (_home, config) = load(SCHEME);
        assert_eq!(config.unwrap().scheme().lifetimes.sim_statement_login, 0);
        let allowed = format!("{SCHEME}\n[lifetimes]\nsim_statement_login_seconds = 3600");
        let (_home, config) = load(&allowed);
        assert_eq!(
            config.unwrap().scheme().lifetimes.sim_statement_login,
            3_600_000
        );
        let (_home, config) = load(&allowed.replace("3600", "86401"));
        assert!(config.is_err());
    }
}
