//! `GET /phone/v1/config`: what a phone must know before it has anything.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use ipse_protocol::wire::{BankName, ConfigResponse, Handset, WebauthnConfig};

use crate::state::Server;

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new().route("/config", get(config))
}

async fn config(State(server): State<Arc<Server>>) -> Json<ConfigResponse> {
    let rules = &server.scheme.config;
    let handsets = server
        .config
        .operators
        .iter()
        .filter(|_| rules.is_demo())
        .filter_map(|operator| {
            Some(Handset {
                operator: operator.name.clone(),
                url: operator.handset_url.clone()?,
            })
        })
        .collect();
    Json(ConfigResponse {
        audience: rules.app.clone(),
        issuer: rules.issuer.clone(),
        profile: if rules.is_demo() {
            "demo"
        } else {
            "production"
        }
        .to_owned(),
        banks: server
            .config
            .banks
            .iter()
            .map(|bank| BankName {
                name: bank.name.clone(),
            })
            .collect(),
        terms_version: rules.terms_version.clone(),
        code_scheme: 1,
        webauthn: WebauthnConfig {
            rp_id: rules.rp_id().to_owned(),
        },
        handsets,
        log_key: server.scheme.log_key(),
    })
}
