//! `/sign-in…`: the page on which a browser waits for the phone, and what its script and its forms call.

pub mod answer;
pub mod cancel;
pub mod page;
pub mod qr;
pub mod state;

use axum::http::HeaderMap;
use ipse_jose::b64;
use ipse_protocol::terms::ActionStatus;
use ipse_scheme::Error;
use ipse_scheme::login::SignIn;

use super::Provider;
use super::cookie::BrowserCookie;
use super::pages::Step;

/// The login, if this browser started it.
async fn login_of_browser(
    provider: &Provider,
    headers: &HeaderMap,
    action: &str,
) -> Result<Option<(BrowserCookie, SignIn)>, Error> {
    let Some(cookie) = BrowserCookie::read(headers, provider.issuer()) else {
        return Ok(None);
    };
    let found = provider.scheme.sign_in(action, &cookie.binding()).await?;
    Ok(found.map(|sign_in| (cookie, sign_in)))
}

/// What the waiting page shows. `None` when there is nothing to wait for.
fn step(sign_in: &SignIn) -> Option<Step> {
    match sign_in.status {
        ActionStatus::Created if sign_in.directed => Some(Step::Directed),
        ActionStatus::Created => Some(Step::Start {
            qr: super::qr::Qr::draw(sign_in.qr_text.clone()),
            open_app: sign_in.app_link.clone(),
        }),
        ActionStatus::Linked => Some(Step::Claimed {
            match_code: sign_in.match_code.clone()?,
            same_device: sign_in.returns,
            qr: sign_in
                .unscanned
                .then(|| super::qr::Qr::draw(sign_in.qr_text.clone())),
        }),
        ActionStatus::Approved => Some(Step::Returning),
        ActionStatus::Refused
        | ActionStatus::Expired
        | ActionStatus::Cancelled
        | ActionStatus::Delivered => None,
    }
}

/// The status in `/sign-in/state`; the script reloads the page when it changes.
fn status(sign_in: &SignIn) -> &'static str {
    if sign_in.result.is_some() {
        return "done";
    }
    match sign_in.status {
        ActionStatus::Created => "created",
        ActionStatus::Linked if sign_in.unscanned => "unscanned",
        ActionStatus::Linked => "linked",
        ActionStatus::Approved => "returning",
        ActionStatus::Refused
        | ActionStatus::Expired
        | ActionStatus::Cancelled
        | ActionStatus::Delivered => "done",
    }
}

/// Token that proves that a form was sent from our page in this browser (threat 18).
pub fn form_token(provider: &Provider, action: &str, cookie: &BrowserCookie) -> String {
    let mut message = cookie.binding().to_vec();
    message.extend_from_slice(action.as_bytes());
    b64::encode(&provider.scheme.keys.mac("openid/form/1", &message)[..16])
}
