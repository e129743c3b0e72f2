//! Form Post Basic OP: a static client with `client_secret_basic`, as `docs/conformance.md` registers it.
//! `GET` and `POST /authorize`, `POST /token`, `GET` and `POST /userinfo`. Threats: t15, t20.

use super::modules;
use crate::support::plain::Plain;

macro_rules! modules {
    ($($name:ident)*) => {$(
        #[tokio::test]
        async fn $name() {
            modules::$name(Plain::registered(Some("form_post")).await).await;
        }
    )*};
}

modules! {
    server
    server_client_secret_post
    response_type_missing
    userinfo_get
    userinfo_post_header
    userinfo_post_body
    ensure_request_without_nonce_succeeds_for_code_flow
    scope_profile
    scope_all
    ensure_other_scope_order_succeeds
    display_page
    display_popup
    prompt_login
    prompt_none_not_logged_in
    max_age_1
    ensure_request_with_unknown_parameter_succeeds
    login_hint
    ui_locales
    claims_locales
    ensure_request_with_acr_values_succeeds
    codereuse
    codereuse_30seconds
    ensure_registered_redirect_uri
    ensure_post_request_succeeds
    request_object
    request_uri_unsigned
    claims_essential
    refresh_token
}
