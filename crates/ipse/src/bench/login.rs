//! One whole login, or one request for details: as partner, browser and phone.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hyper::Method;
use ipse_jose::{VerifyingKey, b64, jws};
use ipse_phone::{Answer, Approval, CodeLogin, KeyStretching, Memory, Outgoing, Phone, Transport};
use ipse_protocol::terms::{Factor, Obtained};
use ipse_protocol::wire::AttemptResponse;
use ipse_protocol::{Clock, Random};
use serde_json::{Value, json};

use super::client::Client;
use super::http::{Connections, expect, text};

/// The steps that are timed, in order.
pub const STEPS: [&str; 8] = [
    "par",
    "authorize",
    "claim",
    "attempt",
    "approve",
    "return",
    "token",
    "userinfo",
];

/// A person who logs in.
pub struct Person {
    /// Key, sequence and state of the phone.
    pub phone: Memory,
    /// The code.
    pub code: String,
}

/// What a login needs to know of partner and scheme.
pub struct Target {
    /// Issuer URL.
    pub issuer: String,
    /// Origin of the app.
    pub app: String,
    /// The partner.
    pub client: Client,
    /// The scheme's ID-token key.
    pub token_key: VerifyingKey,
    /// Where the browser returns to. No server listens there.
    pub redirect_uri: String,
    /// The time.
    pub clock: Clock,
    /// Random bytes.
    pub random: Random,
}

/// How long each of [`STEPS`] took.
pub type Times = [Duration; STEPS.len()];

struct Stopwatch<'a> {
    clock: &'a Clock,
    times: Times,
    at: usize,
}

impl Stopwatch<'_> {
    async fn step<T, E: Into<StepError>>(
        &mut self,
        work: impl Future<Output = Result<T, E>>,
    ) -> anyhow::Result<T> {
        let start = self.clock.instant();
        let done = work.await;
        self.times[self.at] += elapsed(self.clock, start);
        self.at += 1;
        done.map_err(|error| error.into().0)
    }
}

/// The error of a step, with everything that the answer said.
struct StepError(anyhow::Error);

impl From<anyhow::Error> for StepError {
    fn from(error: anyhow::Error) -> Self {
        StepError(error)
    }
}

impl From<ipse_phone::Error> for StepError {
    fn from(error: ipse_phone::Error) -> Self {
        StepError(anyhow::anyhow!("{}", error.to_json()))
    }
}

/// The time since `start`.
pub fn elapsed(clock: &Clock, start: Instant) -> Duration {
    clock.instant().saturating_duration_since(start)
}

/// One person approves what the partner asks; every answer is checked as a partner and a phone must.
pub async fn login(
    target: &Target,
    connections: &mut Connections,
    person: &mut Person,
) -> anyhow::Result<Times> {
    let mut watch = Stopwatch {
        clock: &target.clock,
        times: Times::default(),
        at: 0,
    };
    let verifier = b64::encode(&target.random.bytes::<32>());
    let state = b64::encode(&target.random.bytes::<12>());
    let nonce = b64::encode(&target.random.bytes::<12>());
    let asked = target.client.asks.parameters();
    let challenge = b64::encode(&ipse_protocol::sha256(verifier.as_bytes()));
    let assertion_now = assertion(target)?;
    let mut parameters = vec![
        ("client_id", &*target.client.id),
        ("response_type", "code"),
        ("redirect_uri", &target.redirect_uri),
        ("state", &state),
        ("nonce", &nonce),
        ("acr_values", "advanced"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion_now),
    ];
    parameters.extend(asked.iter().map(|(name, value)| (*name, &**value)));
    let body = form(&parameters);
    let pushed = watch
        .step(post_form(target, connections, "/par", body, 201))
        .await?;
    let pushed: Value = serde_json::from_slice(&pushed.body)?;
    let request_uri = pushed["request_uri"].as_str().context("request_uri")?;

    let path = format!(
        "/authorize?{}",
        form(&[
            ("client_id", &target.client.id),
            ("request_uri", request_uri)
        ])
    );
    let page = watch
        .step(get(target, connections, &path, &[], 200, "authorize"))
        .await?;
    let cookie = page
        .header("set-cookie")
        .and_then(|c| c.split(';').next())
        .context("no cookie")?
        .to_owned();
    let link = open_app(&text(&page)).context("no #open-app on the sign-in page")?;

    let return_url = approve(target, connections, person, &mut watch, &link).await?;
    let path = return_url
        .strip_prefix(&target.issuer)
        .context("return_url of another origin")?
        .to_owned();
    let returned = watch
        .step(get(
            target,
            connections,
            &path,
            &[("cookie", &cookie)],
            303,
            "return",
        ))
        .await?;
    let location = url::Url::parse(returned.header("location").context("no location")?)?;
    let answer = |name: &str| {
        location
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if answer("state").as_deref() != Some(&state) || answer("iss").as_ref() != Some(&target.issuer)
    {
        bail!("wrong state or iss");
    }
    let code = answer("code").context("no code")?;

    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &target.redirect_uri),
        ("code_verifier", &verifier),
        ("client_id", &target.client.id),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion(target)?),
    ]);
    let tokens = watch
        .step(post_form(target, connections, "/token", body, 200))
        .await?;
    let tokens: Value = serde_json::from_slice(&tokens.body)?;
    let id_token = tokens["id_token"].as_str().context("no id_token")?;
    let parsed = jws::decode_unverified(id_token, 8192)?;
    parsed.verify(&target.token_key, &["JWT"])?;
    let claims: Value = serde_json::from_slice(&parsed.payload)?;
    if claims["nonce"] != json!(nonce) || claims["acr"] != json!("advanced") {
        bail!("wrong ID token");
    }
    let bearer = format!(
        "Bearer {}",
        tokens["access_token"].as_str().context("no access_token")?
    );
    let info = watch
        .step(get(
            target,
            connections,
            "/userinfo",
            &[("authorization", &bearer)],
            200,
            "userinfo",
        ))
        .await?;
    let asks = &target.client.asks;
    let info = asks.userinfo(&info.body, &target.token_key)?;
    if info["sub"] != claims["sub"] || info[asks.expects()].as_str().is_none() {
        bail!("wrong userinfo");
    }
    Ok(watch.times)
}

