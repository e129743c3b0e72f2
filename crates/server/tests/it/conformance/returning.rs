//! The modules of Basic OP in which the browser has logged in before (`GET /authorize`). In the suite the person is `return@sandbox`.

use ipse_phone::Proof;
use ipse_protocol::terms::Obtained;
use ipse_protocol::view::Chosen;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Browser, Partner, Phone, TestNetwork, partner_parameter as parameter};

/// A client as the plan registers it, and a browser that logged in.
struct Module {
    network: TestNetwork,
    partner: Partner,
    phone: Phone,
    browser: Browser,
    /// The ID token, and its claims.
    first: (String, Value),
}

impl Module {
    async fn begin() -> Self {
        let network = TestNetwork::new().await;
        let registration = json!({
            "services": [{"code": "LOGIN", "type": "login", "return_minutes": 45}],
            "require_pushed_authorization_requests": false,
            "pkce": {"rule": "or_nonce"},
            "reasons": {"pkce": "the suite sends no PKCE"},
            "id_token_signed_response_alg": "RS256",
        });
        let partner = Partner::register(&network, registration).await;
        let (phone, browser) = (network.enrolled(0).await, network.browser());
        let first = (String::new(), Value::Null);
        let mut module = Self {
            network,
            partner,
            phone,
            browser,
            first,
        };
        module.first = module.asked(&[]).await;
        module
    }

    /// Sends a request as the suite does. Where the browser gets.
    async fn ask(&mut self, more: &[(&str, &str)]) -> String {
        let partner = &self.partner;
        let mut request = vec![
            ("client_id", &*partner.client_id),
            ("redirect_uri", &*partner.redirect_uri),
            ("scope", "openid"),
            ("state", "s"),
            ("nonce", "n"),
            ("response_type", "code"),
        ];
        request.extend(more);
        let url = url::Url::parse_with_params(&format!("{}/authorize", partner.at), request);
        let page = self.browser.get(url.expect("a URL").as_str()).await;
        page.location.expect("a redirect")
    }

    async fn tokens(&self, location: &str) -> (String, Value) {
        let code = parameter(location, "code").unwrap_or_else(|| panic!("{location}"));
        let without = [("code_verifier", "")];
        let tokens = self.partner.redeem_with(&code, "", &without).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        let token = tokens.body["id_token"].as_str().expect("a token");
        (token.to_owned(), tokens.claims())
    }

    /// A login for which the person is asked, and turns the switch on.
    async fn asked(&mut self, more: &[(&str, &str)]) -> (String, Value) {
        let page = self.ask(more).await;
        let page = self.browser.get(&page).await;
        let link = page.attribute("id=\"open-app\"", "href").expect("a link");
        let code = self.phone.code.clone();
        let mut phone = self.phone.phone();
        let opened = phone.claim(&link, Obtained::Navigation).await;
        let on = [Chosen {
            key: "return".to_owned(),
            value: "on".to_owned(),
        }];
        let action = opened.expect("an action").offer.action;
        let done = phone.approve_choosing(&action, Proof::Code(&code), &on);
        let back = done
            .await
            .expect("approved")
            .return_url
            .expect("a way back");
        let location = self.browser.get(&back).await.location;
        self.tokens(&location.expect("to the partner")).await
    }

    /// A second request that is answered at once, for the same login.
    async fn same(mut self, more: &[(&str, &str)]) {
        self.network.pass(2_000);
        let location = self.ask(more).await;
        let (_, claims) = self.tokens(&location).await;
        for claim in ["sub", "auth_time"] {
            assert_eq!(claims[claim], self.first.1[claim], "{claim}");
        }
        self.network.end().await;
    }

    /// A second request for which the person is asked again.
    async fn later(mut self, more: &[(&str, &str)]) {
        self.network.pass(2_000);
        let (_, claims) = self.asked(more).await;
        assert_eq!(claims["sub"], self.first.1["sub"]);
        assert!(claims["auth_time"].as_i64() > self.first.1["auth_time"].as_i64());
        self.network.end().await;
    }
}

#[tokio::test]
async fn prompt_none_logged_in() {
    Module::begin().await.same(&[("prompt", "none")]).await;
}

#[tokio::test]
async fn id_token_hint() {
    let module = Module::begin().await;
    let hint = module.first.0.clone();
    module
        .same(&[("prompt", "none"), ("id_token_hint", &hint)])
        .await;
}

#[tokio::test]
async fn max_age_10000() {
    Module::begin().await.same(&[("max_age", "10000")]).await;
}

#[tokio::test]
async fn max_age_1() {
    Module::begin().await.later(&[("max_age", "1")]).await;
}

#[tokio::test]
async fn prompt_login() {
    Module::begin().await.later(&[("prompt", "login")]).await;
}

#[tokio::test]
async fn t15_the_code_of_a_return_is_bound_to_the_key_that_its_own_request_names() {
    let mut module = Module::begin().await;
    let key = ipse_jose::SigningKey::generate_es256();
    let more = [("prompt", "none"), ("dpop_jkt", key.kid())];
    let location = module.ask(&more).await;
    let code = parameter(&location, "code").expect("a code");
    let without = [("code_verifier", "")];
    let refused = module.partner.redeem_with(&code, "", &without).await;
    assert_eq!(refused.body["error"], "invalid_grant", "{}", refused.body);
    module.network.end().await;
}
