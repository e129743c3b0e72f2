//! `GET /me`: with whom the person shared what and when, also what they withdrew. Without a session, a button that begins a
//! login: a visit alone begins nothing (threat 18).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_openid::Params;
use ipse_scheme::session::Session;
use ipse_texts::Language;

use super::super::cookie::BrowserCookie;
use super::super::error::Error;
use super::super::pages::Page;
use super::super::sign_in::form_token;
use super::super::{Provider, browser};
use super::pages::{Me, Partner, Start};
use super::{PATH, data, export, login, session, sign_out};

/// Shows the list, or the button.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let chosen = query.get("lang").and_then(Language::parse);
    let mut page = browser::page(&provider, &headers, chosen);
    page.again = Some(PATH.to_owned());
    let cookie = BrowserCookie::read_or_new(&headers, provider.issuer(), &provider.random);
    let mut response = match session(&provider, &headers).await {
        Ok(None) => Start {
            token: form_token(&provider, login::FORM, &cookie),
            app: format!("{}/app/", provider.scheme.config.app),
            page,
        }
        .into_response(),
        Ok(Some((_, session))) => match list(&provider, &cookie, &session, page.clone()).await {
            Ok(list) => list.into_response(),
            Err(error) => error.on(page),
        },
        Err(error) => error.on(page),
    };
    cookie.set_on(&mut response);
    response
}

async fn list(
    provider: &Provider,
    cookie: &BrowserCookie,
    session: &Session,
    page: Page,
) -> Result<Me, Error> {
    let listed = provider.scheme.partners(&session.viewer()).await?;
    let label = |name: &str| provider.scheme.attribute_label(page.language, name);
    let partners = listed.partners.into_iter().map(|partner| Partner {
        shared: partner
            .shared
            .iter()
            .map(|shared| label(&shared.attribute))
            .collect(),
        withdrawn: partner.withdrawn.map(|withdrawn| withdrawn.time),
        name: partner.name,
        domain: partner.domain,
        first: partner.first,
        last: partner.last,
        answers: partner.answers,
    });
    Ok(Me {
        partners: partners.collect(),
        export_token: form_token(provider, export::FORM, cookie),
        sign_out_token: form_token(provider, sign_out::FORM, cookie),
        minutes: super::pages::minutes(session.left),
        opens: session.opens_data().then_some(data::PATH),
        page,
    })
}
