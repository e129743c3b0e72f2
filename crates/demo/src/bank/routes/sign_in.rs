//! `/sign-in`. A demo bank accepts the name of any customer without a proof; a real bank does not.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Shared,
    form::Form,
    pages::{self, Problem, SignIn},
    session,
    state::SignedIn,
};

pub async fn get(
    State(bank): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let session = session::find(&bank, &headers);
    let language = session::language(&headers, query.as_deref(), session.as_ref());
    let Some(session) = session else {
        let status = StatusCode::BAD_REQUEST;
        return pages::problem(&bank, language, status, Problem::NoRequest);
    };
    if let Some(location) = session.answered {
        return Redirect::to(&location).into_response();
    }
    let page = SignIn::new(&bank, language, &session.sign_in_token, false);
    pages::show(language, StatusCode::OK, &page, None)
}

pub async fn post(
    State(bank): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let now = bank.clock.unix_seconds();
    let mut state = bank.state();
    let session = session::id(&bank, &headers).and_then(|id| state.sessions.get(&id, now));
    let language = session::language(&headers, query.as_deref(), session.as_deref());
    let problem = |problem| pages::problem(&bank, language, StatusCode::BAD_REQUEST, problem);
    let Some(session) = session else {
        return problem(Problem::NoRequest);
    };
    let Ok(form) = Form::parse(&body) else {
        return problem(Problem::InvalidRequest);
    };
    if form.get("csrf") != Some(&session.sign_in_token) {
        return problem(Problem::FormStale);
    }
    if let Some(location) = &session.answered {
        return Redirect::to(location).into_response();
    }
    let customer = form
        .get("customer")
        .and_then(|id| bank.config.customer(id.trim()));
    let Some(customer) = customer else {
        let page = SignIn::new(&bank, language, &session.sign_in_token, true);
        return pages::show(language, StatusCode::UNPROCESSABLE_ENTITY, &page, None);
    };
    session.signed_in = Some(SignedIn {
        customer: customer.id.clone(),
        at: now,
    });
    Redirect::to(&format!("/agree?lang={}", language.tag())).into_response()
}
