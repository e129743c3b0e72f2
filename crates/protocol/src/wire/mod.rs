//! The requests and responses of docs/protocol.md §3–§8.
//!
//! An unknown or missing member of a request is refused, a repeated one by `ipse_jose::strict_json`. Unknown members of a
//! response are ignored, so that an older phone understands a newer scheme.

mod action;
mod email;
mod enrolment;
mod history;
mod operator;
mod person;

pub use action::*;
pub use email::*;
pub use enrolment::*;
pub use history::*;
pub use operator::*;
pub use person::*;

use serde::{Deserialize, Deserializer, Serialize};

/// A required member that may be `null`.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::<T>::deserialize(deserializer)
}

/// An empty body: exactly `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_refuse_unknown_and_missing_members() {
        let whole = r#"{"factor":"unlock","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","view_hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","ke1":null}"#;
        assert!(ipse_jose::strict_json::<AttemptRequest>(whole.as_bytes()).is_ok());
        for bad in [
            whole.replace(",\"ke1\":null", ""),
            whole.replace("null}", "null,\"more\":1}"),
            whole.replace("null}", "null,\"ke1\":null}"),
            whole.replace("unlock", "none at all"),
            whole.replace("AAA\",\"view", "AAB\",\"view"),
        ] {
            assert!(
                ipse_jose::strict_json::<AttemptRequest>(bad.as_bytes()).is_err(),
                "{bad}"
            );
        }
        assert!(ipse_jose::strict_json::<Empty>(b"{}").is_ok());
        assert!(ipse_jose::strict_json::<Empty>(b"{\"a\":1}").is_err());
    }

    #[test]
    fn attempt_answers_are_told_apart_by_their_status() {
        let wait = AttemptResponse::Wait {
            retry_after_ms: 250,
            contacting_sim: true,
        };
        let json = serde_json::to_string(&wait).unwrap();
        assert_eq!(
            json,
            r#"{"status":"wait","retry_after_ms":250,"contacting_sim":true}"#
        );
        assert_eq!(
            serde_json::from_str::<AttemptResponse>(&json).unwrap(),
            wait
        );
    }
}
