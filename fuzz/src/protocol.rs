//! Fuzz targets of messages between phone and scheme.

use ipse_protocol::device_request::{self, RequestClaims};
use ipse_protocol::receipt::Leaf;
use ipse_protocol::wire::{ApproveRequest, AttemptRequest, EnrolmentRequest, Offer};
use ipse_protocol::{ids, link, view};

const APP: &str = "http://localhost:4001";

/// A view: an accepted view passes its checks, and writing and reading it gives the same view.
pub fn view(data: &[u8]) {
    if let Ok(view) = view::parse(data) {
        assert!(view.check().is_ok());
        assert!(ids::ActionId::parse(&view.action).is_some());
        let bytes = view.to_bytes();
        assert_eq!(
            view::parse(&bytes).expect("a written value can be read"),
            view
        );
    }
    if let Some(leaf) = Leaf::parse(data) {
        assert_eq!(leaf.to_bytes(), data, "one spelling only");
    }
    let _ = ipse_jose::strict_json::<Offer>(data);
    let _ = ipse_jose::strict_json::<AttemptRequest>(data);
    let _ = ipse_jose::strict_json::<ApproveRequest>(data);
    let _ = ipse_jose::strict_json::<EnrolmentRequest>(data);
}

/// A device-signed request: writing and reading accepted claims gives the same claims, which are for one request only.
pub fn device_request(data: &[u8]) {
    if let Ok(header) = std::str::from_utf8(data)
        && let Ok(request) = device_request::parse(header)
    {
        claims(&request.claims);
    }
    if let Ok(parsed) = RequestClaims::parse(data) {
        claims(&parsed);
    }
}

fn claims(claims: &RequestClaims) {
    assert!(claims.seq > 0);
    assert_eq!(claims.t.is_some(), claims.h.is_some());
    let again = RequestClaims::parse(&claims.to_bytes()).expect("a written value can be read");
    assert_eq!(again.to_bytes(), claims.to_bytes());
    let other = format!("{}x", claims.htu);
    assert!(claims.check(&claims.aud, &claims.htm, &other, b"").is_err());
}

/// A link, the text of a QR, or an id: each has exactly one spelling.
pub fn link(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for text in [text.to_owned(), format!("{APP}/app/#{text}")] {
        if let Ok(link) = link::parse(APP, &text) {
            assert_eq!(link.format(APP), text);
        }
    }
    for prefix in [ids::ACTION, ids::DEVICE] {
        assert!(!ids::valid(prefix, text) || text.len() == ids::LEN);
    }
}
