//! The end of a session: the customer agrees or refuses, and the browser goes back to the client.

use super::{
    Bank,
    config::Customer,
    form::Form,
    pages::{self, Problem},
    session,
    state::{CODE_LIFETIME, Grant, Request, Session, State},
};
use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

/// Checks the form of a decision and sends the browser where `decide` says. `token` is the token of the form.
pub fn decide(
    bank: &Bank,
    headers: &HeaderMap,
    body: &[u8],
    token: impl Fn(&Session) -> &str,
    decide: impl FnOnce(&mut State, &Session, &Customer, i64) -> String,
) -> Response {
    let now = bank.clock.unix_seconds();
    let mut state = bank.state();
    let id = session::id(bank, headers);
    let found = id.as_ref().and_then(|id| state.sessions.get(id, now));
    let language = session::language(headers, None, found.as_deref());
    let problem = |problem| pages::problem(bank, language, StatusCode::BAD_REQUEST, problem);
    let (Some(id), Some(found)) = (&id, found.cloned()) else {
        return problem(Problem::NoRequest);
    };
    let Ok(form) = Form::parse(body) else {
        return problem(Problem::InvalidRequest);
    };
    if form.get("csrf") != Some(token(&found)) {
        return problem(Problem::FormStale);
    }
    // A double click gets the answer of the first click. The code in it still works only one time.
    if let Some(location) = &found.answered {
        return Redirect::to(location).into_response();
    }
    let Some((customer, auth_time)) = session::customer(bank, &found) else {
        return Redirect::to("/sign-in").into_response();
    };
    let location = decide(&mut state, &found, customer, auth_time);
    if let Some(session) = state.sessions.get(id, now) {
        session.answered = Some(location.clone());
    }
    Redirect::to(&location).into_response()
}

/// Where the browser of a customer who agreed goes: back to the client with a new code.
pub fn granted(
    bank: &Bank,
    state: &mut State,
    request: &Request,
    customer: &Customer,
    auth_time: i64,
    issuer: &str,
) -> String {
    let code = bank.random_text();
    let now = bank.clock.unix_seconds();
    let grant = Grant {
        request: request.clone(),
        customer: customer.id.clone(),
        auth_time,
        token: None,
    };
    state
        .codes
        .insert(code.clone(), grant, now + CODE_LIFETIME, now);
    callback(request, &[("code", &code), ("iss", issuer)])
}

/// Where the browser of a customer who refused goes.
pub fn refused(bank: &Bank, request: &Request) -> String {
    callback(
        request,
        &[
            ("error", "access_denied"),
            ("error_description", "the customer did not agree"),
            ("iss", &bank.config.issuer),
        ],
    )
}

fn callback(request: &Request, parameters: &[(&str, &str)]) -> String {
    let mut url = request.callback.clone();
    url.query_pairs_mut().extend_pairs(parameters);
    if let Some(state) = &request.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    url.into()
}
