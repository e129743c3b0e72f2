//! What the log says about an answer of a bank that is not as agreed.

use serde::Deserialize;

/// The bank's error (RFC 6749 §5.2), and what to do about it. Other texts of a bank are not logged.
const CURES: [(&str, &str); 6] = [
    (
        "invalid_client",
        "compare client_id and keys with what the bank registered, and both clocks",
    ),
    (
        "invalid_grant",
        "the bank does not take its code any more: begin again; if it stays, compare both clocks",
    ),
    (
        "invalid_request",
        "compare redirect_uri, acr_values and claims with what was agreed with the bank",
    ),
    ("invalid_scope", "ask the bank to register the scope openid"),
    (
        "unauthorized_client",
        "ask the bank to register the authorization code flow",
    ),
    (
        "unsupported_grant_type",
        "ask the bank to register authorization_code",
    ),
];

#[derive(Deserialize)]
struct Body {
    error: String,
}

/// Which answer it was, its HTTP status, the bank's error and its cure, such as `token 400 invalid_grant: …`.
pub fn describe(what: &str, status: u16, body: &[u8]) -> String {
    let named = serde_json::from_slice::<Body>(body).ok();
    let known = CURES
        .iter()
        .find(|(code, _)| named.as_ref().is_some_and(|body| body.error == *code));
    match known {
        Some((code, cure)) => format!("{what} {status} {code}: {cure}"),
        None => format!("{what} {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_bank_has_its_cure_and_unknown_texts_stay_out() {
        let text = describe(
            "token",
            400,
            br#"{"error":"invalid_grant","error_description":"x"}"#,
        );
        assert!(text.starts_with("token 400 invalid_grant: "), "{text}");
        for body in [&b"<html>"[..], br#"{"error":"lotte.claes"}"#, b"{}", b""] {
            assert_eq!(describe("token", 502, body), "token 502");
        }
    }
}
