//! The browser part of enrolment and recovery: signs in at the demo's banks by filling in their plain forms.

use ipse_protocol::problem::ProblemCode;
use reqwest::Method;
use url::Url;

use crate::error::{Error, local};
use crate::forms::Form;
use crate::transport::{parse_url, send_to};
use crate::{Answer, Phone, Result, Storage, Transport};

/// Most pages and redirects until the browser is back.
const MAX_PAGES: usize = 20;

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Signs in at the bank, agrees, and follows redirects until the browser is back in the app.
    ///
    /// # Errors
    /// The code that the app's address names, or `bank_failed`.
    pub async fn sign_in_at_bank(&mut self, authorization_url: &str, customer: &str) -> Result<()> {
        let mut here = self.bank_callback(authorization_url, customer).await?;
        let app = self.state()?.app;
        for _ in 0..MAX_PAGES {
            if let Some(result) = app_result(&app, &here) {
                return result;
            }
            let answer = self.visit(&Method::GET, &here, &[]).await?;
            if !answer.status.is_redirection() {
                return Err(refused(&answer));
            }
            here = answer.location(&here)?;
        }
        Err(bank("too many redirects"))
    }

    /// Signs in at the bank and agrees, until it redirects to the app's origin. The result is that address, which has
    /// not been visited yet.
    ///
    /// # Errors
    /// `bank_failed`, `offline`.
    pub async fn bank_callback(&mut self, authorization_url: &str, customer: &str) -> Result<Url> {
        let app = self.state()?.app;
        let mut here = parse_url(authorization_url)?;
        let mut answer = self.visit(&Method::GET, &here, &[]).await?;
        let mut signed_in = false;
        for _ in 0..MAX_PAGES {
            if answer.status.is_redirection() {
                here = answer.location(&here)?;
                if here.origin().ascii_serialization() == app {
                    return Ok(here);
                }
                answer = self.visit(&Method::GET, &here, &[]).await?;
                continue;
            }
            if !answer.status.is_success() {
                return Err(refused(&answer));
            }
            let page = String::from_utf8_lossy(&answer.body);
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
            here = here
                .join(&form.action)
                .map_err(|_| bank("the form's action is not an address"))?;
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&form.inputs)
                .finish();
            answer = self.visit(&Method::POST, &here, body.as_bytes()).await?;
        }
        Err(bank("too many pages"))
    }

    async fn visit(&mut self, method: &Method, url: &Url, body: &[u8]) -> Result<Answer> {
        // The bank accepts a form only from its own pages, and checks the origin.
        let origin = url.origin().ascii_serialization();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", &*origin),
        ];
        let headers = match *method {
            Method::POST => &headers[..],
            _ => &[],
        };
        send_to(&mut self.transport, method, url, headers, body).await
    }
}

/// The result that the app shows at this address; `None` for an address outside the app.
fn app_result(app: &str, url: &Url) -> Option<Result<()>> {
    if url.origin().ascii_serialization() != app || url.path() != "/app/" {
        return None;
    }
    let problem = url.query_pairs().find(|(key, _)| key == "problem");
    Some(match problem {
        None => Ok(()),
        Some((_, code)) => {
            let detail = ProblemCode::parse(&code).map_or("Begin again.", ProblemCode::detail);
            Err(Error {
                code: code.into_owned().into(),
                detail: detail.to_owned(),
                ..Error::of(local::BANK)
            })
        }
    })
}

fn bank(reason: &str) -> Error {
    Error::of(local::BANK).with("reason", reason)
}

/// The scheme's refusal, or one of the bank.
fn refused(answer: &Answer) -> Error {
    let error = Error::from_answer(answer.status.as_u16(), &answer.body);
    if ProblemCode::parse(&error.code).is_some() {
        return error;
    }
    Error {
        status: answer.status.as_u16(),
        ..bank("the bank refuses: does it know this customer?")
    }
}
