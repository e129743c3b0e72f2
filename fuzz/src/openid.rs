//! What partners and their visitors' browsers send.

use std::sync::LazyLock;

use ipse_jose::JwkSet;
use ipse_openid::authn::Presented;
use ipse_openid::client::{
    AssertionAudience, Authentication, IdTokenAlg, Registration, Service, ServiceType,
};
use ipse_openid::grant::{self, CodeGrant};
use ipse_openid::params::MAX_BYTES;
use ipse_openid::request::{self, AuthorizationRequest, AuthorizeParams, PAR_PREFIX, Refusal};
use ipse_openid::{Level, Params};

const REDIRECT_URI: &str = "https://shop.example/cb";

static SHOP: LazyLock<Registration> = LazyLock::new(|| Registration {
    client_id: "par_shop".into(),
    name: "Shop".into(),
    domain: "shop.example".into(),
    redirect_uris: vec![REDIRECT_URI.into()],
    authentication: Authentication::PrivateKeyJwt {
        jwks: JwkSet { keys: Vec::new() }.into(),
        audience: AssertionAudience::Issuer,
    },
    require_par: false,
    id_token_alg: IdTokenAlg::ES256,
    services: vec![Service {
        code: "LOGIN".into(),
        kind: ServiceType::Login,
        scopes: vec!["profile".into()],
    }],
    sandbox_people: false,
});

/// A query or a form, read as every request that there is.
pub fn params(data: &[u8]) {
    let Ok(params) = Params::parse(data) else {
        return;
    };
    assert!(data.len() <= MAX_BYTES);
    if let Ok(AuthorizeParams::Pushed { request_uri, .. }) = AuthorizeParams::read(&params) {
        assert!(request_uri.starts_with(PAR_PREFIX));
    }
    match request::plain(&params, &SHOP) {
        Ok(asked) => granted(&params, &asked),
        // Nobody is ever sent anywhere but to a registered URI.
        Err(Refusal::Redirect(back)) => assert_eq!(back.redirect_uri, REDIRECT_URI),
        Err(Refusal::Page(_)) => {}
    }
    if let Ok(asked) = request::pushed(&params, &SHOP) {
        assert!(params.unique().is_ok());
        granted(&params, &asked);
    }
    if let Ok(grant) = CodeGrant::read(&params) {
        assert!((43..=128).contains(&grant.code_verifier.len()));
        assert!(!grant.code.is_empty());
    }
    let _ = grant::revocation(&params);
    if let Ok(presented) = Presented::read(None, &params) {
        // Who one claims to be is one thing, whichever way it is said.
        let named = params.get("client_id");
        assert!(named.is_none_or(|id| id == presented.client_id()));
    }
    if let Ok(header) = std::str::from_utf8(data) {
        let _ = Presented::read(Some(header), &Params::default());
        let _ = Presented::read(Some(&format!("Basic {header}")), &Params::default());
        let _ = grant::bearer(Some(header), None);
    }
}

/// What is granted was asked for, and is the client's to ask.
fn granted(params: &Params, asked: &AuthorizationRequest) {
    assert_eq!(asked.client_id, "par_shop");
    assert_eq!(asked.redirect_uri, REDIRECT_URI);
    assert_eq!(asked.service, "LOGIN");
    assert_eq!(asked.code_challenge.len(), 43);
    assert_eq!(params.get("code_challenge_method"), Some("S256"));
    assert_eq!(asked.state.as_deref(), params.get("state"));
    assert!(asked.login_hint.is_none());
    assert!(asked.level() >= Level::Basic);
    let kept = serde_json::to_string(asked).expect("a request is kept as JSON");
    let again: AuthorizationRequest = serde_json::from_str(&kept).expect("and read again");
    assert_eq!(&again, asked);
}
