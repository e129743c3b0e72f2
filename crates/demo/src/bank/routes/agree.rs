//! `/agree`: the page shows what the bank will release and to whom; the form says that the customer agrees.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Shared, answer,
    config::Fault,
    pages::{self, Agree, Problem},
    session,
};

/// Issuer in the answer of a bank with [`Fault::WrongIss`].
const OTHER_ISSUER: &str = "https://other-bank.example";

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
    if let Some(location) = &session.answered {
        return Redirect::to(location).into_response();
    }
    let Some((customer, _)) = session::customer(&bank, &session) else {
        return Redirect::to("/sign-in").into_response();
    };
    let page = Agree::new(&bank, language, &session, customer);
    let leads_to = Some(&session.request.callback);
    pages::show(language, StatusCode::OK, &page, leads_to)
}

pub async fn post(State(bank): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    answer::decide(
        &bank,
        &headers,
        &body,
        |session| &session.agree_token,
        |state, session, customer, auth_time| {
            let issuer = match bank.config.fault(customer) {
                Some(Fault::WrongIss) => OTHER_ISSUER,
                _ => &bank.config.issuer,
            };
            answer::granted(&bank, state, &session.request, customer, auth_time, issuer)
        },
    )
}
