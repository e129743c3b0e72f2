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

use super::client::Client;
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
    report(&args, false).await
}

/// `ipse bench share`.
pub async fn share(args: LoginArgs) -> anyhow::Result<()> {
    report(&args, true).await
}

async fn report(args: &LoginArgs, share: bool) -> anyhow::Result<()> {
    let (home, temporary) = running::home(args.home.as_deref(), args.database.clone()).await?;
    let result = measure(args, &home, share).await;
    if temporary {
        std::fs::remove_dir_all(&home)?;
    }
    println!("{}", Value::Object(result?));
    Ok(())
}

/// Measures logins, and if `share` says so, requests for details with the same phones afterwards.
async fn measure(args: &LoginArgs, home: &Path, share: bool) -> anyhow::Result<Map<String, Value>> {
    let floor = floor::milliseconds(&Clock::system(), &Random::system())?;
    let running = Running::start(home).await?;
    let manifest = &running.manifest;
    let login = running.target(Client::login(&manifest.client)?);
    let people = Arc::new(People::new(&login, manifest, &home.join("scheme")).await?);
    let mut figures = one(args, &running, &login, &people).await?;
    figures.insert("crypto_floor_ms_per_login".into(), json!(round(floor)));
    if share {
        anyhow::ensure!(
            !manifest.sharing.is_empty(),
            "the home is of an earlier version: make another with `ipse bench seed`"
        );
        let mut each = Map::from_iter([("login".to_owned(), Value::Object(figures))]);
        for registered in &manifest.sharing {
            let target = running.target(Client::share(registered)?);
            let figures = one(args, &running, &target, &people).await?;
            each.insert(target.client.asks.name().to_owned(), Value::Object(figures));
        }
        figures = each;
    }
    figures.insert("database".into(), json!(running.database));
    figures.insert("identities".into(), json!(manifest.identities));
    running.scheme.end().await?;
    running.operator.end().await?;
    people.save(home)?;
    Ok(figures)
}

/// The figures of one partner.
async fn one(
    args: &LoginArgs,
    running: &Running,
    target: &Arc<Target>,
    people: &Arc<People>,
) -> anyhow::Result<Map<String, Value>> {
    let (scheme, asks) = (&running.scheme, &target.client.asks);
    eprintln!("{}: warming up", asks.name());
    closed(target, people, args.concurrency, WARM_UP).await;
    eprintln!("as many as possible, {} s", args.seconds);
    let length = Duration::from_secs(args.seconds);
    let before = scheme.cpu()?;
    let mut full = closed(target, people, args.concurrency, length).await;
    full.scheme_cpu = scheme.cpu()? - before;
    eprintln!("{} a second, {} s", args.rate, args.seconds);
    let before = scheme.cpu()?;
    let mut steady = open(target, people, args.rate, length).await;
    steady.scheme_cpu = scheme.cpu()? - before;
    let mut figures = full.figures(asks.unit());
    figures.insert("errors".into(), json!(full.errors + steady.errors));
    let first_error = full.first_error.or(steady.first_error.take());
    figures.insert("first_error".into(), json!(first_error));
    figures.insert("concurrency".into(), json!(args.concurrency));
    figures.insert("at_rate".into(), steady.figures(asks.unit()).into());
    figures.insert("steps".into(), steady.steps());
    figures.insert("scheme_rss_mb".into(), json!(round(scheme.rss_mb()?)));
    Ok(figures)
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

    /// Rate, CPU and latencies. `unit` is what was counted.
    fn figures(&self, unit: &str) -> Map<String, Value> {
        let done = self.times.len();
        let cpu = self.scheme_cpu * 1000.0 / done.max(1) as f64;
        let mut totals = self.totals();
        Map::from_iter([
            (
                format!("{unit}s_per_second"),
                json!(round(done as f64 / self.seconds)),
            ),
            (format!("scheme_cpu_ms_per_{unit}"), json!(round(cpu))),
            ("p50_ms".into(), json!(quantile(&mut totals, 0.50))),
            ("p95_ms".into(), json!(quantile(&mut totals, 0.95))),
            ("p99_ms".into(), json!(quantile(&mut totals, 0.99))),
        ])
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
