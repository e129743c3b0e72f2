//! Where the database is.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use postgres::config::Host;

use super::error::StoreError;

/// A parsed database URL.
pub(crate) enum Target {
    Sqlite {
        path: PathBuf,
        queue: usize,
    },
    Postgres {
        config: Box<postgres::Config>,
        schema: Option<String>,
        pool: usize,
        queue: usize,
    },
}

/// Long enough for a burst, short enough that the last caller has not given up when its turn comes.
const SQLITE_QUEUE: usize = 16_384;
const POSTGRES_QUEUE: usize = 4_096;
const POSTGRES_POOL: usize = 16;

impl Target {
    /// `sqlite:PATH[?queue=N]` or `postgres://…[?schema=NAME&pool=N&queue=N&…]`; the rest of a
    /// PostgreSQL URL is as for libpq.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
            let (mut own, others) = Options::split(query)?;
            if !others.is_empty() || own.schema.is_some() || own.pool.is_some() {
                return Err(bad("sqlite: takes only the option `queue`"));
            }
            if path.is_empty() || path == ":memory:" {
                return Err(bad("sqlite: needs the path of a file"));
            }
            return Ok(Self::Sqlite {
                path: PathBuf::from(path),
                queue: own.queue.take().unwrap_or(SQLITE_QUEUE),
            });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let (base, query) = url.split_once('?').unwrap_or((url, ""));
            let (own, others) = Options::split(query)?;
            let rest = if others.is_empty() {
                base.to_owned()
            } else {
                format!("{base}?{others}")
            };
            // The parser's own error may quote the URL, and with it a password.
            let mut config: postgres::Config =
                rest.parse().map_err(|_| bad("not a PostgreSQL URL"))?;
            // There is no TLS here, and the default of libpq would silently fall back to plain text.
            let plain = query.split('&').any(|o| o == "sslmode=disable");
            if !plain && !here(&config) {
                return Err(bad(
                    "another machine needs TLS: connect through a local socket or proxy, or write sslmode=disable on a network of your own",
                ));
            }
            if config.get_connect_timeout().is_none() {
                config.connect_timeout(Duration::from_secs(5));
            }
            if config.get_application_name().is_none() {
                config.application_name("ipse");
            }
            if let Some(schema) = &own.schema {
                let options = config.get_options().unwrap_or_default();
                let options = format!("{options} -c search_path={schema}");
                config.options(&options);
            }
            return Ok(Self::Postgres {
                config: Box::new(config),
                schema: own.schema,
                pool: own.pool.unwrap_or(POSTGRES_POOL),
                queue: own.queue.unwrap_or(POSTGRES_QUEUE),
            });
        }
        Err(bad("write sqlite:PATH or postgres://…"))
    }
}

/// Whether the server is on this machine. A given address is the one that is used.
fn here(config: &postgres::Config) -> bool {
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
    };
    config.get_hosts().iter().all(local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn bad(text: &str) -> StoreError {
    StoreError::Unavailable(format!("database URL: {text}"))
}

#[derive(Default)]
struct Options {
    schema: Option<String>,
    pool: Option<usize>,
    queue: Option<usize>,
}

impl Options {
    /// Removes our options from a query string and returns the rest.
    fn split(query: &str) -> Result<(Self, String), StoreError> {
        let mut own = Self::default();
        let mut others = Vec::new();
        for part in query.split('&').filter(|p| !p.is_empty()) {
            match part.split_once('=') {
                Some(("schema", name)) => {
                    // It becomes part of SQL, so only plain names are allowed.
                    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
                        && name.len() <= 60
                        && name
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                    if !plain {
                        return Err(bad("schema: only a-z, 0-9 and _, starting with a letter"));
                    }
                    own.schema = Some(name.to_owned());
                }
                Some(("pool", n)) => own.pool = Some(count(n, 256)?),
                Some(("queue", n)) => own.queue = Some(count(n, 1_000_000)?),
                _ => others.push(part),
            }
        }
        Ok((own, others.join("&")))
    }
}

fn count(text: &str, max: usize) -> Result<usize, StoreError> {
    text.parse()
        .ok()
        .filter(|n| (1..=max).contains(n))
        .ok_or_else(|| bad(&format!("pool and queue are numbers, at most {max}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_paths() {
        let Ok(Target::Sqlite { path, queue }) = Target::parse("sqlite:/var/x y.db?queue=7") else {
            panic!("refused");
        };
        assert_eq!((path.to_str(), queue), (Some("/var/x y.db"), 7));
        for bad in [
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a?mode=ro",
            "sqlite:a?queue=0",
            "mysql://x",
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn postgres_options_are_ours_or_libpqs() {
        let url = "postgres://u:geheim@127.0.0.1/d?schema=a_1&pool=3&connect_timeout=9";
        let Ok(Target::Postgres {
            config,
            schema,
            pool,
            ..
        }) = Target::parse(url)
        else {
            panic!("refused");
        };
        assert_eq!((schema.as_deref(), pool), (Some("a_1"), 3));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(9)));
        for bad in [
            "postgres://localhost/d?schema=A;drop",
            "postgres://localhost/d?nonsense=1",
        ] {
            let Err(e) = Target::parse(bad) else {
                panic!("{bad}")
            };
            assert!(!e.to_string().contains("drop"));
        }
    }

    #[test]
    fn another_machine_is_not_reached_in_plain_text_unasked() {
        for bad in [
            "postgres://db.example/d",
            "postgres://db.example/d?sslmode=prefer",
            "postgres://localhost/d?hostaddr=192.0.2.1",
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
        for good in [
            "postgres://db.example/d?sslmode=disable",
            "postgres://[::1]/d",
            "postgres://%2frun%2fpostgresql/d",
        ] {
            assert!(Target::parse(good).is_ok(), "{good}");
        }
    }
}
