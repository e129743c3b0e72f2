//! `GET /ready`: the clock can be trusted, and the database can be written.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::log::Problem;
use crate::error::AtFault;
use crate::store::setting;

pub(super) async fn get(State(operator): State<Shared>) -> Response {
    match operator.store.write(setting::touch).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => {
            let problem = Problem::new(AtFault::of_store(&error), "not_ready", &error);
            (StatusCode::SERVICE_UNAVAILABLE, problem, ()).into_response()
        }
    }
}
