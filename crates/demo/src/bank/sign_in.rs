//! Signing in. A demo bank believes whoever gives a customer's name; a real one would not.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    Bank,
    authorize::seat,
    client::Form,
    language::Language,
    pages::{self, SignIn},
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
    if let Some(location) = sitting.answered {
        return Redirect::to(&location).into_response();
    }
    let page = SignIn::new(&bank, language, &sitting.sign_in_token, false);
    pages::show(language, StatusCode::OK, &page, None)
}

pub async fn post(
    State(bank): State<Arc<Bank>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let now = bank.clock.now();
    let mut state = bank.state();
    let sitting = seat(&bank, &headers).and_then(|id| state.sittings.find(&id, now));
    let languages = sitting
        .as_ref()
        .map(|sitting| sitting.request.languages.clone())
        .unwrap_or_default();
    let language = Language::choose(&headers, query.as_deref(), &languages);
    let problem = |code| pages::problem(&bank, language, StatusCode::BAD_REQUEST, code);
    let Some(sitting) = sitting else {
        return problem("no_request");
    };
    let Ok(form) = Form::parse(&body) else {
        return problem("invalid_request");
    };
    if form.get("csrf") != Some(&sitting.sign_in_token) {
        return problem("form_stale");
    }
    if let Some(location) = &sitting.answered {
        return Redirect::to(location).into_response();
    }
    let customer = form.get("customer").map(str::trim).unwrap_or_default();
    let Some(customer) = bank.config.customer(customer) else {
        let page = SignIn::new(&bank, language, &sitting.sign_in_token, true);
        return pages::show(language, StatusCode::UNPROCESSABLE_ENTITY, &page, None);
    };
    sitting.signed_in = Some((customer.id.clone(), now));
    Redirect::to(&format!("/agree?lang={}", language.code())).into_response()
}
