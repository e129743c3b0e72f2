//! `GET /ready`: the database answers too.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::log::Problem;
use crate::error::AtFault;
use crate::store::sim;

pub(super) async fn get(State(operator): State<Shared>) -> Response {
    match operator.store.read(|tx| sim::all(tx, 1)).await {
        Ok(_) => StatusCode::OK.into_response(),
        Err(error) => {
            let problem = Problem::new(AtFault::of_store(&error), "not_ready", &error);
            (StatusCode::SERVICE_UNAVAILABLE, problem, ()).into_response()
        }
    }
}
