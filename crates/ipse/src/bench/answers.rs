//! Rows 24 and 41 of the threat model, timed: how long it takes to be told nothing, and to be refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use hyper::Method;
use ipse_jose::{SigningKey, b64, jws};
use ipse_protocol::device_request::{HEADER, RequestClaims};
use ipse_protocol::terms::KeyKind;
use ipse_protocol::wire::{DeviceKey, EnrolmentRequest};
use serde_json::{Value, json};

use super::http::{Answer, Client};
use super::login::{ASSERTION_TYPE, World, form};
use super::report::quantile;
use super::running::{self, Running};
use super::{AnswersArgs, seed};

/// Asked in turn, so that what else the machine does meets all of them alike; with the status that each must get.
const CASES: [(&str, u16); 6] = [
    ("number_known", 201),
    ("number_unknown", 201),
    ("assertion_wrong", 401),
    ("assertion_nested", 401),
    ("assertion_oversize", 401),
    ("body_oversize", 413),
];

/// `ipse bench answers`.
pub async fn answers(args: AnswersArgs) -> anyhow::Result<()> {
    let (home, _) = running::home(None, None).await?;
    let outcome = measure(&home, args.rounds).await;
    std::fs::remove_dir_all(&home)?;
    println!("{}", outcome?);
    Ok(())
}

async fn measure(home: &Path, rounds: usize) -> anyhow::Result<Value> {
    let running = Running::start(home).await?;
    let world = &running.world;
    let people = running.told.people.len();
    let mut client = Client::default();
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for round in 0..rounds {
        for (case, status) in CASES {
            let request = request(world, case, round % people, people)?;
            let start = Instant::now();
            let answer = request.send(&mut client).await?;
            let took = start.elapsed();
            anyhow::ensure!(
                answer.status.as_u16() == status,
                "{case}: {} {}",
                answer.status,
                answer.text()
            );
            times.entry(case).or_default().push(took);
        }
    }
    running.scheme.end().await?;
    running.operator.end().await?;
    let figures = times.into_iter().map(|(case, mut times)| {
        let (p50, p99) = (quantile(&mut times, 0.50), quantile(&mut times, 0.99));
        (case.to_owned(), json!({"p50_ms": p50, "p99_ms": p99}))
    });
    Ok(Value::Object(figures.collect()))
}

struct Request<'a> {
    at: &'a str,
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Request<'_> {
    async fn send(&self, client: &mut Client) -> anyhow::Result<Answer> {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(n, v)| (*n, &**v)).collect();
        client
            .send(
                self.at,
                Method::POST,
                self.path,
                &headers,
                self.body.clone(),
            )
            .await
    }
}

fn request<'a>(
    world: &'a World,
    case: &str,
    person: usize,
    people: usize,
) -> anyhow::Result<Request<'a>> {
    match case {
        "number_known" => enrolment(world, &seed::number(person)),
        "number_unknown" => enrolment(world, &seed::number(people + person)),
        "assertion_nested" => Ok(par(world, &"[".repeat(4_000))),
        "assertion_oversize" => Ok(par(world, &" ".repeat(20_000))),
        "body_oversize" => Ok(par(world, &" ".repeat(1_000_000))),
        _ => Ok(par(world, "{}")),
    }
}

/// The first call of somebody who wants an Ipse, from a new device.
fn enrolment<'a>(world: &'a World, number: &str) -> anyhow::Result<Request<'a>> {
    const PATH: &str = "/phone/v1/enrolments";
    let key = SigningKey::generate_es256();
    let body = serde_json::to_vec(&EnrolmentRequest {
        phone_number: number.to_owned(),
        device_key: DeviceKey::of(&key).context("device key")?,
        device_name: "Bench".into(),
        key_kind: KeyKind::Software,
        language: "en".into(),
    })?;
    let kid = b64::encode(&key.verifying_key().thumbprint());
    let signature = RequestClaims::new(&world.app, "POST", PATH, &body, &kid, 1).sign(&key);
    Ok(Request {
        at: &world.app_at,
        path: PATH,
        headers: vec![
            ("content-type", "application/json".into()),
            (HEADER, signature),
        ],
        body,
    })
}

/// A pushed request whose client assertion the partner's own key signed, over claims that are none.
fn par<'a>(world: &'a World, claims: &str) -> Request<'a> {
    let body = form(&[
        ("client_id", &world.client_id),
        ("client_assertion_type", ASSERTION_TYPE),
        (
            "client_assertion",
            &jws::sign(&world.client_key, "JWT", claims.as_bytes()),
        ),
    ]);
    Request {
        at: &world.issuer_at,
        path: "/par",
        headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
        body: body.into(),
    }
}
