//! Each parameter of the standards, and its answer at `/authorize`, `/par` and `/token`.

use Answer::{Ignored, Read, Refused};
use ipse_jose::{SigningKey, jws};

use crate::authn::{ASSERTION_TYPE, Credentials};
use crate::client::tests::shop;
use crate::error::OAuthErrorCode as Code;
use crate::grant::TokenRequest;
use crate::params::{KNOWN, RESOURCE};
use crate::request::*;

const ISSUER: &str = "https://ipse.example";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// What happens to a parameter with a value that differs from that of the good request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    /// It is read and accepted, and changes the outcome or was checked.
    Read,
    /// The outcome is the same as without it: the standard says so, or defines it for another endpoint.
    Ignored,
    /// It is refused.
    Refused(Code),
}

/// Name, value, and the answers at `/authorize`, `/par` and `/token`.
type Row = (&'static str, &'static str, Answer, Answer, Answer);

const INVALID: Answer = Refused(Code::InvalidRequest);

/// RFC 6749, 7636, 8707, 9101, 9126 and 9396, OpenID Connect Core, and client authentication (RFC 7521).
const TABLE: &[Row] = &[
    // RFC 6749
    (
        "client_id",
        "par_other",
        INVALID,
        Refused(Code::InvalidClient),
        Refused(Code::InvalidClient),
    ),
    ("client_secret", "s2", Ignored, Read, Read),
    (
        "redirect_uri",
        "https://evil.example/",
        INVALID,
        INVALID,
        Read,
    ),
    (
        "response_type",
        "token",
        Refused(Code::UnsupportedResponseType),
        Refused(Code::UnsupportedResponseType),
        Ignored,
    ),
    ("response_type", "code", Read, Read, Ignored),
    ("scope", "openid", Read, Read, Ignored),
    (
        "scope",
        "profile",
        Refused(Code::InvalidScope),
        Refused(Code::InvalidScope),
        Ignored,
    ),
    ("state", "s2", Read, Read, Ignored),
    ("state", "caf\u{e9}", INVALID, INVALID, Ignored),
    (
        "grant_type",
        "password",
        Ignored,
        Ignored,
        Refused(Code::UnsupportedGrantType),
    ),
    ("code", "c2", Ignored, Ignored, Read),
    ("code", "a b", Ignored, Ignored, Refused(Code::InvalidGrant)),
    ("username", "an", Ignored, Ignored, Ignored),
    ("password", "p", Ignored, Ignored, Ignored),
    ("refresh_token", "r", Ignored, Ignored, Ignored),
    // RFC 6750, RFC 7009
    ("access_token", "t", Ignored, Ignored, Ignored),
    ("token", "t", Ignored, Ignored, Ignored),
    ("token_type_hint", "access_token", Ignored, Ignored, Ignored),
    // RFC 7521: a second method of authentication is refused
    ("assertion", "a", Ignored, Ignored, Ignored),
    ("client_assertion", "a", Ignored, INVALID, INVALID),
    (
        "client_assertion_type",
        ASSERTION_TYPE,
        Ignored,
        INVALID,
        INVALID,
    ),
    // RFC 7636
    ("code_challenge", "x", INVALID, INVALID, Ignored),
    (
        "code_challenge",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        Read,
        Read,
        Ignored,
    ),
    ("code_challenge_method", "plain", INVALID, INVALID, Ignored),
    ("code_verifier", "short", Ignored, Ignored, INVALID),
    ("code_verifier", CHALLENGE, Ignored, Ignored, Read),
    // RFC 8707
    (
        "resource",
        "https://other.example",
        Refused(Code::InvalidTarget),
        Refused(Code::InvalidTarget),
        Refused(Code::InvalidTarget),
    ),
    (
        "resource",
        "https://ipse.example/userinfo",
        Read,
        Read,
        Read,
    ),
    // RFC 9101, RFC 9126
    (
        "request",
        "e30.e30.",
        Refused(Code::RequestNotSupported),
        Refused(Code::RequestNotSupported),
        Ignored,
    ),
    (
        "request_uri",
        "https://shop.example/r",
        Refused(Code::RequestUriNotSupported),
        INVALID,
        Ignored,
    ),
    // RFC 9396
    (
        "authorization_details",
        r#"[{"type":"payment"}]"#,
        Refused(Code::InvalidAuthorizationDetails),
        Refused(Code::InvalidAuthorizationDetails),
        Refused(Code::InvalidAuthorizationDetails),
    ),
    // RFC 9449 §10
    (
        "dpop_jkt",
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
        Read,
        Read,
        Ignored,
    ),
    ("dpop_jkt", "short", INVALID, INVALID, Ignored),
    // OpenID Connect Core §3.1.2.1, §5.2, §5.5, §7.2.1
    ("response_mode", "query", Read, Read, Ignored),
    ("response_mode", "fragment", INVALID, INVALID, Ignored),
    ("response_mode", "form_post", INVALID, INVALID, Ignored),
    ("nonce", "n2", Read, Read, Ignored),
    ("nonce", "a\nb", INVALID, INVALID, Ignored),
    ("display", "popup", Read, Read, Ignored),
    ("display", "hologram", INVALID, INVALID, Ignored),
    ("prompt", "login", Read, Read, Ignored),
    (
        "prompt",
        "none",
        Refused(Code::LoginRequired),
        Refused(Code::LoginRequired),
        Ignored,
    ),
    ("prompt", "create", INVALID, INVALID, Ignored),
    ("max_age", "10", Read, Read, Ignored),
    ("max_age", "soon", INVALID, INVALID, Ignored),
    ("ui_locales", "fr", Read, Read, Ignored),
    ("claims_locales", "fr", Ignored, Ignored, Ignored),
    ("id_token_hint", "x", INVALID, INVALID, Ignored),
    ("login_hint", "an@example", Read, Read, Ignored),
    ("acr_values", "advanced", Read, Read, Ignored),
    (
        "acr_values",
        "urn:other",
        Refused(Code::UnmetAuthenticationRequirements),
        Refused(Code::UnmetAuthenticationRequirements),
        Ignored,
    ),
    (
        "claims",
        r#"{"id_token":{"locale":null}}"#,
        Read,
        Read,
        Ignored,
    ),
    ("claims", "[]", INVALID, INVALID, Ignored),
    (
        "registration",
        "{}",
        Refused(Code::RegistrationNotSupported),
        Refused(Code::RegistrationNotSupported),
        Ignored,
    ),
    // Of no standard
    ("made_up", "x", Ignored, Ignored, Ignored),
];

