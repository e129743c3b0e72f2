//! Runs the phases and prints the figures.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use ipse_jose::{Alg, SigningKey, b64};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::http::Client;
use super::login::{self, Person, STEPS, Times, World};
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
    let outcome = measure(&args, &home).await;
    if temporary {
        std::fs::remove_dir_all(&home)?;
    }
    println!("{}", outcome?);
    Ok(())
}

async fn measure(args: &LoginArgs, home: &Path) -> anyhow::Result<Value> {
    let floor = floor::milliseconds()?;
    let Running {
        operator,
        scheme,
        world,
        told,
        database,
    } = Running::start(home).await?;
    let scheme_home = home.join("scheme");
    let people = Arc::new(People::new(&told, &scheme_home).await?);
    eprintln!("warming up");
    closed(&world, &people, args.concurrency, WARM_UP).await;
    eprintln!("as many logins as go, {} s", args.seconds);
    let length = Duration::from_secs(args.seconds);
    let before = scheme.cpu()?;
    let mut full = closed(&world, &people, args.concurrency, length).await;
    full.scheme_cpu = scheme.cpu()? - before;
    eprintln!("{} logins a second, {} s", args.rate, args.seconds);
    let before = scheme.cpu()?;
    let mut steady = open(&world, &people, args.rate, length).await;
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
        "identities": told.identities,
    }))
}

/// The phones, each used by one worker at a time.
struct People {
    phones: Vec<Mutex<Person>>,
    next: AtomicUsize,
}

impl People {
    async fn new(told: &seed::World, scheme_home: &Path) -> anyhow::Result<Self> {
        let sequences: Map<String, Value> = std::fs::read(scheme_home.join("sequences.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let phones = told
            .people
            .iter()
            .map(|p| {
                Ok(Mutex::new(Person {
                    sequence: sequences
                        .get(&p.device)
                        .and_then(Value::as_u64)
                        .unwrap_or(0),
                    device: p.device.clone(),
                    key: SigningKey::from_pkcs8(Alg::Es256, &b64::decode(&p.key)?)?,
                    code: p.code.clone(),
                }))
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
            let phone = phone.try_lock().context("a phone is still in use")?;
            sequences.insert(phone.device.clone(), json!(phone.sequence));
        }
        let path = home.join("scheme").join("sequences.json");
        Ok(std::fs::write(path, serde_json::to_vec(&sequences)?)?)
    }

    async fn login(&self, world: &World, client: &mut Client) -> anyhow::Result<Times> {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed) % self.phones.len();
            if let Ok(mut phone) = self.phones[at].try_lock() {
                return login::login(world, client, &mut phone).await;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// As many logins as go with so many at the same time.
async fn closed(
    world: &Arc<World>,
    people: &Arc<People>,
    concurrency: usize,
    length: Duration,
) -> Phase {
    let start = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..concurrency {
        let (world, people) = (world.clone(), people.clone());
        workers.spawn(async move {
            let mut client = Client::default();
            let mut done = Vec::new();
            while start.elapsed() < length {
                done.push(people.login(&world, &mut client).await);
            }
            done
        });
    }
    let done: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    Phase::of(done, start.elapsed())
}

/// A fixed rate, whatever the answers take.
async fn open(world: &Arc<World>, people: &Arc<People>, rate: u64, length: Duration) -> Phase {
    let start = Instant::now();
    let total = rate * length.as_secs();
    let turn = Arc::new(AtomicU64::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..128 {
        let (world, people, turn) = (world.clone(), people.clone(), turn.clone());
        workers.spawn(async move {
            let mut client = Client::default();
            let mut done = Vec::new();
            loop {
                let n = turn.fetch_add(1, Ordering::Relaxed);
                if n >= total {
                    return done;
                }
                let due = start + Duration::from_secs_f64(n as f64 / rate as f64);
                tokio::time::sleep_until(due.into()).await;
                done.push(people.login(&world, &mut client).await);
            }
        });
    }
    let done: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    Phase::of(done, start.elapsed())
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
