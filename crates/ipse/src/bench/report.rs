//! Runs the phases and prints the figures.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use ipse_jose::{Alg, SigningKey, b64};
use ipse_phone::{Memory, State, fetch_config};
use ipse_protocol::{Clock, Random};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::http::Connections;
use super::login::{self, Person, STEPS, Target, Times, elapsed};
use super::running::{self, Running};
use super::{LoginArgs, floor, seed};

const WARM_UP: Duration = Duration::from_secs(2);

/// What a phase measured.
struct Phase {
    times: Vec<Times>,
    errors: u64,
    first_error: Option<String>,
    seconds: f64,
    scheme_cpu: f64,
}

/// `ipse bench login`.
pub async fn login(args: LoginArgs) -> anyhow::Result<()> {
    let (home, temporary) = running::home(args.home.as_deref(), args.database.clone()).await?;
    let result = measure(&args, &home).await;
    if temporary {
        std::fs::remove_dir_all(&home)?;
    }
    println!("{}", result?);
    Ok(())
}

async fn measure(args: &LoginArgs, home: &Path) -> anyhow::Result<Value> {
    let floor = floor::milliseconds(&Clock::system(), &Random::system())?;
    let Running {
        operator,
        scheme,
        target,
        manifest,
        database,
    } = Running::start(home).await?;
    let scheme_home = home.join("scheme");
    let people = Arc::new(People::new(&target, &manifest, &scheme_home).await?);
    eprintln!("warming up");
    closed(&target, &people, args.concurrency, WARM_UP).await;
    eprintln!("as many logins as possible, {} s", args.seconds);
    let length = Duration::from_secs(args.seconds);
    let before = scheme.cpu()?;
    let mut full = closed(&target, &people, args.concurrency, length).await;
    full.scheme_cpu = scheme.cpu()? - before;
    eprintln!("{} logins a second, {} s", args.rate, args.seconds);
    let before = scheme.cpu()?;
    let mut steady = open(&target, &people, args.rate, length).await;
    steady.scheme_cpu = scheme.cpu()? - before;
    let rss = scheme.rss_mb()?;
    scheme.end().await?;
    operator.end().await?;
    people.save(home)?;
    let done = full.times.len().max(1) as f64;
    let mut totals = full.totals();
    Ok(json!({
        "logins_per_second": round(full.times.len() as f64 / full.seconds),
        "errors": full.errors + steady.errors,
        "first_error": full.first_error.clone().or(steady.first_error.clone()),
        "scheme_cpu_ms_per_login": round(full.scheme_cpu * 1000.0 / done),
        "crypto_floor_ms_per_login": round(floor),
        "p50_ms": quantile(&mut totals, 0.50),
        "p95_ms": quantile(&mut totals, 0.95),
        "p99_ms": quantile(&mut totals, 0.99),
        "concurrency": args.concurrency,
        "at_rate": {
            "logins_per_second": round(steady.times.len() as f64 / steady.seconds),
            "scheme_cpu_ms_per_login": round(steady.scheme_cpu * 1000.0 / steady.times.len().max(1) as f64),
            "p50_ms": quantile(&mut steady.totals(), 0.50),
            "p95_ms": quantile(&mut steady.totals(), 0.95),
            "p99_ms": quantile(&mut steady.totals(), 0.99),
        },
        "steps": steady.steps(),
        "scheme_rss_mb": round(rss),
        "database": database,
        "identities": manifest.identities,
    }))
}

/// The phones, each used by one worker at a time.
struct People {
    phones: Vec<Mutex<Person>>,
    next: AtomicUsize,
}

