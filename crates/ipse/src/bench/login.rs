//! One whole login, as partner, browser and phone.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hyper::Method;
use ipse_jose::{SigningKey, VerifyingKey, b64, jws};
use ipse_protocol::code::{code_proof, proof_hash};
use ipse_protocol::device_request::{HEADER, RequestClaims};
use ipse_protocol::opaque::{ClientLogin, Identity as NoStretching};
use ipse_protocol::terms::{Decision, Factor};
use ipse_protocol::wire::{
    ApproveRequest, AttemptRequest, AttemptResponse, ClaimRequest, DecisionResponse, Offer,
};
use serde_json::{Value, json};

use super::http::{Answer, Client, expect};

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

/// Who logs in: a phone without files.
pub struct Person {
    /// `dev_…`.
    pub device: String,
    /// Device key.
    pub key: SigningKey,
    /// The code.
    pub code: String,
    /// Last sequence sent.
    pub sequence: u64,
}

/// The partner and where everybody is.
pub struct World {
    /// Issuer URL.
    pub issuer: String,
    /// `host:port` of the issuer.
    pub issuer_at: String,
    /// Origin of the app.
    pub app: String,
    /// `host:port` of the app.
    pub app_at: String,
    /// The partner's id.
    pub client_id: String,
    /// The partner's key.
    pub client_key: SigningKey,
    /// The scheme's ID-token key.
    pub token_key: VerifyingKey,
    /// Where the browser returns to; nobody listens there.
    pub redirect_uri: String,
}

/// How long each of [`STEPS`] took.
pub type Times = [Duration; STEPS.len()];

struct Stopwatch {
    times: Times,
    at: usize,
}

impl Stopwatch {
    async fn step<T>(
        &mut self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let start = Instant::now();
        let done = work.await;
        self.times[self.at] += start.elapsed();
        self.at += 1;
        done
    }
}

/// Logs one person in; every answer is checked as a partner and a phone must.
pub async fn login(
    world: &World,
    client: &mut Client,
    person: &mut Person,
) -> anyhow::Result<Times> {
    let mut watch = Stopwatch {
        times: Times::default(),
        at: 0,
    };
    let verifier = b64::encode(&ipse_protocol::random::<32>());
    let state = b64::encode(&ipse_protocol::random::<12>());
    let nonce = b64::encode(&ipse_protocol::random::<12>());
    let body = form(&[
        ("client_id", &world.client_id),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("redirect_uri", &world.redirect_uri),
        ("state", &state),
        ("nonce", &nonce),
        ("acr_values", "advanced"),
        (
            "code_challenge",
            &b64::encode(&ipse_protocol::sha256(verifier.as_bytes())),
        ),
        ("code_challenge_method", "S256"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion(world)),
    ]);
    let pushed = watch
        .step(post_form(world, client, "/par", body, 201))
        .await?;
    let pushed: Value = serde_json::from_slice(&pushed.body)?;
    let request_uri = pushed["request_uri"].as_str().context("request_uri")?;

    let path = format!(
        "/authorize?{}",
        form(&[
            ("client_id", &world.client_id),
            ("request_uri", request_uri)
        ])
    );
    let page = watch
        .step(get(client, &world.issuer_at, &path, &[], 200, "authorize"))
        .await?;
    let cookie = page
        .header("set-cookie")
        .and_then(|c| c.split(';').next())
        .context("no cookie")?
        .to_owned();
    let link = open_app(&page.text()).context("no #open-app on the sign-in page")?;

    let return_url = approve(world, client, person, &mut watch, link).await?;
    let path = return_url
        .strip_prefix(&world.issuer)
        .context("return_url of another origin")?
        .to_owned();
    let ended = watch
        .step(get(
            client,
            &world.issuer_at,
            &path,
            &[("cookie", &cookie)],
            303,
            "return",
        ))
        .await?;
    let location = url::Url::parse(ended.header("location").context("no location")?)?;
    let answer = |name: &str| {
        location
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if answer("state").as_deref() != Some(&state) || answer("iss").as_ref() != Some(&world.issuer) {
        bail!("wrong state or iss");
    }
    let code = answer("code").context("no code")?;

    let body = form(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &world.redirect_uri),
        ("code_verifier", &verifier),
        ("client_id", &world.client_id),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion(world)),
    ]);
    let tokens = watch
        .step(post_form(world, client, "/token", body, 200))
        .await?;
    let tokens: Value = serde_json::from_slice(&tokens.body)?;
    let id_token = tokens["id_token"].as_str().context("no id_token")?;
    let parsed = jws::decode_unverified(id_token, 8192)?;
    parsed.verify(&world.token_key, &["JWT"])?;
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
            client,
            &world.issuer_at,
            "/userinfo",
            &[("authorization", &bearer)],
            200,
            "userinfo",
        ))
        .await?;
    let info: Value = serde_json::from_slice(&info.body)?;
    if info["sub"] != claims["sub"] || info["given_name"].as_str().is_none() {
        bail!("wrong userinfo");
    }
    Ok(watch.times)
}