/// The phone's part: claim, attempt, approval.
async fn approve(
    target: &Target,
    connections: &mut Connections,
    person: &mut Person,
    watch: &mut Stopwatch<'_>,
    link: &str,
) -> anyhow::Result<String> {
    let mut phone = Phone::new(
        connections,
        &mut person.phone,
        target.clock.clone(),
        target.random.clone(),
    )
    .with_stretching(KeyStretching::None)
    .without_retries();
    let opened = watch
        .step(phone.send_claim(link, Obtained::Navigation))
        .await?;
    let (login, ke1) = CodeLogin::start(KeyStretching::None, &person.code, &target.random)?;
    let attempt = watch
        .step(async {
            loop {
                let answer = phone.send_attempt(&opened, Factor::Code, Some(ke1)).await?;
                if let AttemptResponse::Attempt(attempt) = answer {
                    return Ok::<_, ipse_phone::Error>(attempt);
                }
            }
        })
        .await?;
    let ke2 = attempt.ke2.as_ref().context("no KE2")?;
    let finished = login.finish(ke2.as_ref())?;
    let transcript = phone.transcript(&opened, &attempt, Factor::Code)?;
    let approval = Approval::with_code(&attempt.attempt, &transcript, &finished)
        .choosing(opened.chosen.clone());
    let decided = watch
        .step(phone.send_approval(&opened.offer.action, &approval))
        .await?;
    decided.return_url.context("no return_url")
}

/// RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn assertion(target: &Target) -> Result<String, ipse_jose::Error> {
    let now = target.clock.unix_seconds();
    let claims = json!({
        "iss": target.client.id, "sub": target.client.id, "aud": target.issuer,
        "iat": now, "exp": now + 60, "jti": b64::encode(&target.random.bytes::<16>()),
    });
    jws::sign(&target.client.key, "JWT", claims.to_string().as_bytes())
}

/// `application/x-www-form-urlencoded`.
pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

async fn post_form(
    target: &Target,
    connections: &mut Connections,
    path: &str,
    body: String,
    status: u16,
) -> anyhow::Result<Answer> {
    let answer = connections
        .send(Outgoing {
            method: &Method::POST,
            origin: &target.issuer,
            path,
            headers: &[("content-type", "application/x-www-form-urlencoded")],
            body: body.as_bytes(),
        })
        .await?;
    expect(answer, status, path)
}

async fn get(
    target: &Target,
    connections: &mut Connections,
    path: &str,
    headers: &[(&str, &str)],
    status: u16,
    step: &str,
) -> anyhow::Result<Answer> {
    let answer = connections
        .send(Outgoing {
            method: &Method::GET,
            origin: &target.issuer,
            path,
            headers,
            body: &[],
        })
        .await?;
    expect(answer, status, step)
}

/// `href` of the element with id `open-app`.
fn open_app(page: &str) -> Option<String> {
    let at = page.find("id=\"open-app\"")?;
    let start = page[..at].rfind('<')?;
    let tag = &page[start..start + page[start..].find('>')?];
    let href = tag.split("href=\"").nth(1)?.split('"').next()?;
    Some(href.replace("&amp;", "&").replace("&#38;", "&"))
}
