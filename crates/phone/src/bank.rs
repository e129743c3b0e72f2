//! The browser part of enrolment and recovery: signs in at the demo's banks by filling in their plain forms.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;

use crate::error::{Error, local};
use crate::forms::Form;
use crate::phone::location;
use crate::transport::{Answer, parse_url};
use crate::{Phone, Result};

/// Most pages on the way.
const MAX_PAGES: usize = 20;

impl Phone {
    /// Signs in at the bank, agrees, and follows until the browser is back in the app.
    ///
    /// # Errors
    /// The code that the callback names, or `bank_failed`.
    pub async fn sign_in_at_bank(&self, authorization_url: &str, customer: &str) -> Result<()> {
        let app = self.state()?.app;
        let mut address = authorization_url.to_owned();
        let mut answer = self.visit(&Method::GET, &address, &[]).await?;
        let mut signed_in = false;
        for _ in 0..MAX_PAGES {
            if answer.status.is_redirection() {
                address = location(&address, &answer)?;
                if let Some(end) = arrival(&app, &address)? {
                    return end;
                }
                answer = self.visit(&Method::GET, &address, &[]).await?;
                continue;
            }
            let page = String::from_utf8_lossy(&answer.body).into_owned();
            if !answer.status.is_success() {
                return Err(failed(&answer));
            }
            let form = match Form::find(&page, "agree") {
                Some(form) => form,
                None if signed_in => return Err(bank("the bank does not know this customer")),
                None => {
                    let mut form = Form::find(&page, "sign-in")
                        .ok_or_else(|| bank("not a page of the demo's banks"))?;
                    if !form.fill("customer", customer) {
                        return Err(bank("the sign-in form asks for no customer"));
                    }
                    signed_in = true;
                    form
                }
            };
            address = parse_url(&address)?
                .join(&form.action)
                .map_err(|_| bank("the form leads nowhere"))?
                .into();
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&form.inputs)
                .finish();
            answer = self.visit(&Method::POST, &address, body.as_bytes()).await?;
        }
        Err(bank("too many pages"))
    }

    async fn visit(&self, method: &Method, address: &str, body: &[u8]) -> Result<Answer> {
        let mut headers = HeaderMap::new();
        if *method == Method::POST {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, form);
            // Forms are for one site; the bank checks where they were filled in.
            let origin = parse_url(address)?.origin().ascii_serialization();
            if let Ok(origin) = HeaderValue::from_str(&origin) {
                headers.insert(reqwest::header::ORIGIN, origin);
            }
        }
        self.transport.send(method, address, &headers, body).await
    }
}

/// Whether this address is the app again, and how it ended.
fn arrival(app: &str, address: &str) -> Result<Option<Result<()>>> {
    let url: Url = parse_url(address)?;
    if url.origin().ascii_serialization() != app || url.path() != "/app/" {
        return Ok(None);
    }
    let problem = url.query_pairs().find(|(key, _)| key == "problem");
    Ok(Some(match problem {
        None => Ok(()),
        Some((_, code)) => {
            let detail = ipse_protocol::problem::ProblemCode::parse(&code)
                .map_or("Begin again.", ipse_protocol::problem::ProblemCode::detail);
            Err(Error {
                code: code.into_owned().into(),
                detail: detail.to_owned(),
                ..Error::of(local::BANK)
            })
        }
    }))
}

fn bank(reason: &str) -> Error {
    Error::of(local::BANK).with("reason", reason)
}

fn failed(answer: &Answer) -> Error {
    let told = Error::from_answer(answer.status.as_u16(), &answer.body);
    if ipse_protocol::problem::ProblemCode::parse(&told.code).is_some() {
        return told;
    }
    Error {
        status: answer.status.as_u16(),
        ..bank("the bank refuses: does it know this customer?")
    }
}
