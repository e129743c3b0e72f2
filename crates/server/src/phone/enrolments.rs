//! Enrolment (docs/protocol.md §3).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ipse_protocol::wire::{
    BankRequest, BankResponse, BiometricResponse, CodeRequest, CodeResponse, CompleteRequest,
    CompleteResponse, ConnectedResponse, Empty, EnrolmentRequest, EnrolmentResponse,
    EnrolmentState, SimAnswerRequest, SimSentResponse,
};

use super::DeviceRequest;
use crate::problem::Refusal;
use crate::registrars;
use crate::state::Server;

type Answer<T> = Result<Json<T>, Refusal>;
type Created<T> = Result<(StatusCode, Json<T>), Refusal>;

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/enrolments", post(create))
        .route("/enrolments/{id}", get(state))
        .route("/enrolments/{id}/sim", post(sim))
        .route("/enrolments/{id}/sim/answer", post(sim_answer))
        .route("/enrolments/{id}/bank", post(bank))
        .route("/enrolments/{id}/code", post(code))
        .route("/enrolments/{id}/unlock", post(biometric))
        .route("/enrolments/{id}/complete", post(complete))
}

async fn create(
    State(server): State<Arc<Server>>,
    request: DeviceRequest,
) -> Created<EnrolmentResponse> {
    let body: EnrolmentRequest = request.json()?;
    let _leave = server.limits.whose_number()?;
    let begun = server
        .scheme
        .begin_enrolment(request.incoming(), &body)
        .await?;
    Ok((StatusCode::CREATED, Json(begun)))
}

async fn state(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<EnrolmentState> {
    let signed = server.scheme.authenticate(request.incoming()).await?;
    Ok(Json(server.scheme.enrolment_state(&signed, &id).await?))
}

async fn sim(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<SimSentResponse> {
    let _: Empty = request.json()?;
    let operator = server.scheme.operator_of_enrolment(&id).await?;
    let _leave = server.limits.operator(operator.as_deref())?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    Ok(Json(server.scheme.enrolment_sim(&signed, &id).await?))
}

async fn sim_answer(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<ConnectedResponse> {
    let body: SimAnswerRequest = request.json()?;
    super::sim::six_digits(&body.secret)?;
    let operator = server.scheme.operator_of_enrolment(&id).await?;
    let _leave = server.limits.operator(operator.as_deref())?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    server
        .scheme
        .enrolment_sim_answer(&signed, &id, &body.secret)
        .await?;
    Ok(Json(ConnectedResponse { connected: true }))
}

async fn bank(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Result<Response, Refusal> {
    let body: BankRequest = request.json()?;
    let _leave = server.limits.bank(&body.bank)?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let begun = server
        .scheme
        .enrolment_bank(&signed, &id, &body.bank)
        .await?;
    let answer = BankResponse {
        authorization_url: begun.authorization_url,
    };
    Ok(with_cookie(&server, &begun.cookie, Json(answer)))
}

/// An answer that also tells the browser how the callback will know it.
pub(super) fn with_cookie(server: &Server, cookie: &str, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    if let Some(value) = registrars::cookie(server, cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

async fn code(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<CodeResponse> {
    let body: CodeRequest = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let blinded = &body.registration_request.0;
    Ok(Json(
        server.scheme.enrolment_code(&signed, &id, blinded).await?,
    ))
}

async fn biometric(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<BiometricResponse> {
    let _: Empty = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    Ok(Json(server.scheme.enrolment_biometric(&signed, &id).await?))
}

async fn complete(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Created<CompleteResponse> {
    let body: CompleteRequest = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let done = server
        .scheme
        .complete_enrolment(&signed, &id, &body)
        .await?;
    Ok((StatusCode::CREATED, Json(done)))
}
