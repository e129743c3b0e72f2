//! Links by which a phone gets hold of a partner's action: the app link of the same device, and the QR code.

use ipse_protocol::ids::ActionId;
use ipse_protocol::link::{Link, qr_mac};

use crate::scheme::Scheme;

/// The link for a phone that is the device of the browser.
pub(crate) fn app_link(scheme: &Scheme, action: &ActionId) -> String {
    Link::App {
        link: action.to_bytes(),
        secret: app_secret(scheme, action),
    }
    .format(&scheme.config.app)
}

/// The QR text of this second.
pub(crate) fn qr_text(scheme: &Scheme, action: &ActionId, created: i64, now: i64) -> String {
    let (link, time) = (action.to_bytes(), age_seconds(created, now));
    Link::Qr {
        link,
        time,
        mac: qr_mac(&qr_key(scheme, action), &link, time),
    }
    .format(&scheme.config.app)
}

/// The secret of an app link.
pub(crate) fn app_secret(scheme: &Scheme, action: &ActionId) -> Vec<u8> {
    scheme.keys.mac("link/app/1", &action.to_bytes())[..16].to_vec()
}

/// The key of an action's QR codes.
pub(crate) fn qr_key(scheme: &Scheme, action: &ActionId) -> [u8; 32] {
    scheme.keys.mac("link/qr/1", &action.to_bytes())
}

/// The age of an action in whole seconds.
pub(crate) fn age_seconds(created: i64, now: i64) -> u64 {
    u64::try_from((now - created) / 1000).unwrap_or(0)
}