/// Parameters that are checked and then change nothing: every display shows the same page, other hints than a test person's are not followed, and `query` and userinfo are what there is.
const WITHOUT_EFFECT: &[&str] = &[
    "response_type",
    "response_mode",
    "display",
    "login_hint",
    RESOURCE,
];

fn at_front() -> Vec<(&'static str, &'static str)> {
    vec![
        ("client_id", "par_shop"),
        ("redirect_uri", "https://shop.example/cb"),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "s1"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

fn at_token() -> Vec<(&'static str, &'static str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", "c1"),
        ("redirect_uri", "https://shop.example/cb"),
        ("code_verifier", VERIFIER),
    ]
}

fn with(mut pairs: Vec<(&'static str, &'static str)>, row: &Row) -> Params {
    pairs.retain(|(name, _)| *name != row.0);
    pairs.push((row.0, row.1));
    pairs.into_iter().collect()
}

fn context<'a>() -> Context<'a> {
    Context {
        issuer: ISSUER,
        id_token_keys: &[],
        may_return: true,
        hinted: None,
        now: 0,
    }
}

/// The outcome with the row's parameter against the one without.
fn compare<T: PartialEq>(
    row: &Row,
    outcome: Result<T, Code>,
    base: &T,
    checked: &[&str],
) -> Answer {
    match outcome {
        Err(code) => Refused(code),
        Ok(outcome) if outcome != *base || checked.contains(&row.0) => Read,
        Ok(_) => Ignored,
    }
}

fn authorize(params: &Params) -> Result<AuthorizationRequest, Code> {
    plain(params, &shop(), &context()).map_err(|refusal| match refusal {
        Refusal::Redirect(back) => back.error.code,
        // A page, since nothing is sent to an address that is not registered.
        Refusal::Page(_) => Code::InvalidRequest,
    })
}

/// With the credentials of a client that uses a secret.
fn authenticated<T>(
    mut pairs: Vec<(&'static str, &'static str)>,
    row: &Row,
    read: impl Fn(&Params) -> Result<T, OAuthError>,
) -> Result<(String, T), Code> {
    pairs.retain(|(name, _)| *name != "client_id");
    pairs.extend([("client_id", "par_shop"), ("client_secret", "s1")]);
    let params = with(pairs, row);
    let of = |error: OAuthError| error.code;
    let credentials = Credentials::read(None, &params).map_err(of)?;
    // Another client_id belongs to no secret that is known here.
    if credentials.client_id() != "par_shop" {
        return Err(Code::InvalidClient);
    }
    let secret = params.get("client_secret").unwrap_or_default().to_owned();
    Ok((secret, read(&params).map_err(of)?))
}

#[test]
fn every_parameter_has_an_answer_at_every_endpoint() {
    let none = ("made_up", "x", Ignored, Ignored, Ignored);
    let push = |params: &Params| pushed(params, &shop(), &context());
    let redeem = |params: &Params| TokenRequest::read(params, ISSUER);
    let base = authorize(&with(at_front(), &none)).unwrap();
    let base_par = authenticated(at_front(), &none, push).unwrap();
    let base_token = authenticated(at_token(), &none, redeem).unwrap();
    for row in TABLE {
        let (name, value, front, par, token) = row;
        let text = format!("{name}={value}");
        let found = authorize(&with(at_front(), row));
        let found = compare(row, found, &base, WITHOUT_EFFECT);
        assert_eq!(found, *front, "{text} at /authorize");
        let found = authenticated(at_front(), row, push);
        let found = compare(row, found, &base_par, WITHOUT_EFFECT);
        assert_eq!(found, *par, "{text} at /par");
        let found = authenticated(at_token(), row, redeem);
        let found = compare(row, found, &base_token, &[RESOURCE]);
        assert_eq!(found, *token, "{text} at /token");
    }
}

#[test]
fn the_table_names_every_known_parameter() {
    for name in KNOWN {
        assert!(
            TABLE.iter().any(|row| row.0 == *name),
            "{name} is not in the table"
        );
    }
    for (name, ..) in TABLE.iter().filter(|row| row.0 != "made_up") {
        assert!(
            KNOWN.contains(name),
            "{name} is not known, so it may be repeated"
        );
    }
}

#[test]
fn an_unknown_parameter_may_be_repeated_and_a_known_one_may_not() {
    let twice = |mut pairs: Vec<(&'static str, &'static str)>, name, value| -> Params {
        pairs.retain(|(known, _)| *known != name);
        pairs.extend([(name, value), (name, value)]);
        pairs.into_iter().collect()
    };
    for name in KNOWN {
        let [front, token] = [at_front(), at_token()].map(|pairs| twice(pairs, name, ISSUER));
        let refused = *name != RESOURCE;
        let invalid = |code: Option<Code>| code == Some(Code::InvalidRequest);
        assert_eq!(
            invalid(authorize(&front).err()),
            refused,
            "{name} at /authorize"
        );
        let par = pushed(&front, &shop(), &context()).err();
        assert_eq!(
            invalid(par.map(|error| error.code)),
            refused,
            "{name} at /par"
        );
        let token = TokenRequest::read(&token, ISSUER).err();
        assert_eq!(
            invalid(token.map(|error| error.code)),
            refused,
            "{name} at /token"
        );
    }
    assert!(authorize(&twice(at_front(), "made_up", "x")).is_ok());
    assert!(pushed(&twice(at_front(), "made_up", "x"), &shop(), &context()).is_ok());
    assert!(TokenRequest::read(&twice(at_token(), "made_up", "x"), ISSUER).is_ok());
    // One that is not ours refuses them all.
    let mixed: Params = at_front()
        .into_iter()
        .chain([(RESOURCE, ISSUER), (RESOURCE, "https://other.example")])
        .collect();
    assert_eq!(authorize(&mixed).unwrap_err(), Code::InvalidTarget);
}

#[test]
fn a_hint_names_the_person_and_must_not_contradict_claims() {
    let key = SigningKey::generate_es256();
    let claims =
        serde_json::json!({"iss": ISSUER, "aud": "par_shop", "sub": "an", "exp": 1, "iat": 0});
    let hint = jws::sign(&key, "JWT", claims.to_string().as_bytes()).unwrap();
    let keys = [key.verifying_key()];
    let context = Context {
        id_token_keys: &keys,
        ..context()
    };
    let ask = |claims: Option<&str>| {
        let params: Params = at_front()
            .into_iter()
            .chain([("id_token_hint", hint.as_str())])
            .chain(claims.map(|claims| ("claims", claims)))
            .collect();
        pushed(&params, &shop(), &context)
            .map(|request| request.required_sub)
            .map_err(|error| error.code)
    };
    let an = Ok(Some("an".to_owned()));
    assert_eq!(ask(None), an);
    assert_eq!(ask(Some(r#"{"id_token":{"sub":{"value":"an"}}}"#)), an);
    assert_eq!(
        ask(Some(r#"{"userinfo":{"sub":{"value":"bo"}}}"#)),
        Err(Code::LoginRequired)
    );
}
