//! `GET /jwks`: the keys that verify statements and events. The scheme has them in its configuration and never fetches
//! them.

use axum::Json;
use axum::extract::State;
use ipse_jose::JwkSet;

use super::Shared;

pub(super) async fn get(State(operator): State<Shared>) -> Json<JwkSet> {
    Json(JwkSet {
        keys: vec![operator.keys.signing.public_jwk()],
    })
}