/// The phone's part: claim, attempt, approval.
async fn approve(
    world: &World,
    client: &mut Client,
    person: &mut Person,
    watch: &mut Stopwatch,
    link: String,
) -> anyhow::Result<String> {
    let claim = serde_json::to_vec(&ClaimRequest { link })?;
    let offer = watch
        .step(phone(world, client, person, "claim", claim, None))
        .await?;
    let offer: Offer = serde_json::from_slice(&expect(offer, 200, "claim")?.body)?;
    let view = offer.open()?;
    let (login, ke1) = ClientLogin::<NoStretching>::start(&person.code)?;
    let attempt = serde_json::to_vec(&AttemptRequest {
        factor: Factor::Code,
        nonce: offer.nonce,
        view_hash: offer.view_hash().into(),
        ke1: Some(fixed(&ke1)?.into()),
    })?;
    let path = format!("{}/attempt", offer.action);
    let opened = watch
        .step(async {
            loop {
                let sent = phone(world, client, person, &path, attempt.clone(), None).await?;
                match serde_json::from_slice(&sent.body) {
                    Ok(AttemptResponse::Attempt(opened)) => return Ok(opened),
                    Ok(AttemptResponse::Wait { .. }) => {}
                    Err(_) => bail!("attempt: {} {}", sent.status, sent.text()),
                }
            }
        })
        .await?;
    let ke2 = opened.ke2.context("no KE2")?;
    let finished = login.finish(ke2.as_ref())?;
    let t = offer
        .transcript(
            &view,
            &world.issuer,
            &person.device,
            opened.sequence,
            opened.sim_statement.as_deref(),
            Factor::Code,
            Decision::Approve,
        )
        .hash();
    let proof = code_proof(&finished.session_key, &t);
    let hash = proof_hash(&finished.ke3, &proof);
    let body = serde_json::to_vec(&ApproveRequest {
        attempt: opened.attempt,
        t: t.into(),
        ke3: Some(fixed(&finished.ke3)?.into()),
        code_proof: Some(proof.into()),
        assertion: None,
    })?;
    let path = format!("{}/approve", offer.action);
    let decided = watch
        .step(phone(world, client, person, &path, body, Some((t, hash))))
        .await?;
    let decided: DecisionResponse = serde_json::from_slice(&expect(decided, 200, "approve")?.body)?;
    decided.return_url.context("no return_url")
}

fn fixed<const N: usize>(bytes: &[u8]) -> anyhow::Result<[u8; N]> {
    bytes.try_into().context("OPAQUE message of another length")
}

async fn phone(
    world: &World,
    client: &mut Client,
    person: &mut Person,
    call: &str,
    body: Vec<u8>,
    decision: Option<([u8; 32], [u8; 32])>,
) -> anyhow::Result<Answer> {
    person.sequence += 1;
    let path = format!("/phone/v1/actions/{call}");
    let mut claims = RequestClaims::new(
        &world.app,
        "POST",
        &path,
        &body,
        &person.device,
        person.sequence,
    );
    if let Some((t, h)) = decision {
        claims = claims.with_decision(t, h);
    }
    let signature = claims.sign(&person.key);
    let headers = [
        ("content-type", "application/json"),
        (HEADER, signature.as_str()),
    ];
    client
        .send(&world.app_at, Method::POST, &path, &headers, body)
        .await
}

/// RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn assertion(world: &World) -> String {
    let now = ipse_protocol::unix_ms() / 1000;
    let claims = json!({
        "iss": world.client_id, "sub": world.client_id, "aud": world.issuer,
        "iat": now, "exp": now + 60, "jti": b64::encode(&ipse_protocol::random::<16>()),
    });
    jws::sign(&world.client_key, "JWT", claims.to_string().as_bytes())
}

/// `application/x-www-form-urlencoded`.
pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

async fn post_form(
    world: &World,
    client: &mut Client,
    path: &str,
    body: String,
    status: u16,
) -> anyhow::Result<Answer> {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = client
        .send(&world.issuer_at, Method::POST, path, &headers, body.into())
        .await?;
    expect(answer, status, path)
}

async fn get(
    client: &mut Client,
    at: &str,
    path: &str,
    headers: &[(&str, &str)],
    status: u16,
    step: &str,
) -> anyhow::Result<Answer> {
    let answer = client
        .send(at, Method::GET, path, headers, Vec::new())
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
