//! `GET` and `POST /userinfo`: what was shown and approved (OpenID Connect Core §5.3), for a bearer token or one that is bound to a key
//! (RFC 9449 §7).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::access_token::{self, INVALID_TOKEN, Scheme, Sent};
use ipse_openid::discovery::path;
use ipse_openid::dpop::MISSING;
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::verified::Place;
use ipse_openid::{OAuthError, OAuthErrorCode, Params, tokens};
use ipse_scheme::Error as SchemeError;

use super::error::Error;
use super::{Provider, client, disclosure, dpop, form, headers, published_keys};
use crate::request_id;

/// With the token in the header.
pub async fn get(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    answer(&provider, &headers, "GET", None).await
}

/// With the token in the header or in a form (RFC 6750 §2.2).
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    form::Body(body): form::Body,
) -> Response {
    if body.is_empty() {
        return answer(&provider, &headers, "POST", None).await;
    }
    match form::read(&headers, &body) {
        Ok(params) => answer(&provider, &headers, "POST", Some(&params)).await,
        Err(error) => Error::from(error).into_userinfo(scheme(&headers)),
    }
}

/// The scheme of the `Authorization` header.
fn scheme(headers: &HeaderMap) -> Option<Scheme> {
    form::authorization(headers).and_then(access_token::scheme)
}

async fn answer(
    provider: &Provider,
    headers: &HeaderMap,
    method: &str,
    form: Option<&Params>,
) -> Response {
    let used = scheme(headers);
    let answer = match access_token::sent(form::authorization(headers), form) {
        Ok(Some(sent)) => match userinfo(provider, headers, method, &sent).await {
            Ok(Body::Json(body)) => headers::json(StatusCode::OK, body),
            Ok(Body::Jwt(body)) => headers::jwt(body),
            Err(error) => error.into_userinfo(Some(sent.scheme)),
        },
        Ok(None) => {
            let missing = OAuthError::new(
                OAuthErrorCode::InvalidToken,
                "send the access token in the header Authorization",
            );
            Error::from(missing).into_userinfo(None)
        }
        Err(error) => Error::from(error).into_userinfo(used.or(Some(Scheme::Bearer))),
    };
    dpop::with_nonce(provider, used == Some(Scheme::Dpop), answer)
}

/// As the client registered it.
enum Body {
    Json(Vec<u8>),
    Jwt(String),
}

async fn userinfo(
    provider: &Provider,
    headers: &HeaderMap,
    method: &str,
    sent: &Sent,
) -> Result<Body, Error> {
    let proof = match sent.scheme {
        Scheme::Bearer => None,
        Scheme::Dpop => {
            let proof = dpop::proof(provider, headers, method, path::USERINFO)?.ok_or(MISSING)?;
            proof.check_token(&sent.token)?;
            Some(dpop::used(proof))
        }
    };
    let found = provider.scheme.userinfo(&sent.token, proof).await?;
    request_id::record_partner(&found.partner);
    // A partner that was suspended after the login gets nothing.
    let registration = client::registration(provider, &found.partner)
        .await?
        .ok_or(INVALID_TOKEN.because("the partner is suspended"))?;
    let request: AuthorizationRequest = serde_json::from_str(&found.oidc_request)
        .map_err(Error::json("the request cannot be read"))?;
    let released = disclosure::released(&request.claims, Place::Userinfo, &found.released);
    let claims = tokens::userinfo(&found.sub, released);
    let encryption = registration.userinfo_encryption;
    let recipient = published_keys::recipient(provider, &registration, encryption).await?;
    let Some(alg) = registration.userinfo_signed_response_alg else {
        let json =
            serde_json::to_vec(&claims).map_err(Error::json("the answer cannot be written"))?;
        return Ok(match recipient {
            Some(recipient) => Body::Jwt(recipient.encrypt_json(&json)?),
            None => Body::Json(json),
        });
    };
    let key = provider.id_token_key(alg);
    let signed = tokens::signed_userinfo(claims, provider.issuer(), &registration.client_id, key)
        .map_err(|_| SchemeError::Internal("userinfo cannot be signed"))?;
    Ok(Body::Jwt(match recipient {
        Some(recipient) => recipient.encrypt_jwt(&signed)?,
        None => signed,
    }))
}
