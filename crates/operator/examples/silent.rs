//! Measures what a silent statement costs the operator: `cargo run --release -p ipse-operator --example silent -- [SECONDS] [RATE]`.
//!
//! The operator is a child process on SQLite with full durability. The load uses 32 connections that stay open. Without a rate it
//! is as fast as possible. Prints one line of JSON.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use ipse_jose::{JwkSet, SigningKey, b64, jws};
use ipse_operator::config::{Config, Profile, Scheme, SimRange};
use ipse_operator::{Operator, feed, server};
use ipse_protocol::{Clock, Random};
use serde_json::{Value, json};

const CONNECTIONS: u32 = 32;
const FIRST: &str = "+32470100000";
/// The unit of time in /proc/PID/stat on Linux.
const MS_PER_TICK: f64 = 10.0;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [command, home] = args.as_slice()
        && command == "serve"
    {
        let running = server::start(Operator::open(Path::new(home))?).await?;
        println!("{}", running.address);
        server::shutdown_signal(true).await;
        running.stop().await;
        return Ok(());
    }
    let seconds: u64 = args.first().map_or(Ok(10), |text| text.parse())?;
    let rate: Option<f64> = args.get(1).map(|text| text.parse()).transpose()?;
    measure(Duration::from_secs(seconds), rate).await
}

async fn measure(time: Duration, rate: Option<f64>) -> anyhow::Result<()> {
    let home = tempfile::tempdir()?;
    let scheme = SigningKey::generate_es256();
    config(&scheme).write(home.path())?;
    let (mut child, address) = start(home.path())?;
    let url = format!("http://{address}/sim-controller/v1");
    let token = token(&url, &scheme).await?;
    let clock = Clock::system();
    let (cpu, start) = (cpu_ms(&child)?, clock.instant());
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..CONNECTIONS {
        let (url, token, next) = (url.clone(), token.clone(), Arc::clone(&next));
        let (clock, random) = (clock.clone(), Random::system());
        tasks.spawn(async move {
            let client = feed::client("http://")?;
            let number = format!("+{}", FIRST[1..].parse::<u64>()? + u64::from(i));
            let body = json!({ "phoneNumber": number });
            let found = post(&client, &format!("{url}/resolve"), &token, &body).await?;
            let handle = found["handle"].as_str().context("a handle")?.to_owned();
            let path = format!("{url}/sims/{handle}/challenges");
            let mut latencies = Vec::new();
            while clock.instant() - start < time {
                if let Some(rate) = rate {
                    let turn = next.fetch_add(1, Ordering::Relaxed) as f64 / rate;
                    tokio::time::sleep_until((start + Duration::from_secs_f64(turn)).into()).await;
                }
                let nonce = b64::encode(&random.bytes::<32>());
                let body = json!({ "nonceHash": nonce, "method": "silent", "budgetMs": 10000 });
                let begun = clock.instant();
                let answer = post(&client, &path, &token, &body).await?;
                answer["statement"].as_str().context("a statement")?;
                latencies.push(clock.instant() - begun);
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(result) = tasks.join_next().await {
        latencies.extend(result??);
    }
    let (elapsed, spent) = ((clock.instant() - start).as_secs_f64(), cpu_ms(&child)?);
    drop(child.stdin.take());
    child.wait()?;
    latencies.sort_unstable();
    let count = latencies.len();
    let at = |part: f64| latencies[((count - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
    let report = json!({
        "statements_per_second": (count as f64 / elapsed).round(),
        "operator_cpu_ms_per_statement": (spent[0] + spent[1] - cpu[0] - cpu[1]) / count as f64,
        "of_which_system": (spent[1] - cpu[1]) / count as f64,
        "p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99),
    });
    println!("{report}");
    Ok(())
}

fn config(scheme: &SigningKey) -> Config {
    Config {
        profile: Profile::Demo,
        name: "Leie Mobiel".into(),
        issuer: "http://localhost:4002".into(),
        listen: "127.0.0.1:0".into(),
        database: "sqlite:operator.db".into(),
        app_origin: "http://localhost:4001".into(),
        heartbeat_seconds: Some(3600),
        fault: None,
        scheme: Scheme {
            issuer: "http://localhost:4000".into(),
            client_id: "ipse".into(),
            jwks: JwkSet {
                keys: vec![scheme.public_jwk()],
            },
            events_url: "http://127.0.0.1:9/operators/events".into(),
        },
        sims: Vec::new(),
        ranges: vec![SimRange {
            first: FIRST.into(),
            count: CONNECTIONS,
        }],
    }
}

fn start(home: &Path) -> anyhow::Result<(Child, String)> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .arg(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    let stdout = child.stdout.take().context("piped")?;
    BufReader::new(stdout).read_line(&mut address)?;
    Ok((child, address.trim().to_owned()))
}

async fn token(url: &str, scheme: &SigningKey) -> anyhow::Result<String> {
    let now = Clock::system().unix_seconds();
    let claims = json!({
        "iss": "ipse", "sub": "ipse", "aud": "http://localhost:4002", "jti": "1", "exp": now + 60,
    });
    let assertion = jws::sign(scheme, "JWT", claims.to_string().as_bytes())?;
    let form = [
        ("grant_type", "client_credentials"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &assertion),
    ];
    let request = feed::client("http://")?
        .post(format!("{url}/token"))
        .form(&form);
    let answer: Value = request.send().await?.json().await?;
    Ok(answer["access_token"]
        .as_str()
        .context("a token")?
        .to_owned())
}

async fn post(
    client: &reqwest::Client,
    url: &str,
    token: &str,
    body: &Value,
) -> anyhow::Result<Value> {
    let request = client.post(url).bearer_auth(token).json(body);
    Ok(request.send().await?.json().await?)
}

/// User and system time of the child in milliseconds (proc(5), fields 14 and 15).
fn cpu_ms(child: &Child) -> anyhow::Result<[f64; 2]> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
    let (_, rest) = stat.rsplit_once(')').context("a stat line")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    Ok([
        fields[11].parse::<f64>()? * MS_PER_TICK,
        fields[12].parse::<f64>()? * MS_PER_TICK,
    ])
}
