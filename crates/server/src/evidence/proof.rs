//! `GET /evidence/proof?leaf=L`: that a leaf is in the log, for whoever has it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use ipse_jose::b64;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::receipt::Leaf;
use ipse_scheme::Scheme;
use serde::{Deserialize, Serialize};

use crate::problem::ApiError;

/// The longest leaf, in base64url.
const LONGEST: usize = 1024;

/// The query.
#[derive(Deserialize)]
pub struct ProofRequest {
    leaf: String,
}

/// The answer; byte strings in base64url.
#[derive(Serialize)]
pub struct Proof {
    /// Place of the leaf in the log, from 0.
    index: u64,
    /// Inclusion proof for the checkpoint (RFC 9162 §2.1.3).
    proof: Vec<String>,
    /// Signed head of the log.
    checkpoint: String,
}

/// Serves the proof.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    request: Result<Query<ProofRequest>, QueryRejection>,
) -> Result<Json<Proof>, ApiError> {
    let malformed = || Problem::new(ProblemCode::MalformedRequest).with("member", "leaf");
    let Query(query) = request.map_err(|_| malformed())?;
    if query.leaf.len() > LONGEST {
        return Err(malformed().into());
    }
    let leaf = b64::decode(&query.leaf).map_err(|_| malformed())?;
    Leaf::parse(&leaf).ok_or_else(malformed)?;
    let found = scheme.log_proof(&leaf).await?;
    let found = found.ok_or(ProblemCode::NotFound)?;
    Ok(Json(Proof {
        index: found.index,
        proof: found.proof.iter().map(|hash| b64::encode(hash)).collect(),
        checkpoint: found.checkpoint,
    }))
}
