//! Cookies that bind a flow to the browser which started it (threats 1 and 18).

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

/// Name and attributes of such a cookie on one origin.
///
/// On https the name has the prefix `__Host-`, with which browsers accept it only from this exact host (RFC 6265bis
/// §4.1.3), so that a neighbouring host cannot plant one. On plain http, which only the demo uses, the origin's port does not
/// separate cookies, so the name contains the party's.
#[derive(Clone)]
pub struct FlowCookie {
    name: Cow<'static, str>,
    path: &'static str,
    secure: bool,
}

/// The names of one cookie on https and on plain http, and its path on the latter. `__Host-` requires the path `/`.
pub struct Names {
    /// With the prefix `__Host-`.
    pub https: &'static str,
    /// Without it.
    pub http: &'static str,
    /// Path on plain http.
    pub http_path: &'static str,
}

impl FlowCookie {
    /// The cookie of an origin.
    pub fn new(names: &Names, origin: &str) -> Self {
        let secure = origin.starts_with("https:");
        Self {
            name: if secure { names.https } else { names.http }.into(),
            path: if secure { "/" } else { names.http_path },
            secure,
        }
    }

    /// As [`FlowCookie::new`], one of several that `of` tells apart.
    pub fn of(names: &Names, of: &str, origin: &str) -> Self {
        let mut cookie = Self::new(names, origin);
        cookie.name = format!("{}_{of}", cookie.name).into();
        cookie
    }

    /// The value in a request. `None` also when there are two of the name: one was planted, and we cannot tell which.
    pub fn read<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let mut found = None;
        for header in headers.get_all(header::COOKIE) {
            for cookie in Cookie::split_parse(header.to_str().ok()?).flatten() {
                if cookie.name() != self.name {
                    continue;
                }
                if found.is_some() {
                    return None;
                }
                found = Some(cookie.value_raw()?);
            }
        }
        found
    }

    /// The `Set-Cookie` header. Without `max_age`, in seconds, the cookie is deleted when the browser closes. `Lax`, since the
    /// redirect from another site must send it.
    pub fn header(&self, value: &str, max_age: Option<i64>) -> Option<HeaderValue> {
        let mut cookie = Cookie::build((&*self.name, value))
            .path(self.path)
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure);
        if let Some(seconds) = max_age {
            cookie = cookie.max_age(Duration::seconds(seconds));
        }
        HeaderValue::from_str(&cookie.build().to_string()).ok()
    }
}
