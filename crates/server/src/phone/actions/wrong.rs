//! `POST /actions/{id}/wrong`: the phone reports that the code was wrong (docs/protocol.md §6).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::WrongRequest;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Closes the attempt as wrong.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<()> {
    let body: WrongRequest = request.json()?;
    scheme.wrong(request.incoming(), &id, &body.attempt).await?;
    Ok(Json(()))
}
