//! A site with the crate `openidconnect`: `ipse-client FOLDER PORT`.

use std::error::Error;

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde_json::{Value, json};
use tiny_http::{Header, Request, Response, Server};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let port: u16 = std::env::args().nth(2).ok_or("no port")?.parse()?;
    let http = reqwest::blocking::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).build()?;
    let issuer = IssuerUrl::new(std::env::var("IPSE_ISSUER")?)?;
    let metadata = CoreProviderMetadata::discover(&issuer, &http)?;
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(std::env::var("IPSE_CLIENT_ID")?),
        Some(ClientSecret::new(std::env::var("IPSE_CLIENT_SECRET")?)),
    )
    .set_redirect_uri(RedirectUrl::new(format!("http://localhost:{port}/callback"))?);

    let begin = || {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        (url, (state, nonce, verifier))
    };
    let finish = |url: &str, (state, nonce, verifier): (CsrfToken, Nonce, PkceCodeVerifier)| -> Result<Value> {
        let url = reqwest::Url::parse("http://localhost")?.join(url)?;
        let get = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if get("state").as_ref() != Some(state.secret()) {
            return Err("another state".into());
        }
        let code = AuthorizationCode::new(get("code").ok_or_else(|| get("error_description").unwrap_or_default())?);
        let tokens = client.exchange_code(code)?.set_pkce_verifier(verifier).request(&http)?;
        let id_token = tokens.id_token().ok_or("no ID token")?;
        let claims = id_token.claims(&client.id_token_verifier(), &nonce)?;
        let subject = Some(claims.subject().clone());
        let person: CoreUserInfoClaims = client.user_info(tokens.access_token().clone(), subject)?.request(&http)?;
        let name = person.name().and_then(|name| name.get(None)).map(|name| name.as_str());
        Ok(json!({"sub": person.subject().as_str(), "name": name}))
    };

    let server = Server::http(("localhost", port)).map_err(|error| error.to_string())?;
    let (mut begun, mut logged_in) = (None, None);
    for request in server.incoming_requests() {
        let url = request.url().to_owned();
        if url == "/login" {
            let (address, checks) = begin();
            (begun, logged_in) = (Some(checks), None);
            redirect(request, address.as_str())?;
        } else if url.starts_with("/callback?") {
            match begun.take().ok_or_else(|| "no login began".into()).and_then(|checks| finish(&url, checks)) {
                Ok(person) => {
                    logged_in = Some(person);
                    redirect(request, "/me")?;
                }
                Err(error) => answer(request, 403, &json!({"error": error.to_string()}))?,
            }
        } else {
            match &logged_in {
                Some(person) => answer(request, 200, person)?,
                None => answer(request, 401, &json!({"error": "nobody is logged in"}))?,
            }
        }
    }
    Ok(())
}

fn redirect(request: Request, to: &str) -> Result<()> {
    let location = Header::from_bytes("Location", to).map_err(|()| "no header")?;
    Ok(request.respond(Response::empty(303).with_header(location))?)
}

fn answer(request: Request, status: u16, value: &Value) -> Result<()> {
    Ok(request.respond(Response::from_string(value.to_string()).with_status_code(status))?)
}
