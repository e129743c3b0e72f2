//! `GET /authorize`: uses a pushed request, which works one time, and gives the browser a session.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Shared,
    form::Form,
    pages::{self, Problem},
    session,
    state::{SESSION_LIFETIME, Session},
    texts,
};

pub async fn get(
    State(bank): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let problem = |problem| {
        let language = texts::language(&headers, None, "");
        pages::problem(&bank, language, StatusCode::BAD_REQUEST, problem)
    };
    let query = query.unwrap_or_default();
    let Ok(form) = Form::parse(query.as_bytes()) else {
        return problem(Problem::InvalidRequest);
    };
    if form.get("client_id") != Some(&bank.config.client.client_id) {
        return problem(Problem::UnknownClient);
    }
    // No error redirects to an address in the query: the bank only checked what was pushed.
    let Some(request_uri) = form.get("request_uri") else {
        return problem(Problem::RequestNotPushed);
    };

    let now = bank.clock.unix_seconds();
    let mut state = bank.state();
    // After a reload or the back button, the same browser brings the same request. It has a session already.
    if let Some(id) = session::id(&bank, &headers)
        && state
            .sessions
            .get(&id, now)
            .is_some_and(|session| session.request_uri == request_uri)
    {
        return Redirect::to("/sign-in").into_response();
    }
    let Some(request) = state.requests.remove(request_uri, now) else {
        drop(state);
        return problem(Problem::RequestUnknown);
    };
    let session = Session {
        request_uri: request_uri.to_owned(),
        request,
        sign_in_token: bank.random_text(),
        agree_token: bank.random_text(),
        refuse_token: bank.random_text(),
        signed_in: None,
        answered: None,
    };
    let id = bank.random_text();
    state
        .sessions
        .insert(id.clone(), session, now + SESSION_LIFETIME, now);
    drop(state);
    let cookie = session::cookie(&bank, id);
    ([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()
}
