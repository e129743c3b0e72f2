use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

use super::*;

/// A body that no buffer of the system holds.
const LARGE: usize = 64 << 20;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/// A listener that runs.
struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
    /// A permit for each request that hangs.
    hanging: Arc<Semaphore>,
}

impl Served {
    async fn new(limits: Limits) -> Self {
        let hanging = Arc::new(Semaphore::new(0));
        let arrived = hanging.clone();
        let hang = move || {
            arrived.add_permits(1);
            std::future::pending::<()>()
        };
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/large", get(|| async { vec![b'x'; LARGE] }))
            .route("/hang", get(hang))
            .route("/", post(|body: String| async move { body }));
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve_router(socket, limits, router, stopped));
        Self {
            address,
            stop,
            task,
            hanging,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn sent(&self, bytes: &[u8]) -> TcpStream {
        let mut client = self.connect().await;
        client.write_all(bytes).await.unwrap();
        client
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
    }
}

fn few(connections: usize) -> Limits {
    Limits {
        connections,
        per_address: connections,
        ..Limits::shared_by(1)
    }
}

/// Reads until the answer is complete, and the connection stays open.
async fn here(client: &mut TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\nhere") {
        assert_ne!(client.read_buf(&mut read).await.unwrap(), 0, "closed");
    }
}

/// Reads until the connection closes, with a clock that jumps to the next timer, so that the test does not wait. Returns what
/// was read, and after how long.
async fn rest(client: &mut TcpStream) -> (Vec<u8>, Duration) {
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let mut read = Vec::new();
    // A reset is an end too.
    let _ = client.read_to_end(&mut read).await;
    let waited = start.elapsed();
    tokio::time::resume();
    (read, waited)
}

#[tokio::test]
async fn t38_a_slow_request_head_is_cut_off() {
    let served = Served::new(few(8)).await;
    for sent in [&b""[..], b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: 1"] {
        let (_, waited) = rest(&mut served.sent(sent).await).await;
        assert!(waited <= few(8).head + PAUSE, "{waited:?}");
    }
    served.stop().await;
}

#[tokio::test]
async fn t38_a_slow_request_body_is_answered_408() {
    let served = Served::new(few(8)).await;
    let slow = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc";
    let (read, waited) = rest(&mut served.sent(slow).await).await;
    assert!(read.starts_with(b"HTTP/1.1 408"));
    assert!(waited <= few(8).answer + few(8).head + PAUSE, "{waited:?}");
    served.stop().await;
}

#[tokio::test]
async fn t38_a_kept_connection_is_closed_when_it_is_idle() {
    let served = Served::new(few(8)).await;
    let mut client = served.sent(REQUEST).await;
    here(&mut client).await;
    let (read, waited) = rest(&mut client).await;
    assert!(read.is_empty());
    assert!(waited <= few(8).head + PAUSE, "{waited:?}");
    served.stop().await;
}

#[tokio::test]
async fn t38_a_reader_that_takes_nothing_is_cut_off() {
    let served = Served::new(few(8)).await;
    let mut client = served.sent(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    client.readable().await.unwrap();
    tokio::time::pause();
    tokio::time::sleep(2 * few(8).write).await;
    tokio::time::resume();
    let (read, _) = rest(&mut client).await;
    assert!(read.len() < LARGE, "{}", read.len());
    served.stop().await;
}

#[tokio::test]
async fn t38_a_new_connection_takes_the_place_of_an_idle_one() {
    let served = Served::new(few(3)).await;
    let mut first = served.connect().await;
    let mut second = served.sent(REQUEST).await;
    here(&mut second).await;
    let _third = served.connect().await;
    let mut fourth = served.sent(REQUEST).await;
    here(&mut fourth).await;
    // The first one made room. It is closed at once, without a clock that moves.
    assert_eq!(first.read(&mut [0; 1]).await.unwrap_or(0), 0);
    second.write_all(REQUEST).await.unwrap();
    here(&mut second).await;
    served.stop().await;
}

#[tokio::test]
async fn t38_requests_that_are_answered_are_not_cut_off() {
    let served = Served::new(few(2)).await;
    let hang = b"GET /hang HTTP/1.1\r\nhost: x\r\n\r\n";
    let clients = [served.sent(hang).await, served.sent(hang).await];
    let both = served.hanging.acquire_many(2).await.unwrap();
    let mut third = served.sent(REQUEST).await;
    assert_eq!(third.read(&mut [0; 1]).await.unwrap_or(0), 0);
    drop((both, clients));
    // When they are gone, there is a place again.
    loop {
        let mut again = served.sent(REQUEST).await;
        if again.read(&mut [0; 1]).await.unwrap_or(0) == 1 {
            break;
        }
    }
    served.stop().await;
}

#[tokio::test]
async fn t38_a_flood_on_one_listener_leaves_the_other_alone() {
    let (flooded, other) = (Served::new(few(8)).await, Served::new(few(8)).await);
    let mut kept = other.sent(REQUEST).await;
    here(&mut kept).await;
    let mut idle = Vec::new();
    for _ in 0..64 {
        idle.push(flooded.connect().await);
    }
    kept.write_all(REQUEST).await.unwrap();
    here(&mut kept).await;
    here(&mut other.sent(REQUEST).await).await;
    here(&mut flooded.sent(REQUEST).await).await;
    flooded.stop().await;
    other.stop().await;
}
