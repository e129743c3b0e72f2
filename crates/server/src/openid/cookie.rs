//! The cookie that binds a login to the browser which started it (threats 1 and 18), and those with which it comes back.

use axum::http::{HeaderMap, header};
use axum::response::Response;
use ipse_jose::b64;
use ipse_protocol::Random;
use ipse_protocol::ids::PartnerId;
use ipse_scheme::remembered;
use ipse_scheme::session::NewSession;

use crate::cookies::{FlowCookie, Names};

const NAMES: Names = Names {
    https: "__Host-ipse_scheme_browser",
    http: "ipse_scheme_browser",
    http_path: "/",
};

/// A browser, by its cookie.
pub struct BrowserCookie {
    value: String,
    new: bool,
    cookie: FlowCookie,
}

impl BrowserCookie {
    /// The browser's cookie, if it has a well-formed one.
    pub fn read(headers: &HeaderMap, issuer: &str) -> Option<Self> {
        let cookie = FlowCookie::new(&NAMES, issuer);
        let value = cookie.read(headers)?.to_owned();
        let well_formed = b64::decode(&value).is_ok_and(|bytes| bytes.len() == 32);
        well_formed.then_some(Self {
            value,
            new: false,
            cookie,
        })
    }

    /// The browser's cookie, or a new one of 256 random bits.
    pub fn read_or_new(headers: &HeaderMap, issuer: &str, random: &Random) -> Self {
        Self::read(headers, issuer).unwrap_or_else(|| Self {
            value: b64::encode(&random.bytes::<32>()),
            new: true,
            cookie: FlowCookie::new(&NAMES, issuer),
        })
    }

    /// The hash that is stored with the login.
    pub fn binding(&self) -> [u8; 32] {
        ipse_protocol::sha256(self.value.as_bytes())
    }

    /// Sets the cookie if it is new. It is deleted when the browser closes: a login takes minutes.
    pub fn set_on(&self, response: &mut Response) {
        if !self.new {
            return;
        }
        if let Some(cookie) = self.cookie.header(&self.value, None) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

const RETURN_NAMES: Names = Names {
    https: "__Host-ipse_scheme_return",
    http: "ipse_scheme_return",
    http_path: "/",
};

/// The cookie with which a browser comes back to one partner. Each approval that allows it sets a new value.
pub struct ReturnCookie(FlowCookie);

impl ReturnCookie {
    /// The cookie for a partner.
    pub fn new(partner: &PartnerId, issuer: &str) -> Self {
        Self(FlowCookie::of(&RETURN_NAMES, partner.as_str(), issuer))
    }

    /// What the browser shows.
    pub fn read(&self, headers: &HeaderMap) -> Option<remembered::ReturnCookie> {
        remembered::ReturnCookie::parse(self.0.read(headers)?)
    }

    /// Sets the cookie.
    pub fn set_on(&self, new: &remembered::NewCookie, response: &mut Response) {
        if let Some(cookie) = self.0.header(&new.value, Some(new.seconds)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

const SESSION_NAMES: Names = Names {
    https: "__Host-ipse_scheme_me",
    http: "ipse_scheme_me",
    http_path: "/",
};

/// The cookie of a session in which a person looks at their own data.
pub struct SessionCookie(String);

impl SessionCookie {
    /// What the browser shows.
    pub fn read(headers: &HeaderMap, issuer: &str) -> Option<Self> {
        let cookie = FlowCookie::new(&SESSION_NAMES, issuer);
        cookie.read(headers).map(|value| Self(value.to_owned()))
    }

    /// Its value.
    pub fn value(&self) -> &str {
        &self.0
    }

    /// Sets the cookie of a new session.
    pub fn set_on(new: &NewSession, issuer: &str, response: &mut Response) {
        Self::append(&new.cookie, new.seconds, issuer, response);
    }

    /// Deletes it.
    pub fn delete_on(issuer: &str, response: &mut Response) {
        Self::append("", 0, issuer, response);
    }

    fn append(value: &str, seconds: i64, issuer: &str, response: &mut Response) {
        let cookie = FlowCookie::new(&SESSION_NAMES, issuer);
        if let Some(cookie) = cookie.header(value, Some(seconds)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::response::IntoResponse;

    use super::*;

    fn with(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn a_new_cookie_is_set_and_read_back() {
        let random = Random::seeded(1);
        for issuer in ["http://localhost:4000", "https://ipse.example"] {
            let mut response = ().into_response();
            let new = BrowserCookie::read_or_new(&HeaderMap::new(), issuer, &random);
            new.set_on(&mut response);
            let set = response.headers()[header::SET_COOKIE]
                .to_str()
                .unwrap()
                .to_owned();
            assert!(set.contains("; HttpOnly; SameSite=Lax"), "{set}");
            assert!(set.ends_with("; Path=/"), "{set}");
            assert_eq!(
                issuer.starts_with("https"),
                set.starts_with("__Host-") && set.contains("; Secure")
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
    fn a_malformed_or_repeated_cookie_is_ignored() {
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
