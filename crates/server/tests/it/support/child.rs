//! The scheme in a process of its own, to be killed.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use super::TestNetwork;

const HOME: &str = "IPSE_TEST_SCHEME_HOME";

/// What [`Child`] runs in a process of its own: `ipse serve`, without the command line.
pub fn run() {
    let Some(home) = std::env::var_os(HOME) else {
        return;
    };
    tracing_subscriber::fmt()
        .with_env_filter("debug")
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let closed = async {
        use tokio::io::AsyncReadExt;
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    runtime
        .block_on(ipse_server::serve(home.as_ref(), closed))
        .expect("serves");
}

/// The scheme in a process of its own. It ends with this value.
pub struct Child {
    process: std::process::Child,
    pub home: PathBuf,
    urls: [String; 2],
    http: reqwest::Client,
}

impl Child {
    /// Takes the place of the scheme in this process, on the same ports.
    pub async fn replace(network: &mut TestNetwork) -> Self {
        network.stop_scheme().await;
        let home = network.home.path().join("scheme");
        let file = home.join("scheme.toml");
        let mut settings: toml::Table =
            toml::from_str(&std::fs::read_to_string(&file).expect("readable")).expect("toml");
        for (member, url) in [
            ("listen_issuer", &network.issuer),
            ("listen_app", &network.app),
        ] {
            let address = url.replace("http://localhost", "127.0.0.1");
            settings.insert(member.into(), address.into());
        }
        std::fs::write(&file, settings.to_string()).expect("written");
        let child = Self {
            process: Self::spawn(&home),
            home,
            urls: [network.issuer.clone(), network.app.clone()],
            http: network.http.clone(),
        };
        child.ready().await;
        child
    }

    pub fn log(home: &std::path::Path) -> PathBuf {
        home.with_file_name("scheme.log")
    }

    fn spawn(home: &std::path::Path) -> std::process::Child {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(Self::log(home));
        Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "threats::t13_crash::child",
                "--ignored",
                "--nocapture",
            ])
            .env(HOME, home)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log.expect("a log"))
            .spawn()
            .expect("a child")
    }

    async fn ready(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        for url in &self.urls {
            loop {
                let answer = self.http.get(format!("{url}/ready")).send().await;
                if answer.is_ok_and(|a| a.status() == StatusCode::OK) {
                    break;
                }
                assert!(Instant::now() < until, "the scheme does not start");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// SIGKILL: no handler, no flush, no goodbye.
    fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }

    async fn again(&mut self) {
        self.process = Self::spawn(&self.home);
        self.ready().await;
    }

    /// Kills during a request, or right after its answer, and starts again. Returns the answer, if there was one.
    pub async fn struck(
        &mut self,
        request: RequestBuilder,
        after: Option<Duration>,
    ) -> Option<Answer> {
        let asked = tokio::spawn(async move { Answer::of(request.send().await.ok()?).await });
        let answer = match after {
            None => {
                let answer = asked.await.expect("no panic");
                self.kill();
                answer
            }
            Some(delay) => {
                let begun = Instant::now();
                while begun.elapsed() < delay {
                    tokio::task::yield_now().await;
                }
                self.kill();
                asked.await.expect("no panic")
            }
        };
        self.again().await;
        answer
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An answer that arrived whole: something was acknowledged.
pub struct Answer {
    pub status: StatusCode,
    pub location: Option<String>,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Option<Self> {
        let location = response
            .headers()
            .get("location")
            .and_then(|l| l.to_str().ok());
        Some(Self {
            status: response.status(),
            location: location.map(str::to_owned),
            body: serde_json::from_str(&response.text().await.ok()?).unwrap_or(Value::Null),
        })
    }
}
