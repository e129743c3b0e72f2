//! Agreeing: the customer sees exactly what the bank is about to hand over, and to whom.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Bank, Fault,
    authorize::{self, seat},
    client::Form,
    config::Customer,
    language::Language,
    pages::{self, Agree},
    state::{Sitting, State as Open},
};

pub async fn get(
    State(bank): State<Arc<Bank>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let now = bank.clock.now();
    let sitting =
        seat(&bank, &headers).and_then(|id| bank.state().sittings.find(&id, now).cloned());
    let languages = sitting
        .as_ref()
        .map(|sitting| sitting.request.languages.clone())
        .unwrap_or_default();
    let language = Language::choose(&headers, query.as_deref(), &languages);
    let Some(sitting) = sitting else {
        return pages::problem(&bank, language, StatusCode::BAD_REQUEST, "no_request");
    };
    if let Some(location) = &sitting.answered {
        return Redirect::to(location).into_response();
    }
    let Some(customer) = signed_in(&bank, &sitting) else {
        return Redirect::to("/sign-in").into_response();
    };
    let page = Agree::new(&bank, language, &sitting, customer);
    pages::show(
        language,
        StatusCode::OK,
        &page,
        Some(&sitting.request.redirect_uri),
    )
}

/// The customer agrees.
pub async fn post(State(bank): State<Arc<Bank>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(
        &bank,
        &headers,
        &body,
        |sitting| &sitting.agree_token,
        |state, sitting, customer, auth_time| {
            let issuer = match bank.config.fault(customer) {
                Some(Fault::WrongIss) => "https://other-bank.example",
                _ => &bank.config.issuer,
            };
            authorize::grant(
                &bank,
                state,
                &sitting.request,
                &customer.id,
                auth_time,
                issuer,
            )
        },
    )
}

/// The customer does not agree.
pub async fn refuse(State(bank): State<Arc<Bank>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(
        &bank,
        &headers,
        &body,
        |sitting| &sitting.refuse_token,
        |_, sitting, _, _| authorize::refusal(&bank, &sitting.request),
    )
}

fn answer(
    bank: &Bank,
    headers: &HeaderMap,
    body: &[u8],
    token: impl Fn(&Sitting) -> &str,
    decide: impl FnOnce(&mut Open, &Sitting, &Customer, i64) -> String,
) -> Response {
    let now = bank.clock.now();
    let mut state = bank.state();
    let id = seat(bank, headers).unwrap_or_default();
    let sitting = state.sittings.find(&id, now).cloned();
    let languages = sitting
        .as_ref()
        .map(|sitting| sitting.request.languages.clone())
        .unwrap_or_default();
    let language = Language::choose(headers, None, &languages);
    let problem = |code| pages::problem(bank, language, StatusCode::BAD_REQUEST, code);
    let Some(sitting) = sitting else {
        return problem("no_request");
    };
    let Ok(form) = Form::parse(body) else {
        return problem("invalid_request");
    };
    if form.get("csrf") != Some(token(&sitting)) {
        return problem("form_stale");
    }
    // A double click gets the first click's answer; the code in it still works only once.
    if let Some(location) = &sitting.answered {
        return Redirect::to(location).into_response();
    }
    let (Some(customer), Some((_, auth_time))) = (signed_in(bank, &sitting), &sitting.signed_in)
    else {
        return Redirect::to("/sign-in").into_response();
    };
    let location = decide(&mut state, &sitting, customer, *auth_time);
    if let Some(sitting) = state.sittings.find(&id, now) {
        sitting.answered = Some(location.clone());
    }
    Redirect::to(&location).into_response()
}

fn signed_in<'a>(bank: &'a Bank, sitting: &Sitting) -> Option<&'a Customer> {
    let (customer, _) = sitting.signed_in.as_ref()?;
    bank.config.customer(customer)
}
