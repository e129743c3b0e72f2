//! Refuses requests while the clock cannot be trusted.
//!
//! The store refuses every transaction that asks for the time. This refuses the rest too, before anything is read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ipse_scheme::{Error, Scheme};
use ipse_store::StoreError;

use crate::problem::ApiError;

/// Why no request can be handled now.
pub fn fault(scheme: &Scheme) -> Option<Error> {
    let fault = scheme.clock_fault()?;
    Some(StoreError::Clock(fault).into())
}

/// For APIs whose errors are problem documents.
pub async fn guard(State(scheme): State<Arc<Scheme>>, request: Request, next: Next) -> Response {
    match fault(&scheme) {
        Some(error) => ApiError::from(error).into_response(),
        None => next.run(request).await,
    }
}
