//! `POST /resolve`, `GET /sims/{handle}`, `DELETE /sims/{handle}/binding`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ipse_sim::phone_number;
use ipse_sim::statement::{Line, Readiness};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::body::{Authenticated, Name, Strict};
use super::error::ApiError;
use crate::store::sim::{self, Sim};

/// Body of `resolve`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Resolve {
    phone_number: String,
}

/// What the scheme learns about a SIM: never its ICCID, IMSI or keys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    handle: String,
    readiness: Readiness,
    line: Line,
    changed_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl From<Sim> for View {
    fn from(sim: Sim) -> Self {
        let readiness = sim.readiness();
        Self {
            handle: sim.handle,
            readiness,
            line: sim.line,
            changed_at: sim.changed_at / 1000,
            reason: match readiness {
                Readiness::Incompatible => Some("replace_card"),
                Readiness::Upgradable => Some("load_applet"),
                Readiness::Provisioning => Some("wait"),
                Readiness::Retired => Some("resolve_again"),
                Readiness::Ready | Readiness::Unknown => None,
            },
        }
    }
}

pub(super) async fn resolve(
    State(operator): Shared,
    _: Authenticated,
    Strict(body): Strict<Resolve>,
) -> Result<Json<View>, ApiError> {
    let number = phone_number::normalise(&body.phone_number).map_err(ApiError::number)?;
    let found = operator
        .store
        .read(move |tx| sim::by_number(tx, &number))
        .await?;
    let sim = found.ok_or_else(ApiError::identifier_not_found)?;
    Ok(Json(sim.into()))
}

pub(super) async fn get(
    State(operator): Shared,
    _: Authenticated,
    Name(handle): Name,
) -> Result<Json<View>, ApiError> {
    let found = operator
        .store
        .read(move |tx| sim::by_handle(tx, &handle))
        .await?;
    let sim = found.ok_or_else(ApiError::identifier_not_found)?;
    Ok(Json(sim.into()))
}

/// The scheme no longer relies on this SIM. Asking again changes nothing.
pub(super) async fn unbind(
    State(operator): Shared,
    _: Authenticated,
    Name(handle): Name,
) -> Result<StatusCode, ApiError> {
    let known = operator
        .store
        .write(move |tx| sim::bind(tx, &handle, None))
        .await?;
    if known {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::identifier_not_found())
    }
}
