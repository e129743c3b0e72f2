//! The cookie that ties a login to the browser which started it (threats 1 and 18).

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use ipse_jose::b64;

/// The cookie's name on plain http, which only the demo uses: ports share cookies, so the name carries the party.
const NAME: &str = "ipse_scheme_browser";
/// On https the prefix makes browsers refuse it from anywhere but this exact host (RFC 6265bis §4.1.3).
const SECURE_NAME: &str = "__Host-ipse_scheme_browser";

/// A browser, by its cookie.
pub struct BrowserCookie {
    value: String,
    fresh: bool,
    secure: bool,
}

impl BrowserCookie {
    /// The browser's cookie, if it has a well-formed one.
    pub fn read(headers: &HeaderMap, issuer: &str) -> Option<Self> {
        let secure = issuer.starts_with("https:");
        let name = if secure { SECURE_NAME } else { NAME };
        let mut found = None;
        for header in headers.get_all(header::COOKIE) {
            for pair in header.to_str().ok()?.split(';') {
                let Some((key, value)) = pair.trim().split_once('=') else {
                    continue;
                };
                if key != name {
                    continue;
                }
                // Two of the same name: someone planted one, and we cannot tell which.
                if found.is_some() {
                    return None;
                }
                found = Some(value.to_owned());
            }
        }
        let value = found?;
        let well_formed = b64::decode(&value).is_ok_and(|bytes| bytes.len() == 32);
        well_formed.then_some(Self {
            value,
            fresh: false,
            secure,
        })
    }

    /// The browser's cookie, or a new one from 256 random bits.
    pub fn read_or_new(headers: &HeaderMap, issuer: &str) -> Self {
        Self::read(headers, issuer).unwrap_or_else(|| Self {
            value: b64::encode(&ipse_protocol::random::<32>()),
            fresh: true,
            secure: issuer.starts_with("https:"),
        })
    }

    /// What is stored of it.
    pub fn binding(&self) -> [u8; 32] {
        ipse_protocol::sha256(self.value.as_bytes())
    }

    /// Sets it, if it is new. It goes when the browser closes: a login lasts minutes.
    pub fn set_on(&self, response: &mut Response) {
        if !self.fresh {
            return;
        }
        let cookie = if self.secure {
            format!(
                "{SECURE_NAME}={}; Path=/; HttpOnly; SameSite=Lax; Secure",
                self.value
            )
        } else {
            format!("{NAME}={}; Path=/; HttpOnly; SameSite=Lax", self.value)
        };
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    fn with(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn a_cookie_is_set_once_and_read_back() {
        for issuer in ["http://localhost:4000", "https://ipse.example"] {
            let mut response = ().into_response();
            let new = BrowserCookie::read_or_new(&HeaderMap::new(), issuer);
            new.set_on(&mut response);
            let set = response.headers()[header::SET_COOKIE]
                .to_str()
                .unwrap()
                .to_owned();
            assert!(set.contains("; HttpOnly; SameSite=Lax"), "{set}");
            assert_eq!(
                issuer.starts_with("https"),
                set.starts_with("__Host-") && set.ends_with("; Secure")
            );
            let headers = with(&format!("other=1; {}", set.split(';').next().unwrap()));
            let known = BrowserCookie::read(&headers, issuer).unwrap();
            assert_eq!(known.binding(), new.binding());
            let mut again = ().into_response();
            known.set_on(&mut again);
            assert!(again.headers().get(header::SET_COOKIE).is_none());
        }
    }

    #[test]
    fn a_doubtful_cookie_counts_as_none() {
        let value = b64::encode(&[1; 32]);
        let other = b64::encode(&[2; 32]);
        let issuer = "http://localhost:4000";
        for cookie in [
            "ipse_scheme_browser=short".to_owned(),
            format!("ipse_scheme_browser={value}; ipse_scheme_browser={other}"),
            format!("__Host-ipse_scheme_browser={value}"),
        ] {
            assert!(
                BrowserCookie::read(&with(&cookie), issuer).is_none(),
                "{cookie}"
            );
        }
    }
}
