//! `grant_type=authorization_code`: redeems a code, once (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3).

use ipse_openid::grant::{AuthorizationCodeGrant, check_key};
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::tokens::{Confirmation, IdToken, TokenResponse, methods};
use ipse_openid::verified::Place;
use ipse_scheme::Error as SchemeError;

use super::super::client::Client;
use super::super::error::Error;
use super::super::{Provider, disclosure, published_keys};

const SECOND_MS: i64 = 1000;

/// Redeems a code for an access token and an ID token.
pub async fn redeem(
    provider: &Provider,
    client: Client,
    grant: AuthorizationCodeGrant,
) -> Result<Vec<u8>, Error> {
    let registration = client.registration.clone();
    let client_id = &registration.client_id;
    // Before the code is used up, which nothing could be answered for.
    let encryption = registration.id_token_encryption;
    let recipient = match published_keys::recipient(provider, &registration, encryption).await {
        Ok(recipient) => recipient,
        Err(error) => return Err(client.refuse(provider, error).await),
    };
    let code = grant.code.clone();
    let confirmation = match registration.confirms() {
        false => None,
        true => match provider.scheme.confirmation(&code).await {
            Ok(found) => found,
            Err(error) => return Err(client.refuse(provider, error).await),
        },
    };
    let proved = client.proved_key().map(str::to_owned);
    let token_type = if proved.is_some() { "DPoP" } else { "Bearer" };
    // The client must use the redirect URI of its request, know the code verifier, and have the key to which the code is bound.
    let fits = move |oidc_request: &str| {
        let request: AuthorizationRequest = serde_json::from_str(oidc_request)
            .map_err(|_| "the request of the code cannot be read")?;
        grant.check(&request.redirect_uri, request.code_challenge.as_deref())?;
        check_key(request.dpop_jkt.as_deref(), proved.as_deref())
    };
    let (access, found) = provider
        .scheme
        .redeem(&code, &client.partner, client.evidence, fits)
        .await?;
    let request: AuthorizationRequest = serde_json::from_str(&found.oidc_request)
        .map_err(Error::json("the request cannot be read"))?;
    let auth_time = found.auth_time / SECOND_MS;
    let id_token = IdToken {
        issuer: provider.issuer(),
        client_id,
        subject: &found.sub,
        auth_time,
        acr: found.level,
        amr: found.methods.and_then(|(factor, key)| methods(factor, key)),
        nonce: request.nonce.as_deref(),
        claims: disclosure::released(&request.claims, Place::IdToken, &found.released),
    };
    // The database's clock may be a little ahead. A token must not be issued before its login.
    let now = provider.clock.unix_seconds().max(auth_time);
    let id_token = id_token
        .sign(provider.id_token_key(registration.id_token_alg), now)
        .map_err(|_| SchemeError::Internal("an ID token cannot be signed"))?;
    let id_token = match recipient {
        Some(recipient) => recipient.encrypt_jwt(&id_token)?,
        None => id_token,
    };
    let answer = TokenResponse {
        access_token: access.token,
        token_type,
        expires_in: access.seconds,
        id_token,
        scope: request.scope.clone(),
        authorization_details: request.authorization_details.map(|details| [details]),
        confirmation: confirmation.map(|found| Confirmation {
            confirmation: found.object,
            leaf: found.leaf,
            salt: found.salt,
            promise: found.promise,
        }),
    };
    serde_json::to_vec(&answer).map_err(Error::json("the answer cannot be written"))
}
