//! What `ipse admin partner add --preset` sets for each software: what its own settings cannot change, or what it expects.

use anyhow::{Context, bail};
use ipse_openid::client::{EMAIL, PROFILE};
use serde_json::{Map, Value, json};

/// Settings for one software.
pub struct Preset {
    /// Its name on the command line.
    pub name: &'static str,
    /// Path to return to below the origin of a site, if it is always the same.
    pub callback: Option<&'static str>,
    /// Members of the client's metadata, JSON.
    members: &'static str,
    /// What must be set in the software.
    there: &'static str,
}

/// For software with a secret.
const BASIC: &str = r#"{"token_endpoint_auth_method": "client_secret_basic"}"#;
const POST: &str = r#"{"token_endpoint_auth_method": "client_secret_post"}"#;
/// For software that sends a nonce, and PKCE only when it is set so, or not at all.
const BASIC_OR_NONCE: &str = r#"{"token_endpoint_auth_method": "client_secret_basic", "pkce": "or_nonce",
    "reasons": {"pkce": "This software sends no PKCE as it comes."}}"#;
const POST_OR_NONCE: &str = r#"{"token_endpoint_auth_method": "client_secret_post", "pkce": "or_nonce",
    "reasons": {"pkce": "This software sends no PKCE as it comes."}}"#;
/// For software that reads claims in the ID token only.
const BASIC_CLAIMS: &str = r#"{"token_endpoint_auth_method": "client_secret_basic", "claims_in_id_token": true,
    "reasons": {"claims_in_id_token": "This software reads claims in the ID token only."}}"#;
/// For software that takes answers by form.
const POST_FORM: &str = r#"{"token_endpoint_auth_method": "client_secret_post", "response_modes": ["query", "form_post"],
    "reasons": {"response_modes": "This software takes answers by form unless it is set otherwise."}}"#;
/// For Microsoft's brokers.
const POST_FORM_CLAIMS_OR_NONCE: &str = r#"{"token_endpoint_auth_method": "client_secret_post", "pkce": "or_nonce",
    "claims_in_id_token": true, "response_modes": ["query", "form_post"], "reasons": {
    "pkce": "Its settings have no item for PKCE.",
    "claims_in_id_token": "This software reads claims in the ID token only.",
    "response_modes": "This software takes answers by form unless it is set otherwise."}}"#;
const KEYS: &str = r#"{"token_endpoint_auth_method": "private_key_jwt"}"#;
/// For brokers with keys.
const KEYS_PLAIN: &str = r#"{"token_endpoint_auth_method": "private_key_jwt", "require_pushed_authorization_requests": false,
    "reasons": {"require_pushed_authorization_requests": "This software pushes no requests."}}"#;

/// Software that needs an e-mail address, or logs nobody in without one: its services may ask for it.
const WITH_EMAIL: [&str; 8] = [
    "auth0",
    "azure-b2c",
    "django",
    "entra",
    "gitlab",
    "keycloak",
    "keycloak-keys",
    "oauth2-proxy",
];

const fn preset(
    name: &'static str,
    callback: Option<&'static str>,
    members: &'static str,
    there: &'static str,
) -> Preset {
    Preset {
        name,
        callback,
        members,
        there,
    }
}

/// The presets.
const ALL: [Preset; 21] = [
    preset(
        "aspnet",
        Some("/signin-oidc"),
        POST_FORM,
        "ResponseType = code, GetClaimsFromUserInfoEndpoint = true",
    ),
    preset("auth0", Some("/login/callback"), POST, "type back channel"),
    preset(
        "authjs",
        Some("/auth/callback/ipse"),
        BASIC_CLAIMS,
        "type: oidc, with the id `ipse`; next-auth returns to /api/auth/callback/ipse",
    ),
    preset("authlib", None, BASIC, "code_challenge_method: S256"),
    preset(
        "azure-b2c",
        None,
        POST_FORM_CLAIMS_OR_NONCE,
        "response type code; the address to return to, as B2C documents it",
    ),
    preset(
        "django",
        Some("/oidc/callback/"),
        POST_OR_NONCE,
        "OIDC_RP_SIGN_ALGO = RS256, users by sub; better with OIDC_USE_PKCE = True",
    ),
    preset(
        "entra",
        None,
        POST_FORM_CLAIMS_OR_NONCE,
        "response type code; the address to return to, as Entra shows it",
    ),
    preset(
        "gitlab",
        Some("/users/auth/openid_connect/callback"),
        BASIC,
        "discovery: true, pkce: true, uid_field: sub",
    ),
    preset("go-oidc", None, BASIC, "PKCE with S256"),
    preset("idpyoidc", None, BASIC, "the add-on pkce"),
    preset(
        "keycloak",
        None,
        POST_OR_NONCE,
        "import of the discovery address; better with Use PKCE: S256",
    ),
    preset(
        "keycloak-keys",
        None,
        KEYS_PLAIN,
        "--jwks-uri with the address of the realm's keys; there the issuer as client assertion audience, Use PKCE: S256",
    ),
    preset("mod_auth_openidc", None, BASIC, "OIDCPKCEMethod S256"),
    preset(
        "oauth2-proxy",
        Some("/oauth2/callback"),
        BASIC,
        "code-challenge-method = S256",
    ),
    preset(
        "oidc-client-ts",
        None,
        BASIC,
        "a backend for frontend with the secret, as metadataSeed.token_endpoint",
    ),
    preset(
        "omniauth",
        Some("/auth/openid_connect/callback"),
        BASIC_OR_NONCE,
        "discovery: true; better with pkce: true where the gem has it",
    ),
    preset(
        "openid-client",
        None,
        KEYS,
        "id_token_signed_response_alg: ES256",
    ),
    preset("openidconnect", None, BASIC, "set_pkce_challenge"),
    preset("passport", None, POST_OR_NONCE, "nonce: true"),
    preset("requests-oauthlib", None, BASIC, "pkce: S256"),
    preset(
        "spring",
        Some("/login/oauth2/code/ipse"),
        BASIC_OR_NONCE,
        "issuer-uri, with the registration id `ipse`; version 7 sends PKCE",
    ),
];

