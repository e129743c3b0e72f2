//! Options of `add` and `edit`: each is a member of the client's metadata.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::ValueEnum;
use ipse_openid::client::{ResponseMode, ServiceType, WITH_REASON};
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Auth {
    PrivateKeyJwt,
    ClientSecretBasic,
    ClientSecretPost,
}

#[derive(Clone, Copy, ValueEnum)]
enum Audience {
    Issuer,
    Endpoint,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum PkceRule {
    Required,
    OrNonce,
    Waived,
}

/// The options.
#[derive(clap::Args)]
pub struct Options {
    /// File with client metadata (JSON) under the names of OpenID Connect Dynamic Client Registration; options win
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Name that people are shown
    #[arg(long)]
    name: Option<String>,
    /// Verified domain that people are shown [default: host of the first redirect URI]
    #[arg(long)]
    domain: Option<String>,
    /// Where browsers return to; compared exactly. May be repeated
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// A service as CODE:TYPE or CODE:TYPE:LIST, for example SHOP_LOGIN:login:profile,email (scopes) or PAY:confirm:payment,text (what it may ask to confirm). May be repeated [default: LOGIN:login, with
    /// the scope profile or those of the preset]
    #[arg(long = "service", value_name = "CODE:TYPE[:LIST]")]
    services: Vec<String>,
    /// For how many minutes after an approval a person may let the same browser come back without asking; 60 at most. For the
    /// login services that `--service` names
    #[arg(long, value_name = "N", requires = "services")]
    return_minutes: Option<u32>,
    /// How the partner authenticates [default: private_key_jwt]
    #[arg(long, value_enum)]
    auth: Option<Auth>,
    /// `aud` of the partner's client assertions; `endpoint` is for older clients and ends after two years
    #[arg(long, value_enum)]
    assertion_audience: Option<Audience>,
    /// Accept authorization requests without PAR (the default with a secret)
    #[arg(long, conflicts_with = "pushed_requests")]
    plain_requests: bool,
    /// Require PAR (the default with keys)
    #[arg(long)]
    pushed_requests: bool,
    /// Keep to FAPI 2.0 Security Profile: PAR, keys, PKCE, and tokens that are bound to a key
    #[arg(long, conflicts_with = "plain_requests")]
    fapi: bool,
    /// Signature of ID tokens: RS256 (the default with a secret) or ES256 (the default with keys)
    #[arg(long, value_name = "ALG")]
    id_token_alg: Option<String>,
    /// What a request without PKCE needs: a nonce, or nothing (`waived`), which allows `basic` only and ends at --pkce-until
    #[arg(long, value_enum)]
    pkce: Option<PkceRule>,
    /// When a waiver of PKCE ends, in seconds since 1970
    #[arg(long, value_name = "SECONDS")]
    pkce_until: Option<i64>,
    /// Put the claims of a requested scope into the ID token too, for software that does not read userinfo
    #[arg(long)]
    claims_in_id_token: bool,
    /// Allow `response_mode=form_post`
    #[arg(long)]
    form_post: bool,
    /// Answer at userinfo with a JWT, signed with RS256 or ES256; `none` is JSON
    #[arg(long, value_name = "ALG")]
    userinfo_alg: Option<String>,
    /// Why the settings of this command are needed. What is weaker than the default needs a reason
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Any member of the metadata, for example `services='[…]'`. May be repeated
    #[arg(long, value_name = "MEMBER=VALUE")]
    set: Vec<String>,
    /// Allow sandbox people in `login_hint`
    #[arg(long)]
    sandbox_people: bool,
}

impl Options {
    /// The members that are given: of the file, and of the options, which win.
    pub fn members(self) -> anyhow::Result<Map<String, Value>> {
        let mut out = match &self.from {
            Some(path) => super::read_file(path)?,
            None => Map::new(),
        };
        let mut put = |member: &str, value: Option<Value>| {
            if let Some(value) = value {
                out.insert(member.to_owned(), value);
            }
        };
        let list = |given: Vec<String>| (!given.is_empty()).then(|| json!(given));
        put("client_name", self.name.map(Value::from));
        put("domain", self.domain.map(Value::from));
        put("redirect_uris", list(self.redirect_uris));
        if !self.services.is_empty() {
            let services: anyhow::Result<Vec<Value>> = self
                .services
                .iter()
                .map(|text| service(text, self.return_minutes))
                .collect();
            put("services", Some(services?.into()));
        }
        put(
            "token_endpoint_auth_method",
            self.auth.map(|auth| match auth {
                Auth::PrivateKeyJwt => json!("private_key_jwt"),
                Auth::ClientSecretBasic => json!("client_secret_basic"),
                Auth::ClientSecretPost => json!("client_secret_post"),
            }),
        );
        put(
            "assertion_audience",
            self.assertion_audience.map(|audience| match audience {
                Audience::Issuer => json!("issuer"),
                Audience::Endpoint => json!("endpoint"),
            }),
        );
        let pushed = self.plain_requests || self.pushed_requests;
        put(
            "require_pushed_authorization_requests",
            pushed.then(|| json!(self.pushed_requests)),
        );
        put(
            "id_token_signed_response_alg",
            self.id_token_alg.map(Value::from),
        );
        put("fapi", self.fapi.then_some(json!(true)));
        put(
            "pkce",
            self.pkce.map(|rule| match rule {
                PkceRule::Required => json!("required"),
                PkceRule::OrNonce => json!("or_nonce"),
                PkceRule::Waived => json!("waived"),
            }),
        );
        put("pkce_until", self.pkce_until.map(Value::from));
        let in_id_token = self.claims_in_id_token.then_some(json!(true));
        put("claims_in_id_token", in_id_token);
        let modes = self.form_post.then(|| json!(ResponseMode::ALL));
        put("response_modes", modes);
        put(
            "userinfo_signed_response_alg",
            self.userinfo_alg.map(Value::from),
        );
        put("sandbox_people", self.sandbox_people.then_some(json!(true)));
        for text in &self.set {
            let (member, value) = member(text)?;
            put(member, Some(value));
        }
        if let Some(reason) = self.reason {
            give_reason(&mut out, &reason);
        }
        Ok(out)
    }
}

/// Gives each member that has none this reason.
fn give_reason(members: &mut Map<String, Value>, reason: &str) {
    let given = WITH_REASON.into_iter().filter(|m| members.contains_key(*m));
    let mut reasons: Map<String, Value> = given
        .map(|member| (member.to_owned(), reason.into()))
        .collect();
    if let Some(Value::Object(own)) = members.remove("reasons") {
        reasons.extend(own);
    }
    members.insert("reasons".to_owned(), reasons.into());
}

/// Adds members, of which the later ones win; reasons are kept, each by its member.
pub fn add(to: &mut Map<String, Value>, mut more: Map<String, Value>) {
    if let (Some(Value::Object(reasons)), Some(Value::Object(own))) =
        (more.get_mut("reasons"), to.get("reasons"))
    {
        let own = own
            .iter()
            .filter(|(member, _)| !reasons.contains_key(*member));
        let own: Map<_, _> = own.map(|(m, r)| (m.clone(), r.clone())).collect();
        reasons.extend(own);
    }
    to.extend(more);
}

/// A member and its value: JSON, or else a text.
fn member(text: &str) -> anyhow::Result<(&str, Value)> {
    let (member, value) = text
        .split_once('=')
        .with_context(|| format!("--set {text}: write MEMBER=VALUE"))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((member, value))
}

fn service(text: &str, return_minutes: Option<u32>) -> anyhow::Result<Value> {
    let mut parts = text.splitn(3, ':');
    let (Some(code), Some(kind), list) = (parts.next(), parts.next(), parts.next()) else {
        bail!("--service {text}: write CODE:TYPE, for example SHOP_LOGIN:login");
    };
    let kind = ServiceType::parse(kind)
        .with_context(|| format!("--service {text}: type is login, share, confirm or sign"))?;
    let mut service = json!({"code": code, "type": kind});
    let member = match kind {
        ServiceType::Confirm => "templates",
        ServiceType::Login | ServiceType::Share | ServiceType::Sign => "scopes",
    };
    if let Some(list) = list {
        service[member] = list.split(',').collect();
    }
    if let (ServiceType::Login, Some(minutes)) = (kind, return_minutes) {
        service["return_minutes"] = minutes.into();
    }
    Ok(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_may_name_its_scopes_or_templates() {
        let plain = json!({"code": "A", "type": "login"});
        assert_eq!(service("A:login", None).unwrap(), plain);
        let mail = json!({"code": "A", "type": "login", "scopes": ["profile", "email"]});
        assert_eq!(service("A:login:profile,email", None).unwrap(), mail);
        let pay = json!({"code": "A", "type": "confirm", "templates": ["payment", "order"]});
        assert_eq!(service("A:confirm:payment,order", None).unwrap(), pay);
        assert!(service("A", None).is_err() && service("A:x", None).is_err());
    }

    #[test]
    fn a_member_that_is_set_is_json_or_a_text() {
        assert_eq!(member("a=true").unwrap(), ("a", json!(true)));
        assert_eq!(member("a=or_nonce").unwrap(), ("a", json!("or_nonce")));
        let list = (r#"reasons={"pkce":"a=b"}"#, json!({"pkce": "a=b"}));
        assert_eq!(member(list.0).unwrap(), ("reasons", list.1));
        assert!(member("a").is_err());
    }

    #[test]
    fn a_reason_is_for_what_is_given_and_has_none() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let mut preset = object(json!({"pkce": "or_nonce", "reasons": {"pkce": "old"}}));
        let mut given = object(json!({
            "claims_in_id_token": true, "response_modes": ["query"], "client_name": "Shop", "reasons": {"response_modes": "its own"},
        }));
        give_reason(&mut given, "why");
        add(&mut preset, given);
        let reasons =
            json!({"pkce": "old", "claims_in_id_token": "why", "response_modes": "its own"});
        assert_eq!(preset["reasons"], reasons);
    }
}
