//! The address that a request comes from, as limits count it: the connection's, or what a proxy of ours says.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipse_listener::{Address, Limits, Peer};

/// What each proxy appends the address to from which it was called.
const FORWARDED: &str = "x-forwarded-for";

/// An address as limits count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The last address that is no proxy's. Only what our proxies wrote is believed: a client can send the header too.
    pub fn of(peer: Peer, headers: &HeaderMap, limits: &Limits) -> Self {
        let is_proxy = |address: &IpAddr| limits.proxies.contains(&address.to_canonical());
        let mut client = peer.0.ip();
        let said = headers.get_all(FORWARDED).iter().rev();
        let mut said = said.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        while is_proxy(&client) {
            match said.next().map(|text| text.trim().parse()) {
                Some(Ok(before)) => client = before,
                Some(Err(_)) | None => break,
            }
        }
        Self(Address::from(client).ip())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Self>().copied();
        Ok(known.unwrap_or(Self(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))))
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use super::*;

    fn of(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        let proxies: Arc<[IpAddr]> =
            Arc::new(["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap()));
        let limits = Limits {
            proxies,
            ..Limits::shared_by(1)
        };
        let peer = Peer(SocketAddr::new(peer.parse().unwrap(), 1));
        ClientAddress::of(peer, &headers, &limits).0.to_string()
    }

    #[test]
    fn t38_only_a_proxy_may_name_a_client() {
        assert_eq!(of("192.0.2.9", &["192.0.2.1"]), "192.0.2.9");
        assert_eq!(of("10.0.0.1", &["192.0.2.1"]), "192.0.2.1");
        // A client wrote the first one itself.
        assert_eq!(of("10.0.0.1", &["198.51.100.1, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(of("10.0.0.1", &["198.51.100.1", "192.0.2.1"]), "192.0.2.1");
        assert_eq!(of("10.0.0.1", &["192.0.2.1, 10.0.0.2"]), "192.0.2.1");
        for unusable in [&[][..], &["unknown"], &["198.51.100.1, unknown"]] {
            assert_eq!(of("10.0.0.1", unusable), "10.0.0.1");
        }
        assert_eq!(of("10.0.0.1", &["2001:db8::1"]), "2001:db8::");
    }
}
