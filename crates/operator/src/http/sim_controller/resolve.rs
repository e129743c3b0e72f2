//! `POST /resolve`: which SIM has a phone number.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::extract::{Authenticated, Strict};
use super::sims::SimView;
use super::{ApiError, Shared};
use crate::ids::PhoneNumber;
use crate::store::sim;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Body {
    phone_number: String,
}

pub(super) async fn post(
    State(operator): State<Shared>,
    _: Authenticated,
    Strict(body): Strict<Body>,
) -> Result<Json<SimView>, ApiError> {
    let number = PhoneNumber::normalise(&body.phone_number).map_err(ApiError::PhoneNumber)?;
    let found = operator
        .store
        .read(move |tx| sim::by_number(tx, &number))
        .await?;
    let sim = found.ok_or(ApiError::IdentifierNotFound)?;
    Ok(Json(sim.into()))
}
