//! `GET /jwks`: the public keys of the bank.

use axum::{Json, extract::State};
use ipse_jose::JwkSet;

use super::Shared;

pub async fn get(State(bank): State<Shared>) -> Json<JwkSet> {
    Json(JwkSet {
        keys: vec![bank.signing.public_jwk()],
    })
}
