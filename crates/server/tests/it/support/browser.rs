//! A browser without script: cookies by host, as real ones keep them, and redirects when asked.

use std::collections::BTreeMap;

use ipse_phone::{Answer, Outgoing, Transport};
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};

/// A browser.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    /// Ports share cookies: one jar for `localhost`.
    pub cookies: BTreeMap<String, String>,
    /// Headers of the last answer.
    pub last: HeaderMap,
}

/// A page.
pub struct Page {
    pub status: StatusCode,
    pub location: Option<String>,
    pub text: String,
}

impl Page {
    /// Where a sign-in page of the scheme at `issuer` is had again.
    pub fn action_page(&self, issuer: &str) -> String {
        let (_, from) = self.text.split_once("data-action=\"").expect("an action");
        let (action, _) = from.split_once('"').expect("its end");
        format!("{issuer}/sign-in?action={action}")
    }
}

impl Browser {
    pub fn new(http: &reqwest::Client) -> Self {
        Self {
            http: http.clone(),
            cookies: BTreeMap::new(),
            last: HeaderMap::new(),
        }
    }

    pub async fn get(&mut self, url: &str) -> Page {
        let request = self.http.get(url).header(COOKIE, self.jar());
        self.keep(request.send().await.expect("an answer")).await
    }

    pub async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Page {
        let request = self.http.post(url).header(COOKIE, self.jar()).form(form);
        self.keep(request.send().await.expect("an answer")).await
    }

    fn jar(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        pairs.join("; ")
    }

    fn store(&mut self, headers: &HeaderMap) {
        self.last = headers.clone();
        for cookie in headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().expect("a cookie");
            let pair = text.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("name=value");
            if text.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    async fn keep(&mut self, response: Response) -> Page {
        self.store(response.headers());
        let url = response.url().clone();
        Page {
            status: response.status(),
            location: response.headers().get(LOCATION).map(|l| {
                let text = l.to_str().expect("a location");
                url.join(text).expect("a URL").to_string()
            }),
            text: response.text().await.expect("a body"),
        }
    }
}

/// The app's requests come from the same browser as the bank's pages, so they share the cookies.
impl Transport for Browser {
    async fn send(&mut self, request: Outgoing<'_>) -> ipse_phone::Result<Answer> {
        let url = format!("{}{}", request.origin, request.path);
        let mut builder = self.http.request(request.method.clone(), url);
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        if *request.method == Method::POST {
            builder = builder.body(request.body.to_vec());
        }
        let response = builder.header(COOKIE, self.jar()).send().await;
        let response = response.expect("an answer");
        self.store(response.headers());
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.expect("a body").to_vec(),
        })
    }
}

impl Page {
    /// An attribute of the element with an id, or the value of the input with a name.
    pub fn attribute(&self, marker: &str, attribute: &str) -> Option<String> {
        let at = self.text.find(marker)?;
        let start = self.text[..at].rfind('<')?;
        let tag = &self.text[start..start + self.text[start..].find('>')?];
        let value = tag
            .split(&format!("{attribute}=\""))
            .nth(1)?
            .split('"')
            .next()?;
        Some(
            value
                .replace("&amp;", "&")
                .replace("&#38;", "&")
                .replace("&#x2F;", "/")
                .replace("&#47;", "/"),
        )
    }

    /// All hidden inputs and the action of the form with an id, or of the one in which something with that id stands.
    pub fn form(&self, id: &str) -> Option<(String, Vec<(String, String)>)> {
        let at = self.text.find(&format!("id=\"{id}\""))?;
        let start = self.text[..at].rfind("<form")?;
        let end = start
            + self.text[start..]
                .find("</form>")
                .filter(|end| start + end > at)?;
        let tag = self.text[start..end].split('>').next()?;
        let action = tag.split("action=\"").nth(1)?.split('"').next()?;
        let action = action.replace("&amp;", "&");
        let mut inputs = Vec::new();
        for part in self.text[start..end].split("<input").skip(1) {
            let tag = part.split('>').next()?;
            let value = |name: &str| {
                tag.split(&format!("{name}=\""))
                    .nth(1)
                    .and_then(|rest| rest.split('"').next())
            };
            if value("type") == Some("hidden")
                && let (Some(name), Some(v)) = (value("name"), value("value"))
            {
                inputs.push((name.to_owned(), v.to_owned()));
            }
        }
        Some((action, inputs))
    }
}
