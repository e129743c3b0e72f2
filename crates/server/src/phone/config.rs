//! `GET /config`: what a phone must know before it enrols. Not signed.

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{BankName, ConfigResponse, Handset, WebauthnConfig};
use ipse_scheme::Scheme;

use super::Api;
use crate::config::ServerConfig;

/// Shows the configuration.
pub async fn get(State(api): State<Api>) -> Json<ConfigResponse> {
    Json((*api.config).clone())
}

/// The answer, which does not change while the server runs.
pub fn response(scheme: &Scheme, config: &ServerConfig) -> ConfigResponse {
    let rules = &scheme.config;
    let handset = |operator: &crate::config::OperatorConfig| {
        Some(Handset {
            operator: operator.name.clone(),
            url: operator.handset_url.clone()?,
        })
    };
    let profile = if rules.is_demo() {
        "demo"
    } else {
        "production"
    };
    ConfigResponse {
        audience: rules.app.clone(),
        issuer: rules.issuer.clone(),
        profile: profile.to_owned(),
        banks: config
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
        handsets: if rules.is_demo() {
            config.operators.iter().filter_map(handset).collect()
        } else {
            Vec::new()
        },
        email: scheme.sends_mail(),
        mailbox: config
            .mail
            .as_ref()
            .filter(|_| rules.is_demo())
            .and_then(|mail| mail.mailbox_url.clone()),
        log_key: scheme.log_key(),
    }
}
