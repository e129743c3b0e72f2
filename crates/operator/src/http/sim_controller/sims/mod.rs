//! `GET /sims/{handle}`: a SIM as the scheme sees it.

pub(super) mod binding;
pub(super) mod challenges;
pub(super) mod notices;

use axum::Json;
use axum::extract::State;
use ipse_sim::statement::{Line, Readiness};
use serde::Serialize;

use super::extract::{Authenticated, SimHandle};
use super::{ApiError, Shared, extract, statement};
use crate::ids::Handle;
use crate::store::sim::{self, Sim};

/// What the scheme learns about a SIM: never its ICCID, IMSI or keys.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SimView {
    handle: Handle,
    readiness: Readiness,
    line: Line,
    /// In seconds.
    changed_at: i64,
    /// What would make the SIM ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl From<Sim> for SimView {
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

pub(super) async fn get(
    State(operator): State<Shared>,
    _: Authenticated,
    SimHandle(handle): SimHandle,
) -> Result<Json<SimView>, ApiError> {
    let found = operator
        .store
        .read(move |tx| sim::by_handle(tx, &handle))
        .await?;
    let sim = found.ok_or(ApiError::IdentifierNotFound)?;
    Ok(Json(sim.into()))
}
