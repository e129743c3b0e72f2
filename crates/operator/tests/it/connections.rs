//! The operator's listener has the limits of `ipse_listener`.

use std::time::Duration;

use ipse_store::testing::TestDb;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, pause, resume};

use crate::network::TestNetwork;

#[tokio::test]
async fn t38_an_idle_connection_to_an_operator_is_closed() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let mut client = TcpStream::connect(network.running.address).await.unwrap();
    // The clock jumps to the next timer, so that the test does not wait.
    pause();
    let start = Instant::now();
    let read = client.read(&mut [0; 1]).await;
    let waited = start.elapsed();
    resume();
    assert_eq!(read.unwrap_or(0), 0);
    assert!(waited < Duration::from_secs(40), "{waited:?}");
    network.running.stop().await;
}
