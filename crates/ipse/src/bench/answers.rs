//! Times the answers of threats 24 and 41: those that must not differ for a known number, and refusals.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use hyper::Method;
use ipse_jose::{SigningKey, jws};
use ipse_phone::{Answer, Outgoing, Request, Transport, requests};
use ipse_protocol::device_request::HEADER;
use ipse_protocol::terms::KeyKind;
use ipse_protocol::wire::{DeviceKey, EnrolmentRequest};
use serde_json::{Value, json};

use super::client::Client;
use super::http::{Connections, text};
use super::login::{ASSERTION_TYPE, Target, elapsed, form};
use super::report::quantile;
use super::running::{self, Running};
use super::{AnswersArgs, seed};

/// The requests and the status of each answer. They are sent in turn, so that other load on the machine affects all alike.
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
    let result = measure(&home, args.rounds).await;
    std::fs::remove_dir_all(&home)?;
    println!("{}", result?);
    Ok(())
}

async fn measure(home: &Path, rounds: usize) -> anyhow::Result<Value> {
    let running = Running::start(home).await?;
    let target = &running.target(Client::login(&running.manifest.client)?);
    let people = running.manifest.people.len();
    let mut connections = Connections::default();
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for round in 0..rounds {
        for (case, status) in CASES {
            let request = request(target, case, round % people, people)?;
            let start = target.clock.instant();
            let answer = request.send(&mut connections).await?;
            let took = elapsed(&target.clock, start);
            anyhow::ensure!(
                answer.status.as_u16() == status,
                "{case}: {} {}",
                answer.status,
                text(&answer)
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

/// A request to the scheme, ready to send.
struct Prepared<'a> {
    origin: &'a str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Prepared<'_> {
    async fn send(&self, connections: &mut Connections) -> ipse_phone::Result<Answer> {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(n, v)| (*n, &**v)).collect();
        connections
            .send(Outgoing {
                method: &Method::POST,
                origin: self.origin,
                path: &self.path,
                headers: &headers,
                body: &self.body,
            })
            .await
    }
}

fn request<'a>(
    target: &'a Target,
    case: &str,
    person: usize,
    people: usize,
) -> anyhow::Result<Prepared<'a>> {
    match case {
        "number_known" => enrolment(target, &seed::phone_number(person)),
        "number_unknown" => enrolment(target, &seed::phone_number(people + person)),
        "assertion_nested" => par(target, &"[".repeat(4_000)),
        "assertion_oversize" => par(target, &" ".repeat(20_000)),
        "body_oversize" => par(target, &" ".repeat(1_000_000)),
        _ => par(target, "{}"),
    }
}

/// The first request of an enrolment, from a new device.
fn enrolment<'a>(target: &'a Target, phone_number: &str) -> anyhow::Result<Prepared<'a>> {
    let key = SigningKey::generate_es256();
    let message = requests::enrolment(&EnrolmentRequest {
        phone_number: phone_number.to_owned(),
        device_key: DeviceKey::of(&key).context("device key")?,
        device_name: "Bench".into(),
        key_kind: KeyKind::Software,
        language: "en".into(),
    })?;
    let request = Request {
        message,
        audience: target.app.clone(),
        device: key.kid().to_owned(),
        sequence: 1,
    };
    let signed = request.sign(&key)?;
    Ok(Prepared {
        origin: &target.app,
        path: signed.path,
        headers: vec![
            ("content-type", "application/json".into()),
            (HEADER, signed.signature),
        ],
        body: signed.body,
    })
}

/// A pushed authorization request with a client assertion that the partner's key signed over a malformed payload.
fn par<'a>(target: &'a Target, payload: &str) -> anyhow::Result<Prepared<'a>> {
    let body = form(&[
        ("client_id", &target.client.id),
        ("client_assertion_type", ASSERTION_TYPE),
        (
            "client_assertion",
            &jws::sign(&target.client.key, "JWT", payload.as_bytes())?,
        ),
    ]);
    Ok(Prepared {
        origin: &target.issuer,
        path: "/par".into(),
        headers: vec![("content-type", "application/x-www-form-urlencoded".into())],
        body: body.into(),
    })
}
