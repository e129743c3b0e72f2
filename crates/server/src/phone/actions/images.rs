//! `GET /actions/{id}/images/{digest}`: the bytes of an image that the view shows (docs/protocol.md §5).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::bytes::B64u;
use ipse_protocol::wire::ImageResponse;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Answers with the bytes.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    Path((id, digest)): Path<(String, String)>,
    request: DeviceRequest,
) -> Answer<ImageResponse> {
    let signed = scheme.authenticate(request.incoming()).await?;
    let bytes = scheme.action_image(&signed, &id, &digest).await?;
    Ok(Json(ImageResponse {
        bytes: B64u(bytes.to_vec()),
    }))
}
