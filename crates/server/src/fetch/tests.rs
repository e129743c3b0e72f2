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
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2001::80ff:fefe",
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

/// A whole answer with status 200.
fn ok(media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

fn documents(profile: Profile) -> Documents {
    Documents::new(profile).unwrap_or_else(|e| panic!("{e}"))
}

#[tokio::test]
async fn t21_only_a_json_document_within_the_limits_is_read() {
    let key = ipse_jose::SigningKey::generate_es256().public_jwk();
    let set = serde_json::json!({"keys": [key, {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}]});
    let set = set.to_string();
    let long = format!("{set}{}", " ".repeat(MAX_DOCUMENT));
    let redirect =
        "HTTP/1.1 302 Found\r\nlocation: /jwks\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let malformed = DocumentError::Malformed("a JWK set of public keys");
    for (answer, expected) in [
        (ok("application/json; charset=utf-8", &set), Ok(1)),
        (ok("application/jwk-set+json", &set), Ok(1)),
        (ok("text/html", &set), Err(DocumentError::MediaType)),
        (ok("application/json", "<html>"), Err(malformed)),
        (
            ok("application/json", &long),
            Err(DocumentError::Fetch(FetchError::TooLarge)),
        ),
        (redirect.into(), Err(DocumentError::Status(302))),
    ] {
        let (port, _) = canary(answer).await;
        let url = format!("http://127.0.0.1:{port}/jwks");
        let read = documents(Profile::Demo).key_set(&url).await;
        assert_eq!(read.map(|set| set.keys.keys.len()), expected);
    }
}

#[tokio::test]
async fn t21_a_document_is_fetched_from_public_addresses_or_the_machine_of_the_demo() {
    let (port, count) = canary(Vec::new()).await;
    let refused = Some(DocumentError::Fetch(FetchError::Refused));
    for url in [
        "http://shop.example/jwks",
        "http://10.0.0.1/jwks",
        "https://10.0.0.1/jwks",
        "https://[fd12::1]/jwks",
        "https://user@shop.example/jwks",
        "file:///etc/passwd",
    ] {
        for profile in [Profile::Demo, Profile::Production] {
            let read = documents(profile).key_set(url).await;
            assert_eq!(read.err(), refused, "{url}");
        }
    }
    let production = documents(Profile::Production);
    for (url, expected) in [
        (format!("http://127.0.0.1:{port}/"), FetchError::Refused),
        (format!("https://127.0.0.1:{port}/"), FetchError::Refused),
        (format!("https://localhost:{port}/"), FetchError::Silent),
    ] {
        let read = production.key_set(&url).await;
        assert_eq!(read.err(), Some(DocumentError::Fetch(expected)), "{url}");
    }
    assert_eq!(hits(&count), 0);
}

#[tokio::test(start_paused = true)]
async fn t21_a_document_that_hangs_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.unwrap_or_else(|e| panic!("{e}"));
    let port = listener.local_addr().map(|a| a.port()).unwrap_or_default();
    let url = format!("http://127.0.0.1:{port}/jwks");
    let read = documents(Profile::Demo).key_set(&url).await;
    assert_eq!(read.err(), Some(DocumentError::Fetch(FetchError::Silent)));
}

#[tokio::test]
async fn t39_a_sector_lists_each_redirect_uri() {
    let listed = r#"["https://shop.example/cb","https://shop.example/other"]"#;
    let (port, _) = canary(ok("application/json", listed)).await;
    let url = format!("http://localhost:{port}/sector");
    let documents = documents(Profile::Demo);
    let check = |uris: &[&str]| {
        let uris: Vec<String> = uris.iter().map(|uri| (*uri).to_owned()).collect();
        let (documents, url) = (documents.clone(), url.clone());
        async move { documents.check_sector(&url, &uris).await }
    };
    assert_eq!(check(&["https://shop.example/cb"]).await, Ok(()));
    let more = ["https://shop.example/cb", "https://shop.example/cb2"];
    assert_eq!(check(&more).await, Err(DocumentError::Unlisted));
}
