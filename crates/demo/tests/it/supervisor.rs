//! The supervisor, with parties that only answer `/health`.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use ipse_demo::{
    people,
    supervisor::{self, Options, Programs},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

struct Demo {
    folder: tempfile::TempDir,
    port_base: u16,
}

struct Running {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
    ready: Value,
}

impl Demo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shop = folder.path().join("shop");
        fs::create_dir_all(shop.join("node_modules/openid-client")).unwrap();
        let stand_ins = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
        fs::copy(stand_ins.join("stand-in.js"), shop.join("server.js")).unwrap();
        fs::copy(stand_ins.join("stand-in.sh"), folder.path().join("ipse")).unwrap();
        Self {
            folder,
            port_base: free_ports(),
        }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    fn options(&self) -> Options {
        Options {
            programs: Programs {
                ipse: self.folder.path().join("ipse"),
                shop: self.folder.path().join("shop"),
                app: self.folder.path().join("app"),
            },
            home: self.home(),
            port_base: Some(self.port_base),
            database: None,
            fresh: false,
            ready_file: None,
        }
    }

    async fn start(&self, options: Options) -> Running {
        let ready_file = self.home().join("demo.json");
        let (stop, stopped) = oneshot::channel::<()>();
        let mut ended = tokio::spawn(supervisor::run(options, async {
            let _ = stopped.await;
        }));
        let appeared = async {
            // The whole file appears at one moment, after every party answers.
            while !ready_file.exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            serde_json::from_slice(&fs::read(&ready_file).unwrap()).unwrap()
        };
        let ready = tokio::select! {
            ready = appeared => ready,
            outcome = &mut ended => panic!("it ended: {outcome:?}"),
        };
        Running { stop, ended, ready }
    }

    /// The commands that were run, oldest first.
    fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    /// Waits for a command.
    async fn called(&self, is_it: impl Fn(&str) -> bool) {
        let seen = async {
            while !self.calls().iter().any(|call| is_it(call)) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let seen = tokio::time::timeout(Duration::from_secs(30), seen).await;
        assert!(seen.is_ok(), "{:?}", self.calls());
    }

    fn is_silent(&self) -> bool {
        (0..9).all(|n| TcpListener::bind(("127.0.0.1", self.port_base + n)).is_ok())
    }

    async fn fails(&self, options: Options) -> String {
        let never = std::future::pending();
        let error = supervisor::run(options, never).await.unwrap_err();
        format!("{error:#}")
    }
}

impl Running {
    async fn stop(self) -> anyhow::Result<()> {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap()
    }
}

fn free_ports() -> u16 {
    (0..100)
        .find_map(|_| {
            let first = TcpListener::bind("127.0.0.1:0").unwrap();
            let base = first.local_addr().unwrap().port();
            let free = (1..9).all(|n| {
                base.checked_add(n)
                    .is_some_and(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
            });
            free.then_some(base)
        })
        .unwrap()
}

#[tokio::test]
async fn a_demo_starts_every_party_and_stops_every_party() {
    let demo = Demo::new();
    let running = demo.start(demo.options()).await;
    let ready = &running.ready;
    let origin = |n: u16| format!("http://localhost:{}", demo.port_base + n);
    assert_eq!(ready["issuer"], origin(0));
    assert_eq!(ready["app"], origin(1));
    assert_eq!(ready["operators"][0]["url"], origin(2));
    assert!(
        Path::new(ready["operators"][1]["home"].as_str().unwrap())
            .join("operator.toml")
            .is_file()
    );
    assert_eq!(ready["banks"][1]["issuer"], origin(5));
    assert_eq!(ready["shop"], origin(6));
    assert_eq!(ready["council"], origin(9));
    assert_eq!(ready["mailbox"]["url"], origin(7));
    let smtp = format!("127.0.0.1:{}", demo.port_base + 8);
    assert_eq!(ready["mailbox"]["smtp"], smtp);
    let partners = ready["partners"].as_array().unwrap();
    assert!(partners.iter().all(|partner| {
        ["login", "share"]
            .iter()
            .any(|kind| partner["services"][0]["type"] == *kind)
    }));
    let listed = ready["people"].as_array().unwrap();
    for sim in ["ready", "upgradable", "incompatible"] {
        assert!(listed.iter().any(|person| person["sim"] == sim), "{sim}");
    }
    let enrolled = listed
        .iter()
        .filter(|person| person.get("code").is_some())
        .count();
    let enrolments = demo.calls();
    let enrolments = enrolments.iter().filter(|call| call.contains(" enrol "));
    assert_eq!(enrolments.count(), enrolled + people::SANDBOX.len());
    // The phones of the sandbox people are started, and the demo does not wait for them.
    for answer in ["--approve", "--refuse"] {
        demo.called(|call| call.contains(" watch ") && call.contains(answer))
            .await;
    }
    assert!(enrolled > 0 && enrolled < listed.len());

    running.stop().await.unwrap();
    assert!(demo.is_silent());
    assert!(!demo.home().join("demo.json").exists());
}

#[tokio::test]
async fn a_second_start_continues_where_the_first_stopped() {
    let demo = Demo::new();
    let first = demo.start(demo.options()).await;
    let first_ready = first.ready.clone();
    first.stop().await.unwrap();
    let once = |calls: &[String]| {
        calls
            .iter()
            .filter(|c| {
                c.contains(" enrol ") || c.contains(" partner add ") || c.contains("keys init")
            })
            .count()
    };
    let before = once(&demo.calls());

    // Without a port, it uses the one of the home.
    let options = Options {
        port_base: None,
        ..demo.options()
    };
    let second = demo.start(options).await;
    assert_eq!(second.ready, first_ready);
    assert_eq!(once(&demo.calls()), before);
    second.stop().await.unwrap();

    let options = Options {
        port_base: Some(demo.port_base + 10),
        ..demo.options()
    };
    assert!(demo.fails(options).await.contains("--fresh"));
    let options = Options {
        fresh: true,
        ..demo.options()
    };
    demo.start(options).await.stop().await.unwrap();
    assert_eq!(once(&demo.calls()), before * 2);
}

#[tokio::test]
async fn a_party_that_stops_is_named_and_the_others_are_stopped() {
    let demo = Demo::new();
    let running = demo.start(demo.options()).await;
    let mut bank = TcpStream::connect(("127.0.0.1", demo.port_base + 4))
        .await
        .unwrap();
    bank.write_all(b"GET /die HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let _ = bank.read_to_end(&mut Vec::new()).await;
    let error = running.ended.await.unwrap().unwrap_err().to_string();
    assert!(
        error.contains("Bank Anker") && error.contains("last words"),
        "{error}"
    );
    assert!(demo.is_silent());
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let demo = Demo::new();
    let port = demo.port_base + 3;
    let _taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let error = demo.fails(demo.options()).await;
    assert!(
        error.contains(&port.to_string()) && error.contains("Dijle Tel"),
        "{error}"
    );
    assert!(demo.calls().is_empty());
}

#[tokio::test]
async fn a_folder_with_other_data_is_not_deleted() {
    let demo = Demo::new();
    fs::create_dir_all(demo.home()).unwrap();
    fs::write(demo.home().join("diary.txt"), "mine").unwrap();
    let options = Options {
        fresh: true,
        ..demo.options()
    };
    assert!(demo.fails(options).await.contains("other things"));
    assert_eq!(
        fs::read_to_string(demo.home().join("diary.txt")).unwrap(),
        "mine"
    );
}