impl Preset {
    /// Its members.
    pub fn members(&self) -> anyhow::Result<Map<String, Value>> {
        let mut members: Map<String, Value> = serde_json::from_str(self.members)
            .with_context(|| format!("the preset {}", self.name))?;
        if WITH_EMAIL.contains(&self.name) {
            let service = json!({"code": "LOGIN", "type": "login"});
            members.insert("services".to_owned(), json!([service]));
            self.ask_email(&mut members);
        }
        Ok(members)
    }

    /// Lets services whose scopes are not given ask for the e-mail address, if the software needs it.
    pub fn ask_email(&self, members: &mut Map<String, Value>) {
        if !WITH_EMAIL.contains(&self.name) {
            return;
        }
        let services = members.get_mut("services").and_then(Value::as_array_mut);
        for service in services.into_iter().flatten() {
            if let Some(service) = service.as_object_mut() {
                service
                    .entry("scopes")
                    .or_insert_with(|| json!([PROFILE, EMAIL]));
            }
        }
    }
}

/// The preset of this name.
pub fn find(name: &str) -> anyhow::Result<&'static Preset> {
    let found = ALL.iter().find(|preset| preset.name == name);
    match found {
        Some(preset) => Ok(preset),
        None => {
            let names: Vec<_> = ALL.iter().map(|preset| preset.name).collect();
            bail!("--preset {name}: choose one of {}", names.join(", "))
        }
    }
}

/// Prints all presets.
pub fn print(as_json: bool) {
    let members = |preset: &Preset| preset.members().unwrap_or_default();
    if as_json {
        let all = ALL.iter().map(|preset| {
            json!({"name": preset.name, "callback": preset.callback, "sets": members(preset), "in_the_software": preset.there})
        });
        println!("{}", all.collect::<Value>());
        return;
    }
    for preset in &ALL {
        println!("{:<17} {}", preset.name, Value::from(members(preset)));
        if let Some(callback) = preset.callback {
            println!("{:<17} returns to {callback}", "");
        }
        println!("{:<17} in the software: {}", "", preset.there);
    }
}

#[cfg(test)]
mod tests {
    use ipse_openid::client::{AssertionAudience, Authentication, SecretHash};
    use ipse_openid::metadata::{Metadata, Method};

    use super::*;

    #[test]
    fn each_preset_makes_a_registration_that_is_accepted() {
        for preset in &ALL {
            let mut members = preset.members().unwrap();
            let callback = preset.callback.unwrap_or("/callback");
            members.insert("client_name".to_owned(), json!("Shop"));
            let uri = format!("https://shop.example{callback}");
            members.insert("redirect_uris".to_owned(), json!([uri]));
            assert_ne!(
                members.get("pkce"),
                Some(&json!("waived")),
                "{}",
                preset.name
            );
            let read = Metadata::read(&members).unwrap();
            let authentication = if read.method == Some(Method::PrivateKeyJwt) {
                let keys = vec![ipse_jose::SigningKey::generate_es256().public_jwk()];
                Authentication::PrivateKeyJwt {
                    jwks: ipse_jose::JwkSet { keys }.into(),
                    audience: AssertionAudience::Issuer,
                }
            } else {
                Authentication::ClientSecretBasic {
                    secret: SecretHash::of("secret"),
                }
            };
            let new = read.register("par_new".into(), authentication, None, 0);
            let email = new.services[0].scopes.iter().any(|scope| scope == EMAIL);
            assert_eq!(email, WITH_EMAIL.contains(&preset.name), "{}", preset.name);
            assert_eq!(new.validate(true, 0), Ok(()), "{}", preset.name);
            assert!(new.without_reason(None).is_empty(), "{}", preset.name);
        }
        let names = ALL.map(|preset| preset.name);
        assert!(WITH_EMAIL.iter().all(|name| names.contains(name)));
        assert!(names.is_sorted());
        let unknown = find("none").err().unwrap().to_string();
        assert!(unknown.contains("keycloak"), "{unknown}");
    }
}
