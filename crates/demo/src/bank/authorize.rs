//! The authorization endpoint: takes a pushed request, once, and seats the browser that brought it.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use url::Url;

use super::{
    Bank,
    client::Form,
    language::Language,
    pages, random,
    state::{CODE_LIFETIME, Grant, Request, SITTING_LIFETIME, Sitting},
};

pub async fn get(
    State(bank): State<Arc<Bank>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let problem = |code| {
        let language = Language::choose(&headers, None, &[]);
        pages::problem(&bank, language, StatusCode::BAD_REQUEST, code)
    };
    let Ok(form) = Form::parse(query.unwrap_or_default().as_bytes()) else {
        return problem("invalid_request");
    };
    if form.get("client_id") != Some(&bank.config.client.client_id) {
        return problem("unknown_client");
    }
    // No redirect here whatever the query says: nothing in it was checked, only what was pushed is.
    let Some(request_uri) = form.get("request_uri") else {
        return problem("request_not_pushed");
    };

    let now = bank.clock.now();
    let seat = seat(&bank, &headers);
    let mut state = bank.state();
    // Reload and the back button bring the same browser with the same request: it has its seat already.
    if let Some(id) = &seat
        && state
            .sittings
            .find(id, now)
            .is_some_and(|sitting| sitting.request_uri == request_uri)
    {
        return Redirect::to("/sign-in").into_response();
    }
    let Some(request) = state.requests.take(request_uri, now) else {
        drop(state);
        return problem("request_unknown");
    };
    let sitting = Sitting {
        request_uri: request_uri.to_owned(),
        request,
        sign_in_token: random(),
        agree_token: random(),
        refuse_token: random(),
        signed_in: None,
        answered: None,
    };
    let id = random();
    state
        .sittings
        .insert(id.clone(), sitting, now + SITTING_LIFETIME, now);
    drop(state);
    let secure = if bank.config.issuer.starts_with("https:") {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{}={id}; Path=/; HttpOnly; SameSite=Lax{secure}",
        bank.cookie_name()
    );
    ([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()
}

/// The id in the browser's cookie, if it has one.
pub fn seat(bank: &Bank, headers: &HeaderMap) -> Option<String> {
    let name = bank.cookie_name();
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Where an agreement leads: back to the client with a fresh code.
pub fn grant(
    bank: &Bank,
    state: &mut super::state::State,
    request: &Request,
    customer: &str,
    auth_time: i64,
    issuer: &str,
) -> String {
    let code = random();
    let now = bank.clock.now();
    let grant = Grant {
        request: request.clone(),
        customer: customer.to_owned(),
        auth_time,
        token: None,
    };
    state
        .codes
        .insert(code.clone(), grant, now + CODE_LIFETIME, now);
    answer(request, &[("code", &code), ("iss", issuer)])
}

/// Where a refusal leads.
pub fn refusal(bank: &Bank, request: &Request) -> String {
    let description = "the customer did not agree";
    answer(
        request,
        &[
            ("error", "access_denied"),
            ("error_description", description),
            ("iss", &bank.config.issuer),
        ],
    )
}

fn answer(request: &Request, parameters: &[(&str, &str)]) -> String {
    // Registered addresses are absolute; one that is no URL could only come from a wrong configuration.
    let Ok(mut url) = Url::parse(&request.redirect_uri) else {
        return "/".to_owned();
    };
    url.query_pairs_mut().extend_pairs(parameters);
    if let Some(state) = &request.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    url.into()
}
