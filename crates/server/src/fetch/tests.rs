use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server that counts connections and gives every request the same answer.
async fn canary(answer: Vec<u8>) -> (u16, Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap_or_else(|e| panic!("{e}"));
    let port = listener.local_addr().map(|a| a.port()).unwrap_or_default();
    let hits = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = hits.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(&answer).await;
        }
    });
    (port, hits)
}

fn hits(count: &std::sync::atomic::AtomicUsize) -> usize {
    count.load(std::sync::atomic::Ordering::SeqCst)
}

fn guard(profile: Profile) -> Fetch {
    Fetch::new(profile).unwrap_or_else(|e| panic!("{e}"))
}

#[tokio::test]
async fn t21_a_name_with_a_private_address_is_not_called_in_production() {
    let (port, count) = canary(Vec::new()).await;
    // Only resolving a name tells its address, so each call must check again.
    let url = format!("https://localhost:{port}");
    let party = guard(Profile::Production).party(&url);
    let party = party.unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..3 {
        assert_eq!(party.get(&url, None).await.err(), Some(FetchError::Silent));
    }
    assert_eq!(hits(&count), 0);
}

#[tokio::test]
async fn t21_redirects_and_other_origins_are_not_followed() {
    let (secret, count) = canary(Vec::new()).await;
    let answer = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{secret}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let (port, _) = canary(answer.into_bytes()).await;
    let url = format!("http://127.0.0.1:{port}");
    let party = guard(Profile::Demo)
        .party(&url)
        .unwrap_or_else(|e| panic!("{e}"));
    let answer = party.get(&url, None).await.map(|a| a.status);
    assert_eq!(answer, Ok(302));
    let other = format!("http://127.0.0.1:{secret}/");
    assert_eq!(
        party.get(&other, None).await.err(),
        Some(FetchError::Refused)
    );
    assert_eq!(hits(&count), 0);
}

#[tokio::test]
async fn t21_a_long_answer_is_cut_off() {
    let mut answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    answer.resize(answer.len() + MAX_ANSWER + 1, b'x');
    let (port, _) = canary(answer).await;
    let url = format!("http://127.0.0.1:{port}");
    let party = guard(Profile::Demo)
        .party(&url)
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        party.get(&url, None).await.err(),
        Some(FetchError::TooLarge)
    );
}

#[test]
fn t21_private_addresses_are_not_public() {
    for local in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.0.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",
    ] {
        let ip: IpAddr = local.parse().unwrap_or_else(|_| panic!("{local}"));
        assert!(!public(ip), "{local}");
    }
    for open in ["8.8.8.8", "193.191.245.1", "2a02:a000::1", "2001:6a8::1"] {
        let ip: IpAddr = open.parse().unwrap_or_else(|_| panic!("{open}"));
        assert!(public(ip), "{open}");
    }
}

#[test]
fn t21_production_allows_only_https_on_public_hosts() {
    let fetch = Fetch::new(Profile::Production).unwrap_or_else(|e| panic!("{e}"));
    for url in [
        "http://bank.example",
        "https://127.0.0.1",
        "https://[::1]:8443",
        "https://[::ffff:10.0.0.1]",
        "https://0x7f000001",
        "https://user@bank.example",
        "ftp://bank.example",
        "file:///etc/passwd",
    ] {
        assert!(fetch.party(url).is_err(), "{url}");
    }
    let party = fetch
        .party("https://bank.example")
        .unwrap_or_else(|e| panic!("{e}"));
    assert!(party.has("https://bank.example/token"));
    for other in [
        "https://bank.example:8443/token",
        "https://bank.example.evil.example/",
        "https://evil.example/",
        "http://bank.example/token",
        "https://user@bank.example/token",
    ] {
        assert!(!party.has(other), "{other}");
    }
}
