//! A cookie jar as small as the demo needs: by host (ports share cookies, RFC 6265 §8.5), with `Path`, `Max-Age`
//! and `Secure`. Lives as long as the process.

use url::Url;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Cookie {
    host: String,
    path: String,
    name: String,
    value: String,
    secure: bool,
}

/// The jar.
#[derive(Debug, Default)]
pub(crate) struct Jar(Vec<Cookie>);

impl Jar {
    /// Takes one `Set-Cookie` of an answer from `url`.
    pub fn set(&mut self, url: &Url, header: &str) {
        let mut parts = header.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        let Some(host) = url.host_str() else { return };
        if name.is_empty() {
            return;
        }
        let mut cookie = Cookie {
            host: host.to_owned(),
            path: default_path(url.path()).to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
            secure: false,
        };
        let mut gone = false;
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "path" if value.trim().starts_with('/') => cookie.path = value.trim().to_owned(),
                "max-age" => gone = value.trim().parse::<i64>().is_ok_and(|age| age <= 0),
                "secure" => cookie.secure = true,
                _ => {}
            }
        }
        self.0
            .retain(|c| c.host != cookie.host || c.path != cookie.path || c.name != cookie.name);
        if !gone {
            self.0.push(cookie);
        }
    }

    /// The `Cookie` header for a request, if there is anything to send.
    pub fn header(&self, url: &Url) -> Option<String> {
        let pairs: Vec<String> = self
            .0
            .iter()
            .filter(|c| {
                url.host_str() == Some(&*c.host)
                    && path_matches(url.path(), &c.path)
                    && (!c.secure || url.scheme() == "https")
            })
            .map(|c| format!("{}={}", c.name, c.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// RFC 6265 §5.1.4.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

fn path_matches(path: &str, cookie: &str) -> bool {
    path == cookie
        || path
            .strip_prefix(cookie)
            .is_some_and(|rest| cookie.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn sends_what_belongs_to_host_and_path() {
        let mut jar = Jar::default();
        jar.set(
            &url("http://localhost:4001/phone/v1/x"),
            "a=1; Path=/registrars; HttpOnly",
        );
        jar.set(
            &url("http://localhost:4004/sign-in"),
            "b=2; Path=/; SameSite=Lax",
        );
        jar.set(&url("https://localhost/"), "c=3; Path=/; Secure");
        assert_eq!(
            jar.header(&url("http://localhost:4001/registrars/callback"))
                .as_deref(),
            Some("a=1; b=2")
        );
        assert_eq!(
            jar.header(&url("http://localhost:4001/registrarsX"))
                .as_deref(),
            Some("b=2")
        );
        assert_eq!(jar.header(&url("http://127.0.0.2:4001/registrars/x")), None);
        jar.set(&url("http://localhost:4001/"), "b=; Path=/; Max-Age=0");
        assert_eq!(jar.header(&url("http://localhost/")), None);
    }
}
