//! `GET /me/data` and `GET /me/data.json`: all that the scheme holds on the person, as a page and as a file, for the session that
//! an approval opened.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_openid::Params;
use ipse_scheme::export::Export;
use ipse_scheme::session::Session;
use ipse_texts::Language;

use super::super::cookie::BrowserCookie;
use super::super::error::Error;
use super::super::sign_in::form_token;
use super::super::{Provider, browser, headers};
use super::pages::{Data, Words};
use super::{path, session, sign_out};

/// The page.
pub const PATH: &str = "/me/data";
/// The file.
pub const FILE: &str = "/me/data.json";

/// Shows the page. A session that may not see the data, and a browser without one, go to `/me`.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    request: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let chosen = query.get("lang").and_then(Language::parse);
    let mut page = browser::page(&provider, &request, chosen);
    page.again = Some(PATH.to_owned());
    let cookie = BrowserCookie::read_or_new(&request, provider.issuer(), &provider.random);
    match open(&provider, &request).await {
        Ok(Some((session, export))) => {
            let token = form_token(&provider, sign_out::FORM, &cookie);
            let language = page.language;
            let scheme = &provider.scheme;
            let words = Words {
                label: &|name| scheme.attribute_label(language, name),
                value: &|name, value| scheme.attribute_value(language, name, value),
            };
            let data = Data::new(page, &export, &session, token, &words);
            let mut response = data.into_response();
            cookie.set_on(&mut response);
            response
        }
        Ok(None) => headers::see_other(&path(&request, page.language)),
        Err(error) => error.on(page),
    }
}

/// Downloads the file.
pub async fn file(State(provider): State<Arc<Provider>>, request: HeaderMap) -> Response {
    let page = browser::page(&provider, &request, None);
    let export = match open(&provider, &request).await {
        Ok(Some((_, export))) => export,
        Ok(None) => return headers::see_other(&path(&request, page.language)),
        Err(error) => return error.on(page),
    };
    let body = match serde_json::to_vec_pretty(&export) {
        Ok(body) => body,
        Err(error) => return Error::json("the export cannot be written")(error).on(page),
    };
    let mut response = headers::json(StatusCode::OK, body);
    let name = format!("attachment; filename=\"{}\"", export.file_name());
    if let Ok(name) = HeaderValue::from_str(&name) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// The data, if the browser's session may see them.
async fn open(
    provider: &Provider,
    request: &HeaderMap,
) -> Result<Option<(Session, Export)>, Error> {
    let Some((_, session)) = session(provider, request).await? else {
        return Ok(None);
    };
    if !session.opens_data() {
        return Ok(None);
    }
    let _permit = provider.exports.try_acquire().map_err(|_| Error::Exports)?;
    let export = provider.scheme.session_export(&session).await?;
    Ok(export.map(|export| (session, export)))
}
