//! Registers the partners of a bench.

use ipse_jose::jwe::{Enc, KeyAlg};
use ipse_jose::{DecryptionKey, JwkSet, SigningKey};
use ipse_openid::client::{
    AssertionAudience, Authentication, Encryption, IdTokenAlg, Pkce, Registration, ResponseMode,
    Service,
};
use ipse_protocol::Random;
use ipse_protocol::ids::PartnerId;
use ipse_scheme::actor::Actor;
use ipse_server::Server;
use serde_json::{Value, json};

use super::client::Registered;

/// Where the browser returns to. No server listens there.
pub const REDIRECT_URI: &str = "http://localhost:9/callback";

/// Registers one partner for logins, and two that ask for details, whose userinfo is signed, and signed and encrypted.
pub async fn register(
    server: &Server,
    random: &Random,
) -> anyhow::Result<(Registered, Vec<Registered>)> {
    let login = add(server, random, None, None).await?;
    let share = share_service()?;
    let signed = add(server, random, Some(share.clone()), None).await?;
    let key = DecryptionKey::generate_ec();
    let encrypted = add(server, random, Some(share), Some(&key)).await?;
    Ok((login, vec![signed, encrypted]))
}

fn share_service() -> anyhow::Result<Service> {
    let said = |text: &str| json!({"nl": text, "fr": text, "de": text, "en": text});
    const ESSENTIAL: [&str; 2] = ["name", "birthdate"];
    let claims = [
        "name",
        "birthdate",
        "age_gte_18",
        "nationalities",
        "phone_number",
    ];
    let attributes = claims.map(|c| json!({"claim": c, "essential": ESSENTIAL.contains(&c)}));
    let reasons: serde_json::Map<String, Value> = claims
        .iter()
        .map(|c| ((*c).to_owned(), said("To be measured")))
        .collect();
    let service = json!({
        "code": "BENCH", "type": "share", "purpose": said("Measure"), "attributes": attributes, "reasons": reasons,
    });
    Ok(serde_json::from_value(service)?)
}

/// Registers a partner. With a service that asks for details, userinfo is signed, and encrypted if there is a key for it.
async fn add(
    server: &Server,
    random: &Random,
    share: Option<Service>,
    decryption: Option<&DecryptionKey>,
) -> anyhow::Result<Registered> {
    let key = SigningKey::generate_es256();
    let id = PartnerId::new(random);
    let mut keys = vec![key.public_jwk()];
    keys.extend(decryption.map(DecryptionKey::public_jwk));
    let registration = Registration {
        client_id: id.to_string(),
        name: "Bench".into(),
        domain: "localhost".into(),
        redirect_uris: vec![REDIRECT_URI.into()],
        authentication: Authentication::PrivateKeyJwt {
            jwks: JwkSet { keys }.into(),
            audience: AssertionAudience::Issuer,
        },
        require_par: true,
        pkce: Pkce::Required,
        dpop_bound_access_tokens: false,
        fapi: false,
        claims_in_id_token: false,
        response_modes: vec![ResponseMode::Query],
        userinfo_signed_response_alg: share.as_ref().map(|_| IdTokenAlg::ES256),
        id_token_encryption: None,
        userinfo_encryption: decryption.map(|_| Encryption {
            alg: KeyAlg::EcdhEs,
            enc: Enc::A128CbcHs256,
        }),
        encryption_keys: JwkSet::default(),
        reasons: std::collections::BTreeMap::new(),
        id_token_alg: IdTokenAlg::ES256,
        services: vec![share.unwrap_or_else(|| Service::login("BENCH"))],
        sandbox_people: false,
        jwks_uri: None,
        sector: None,
        sector_identifier_uri: None,
        security_event_endpoint: None,
        replaced: Vec::new(),
    };
    let text = serde_json::to_string(&registration)?;
    let actor = Actor::Staff("bench".into());
    server.scheme.register_partner(actor, id, text).await?;
    Ok(Registered {
        client_id: registration.client_id,
        client_key: key.to_private_jwk()?,
        decryption_key: decryption.map(DecryptionKey::to_private_jwk).transpose()?,
    })
}
