mod parameters;

use proptest::prelude::*;

use super::*;
use crate::client::Pkce;
use crate::client::tests::{service, shop};
use crate::disclosure::Claim;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const CONTEXT: Context<'static> = Context {
    issuer: "https://ipse.example",
    id_token_keys: &[],
    may_return: true,
    hinted: None,
    now: 1_800_000_000,
};

fn plain(params: &Params, registration: &Registration) -> Result<AuthorizationRequest, Refusal> {
    super::plain(params, registration, &CONTEXT)
}

fn pushed(
    params: &Params,
    registration: &Registration,
) -> Result<AuthorizationRequest, OAuthError> {
    super::pushed(params, registration, &CONTEXT)
}

/// A valid plain request with some parameters changed; an empty value removes one.
fn params(changes: &[(&'static str, &str)]) -> Params {
    let mut pairs = vec![
        ("client_id", "par_shop"),
        ("redirect_uri", "https://shop.example/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s1"),
        ("nonce", "n1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    pairs.into_iter().collect()
}

fn ask(changes: &[(&'static str, &str)]) -> Result<AuthorizationRequest, Refusal> {
    plain(&params(changes), &shop())
}

/// A reference to a pushed request.
fn reference() -> String {
    format!("{PAR_PREFIX}{}", ipse_jose::b64::encode(&[7; 24]))
}

/// The error for the client.
fn error(changes: &[(&'static str, &str)]) -> OAuthErrorCode {
    match ask(changes).unwrap_err() {
        Refusal::Redirect(back) => {
            assert_eq!(back.redirect_uri, "https://shop.example/cb");
            back.error.code
        }
        Refusal::Page(problem) => panic!("a page: {problem}"),
    }
}

#[test]
fn a_plain_login_request_is_read() {
    let request = ask(&[
        ("ui_locales", "es nl-BE en"),
        ("scope", "openid profile offline_access"),
    ])
    .unwrap();
    assert_eq!(request.service, "HOEK_LOGIN");
    assert_eq!(request.scope, "openid profile", "what was asked for");
    assert_eq!(request.claims.userinfo.len(), 4);
    assert!(request.claims.id_token.is_empty());
    assert_eq!(request.language, Some(ipse_texts::Language::Nl));
    assert_eq!(
        (request.state.as_deref(), request.nonce.as_deref()),
        (Some("s1"), Some("n1"))
    );
    assert_eq!((request.level, request.level()), (None, Level::Basic));
    let stored = serde_json::to_string(&request).unwrap();
    assert_eq!(
        serde_json::from_str::<AuthorizationRequest>(&stored).unwrap(),
        request
    );
}

#[test]
fn a_request_without_a_valid_redirect_uri_shows_a_page() {
    let problem = |changes: &[(&'static str, &str)]| match ask(changes).unwrap_err() {
        Refusal::Page(problem) => problem,
        Refusal::Redirect(back) => panic!("redirected: {}", back.error),
    };
    assert_eq!(
        problem(&[("redirect_uri", "")]),
        PageProblem::RedirectMissing
    );
    assert_eq!(
        problem(&[("redirect_uri", "https://evil.example/")]),
        PageProblem::RedirectUnregistered
    );
    let front = |text: &str| AuthorizeParams::read(&Params::parse(text.as_bytes()).unwrap());
    assert_eq!(front("redirect_uri=x"), Err(PageProblem::ClientMissing));
    assert_eq!(
        front("client_id=a&client_id=b"),
        Err(PageProblem::Unreadable)
    );
    assert_eq!(
        front("client_id=a&redirect_uri=b&redirect_uri=c"),
        Err(PageProblem::Unreadable)
    );
}

#[test]
fn t15_a_request_without_s256_is_refused() {
    assert_eq!(
        error(&[("code_challenge", "")]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("code_challenge_method", "")]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("code_challenge_method", "plain")]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("code_challenge", &CHALLENGE[1..])]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("code_challenge", &"a".repeat(128))]),
        OAuthErrorCode::InvalidRequest
    );
}

#[test]
fn t15_a_client_registered_without_pkce_sends_a_nonce_and_a_challenge_still_counts() {
    let shop = Registration {
        pkce: Pkce::OrNonce,
        ..shop()
    };
    let ask = |changes: &[(&'static str, &str)]| {
        pushed(&params(changes), &shop)
            .map(|request| request.code_challenge)
            .map_err(|error| error.code)
    };
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let refused = Err(OAuthErrorCode::InvalidRequest);
    assert_eq!(ask(&bare), Ok(None));
    assert_eq!(ask(&[bare[0], bare[1], ("nonce", "")]), refused);
    assert_eq!(ask(&[bare[0]]), refused, "the challenge was removed");
    assert_eq!(ask(&[]), Ok(Some(CHALLENGE.to_owned())));
    assert_eq!(ask(&[("code_challenge_method", "plain")]), refused);
    assert_eq!(ask(&[("code_challenge", "short")]), refused);
}

#[test]
fn t15_a_client_without_pkce_and_nonce_gets_basic_until_a_date() {
    let waived = |until| Registration {
        pkce: Pkce::Waived { until },
        ..shop()
    };
    let ask = |registration: &Registration, acr: &'static str| {
        let changes = [
            ("code_challenge", ""),
            ("code_challenge_method", ""),
            ("nonce", ""),
            ("acr_values", acr),
        ];
        pushed(&params(&changes), registration)
            .map(|request| request.level())
            .map_err(|error| error.code)
    };
    let open = waived(CONTEXT.now + 1);
    assert_eq!(ask(&open, ""), Ok(Level::Basic));
    assert_eq!(ask(&open, "advanced basic"), Ok(Level::Basic));
    let unmet = Err(OAuthErrorCode::UnmetAuthenticationRequirements);
    assert_eq!(ask(&open, "advanced"), unmet);
    let with_pkce = pushed(&params(&[("acr_values", "advanced")]), &open);
    assert_eq!(
        with_pkce.map_err(|error| error.code).map(drop),
        unmet.map(drop)
    );
    let refused = Err(OAuthErrorCode::InvalidRequest);
    assert_eq!(ask(&waived(CONTEXT.now), ""), refused);
}

#[test]
fn form_post_is_for_clients_that_registered_it_and_their_errors_too() {
    let posts = Registration {
        response_modes: ResponseMode::ALL.to_vec(),
        ..shop()
    };
    let mode = ("response_mode", "form_post");
    let request = plain(&params(&[mode]), &posts).unwrap();
    assert_eq!(request.response_mode, ResponseMode::FormPost);
    let bad = params(&[mode, ("code_challenge", "")]);
    let back = |registration| match plain(&bad, registration).unwrap_err() {
        Refusal::Redirect(back) => back.mode,
        Refusal::Page(problem) => panic!("{problem}"),
    };
    assert_eq!(back(&posts), ResponseMode::FormPost);
    assert_eq!(back(&shop()), ResponseMode::Query);
}

#[test]
fn claims_of_a_scope_are_in_the_id_token_if_the_client_is_registered_so() {
    let shop = Registration {
        claims_in_id_token: true,
        ..shop()
    };
    let ask = |scope: &'static str| pushed(&params(&[("scope", scope)]), &shop).unwrap().claims;
    let claims = ask("openid profile");
    assert_eq!(claims.id_token.len(), 4);
    assert_eq!(claims.id_token, claims.userinfo);
    assert_eq!(ask("openid"), RequestedClaims::default());
}

#[test]
fn t20_nothing_outside_a_pushed_request_is_kept() {
    let uri = reference();
    let text = format!(
        "client_id=par_shop&request_uri={uri}&scope=openid+profile&acr_values=basic&redirect_uri=https://e.example"
    );
    let front = AuthorizeParams::read(&Params::parse(text.as_bytes()).unwrap()).unwrap();
    assert_eq!(
        front,
        AuthorizeParams::Pushed {
            client_id: "par_shop".to_owned(),
            request_uri: uri
        }
    );
}

#[test]
fn t20_a_client_that_pushes_cannot_be_downgraded() {
    let pushing = Registration {
        require_par: true,
        ..shop()
    };
    assert!(pushed(&params(&[]), &pushing).is_ok());
    match plain(&params(&[]), &pushing) {
        Err(Refusal::Redirect(back)) => assert_eq!(back.error.code, OAuthErrorCode::InvalidRequest),
        other => panic!("{other:?}"),
    }
}

#[test]
fn request_objects_and_other_references_are_refused() {
    assert_eq!(
        error(&[("request", "e30.e30.")]),
        OAuthErrorCode::RequestNotSupported
    );
    assert_eq!(
        error(&[("request_uri", "https://shop.example/request")]),
        OAuthErrorCode::RequestUriNotSupported
    );
    assert_eq!(
        error(&[("request_uri", "http://169.254.169.254/")]),
        OAuthErrorCode::RequestUriNotSupported
    );
    assert_eq!(
        error(&[("registration", "{}")]),
        OAuthErrorCode::RegistrationNotSupported
    );
    let pushed =
        |changes: &[(&'static str, &str)]| pushed(&params(changes), &shop()).unwrap_err().code;
    assert_eq!(
        pushed(&[("request_uri", &reference())]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        pushed(&[("request", "e30.e30.")]),
        OAuthErrorCode::RequestNotSupported
    );
    assert_eq!(
        pushed(&[("client_id", "par_other")]),
        OAuthErrorCode::InvalidRequest
    );
    for uri in ["", "x", "AA", &"A".repeat(45), &"A".repeat(120)] {
        let uri = format!("{PAR_PREFIX}{uri}");
        let front = AuthorizeParams::read(
            &[("client_id", "a"), ("request_uri", uri.as_str())]
                .into_iter()
                .collect(),
        );
        assert_eq!(front, Err(PageProblem::PushedUnknown), "{uri}");
    }
}

#[test]
fn t23_a_repeated_parameter_is_refused() {
    for name in [
        "scope",
        "state",
        "nonce",
        "claims",
        "acr_values",
        "code_challenge",
    ] {
        let mut twice: Vec<(&str, &str)> = vec![
            ("client_id", "par_shop"),
            ("redirect_uri", "https://shop.example/cb"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "s1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        twice.extend([(name, "openid"), (name, "openid")]);
        let twice: Params = twice.into_iter().collect();
        match plain(&twice, &shop()).unwrap_err() {
            Refusal::Redirect(back) => {
                assert_eq!(back.error.code, OAuthErrorCode::InvalidRequest, "{name}");
                assert_eq!(
                    back.state.is_none(),
                    name == "state",
                    "a doubtful state is not echoed"
                );
            }
            Refusal::Page(problem) => panic!("{name}: {problem}"),
        }
        assert_eq!(
            pushed(&twice, &shop()).unwrap_err().code,
            OAuthErrorCode::InvalidRequest,
            "{name}"
        );
    }
}

#[test]
fn the_scope_names_the_service_or_the_only_login_service_is_used() {
    let ask = |registration: &Registration, scope: &str| {
        pushed(&params(&[("scope", scope)]), registration)
            .map(|request| request.service)
            .map_err(|error| error.code)
    };
    let mut shop = shop();
    assert_eq!(
        ask(&shop, "openid service:HOEK_LOGIN"),
        Ok("HOEK_LOGIN".to_owned())
    );
    assert_eq!(
        ask(&shop, "service:HOEK_LOGIN"),
        Err(OAuthErrorCode::InvalidScope)
    );
    assert_eq!(
        ask(&shop, "openid service:HOEK"),
        Err(OAuthErrorCode::InvalidScope)
    );
    assert_eq!(
        ask(&shop, "openid service:"),
        Err(OAuthErrorCode::InvalidScope)
    );
    assert_eq!(
        ask(&shop, "openid service:HOEK_LOGIN service:X"),
        Err(OAuthErrorCode::InvalidScope)
    );
    assert_eq!(ask(&shop, "profile"), Err(OAuthErrorCode::InvalidScope));
    shop.services
        .push(service("HOEK_STAFF", ServiceType::Login));
    assert_eq!(ask(&shop, "openid"), Err(OAuthErrorCode::InvalidScope));
    assert_eq!(
        ask(&shop, "openid service:HOEK_STAFF"),
        Ok("HOEK_STAFF".to_owned())
    );
    shop.services.push(service("HOEK_SIGN", ServiceType::Sign));
    assert_eq!(
        ask(&shop, "openid service:HOEK_SIGN"),
        Err(OAuthErrorCode::InvalidScope)
    );
}

#[test]
fn the_strictest_requested_level_is_required() {
    let level = |values: &str| ask(&[("acr_values", values)]).map(|request| request.level);
    assert_eq!(level("basic"), Ok(Some(Level::Basic)));
    assert_eq!(level("advanced"), Ok(Some(Level::Advanced)));
    assert_eq!(
        level("basic advanced"),
        Ok(Some(Level::Advanced)),
        "the strictest counts"
    );
    assert_eq!(level("urn:other advanced"), Ok(Some(Level::Advanced)));
    assert_eq!(
        error(&[("acr_values", "urn:other")]),
        OAuthErrorCode::UnmetAuthenticationRequirements
    );
    let claims = |json: &str| ask(&[("claims", json)]).map(|request| request.level);
    assert_eq!(
        claims(r#"{"id_token":{"acr":{"essential":true,"value":"advanced"}}}"#),
        Ok(Some(Level::Advanced))
    );
    assert_eq!(
        claims(r#"{"id_token":{"acr":{"values":["urn:other"]}}}"#),
        Ok(None)
    );
    assert_eq!(
        error(&[(
            "claims",
            r#"{"id_token":{"acr":{"essential":true,"values":["urn:other"]}}}"#
        )]),
        OAuthErrorCode::UnmetAuthenticationRequirements
    );
    let both = [
        ("acr_values", "advanced"),
        ("claims", r#"{"id_token":{"acr":{"value":"basic"}}}"#),
    ];
    assert_eq!(ask(&both).unwrap().level, Some(Level::Advanced));
}

#[test]
fn only_claims_of_a_login_are_kept() {
    let json = r#"{"userinfo":{"given_name":{"essential":true},"birthdate":null,"https://x.example/nn":null},
        "id_token":{"locale":null,"sub":{"value":"abc"},"email":{"essential":true}},"other":7}"#;
    let request = ask(&[("claims", json)]).unwrap();
    assert_eq!(
        request.claims.userinfo.iter().collect::<Vec<_>>(),
        [&Claim::GivenName]
    );
    assert_eq!(
        request.claims.id_token.iter().collect::<Vec<_>>(),
        [&Claim::Locale]
    );
    assert_eq!(request.required_sub.as_deref(), Some("abc"));
    // A service that is registered without `profile` gets only `sub`.
    let mut anonymous = shop();
    anonymous.services[0].scopes.clear();
    let request = pushed(
        &params(&[("claims", json), ("scope", "openid profile")]),
        &anonymous,
    )
    .unwrap();
    assert_eq!(request.claims, RequestedClaims::default());
    assert_eq!(request.scope, "openid");
    let request = pushed(
        &params(&[("scope", "service:HOEK_LOGIN openid")]),
        &anonymous,
    );
    assert_eq!(request.unwrap().scope, "openid service:HOEK_LOGIN");
}

#[test]
fn t34_a_name_of_an_unknown_claim_is_kept_for_the_log_if_it_has_the_form_of_one() {
    let unregistered = |names: &[&str]| {
        let claims: serde_json::Map<_, _> = names
            .iter()
            .map(|name| ((*name).to_owned(), serde_json::Value::Null))
            .collect();
        let json = serde_json::json!({"userinfo": claims}).to_string();
        ask(&[("claims", &json)]).unwrap().unregistered
    };
    let long = "a".repeat(101);
    let texts = [
        "Ana Peeters",
        "+32 470",
        "a@b.example",
        "a\nb",
        "\u{1b}[2J",
        "é",
        &long,
        "",
    ];
    assert_eq!(unregistered(&texts), Vec::<String>::new());
    let names = ["made_up", "https://shop.example/claims/x"];
    assert_eq!(unregistered(&names).len(), 2);
    let many: Vec<String> = (0..100).map(|n| format!("c{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(unregistered(&many).len(), 20);
}

#[test]
fn malformed_claims_are_refused() {
    let deep = format!("{}{}", "{\"id_token\":".repeat(50), "}".repeat(50));
    let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(9000));
    for json in [
        "x",
        "[]",
        "null",
        "{",
        "{}x",
        r#"{"userinfo":[]}"#,
        r#"{"userinfo":{"name":true}}"#,
        r#"{"userinfo":{"name":{"essential":"yes"}}}"#,
        r#"{"userinfo":{},"userinfo":{}}"#,
        r#"{"userinfo":{"name":null,"name":null}}"#,
        r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
        &deep,
        &long,
    ] {
        assert_eq!(
            error(&[("claims", json)]),
            OAuthErrorCode::InvalidRequest,
            "{json}"
        );
    }
}

#[test]
fn prompt_none_needs_a_service_and_a_browser_that_may_come_back() {
    assert_eq!(error(&[("prompt", "none")]), OAuthErrorCode::LoginRequired);
    assert_eq!(
        error(&[("prompt", "none login")]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("prompt", "create")]),
        OAuthErrorCode::InvalidRequest
    );
    // The client asks whether somebody is there. Nobody is, with and without PKCE.
    assert_eq!(
        error(&[("prompt", "none"), ("code_challenge", "")]),
        OAuthErrorCode::LoginRequired
    );
    let mut registration = shop();
    registration.services[0].return_minutes = 45;
    let ask = |may_return, challenge: &str| {
        let changes = [("prompt", "none"), ("code_challenge", challenge)];
        let context = Context {
            may_return,
            ..CONTEXT
        };
        super::pushed(&params(&changes), &registration, &context).map_err(|error| error.code)
    };
    assert_eq!(ask(true, CHALLENGE).map(|r| r.prompt), Ok(Prompt::None));
    assert_eq!(ask(true, ""), Err(OAuthErrorCode::InvalidRequest));
    for challenge in [CHALLENGE, ""] {
        let asked = ask(false, challenge);
        assert_eq!(asked, Err(OAuthErrorCode::LoginRequired));
    }
}

#[test]
fn the_strictest_prompt_counts() {
    for (prompt, said) in [
        ("login", Prompt::Login),
        ("consent", Prompt::Ask),
        ("login consent", Prompt::Login),
        ("consent login", Prompt::Login),
        ("select_account", Prompt::Ask),
        ("", Prompt::Unsaid),
    ] {
        let asked = ask(&[("prompt", prompt), ("max_age", "0")]).unwrap();
        assert_eq!((asked.prompt, asked.max_age), (said, Some(0)), "{prompt}");
    }
}

#[test]
fn limits_of_values_are_checked() {
    assert_eq!(
        error(&[("response_type", "")]),
        OAuthErrorCode::InvalidRequest
    );
    for kind in ["token", "id_token", "code id_token", "none", "code "] {
        assert_eq!(
            error(&[("response_type", kind)]),
            OAuthErrorCode::UnsupportedResponseType,
            "{kind}"
        );
    }
    assert_eq!(
        error(&[("response_mode", "form_post")]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("state", &"s".repeat(MAX_STATE + 1))]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("state", "caf\u{e9}")]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("nonce", &"n".repeat(MAX_NONCE + 1))]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(error(&[("nonce", "a\nb")]), OAuthErrorCode::InvalidRequest);
    assert_eq!(error(&[("max_age", "-1")]), OAuthErrorCode::InvalidRequest);
    assert_eq!(error(&[("max_age", "1e3")]), OAuthErrorCode::InvalidRequest);
    assert_eq!(
        error(&[("display", "hologram")]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(
        error(&[("login_hint", &"h".repeat(257))]),
        OAuthErrorCode::InvalidRequest
    );
    assert_eq!(error(&[("scope", "")]), OAuthErrorCode::InvalidScope);
    assert!(
        ask(&[
            ("state", ""),
            ("nonce", ""),
            ("display", "popup"),
            ("response_mode", "query")
        ])
        .is_ok()
    );
}

#[test]
fn a_login_hint_is_kept_for_test_clients_only() {
    let hint = [("login_hint", "sandbox-approve")];
    assert_eq!(ask(&hint).unwrap().login_hint, None);
    let test_client = Registration {
        sandbox_people: true,
        ..shop()
    };
    assert_eq!(
        pushed(&params(&hint), &test_client)
            .unwrap()
            .login_hint
            .as_deref(),
        Some("sandbox-approve")
    );
}

proptest! {
    /// Any query gives a request, a page, or a redirect to a registered URI.
    #[test]
    fn t14_any_query_ends_at_a_registered_uri_or_a_page(text in "([a-z_]{0,8}(=|&|%[0-9a-f]{2}|\\PC)?){0,20}") {
        let shop = shop();
        let base = "client_id=par_shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&";
        for query in [text.clone(), format!("{base}{text}")] {
            let Ok(params) = Params::parse(query.as_bytes()) else { continue };
            let _ = AuthorizeParams::read(&params);
            match plain(&params, &shop) {
                Ok(request) => prop_assert!(shop.redirect_uris.contains(&request.redirect_uri)),
                Err(Refusal::Redirect(back)) => prop_assert!(shop.redirect_uris.contains(&back.redirect_uri)),
                Err(Refusal::Page(_)) => {}
            }
        }
    }

    #[test]
    fn arbitrary_claims_text_does_not_panic(json in "[{}\\[\\]\":,a-z0-9 ]{0,80}") {
        let _ = ask(&[("claims", &json)]);
    }
}

#[test]
fn t15_a_thumbprint_that_is_not_of_the_proof_is_refused() {
    let (one, other) = ("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "x");
    let named = super::pushed(&params(&[("dpop_jkt", one)]), &shop(), &CONTEXT).unwrap();
    assert_eq!(named.dpop_jkt.as_deref(), Some(one));
    let error = named.clone().bind(other).unwrap_err();
    assert_eq!(error.code, OAuthErrorCode::InvalidDpopProof);
    assert_eq!(named.clone().bind(one), Ok(()));
    let mut unnamed = super::pushed(&params(&[]), &shop(), &CONTEXT).unwrap();
    assert_eq!(unnamed.dpop_jkt, None);
    unnamed.bind(one).unwrap();
    assert_eq!(unnamed.dpop_jkt.as_deref(), Some(one));
}
