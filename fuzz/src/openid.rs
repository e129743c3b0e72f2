//! Fuzz targets of requests from partners and browsers.

use std::sync::LazyLock;

use ipse_jose::JwkSet;
use ipse_openid::access_token;
use ipse_openid::authn::Credentials;
use ipse_openid::claim::Claim;
use ipse_openid::client::{
    AssertionAudience, Authentication, IdTokenAlg, Pkce, Registration, ResponseMode, Service,
    ServiceType,
};
use ipse_openid::dpop::{self, MAX_PROOF, Nonces, Proof};
use ipse_openid::grant::TokenRequest;
use ipse_openid::metadata::{self, Metadata};
use ipse_openid::params::MAX_BYTES;
use ipse_openid::request::{
    self, AuthorizationRequest, AuthorizeParams, Context, PAR_PREFIX, Refusal,
};
use ipse_openid::{Level, Params};
use serde_json::Value;

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
    pkce: Pkce::Required,
    dpop_bound_access_tokens: false,
    fapi: false,
    claims_in_id_token: false,
    response_modes: vec![ResponseMode::Query],
    userinfo_signed_response_alg: None,
    id_token_encryption: None,
    userinfo_encryption: None,
    encryption_keys: ipse_jose::JwkSet::default(),
    reasons: std::collections::BTreeMap::new(),
    id_token_alg: IdTokenAlg::ES256,
    services: vec![Service {
        code: "LOGIN".into(),
        kind: ServiceType::Login,
        scopes: vec!["profile".into()],
        return_minutes: 0,
        purpose: None,
        attributes: Vec::new(),
        reasons: std::collections::BTreeMap::new(),
        legal_basis: None,
        templates: Vec::new(),
    }],
    sandbox_people: false,
    jwks_uri: None,
    sector: None,
    sector_identifier_uri: None,
    security_event_endpoint: None,
    replaced: Vec::new(),
});

/// A client whose service asks for details.
static CUSTOMERS: LazyLock<Registration> = LazyLock::new(|| {
    let sentence = serde_json::json!({"nl": "x", "fr": "x", "de": "x", "en": "x"});
    let service = serde_json::json!({
        "code": "CARD", "type": "share", "purpose": sentence,
        "attributes": [{"claim": "name", "essential": true}, {"claim": "birthdate"}, {"claim": "age_gte_18"},
                       {"claim": "email", "essential": true}, {"claim": "address"},
                       {"claim": "https://ipse.example/claims/trust_framework"},
                       {"claim": "https://ipse.example/claims/verified_on"},
                       {"claim": "https://ipse.example/claims/document_type"},
                       {"claim": "https://ipse.example/claims/document_number"}],
    });
    let service = serde_json::from_value(service).expect("a service");
    Registration {
        services: vec![service],
        ..SHOP.clone()
    }
});

static CONTEXT: Context<'static> = Context {
    issuer: "https://ipse.example",
    id_token_keys: &[],
    may_return: true,
    hinted: None,
    now: 0,
};

/// A file with client metadata. What a new client registers is shown as it was given, and can be read again.
pub fn metadata(data: &[u8]) {
    let Ok(Value::Object(members)) = ipse_jose::strict_json(data) else {
        return;
    };
    match Metadata::read(&members) {
        Err(problems) => assert!(!problems.is_empty()),
        Ok(read) => {
            let now = CONTEXT.now;
            let mut edited = SHOP.clone();
            let kept = edited.sector().to_owned();
            if read.clone().edit(&mut edited, now).is_ok() {
                assert_eq!(edited.sector(), kept);
            }
            let authentication = SHOP.authentication.clone();
            let new = read.register(SHOP.client_id.clone(), authentication, None, now);
            let shown = metadata::show(&new);
            if let Some(uris) = members.get("redirect_uris") {
                assert_eq!(shown.get("redirect_uris"), Some(uris));
            }
            let _ = new.validate(true, now);
        }
    }
}