impl People {
    async fn new(
        target: &Target,
        manifest: &seed::Manifest,
        scheme_home: &Path,
    ) -> anyhow::Result<Self> {
        let config = fetch_config(&mut Connections::default(), &target.app).await?;
        let sequences: Map<String, Value> = std::fs::read(scheme_home.join("sequences.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let phones = manifest
            .people
            .iter()
            .enumerate()
            .map(|(n, person)| {
                let key = SigningKey::from_pkcs8(Alg::Es256, &b64::decode(&person.key)?)?;
                let mut state = State::new(&config, &seed::phone_number(n));
                state.device = Some(person.device.clone());
                let mut phone = Memory::new(key, state);
                phone.sequence = sequences
                    .get(&person.device)
                    .and_then(Value::as_u64)
                    .unwrap_or(0);
                let code = person.code.clone();
                Ok(Mutex::new(Person { phone, code }))
            })
            .collect::<anyhow::Result<_>>()?;
        Ok(Self {
            phones,
            next: AtomicUsize::new(0),
        })
    }

    /// Keeps the sequences, so that the same home can be measured again.
    fn save(&self, home: &Path) -> anyhow::Result<()> {
        let mut sequences = Map::new();
        for phone in &self.phones {
            let person = phone.try_lock().context("a phone is still in use")?;
            let device = person.phone.state.device.clone().context("no device")?;
            sequences.insert(device, json!(person.phone.sequence));
        }
        let path = home.join("scheme").join("sequences.json");
        Ok(std::fs::write(path, serde_json::to_vec(&sequences)?)?)
    }

    async fn login(&self, target: &Target, connections: &mut Connections) -> anyhow::Result<Times> {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed) % self.phones.len();
            if let Ok(mut person) = self.phones[at].try_lock() {
                return login::login(target, connections, &mut person).await;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// As many logins as possible, with a fixed number at the same time.
async fn closed(
    target: &Arc<Target>,
    people: &Arc<People>,
    concurrency: usize,
    length: Duration,
) -> Phase {
    let start = target.clock.instant();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..concurrency {
        let (target, people) = (target.clone(), people.clone());
        workers.spawn(async move {
            let mut connections = Connections::default();
            let mut done = Vec::new();
            while elapsed(&target.clock, start) < length {
                done.push(people.login(&target, &mut connections).await);
            }
            done
        });
    }
    let done: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    Phase::of(done, elapsed(&target.clock, start))
}

/// A fixed rate, however long the answers take.
async fn open(target: &Arc<Target>, people: &Arc<People>, rate: u64, length: Duration) -> Phase {
    let start = target.clock.instant();
    let total = rate * length.as_secs();
    let turn = Arc::new(AtomicU64::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..128 {
        let (target, people, turn) = (target.clone(), people.clone(), turn.clone());
        workers.spawn(async move {
            let mut connections = Connections::default();
            let mut done = Vec::new();
            loop {
                let n = turn.fetch_add(1, Ordering::Relaxed);
                if n >= total {
                    return done;
                }
                let due = start + Duration::from_secs_f64(n as f64 / rate as f64);
                tokio::time::sleep_until(due.into()).await;
                done.push(people.login(&target, &mut connections).await);
            }
        });
    }
    let done: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    Phase::of(done, elapsed(&target.clock, start))
}

impl Phase {
    fn of(done: Vec<anyhow::Result<Times>>, took: Duration) -> Self {
        let mut phase = Phase {
            times: Vec::with_capacity(done.len()),
            errors: 0,
            first_error: None,
            seconds: took.as_secs_f64(),
            scheme_cpu: 0.0,
        };
        for login in done {
            match login {
                Ok(times) => phase.times.push(times),
                Err(error) => {
                    phase.errors += 1;
                    phase
                        .first_error
                        .get_or_insert_with(|| format!("{error:#}"));
                }
            }
        }
        phase
    }

    fn totals(&self) -> Vec<Duration> {
        self.times.iter().map(|t| t.iter().sum()).collect()
    }

    fn steps(&self) -> Value {
        let mut steps = Map::new();
        for (at, name) in STEPS.iter().enumerate() {
            let mut times: Vec<Duration> = self.times.iter().map(|t| t[at]).collect();
            steps.insert(
                (*name).to_owned(),
                json!({
                    "p50_ms": quantile(&mut times, 0.50),
                    "p95_ms": quantile(&mut times, 0.95),
                    "p99_ms": quantile(&mut times, 0.99),
                }),
            );
        }
        Value::Object(steps)
    }
}

pub(super) fn quantile(times: &mut [Duration], q: f64) -> f64 {
    if times.is_empty() {
        return 0.0;
    }
    times.sort_unstable();
    let at = ((times.len() - 1) as f64 * q).round() as usize;
    round(times[at].as_secs_f64() * 1000.0)
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