/// A DPoP proof. An accepted one is for this request, and names its key and the end of its nonce.
pub fn dpop(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let now = 1_800_000_000;
    let nonces = Nonces::at(now, |period| format!("nonce-{period}"));
    let context = dpop::Context {
        method: "POST",
        url: "https://ipse.example/token",
        now,
        nonces: &nonces,
    };
    if let Ok(proof) = Proof::verify(text, &context) {
        assert!(text.len() <= MAX_PROOF);
        assert_eq!(proof.jkt.len(), 43);
        assert!((1..=255).contains(&proof.jti.len()));
        assert!(proof.until > now);
        let _ = proof.check_token("token");
        let other = dpop::Context {
            method: "GET",
            ..context
        };
        assert!(Proof::verify(text, &other).is_err());
    }
}

/// A query or a form, read as each kind of request.
pub fn params(data: &[u8]) {
    let Ok(params) = Params::parse(data) else {
        return;
    };
    assert!(data.len() <= MAX_BYTES);
    if let Ok(AuthorizeParams::Pushed { request_uri, .. }) = AuthorizeParams::read(&params) {
        assert!(request_uri.starts_with(PAR_PREFIX));
    }
    match request::plain(&params, &SHOP, &CONTEXT) {
        Ok(request) => check(&params, &request),
        // The browser is redirected to registered URIs only.
        Err(Refusal::Redirect(back)) => assert_eq!(back.redirect_uri, REDIRECT_URI),
        Err(Refusal::Page(_)) => {}
    }
    if let Ok(request) = request::pushed(&params, &SHOP, &CONTEXT) {
        assert!(params.unique().is_ok());
        check(&params, &request);
    }
    if let Ok(TokenRequest::AuthorizationCode(grant)) = TokenRequest::read(&params, CONTEXT.issuer)
    {
        let verifier = grant.code_verifier;
        assert!(verifier.is_none_or(|verifier| (43..=128).contains(&verifier.len())));
        assert!(!grant.code.is_empty());
    }
    let _ = access_token::revoked(&params);
    if let Ok(credentials) = Credentials::read(None, &params) {
        // A client_id in the form and the credentials name the same client.
        let named = params.get("client_id");
        assert!(named.is_none_or(|id| id == credentials.client_id()));
    }
    if let Ok(header) = std::str::from_utf8(data) {
        let _ = Credentials::read(Some(header), &Params::default());
        let _ = Credentials::read(Some(&format!("Basic {header}")), &Params::default());
        let _ = access_token::sent(Some(header), None);
    }
}

/// The parameter `claims`, of a request for details. Nothing is asked that is not registered, and nothing is essential that is
/// not essential in the registration too.
pub fn claims(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let claims: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let form = format!(
        "response_type=code&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&scope=openid+service%3ACARD&\
         code_challenge_method=S256&code_challenge={challenge}&claims={claims}"
    );
    let Ok(params) = Params::parse(form.as_bytes()) else {
        return;
    };
    let Ok(request) = request::pushed(&params, &CUSTOMERS, &CONTEXT) else {
        return;
    };
    let service = &CUSTOMERS.services[0];
    let registered = |claim: &Claim, essential: bool| {
        // That an address is verified comes with the address.
        let named = claim.as_str().trim_end_matches("_verified");
        let mut all = service.attributes.iter();
        all.any(|known| known.claim.as_str() == named && (!essential || known.essential))
    };
    let asked = request.claims.all();
    assert!(asked.iter().all(|claim| registered(claim, false)));
    let essential = &request.claims.essential;
    assert!(essential.iter().all(|claim| registered(claim, true)));
    assert!(
        essential
            .iter()
            .chain(request.claims.expected.keys())
            .all(|claim| asked.contains(claim))
    );
}

/// An accepted request agrees with the parameters and the registration.
fn check(params: &Params, request: &AuthorizationRequest) {
    assert_eq!(request.client_id, "par_shop");
    assert_eq!(request.redirect_uri, REDIRECT_URI);
    assert_eq!(request.service, "LOGIN");
    assert!(
        request
            .code_challenge
            .as_ref()
            .is_some_and(|text| text.len() == 43)
    );
    assert_eq!(params.get("code_challenge_method"), Some("S256"));
    assert_eq!(request.state.as_deref(), params.get("state"));
    assert!(request.login_hint.is_none());
    assert!(request.level() >= Level::Basic);
    let kept = serde_json::to_string(request).expect("a request is stored as JSON");
    let again: AuthorizationRequest =
        serde_json::from_str(&kept).expect("a stored request is read");
    assert_eq!(&again, request);
}
